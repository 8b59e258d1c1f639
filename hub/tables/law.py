"""What the law on personal data asks for: rules and days as rows, consents, requests, destruction."""

from datetime import date, datetime
from typing import Any  # each rule has its own bounds
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Ends, Instant, OrganisationRef, RecordRef, Starts, UuidKey


class LawRule(Base):
    """A version of a period or a choice of the law, with the clause it stands in."""

    __tablename__ = "law_rule"
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str]  # the act, the article, the part
    starts: Mapped[Starts]
    ends: Mapped[Ends]


class CalendarDay(Base):
    """A day on which the production calendar differs from «Monday to Friday»."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    source: Mapped[str]


class Consent(Base):
    """A consent for one purpose, a document of its own; it follows a record of its person."""

    __tablename__ = "consent"
    id: Mapped[UuidKey]
    record_id: Mapped[RecordRef] = mapped_column(index=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)  # to whom it was given
    purpose: Mapped[str]  # PROCESSING | TRANSFER | PUBLICATION
    relation: Mapped[str]  # SELF | PARENT | GUARDIAN | REPRESENTATIVE: who signed
    signer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # and by which document
    document: Mapped[str]  # the paper's number, one paper a consent
    form_version: Mapped[str]
    categories: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    actions: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    processors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # names of organisations
    revocation: Mapped[str]  # how it is taken back, as the paper says
    signed_on: Mapped[date]
    ends: Mapped[Ends]
    # The day on which the person is of age, where somebody else signed: from then on it holds not.
    lapses_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    actor: Mapped[str]
    given_at: Mapped[Instant]
    told: Mapped[str | None]  # of a transfer: the state that the feed last told of
    __table_args__ = (UniqueConstraint("organisation_id", "document"),)


class SubjectRequest(Base):
    """What a person, or who speaks for them, demands, and until when it is due."""

    __tablename__ = "subject_request"
    id: Mapped[UuidKey]
    record_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("record.id", ondelete="SET NULL"), index=True
    )
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)  # who answers
    kind: Mapped[str]  # ACCESS | CORRECTION | WITHDRAWAL | STOP | UNLAWFUL | GOAL_REACHED
    state: Mapped[str]  # OPEN | KEPT | BLOCKED | DONE | REFUSED
    received_on: Mapped[date]
    due_on: Mapped[date]
    is_extended: Mapped[bool] = mapped_column(server_default=text("false"))
    basis: Mapped[str | None]  # a code of the rule KEEPING: by what the data are kept
    kept_until: Mapped[date | None]
    closed_on: Mapped[date | None]
    actor: Mapped[str]
    at: Mapped[Instant]
    __table_args__ = (Index(None, "state", "due_on"),)


class Withheld(Base):
    """The evidence of a blocked person, sealed as a whole until it is destroyed or given back."""

    __tablename__ = "withheld"
    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("subject_request.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Instant]


class ErasedKey(Base):
    """A keyed hash by which what was erased is known again; nothing says whose it was, nor when."""

    __tablename__ = "erased_key"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class LiftedBan(Base):
    """A keyed hash of whom sources may state again though they were erased, and by which paper."""

    __tablename__ = "lifted_ban"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    basis: Mapped[str]  # a code of the rule KEEPING
    document: Mapped[str]
    actor: Mapped[str]
    at: Mapped[Instant]


class DestructionAct(Base):
    """That somebody's data were destroyed: what, why and when; by the former id, without a name."""

    __tablename__ = "destruction_act"
    number: Mapped[BigKey]
    subject_id: Mapped[UUID]
    reason: Mapped[str]  # a kind of request
    categories: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)  # rows by table
    received_on: Mapped[date]
    destroyed_at: Mapped[datetime]
    actor: Mapped[str]
    keep_until: Mapped[date]
