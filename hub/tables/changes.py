"""Changesets: what changed the hub, what the brake holds, what was tried and what was undone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import (
    Base,
    BigKey,
    ChangesetRef,
    Instant,
    OrganisationRef,
    UuidKey,
)


class Changeset(Base):
    """A change as a whole: simulated, applied, undone together."""

    __tablename__ = "changeset"
    id: Mapped[BigKey]
    # REGISTRY | IMPORT | SYNC | PUSH | REVIEW | RANKS | MAPPING | MODEL | UNDO | TURN | ERASURE | CONSENT
    kind: Mapped[str]
    state: Mapped[str]  # STAGED | SIMULATED | WAITING | APPLIED | UNDONE | FAILED
    actor: Mapped[str]  # a client's id or the name of a command, never a person's name
    summary: Mapped[dict[str, int]] = mapped_column(JSONB)  # counts by kind
    created_at: Mapped[Instant]
    applied_at: Mapped[datetime | None]
    # Of kind UNDO: which change it takes back, and why.
    undoes: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )
    reason: Mapped[str] = mapped_column(server_default="")


class Hold(Base):
    """The brake on one unit of a change: so much would end or become others that somebody must say.

    While it is placed the unit's records stay as they are projected.
    """

    __tablename__ = "hold"
    id: Mapped[UuidKey]
    changeset_id: Mapped[ChangesetRef]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    kind: Mapped[str]  # RecordKind
    state: Mapped[str]  # PLACED | RELEASED | MOOT: later evidence left nothing to hold
    live: Mapped[int]  # records of the unit that stand and have not ended
    ending: Mapped[int]
    changing: Mapped[int]
    placed_at: Mapped[Instant]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    __table_args__ = (
        Index(
            "ix_hold_one_placed_a_unit",
            "source_id",
            "organisation_id",
            "kind",
            unique=True,
            postgresql_where="state = 'PLACED'",
        ),
    )


class UndoneEvidence(Base):
    """A row of evidence that an undoing took out, as it stood: undoing that brings it back."""

    __tablename__ = "undone_evidence"
    id: Mapped[BigKey]
    changeset_id: Mapped[ChangesetRef]  # that undid
    record_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("record.id", ondelete="CASCADE"), index=True
    )
    relation: Mapped[str]  # the table that it stood in
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)  # state identifiers sealed in place


class Simulation(Base):
    """What a change would do, worked out and not kept; no cell of anybody stands in it."""

    __tablename__ = "simulation"
    id: Mapped[UuidKey]
    kind: Mapped[str]  # IMPORT | SYNC | UNDO
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)  # on whose behalf
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("source.id"))
    upload_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT")
    )  # that would be undone
    state: Mapped[str]  # QUEUED | DONE | FAILED
    requested_at: Mapped[Instant]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    difference: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    __table_args__ = (Index(None, "requested_at", "id"),)
