"""What partners push: what was said of each card, which cards were renumbered, which requests came."""

from datetime import datetime
from typing import Any  # an answer is JSON
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, ChangesetRef, Instant


class PushEntry(Base):
    """Something that a partner said of a card; cards are folded of these."""

    __tablename__ = "push_entry"
    id: Mapped[BigKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    card: Mapped[str]  # the number that the card bears now
    said_card: Mapped[str]  # the number under which it was said
    version: Mapped[datetime]
    operation: Mapped[str]  # UPSERT | DELETE | WITHDRAW
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # of what was said
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)  # state identifiers sealed in place
    organisation_system: Mapped[str | None]
    organisation_value: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    changeset_id: Mapped[ChangesetRef]
    at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("source_id", "said_card", "version", "digest"),
        Index(None, "source_id", "card"),
        Index(
            "ix_push_entry_placeless",
            "organisation_system",
            "organisation_value",
            postgresql_where="organisation_id is null and organisation_value is not null",
        ),
    )


class PushRekey(Base):
    """A card's former number and the one that it bears instead."""

    __tablename__ = "push_rekey"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    card: Mapped[str] = mapped_column(primary_key=True)
    now: Mapped[str]
    changeset_id: Mapped[ChangesetRef]


class PushRequest(Base):
    """A request that was answered: the same again is answered the same."""

    __tablename__ = "push_request"
    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[Instant]
