"""What all tables share: naming, column types and the marks that every projected row carries.

Valid time is a pair of dates `starts` and `ends`, half open, `infinity` where no end is known:
dates compare by leakproof btree operators, so row-level security does not switch their indexes
off as it does for ranges; where facts must not overlap an exclusion constraint covers the pair.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every mapped class; relationships are never loaded implicitly."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        str: Text,
        datetime: TIMESTAMP(timezone=True),
        UUID: PGUUID(as_uuid=True),
    }


UuidKey = Annotated[UUID, mapped_column(primary_key=True)]
BigKey = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
Starts = Annotated[date, mapped_column(server_default=text("'-infinity'"))]
Ends = Annotated[date, mapped_column(server_default=text("'infinity'"))]
Instant = Annotated[datetime, mapped_column(server_default=text("now()"))]
# The change that wrote the row: undo, provenance and the feed start from it.
ChangesetRef = Annotated[
    int, mapped_column(BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True)
]
OrganisationRef = Annotated[UUID, mapped_column(ForeignKey("organisation.id"))]
PersonRef = Annotated[UUID, mapped_column(ForeignKey("person.id", ondelete="CASCADE"))]
RecordRef = Annotated[int, mapped_column(BigInteger, ForeignKey("record.id", ondelete="CASCADE"))]
