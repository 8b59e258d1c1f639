"""What the matcher decided, what people decided, and what is still asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, ChangesetRef, Instant, OrganisationRef, RecordRef, UuidKey


class Model(Base):
    """A versioned artefact: pattern table, thresholds, frequencies; each link names its model."""

    __tablename__ = "model"
    id: Mapped[BigKey]
    version: Mapped[str] = mapped_column(unique=True)
    artefact: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the model's own shape
    active: Mapped[bool]
    created_at: Mapped[Instant]


class Edge(Base):
    """A compared pair of records that was linked or is asked about; `record_a < record_b`."""

    __tablename__ = "edge"
    record_a: Mapped[RecordRef] = mapped_column(primary_key=True)
    record_b: Mapped[RecordRef] = mapped_column(primary_key=True)
    pattern: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int]  # centibits of log-odds
    decision: Mapped[str]  # LINK | ASK | WEAK
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "record_b"),)


class Link(Base):
    """To which person a record belongs."""

    __tablename__ = "link"
    record_id: Mapped[RecordRef] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    model_version: Mapped[str]
    changeset_id: Mapped[ChangesetRef]


class Verdict(Base):
    """A person's decision about two records, replayed on every run until it is retracted."""

    __tablename__ = "verdict"
    id: Mapped[BigKey]
    record_a: Mapped[RecordRef] = mapped_column(index=True)
    record_b: Mapped[RecordRef] = mapped_column(index=True)
    kind: Mapped[str]  # MUST_LINK | CANNOT_LINK
    reason: Mapped[str]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    given_at: Mapped[Instant]
    retracted_at: Mapped[datetime | None]
    changeset_id: Mapped[ChangesetRef]


class Question(Base):
    """Whether two records are one person; asked in the lowest unit that holds both."""

    __tablename__ = "question"
    id: Mapped[UuidKey]
    record_a: Mapped[RecordRef]
    record_b: Mapped[RecordRef]
    person_a: Mapped[UUID] = mapped_column(index=True)
    person_b: Mapped[UUID] = mapped_column(index=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    score: Mapped[int]  # centibits
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    state: Mapped[str]  # OPEN | ANSWERED
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "record_a", "record_b", unique=True),)


class PossibleTwin(Base):
    """People who would be one if every open question were answered "same" share a group."""

    __tablename__ = "possible_twin"
    person_id: Mapped[UuidKey]
    group_id: Mapped[UUID]
