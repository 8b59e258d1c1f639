"""Files given over HTTP: what was given, what the check said of it, what became of it."""

from datetime import date, datetime
from typing import Any  # a report and what was declared are JSON
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, Instant, OrganisationRef, UuidKey


class Upload(Base):
    """A file that somebody gave, checked at once; the same file again is the same upload."""

    __tablename__ = "upload"
    id: Mapped[UuidKey]
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)  # on whose behalf
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]  # CHECKED | QUEUED | ACCEPTED | FAILED
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)  # no cell of the file stands in it
    received_at: Mapped[Instant]
    # What the giver declared on acceptance.
    period: Mapped[int | None] = mapped_column(SmallInteger)
    stated_as_of: Mapped[date | None]
    kind: Mapped[str | None]
    completeness: Mapped[str | None]
    columns: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    release: Mapped[bool] = mapped_column(server_default=text("false"))  # lets the brake pass it
    queued_at: Mapped[datetime | None]
    # What became of it.
    accepted_at: Mapped[datetime | None]
    changeset_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("changeset.id"))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    __table_args__ = (UniqueConstraint("organisation_id", "sha256", "name"),)


class UploadChunk(Base):
    """A piece of an upload's content, sealed; gone once the file is accepted."""

    __tablename__ = "upload_chunk"
    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
