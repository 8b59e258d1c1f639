"""What the matcher decided, what people decided, and what is still asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, ChangesetRef, Instant, OrganisationRef, RecordRef, UuidKey


class Model(Base):
    """A versioned artefact: pattern table, thresholds, frequencies; each link names its model.

    One is active. `shadow` is what it would have changed when it was last run beside the active.
    """

    __tablename__ = "model"
    id: Mapped[BigKey]
    version: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str]  # HAND | SNILS | MIXTURE: what it was learned from
    artefact: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the model's own shape
    calibration: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    shadow: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    shadowed_at: Mapped[datetime | None]
    active: Mapped[bool]
    activated_at: Mapped[datetime | None]
    created_at: Mapped[Instant]
    __table_args__ = (Index("ix_model_active", "active", unique=True, postgresql_where="active"),)


class ModelPart(Base):
    """What a model adds to the score of a pattern with `pattern & mask = value`, in words."""

    __tablename__ = "model_part"
    model_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("model.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    mask: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[int] = mapped_column(BigInteger)
    field: Mapped[str]
    says: Mapped[str]
    centibits: Mapped[int]


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
    """A person's word that records are or are not one person, replayed until it is retracted.

    It is obeyed by every projection from the moment it is committed; `changeset_id` is the one in
    which its own consequences were projected, empty while it waits.
    """

    __tablename__ = "verdict"
    id: Mapped[UuidKey]
    kind: Mapped[str]  # MUST_LINK | CANNOT_LINK | NOT_ENOUGH
    action: Mapped[str]  # ANSWER | SPLIT | MERGE | LABEL | ROW_KEY | ERASURE: how it was given
    # What is said is said of whole people as they stood: what joins or leaves them is a question.
    covers: Mapped[bool]
    question_id: Mapped[UUID | None] = mapped_column(index=True)  # or that of a sampled pair
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    reason: Mapped[str]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    actor: Mapped[str]  # a client's id or the name of a command, never a person's name
    given_at: Mapped[Instant]
    pattern: Mapped[int | None] = mapped_column(BigInteger)  # of the pair that was asked about
    score: Mapped[int | None]  # centibits
    # What was looked at: "not enough" holds until either record says something else.
    version_a: Mapped[int | None] = mapped_column(BigInteger)
    version_b: Mapped[int | None] = mapped_column(BigInteger)
    changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[str | None]
    retraction_reason: Mapped[str | None]
    retraction_changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )
    __table_args__ = (
        Index(None, "given_at", "id"),
        Index(
            "ix_verdict_waiting",
            "given_at",
            "id",
            postgresql_where=(
                "changeset_id is null"
                " or (retracted_at is not null and retraction_changeset_id is null)"
            ),
        ),
    )


class VerdictPair(Base):
    """A pair of records that a verdict speaks of; `record_a` is of one side, `record_b` of the other."""

    __tablename__ = "verdict_pair"
    verdict_id: Mapped[UUID] = mapped_column(
        ForeignKey("verdict.id", ondelete="CASCADE"), primary_key=True
    )
    record_a: Mapped[RecordRef] = mapped_column(primary_key=True, index=True)
    record_b: Mapped[RecordRef] = mapped_column(primary_key=True, index=True)


class Question(Base):
    """Whether two records are one person; asked in the lowest unit that holds both."""

    __tablename__ = "question"
    id: Mapped[UuidKey]
    kind: Mapped[str] = mapped_column(server_default="MATCH")  # MATCH | CLUSTER | DISPUTE
    record_a: Mapped[RecordRef]
    record_b: Mapped[RecordRef]
    person_a: Mapped[UUID] = mapped_column(index=True)
    person_b: Mapped[UUID] = mapped_column(index=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    score: Mapped[int]  # centibits
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    state: Mapped[str]  # OPEN | ANSWERED: no longer asked, kept for its answer
    affects: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")  # counts that move
    priority: Mapped[int] = mapped_column(server_default=text("0"))  # thousandths
    version: Mapped[int] = mapped_column(server_default=text("1"))  # grows when it asks otherwise
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (
        Index(None, "record_a", "record_b", unique=True),
        Index(None, "priority", "id", postgresql_where="state = 'OPEN'"),
    )


class QuestionLease(Base):
    """Who looks at a question just now, so that nobody else does; it runs out by itself."""

    __tablename__ = "question_lease"
    question_id: Mapped[UuidKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
    until: Mapped[Instant]


class SampledPair(Base):
    """A compared pair drawn to be labelled without its score, which tells how often a pattern errs."""

    __tablename__ = "sampled_pair"
    id: Mapped[UuidKey]
    record_a: Mapped[RecordRef]
    record_b: Mapped[RecordRef]
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    pattern: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int]
    decision: Mapped[str]  # LINK | ASK | WEAK, as it stood when drawn
    drawn_at: Mapped[Instant]
    __table_args__ = (Index(None, "record_a", "record_b", unique=True),)


class Pin(Base):
    """A person's word that a field of whoever bears a record is this; it outranks every record."""

    __tablename__ = "pin"
    id: Mapped[UuidKey]
    record_id: Mapped[RecordRef] = mapped_column(index=True)
    field: Mapped[str]  # a field of `sync.matching.survive`
    value: Mapped[str | None]  # empty: what the record itself says
    reason: Mapped[str]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    actor: Mapped[str]
    given_at: Mapped[Instant]
    changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[str | None]
    retraction_changeset_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("changeset.id", ondelete="RESTRICT"), index=True
    )
    __table_args__ = (
        Index(
            "ix_pin_waiting",
            "given_at",
            "id",
            postgresql_where=(
                "changeset_id is null"
                " or (retracted_at is not null and retraction_changeset_id is null)"
            ),
        ),
    )


class ReviewRequest(Base):
    """What a client's key of a request once did: the same request again does nothing more."""

    __tablename__ = "review_request"
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    word_id: Mapped[UUID]  # the verdict or the pin
    at: Mapped[Instant]


class PossibleTwin(Base):
    """People who would be one if every open question were answered "same" share a group."""

    __tablename__ = "possible_twin"
    person_id: Mapped[UuidKey]
    group_id: Mapped[UUID]
