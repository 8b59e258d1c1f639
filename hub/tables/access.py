"""Who may ask: clients, their credentials and their grants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Ends, Instant, OrganisationRef, Starts, UuidKey


class Client(Base):
    """A person or a system that calls the hub."""

    __tablename__ = "client"
    id: Mapped[UuidKey]
    kind: Mapped[str]  # PERSON | SYSTEM
    name: Mapped[str]
    created_at: Mapped[Instant]
    blocked_at: Mapped[datetime | None]


class ClientLogin(Base):
    """Whom an issuer of tokens means by a subject: the client behind a signed token."""

    __tablename__ = "client_login"
    id: Mapped[BigKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[Instant]
    last_used_at: Mapped[datetime | None]
    documents_only: Mapped[bool] = mapped_column(server_default=false())
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class Credential(Base):
    """An API key: its id and the SHA-256 of its secret; the secret is shown once."""

    __tablename__ = "credential"
    id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    env: Mapped[str | None]  # the second part of the key; none for keys older than this column
    permits: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), server_default="{READ,EXPORT,SUBMIT,MANAGE}"
    )
    succeeds: Mapped[str | None] = mapped_column(unique=True)  # the key that this one replaces
    documents_only: Mapped[bool] = mapped_column(server_default=false())  # no text of one's own


class Grant(Base):
    """A role over an organisation's subtree for purposes, valid by date."""

    __tablename__ = "access_grant"  # GRANT is a word of SQL
    id: Mapped[BigKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]  # OPERATOR | REGIONAL_CENTRE | TERRITORY | SCHOOL | PARTNER_SYSTEM | ...
    organisation_id: Mapped[OrganisationRef]
    purposes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # CONTACTS | IDENTIFIERS | BIRTH_DATES
    starts: Mapped[Starts]
    ends: Mapped[Ends]


class RateBucket(Base):
    """How much a credential may still ask; `taken` is what the last process took for itself."""

    __tablename__ = "rate_bucket"
    id: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(Double)
    taken: Mapped[float] = mapped_column(Double)
    at: Mapped[Instant]
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute


class AccessVersion(Base):
    """Counts the changes of clients, keys and grants: one row, which triggers keep."""

    __tablename__ = "access_version"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)
    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    version: Mapped[int] = mapped_column(BigInteger)
