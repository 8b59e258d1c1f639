"""Sources: what is read, how its columns are understood, its runs, how often it is expected."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import (
    Base,
    BigKey,
    Instant,
    OrganisationRef,
    UuidKey,
)


class Source(Base):
    """A system or a stream of files that states facts."""

    __tablename__ = "source"
    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # SCHOOL_FILES | KADRY | ONEC | PUSH
    title: Mapped[str]
    brake_share: Mapped[Decimal]  # share of a unit's records that may end or change unasked
    brake_shares: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}"
    )  # the same for a kind of records that has a share of its own
    settings: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}"
    )  # how its connector reads it; no secret stands here
    contract: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}"
    )  # what it has promised of its fields
    ranks: Mapped[dict[str, int]] = mapped_column(
        JSONB, server_default="{}"
    )  # fields in which it is believed before others, the least first
    secret_name: Mapped[str | None]  # a file of the folder of secrets
    cursor: Mapped[str | None]  # where reading goes on: written with the evidence it follows
    # The day as of which the full read under way states its lists; empty when none is under way
    # or when the source did not give all it promised.
    full_since: Mapped[date | None]
    schedule: Mapped[str | None]  # five fields of cron, by the region's clock
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    every_days: Mapped[
        int | None
    ]  # how often it is expected to tell something; nobody waits: empty
    # Its contract or its mapping has changed: what was refused is to be looked at again.
    remapped: Mapped[bool] = mapped_column(server_default=text("false"))
    heard_on: Mapped[date | None]  # the region's day on which it last did
    __table_args__ = (CheckConstraint("every_days > 0", name="some_day"),)


class MappingProfile(Base):
    """Which header is which field, confirmed once for headers of this shape.

    Only what a person told changes how the next table is read; the rest is what yesterday's header
    is compared by.
    """

    __tablename__ = "mapping_profile"
    id: Mapped[BigKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    header_hash: Mapped[str]
    columns: Mapped[dict[str, str]] = mapped_column(JSONB)  # header -> field, as last accepted
    told: Mapped[dict[str, str]] = mapped_column(JSONB)  # of these what a person said: these bind
    is_kind_told: Mapped[bool]
    confirmed_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint(
            "source_id", "organisation_id", "header_hash", postgresql_nulls_not_distinct=True
        ),
    )


class SyncRun(Base):
    """One run of one source; asked for, then at work, then ended."""

    __tablename__ = "sync_run"
    id: Mapped[UuidKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )  # empty until the run begins
    mode: Mapped[str]  # FULL | CHANGES
    state: Mapped[str]  # QUEUED RUNNING WAITING SUCCEEDED PARTIAL FAILED CANCELLED UNDONE
    actor: Mapped[str]  # a client's id or the name of a command, never a person's name
    failure: Mapped[str | None]  # CONFIG | TRANSIENT | SYSTEM: who repairs it
    error_code: Mapped[str | None]
    message: Mapped[str | None]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    requested_at: Mapped[Instant]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    # Who may write for the run: another claim, and what the earlier one still writes is refused.
    claim: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (Index(None, "source_id", "requested_at"),)


class Cadence(Base):
    """How often an organisation, or whoever is beneath it, is expected to give a list of a kind.

    Where no row says so, the rule CADENCE does.
    """

    __tablename__ = "cadence"
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # FileKind
    every_days: Mapped[int]
    __table_args__ = (CheckConstraint("every_days > 0", name="some_day"),)
