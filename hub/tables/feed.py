"""The outbox: every change of a person or a mentorship as an event, with who could see it."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from hub.tables.base import Base, BigKey, ChangesetRef, Instant, UuidKey


class XID8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type for DDL."""
        return "xid8"


class Change(Base):
    """An event; readers take those below the oldest running transaction, in (xid, id) order.

    `epoch` is that of the database that wrote it: numbers of transactions mean nothing elsewhere.
    """

    __tablename__ = "change"
    id: Mapped[BigKey]
    epoch: Mapped[UUID] = mapped_column(server_default=text("feed_epoch()"))
    xid: Mapped[int] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    entity: Mapped[str]  # PERSON | MENTORSHIP
    entity_id: Mapped[UUID]
    operation: Mapped[str]  # UPSERT | DELETE | MERGED | SPLIT
    other_id: Mapped[UUID | None]  # whom it was merged into, or split from
    places_before: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    places_after: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    changeset_id: Mapped[ChangesetRef]
    at: Mapped[Instant]
    __table_args__ = (Index(None, "epoch", "xid", "id"),)


class FeedTurn(Base):
    """The day up to which it was announced who came into sight or out of it by date; one row."""

    __tablename__ = "feed_turn"
    is_it: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    day: Mapped[date]
    __table_args__ = (CheckConstraint("is_it", name="one_row"),)


class FeedHorizon(Base):
    """The last event of an epoch that is kept no longer: cursors before it have expired."""

    __tablename__ = "feed_horizon"
    epoch: Mapped[UuidKey]
    xid: Mapped[int] = mapped_column(XID8)
    id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Instant]
