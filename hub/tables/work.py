"""Work in the background: what a run did, what is due when, and which workers are alive."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Instant, UuidKey


class SyncRunEvent(Base):
    """A line of a run's log: written with what it tells of, or beside it where nothing is written."""

    __tablename__ = "sync_run_event"
    id: Mapped[BigKey]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("sync_run.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    level: Mapped[str]  # INFO | WARNING | ERROR
    code: Mapped[str]
    message: Mapped[str]  # no personal data
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    __table_args__ = (Index(None, "run_id", "id"),)


class Schedule(Base):
    """When something is due next; workers ask this table, none of them remembers."""

    __tablename__ = "schedule"
    name: Mapped[str] = mapped_column(primary_key=True)
    expression: Mapped[str]  # five fields of cron, by the region's clock
    due_at: Mapped[datetime]


class Worker(Base):
    """A worker process that reports itself."""

    __tablename__ = "worker"
    id: Mapped[UuidKey]
    started_at: Mapped[Instant]
    heartbeat_at: Mapped[Instant]
    jobs: Mapped[int]  # at work now
