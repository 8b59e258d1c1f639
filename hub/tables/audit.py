"""Who did what and saw whom: rows that are added and never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base

# Chain lines are joined by this character, so no part may hold it.
PLAIN = (
    "strpos(action || credential || role || operation || entity || reason || correlation,"
    " chr(31)) = 0"
)


class AuditEvent(Base):
    """One event; the database numbers it and chains it to the one before."""

    __tablename__ = "audit_event"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]  # READ | DENIED | EXPORT | IMPORT | CHANGE
    client_id: Mapped[UUID | None]  # no reference: the audit outlives whom it names
    credential: Mapped[str]
    role: Mapped[str]
    scope_id: Mapped[UUID | None]
    purposes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    operation: Mapped[str]
    entity: Mapped[str]  # what the ids are of, '' where none is named
    entity_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    field_classes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    reason: Mapped[str]
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    correlation: Mapped[str]
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        CheckConstraint(PLAIN, name="plain"),
        Index(None, "entity_ids", postgresql_using="gin"),
        Index(None, "client_id", "at"),
        Index(None, "at"),
    )
