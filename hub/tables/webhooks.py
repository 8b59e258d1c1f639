"""Where changes are told without being asked: endpoints of clients, and what was sent to each."""

from datetime import datetime
from typing import Any  # a payload is JSON
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Instant, UuidKey
from hub.tables.feed import XID8


class WebhookEndpoint(Base):
    """An address of a client that hears of an authority's changes, and how far it has heard."""

    __tablename__ = "webhook_endpoint"
    id: Mapped[UuidKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    authority_id: Mapped[UUID]
    url: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    types: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # PERSON | MENTORSHIP
    state: Mapped[str]  # ACTIVE | DISABLED
    reason: Mapped[str] = mapped_column(server_default=text("''"))  # a code: why it is disabled
    failing_since: Mapped[datetime | None]
    epoch: Mapped[UUID]  # the cursor: the feed's epoch, transaction and event
    xid: Mapped[int] = mapped_column(XID8)
    change_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Instant]


class WebhookDelivery(Base):
    """A message to an endpoint: waiting, delivered, or given up until it is driven again."""

    __tablename__ = "webhook_delivery"
    id: Mapped[BigKey]
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    change_id: Mapped[int] = mapped_column(BigInteger)
    entity_id: Mapped[UUID]  # of one of these messages go one after another
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)  # who changed, never what they are
    state: Mapped[str]  # WAITING | DELIVERED | FAILED
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[Instant]
    status: Mapped[int | None]  # what the endpoint answered last
    error: Mapped[str | None]  # a code
    created_at: Mapped[Instant]
    delivered_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("endpoint_id", "change_id"),
        Index(
            "ix_webhook_delivery_open", "endpoint_id", "entity_id", "id",
            postgresql_where="state <> 'DELIVERED'",
        ),
    )  # fmt: skip
