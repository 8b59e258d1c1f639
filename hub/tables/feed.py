"""The outbox: every change of a person or a mentorship as an event, with who could see it."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from hub.tables.base import Base, BigKey, ChangesetRef, Instant


class XID8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type for DDL."""
        return "xid8"


class Change(Base):
    """An event; readers take those below the oldest running transaction, in (xid, id) order."""

    __tablename__ = "change"
    id: Mapped[BigKey]
    xid: Mapped[int] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    entity: Mapped[str]  # PERSON | MENTORSHIP
    entity_id: Mapped[UUID]
    operation: Mapped[str]  # UPSERT | DELETE | MERGED | SPLIT
    places_before: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    places_after: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    changeset_id: Mapped[ChangesetRef]
    at: Mapped[Instant]
    __table_args__ = (Index(None, "xid", "id"),)
