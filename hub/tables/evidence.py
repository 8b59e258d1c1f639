"""Evidence: what sources said, as they said it, with every version and every refusal."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import (
    Base,
    BigKey,
    ChangesetRef,
    Ends,
    Instant,
    OrganisationRef,
    RecordRef,
    Starts,
    UuidKey,
)


class SourceFile(Base):
    """What was taken in at once: a file, or what one run read from a system."""

    __tablename__ = "source_file"
    id: Mapped[UuidKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    name: Mapped[str]
    sha256: Mapped[str | None]  # empty for what a run read
    size: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int]
    rejected: Mapped[int]
    reading: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # hash of what its reading depended on; empty until the file has landed whole
    changeset_id: Mapped[ChangesetRef]
    taken_at: Mapped[Instant]
    __table_args__ = (UniqueConstraint("source_id", "sha256", "name"),)


class StatedList(Base):
    """A list of one kind that a source gave for an organisation, as of a day.

    Only a FULL list says something by leaving somebody out, and only of its own source's records;
    freshness and completeness of coverage are read here.
    """

    __tablename__ = "stated_list"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # FileKind
    stated_as_of: Mapped[date] = mapped_column(primary_key=True)
    academic_year: Mapped[int] = mapped_column(SmallInteger)
    completeness: Mapped[str]  # FULL | PARTIAL
    source_file_id: Mapped[UUID] = mapped_column(ForeignKey("source_file.id"))
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "organisation_id", "kind"),)


class Record(Base):
    """One person as one source states them, across all its versions."""

    __tablename__ = "record"
    id: Mapped[BigKey]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[str]  # RecordKind
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    external_id: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # the source's id or a natural key, hashed
    # The source keeps this number wherever the person goes, so another place ends the former one.
    is_card: Mapped[bool] = mapped_column(server_default=text("false"))
    stated_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("record.id", ondelete="CASCADE"), index=True
    )  # the row that mentions this person
    current_version_id: Mapped[int | None] = mapped_column(BigInteger)
    projected_version_id: Mapped[int | None] = mapped_column(BigInteger)  # empty: new evidence
    # The version that was projected last, kept while new evidence waits: what a hold returns to.
    standing_version_id: Mapped[int | None] = mapped_column(BigInteger)
    first_stated: Mapped[date]
    last_stated: Mapped[date]
    # The first FULL list after last_stated that leaves it out, or the day its card moved on.
    ended_on: Mapped[date | None]
    deleted_on: Mapped[date | None]  # the day its system said that it keeps the card no longer
    projected_ended_on: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("source_id", "kind", "organisation_id", "external_id"),
        Index("ix_record_card", "source_id", "external_id", postgresql_where="is_card"),
        Index(
            "ix_record_pending",
            "id",
            postgresql_where=(
                "current_version_id is distinct from projected_version_id "
                "or ended_on is distinct from projected_ended_on"
            ),
        ),
    )


class RecordVersion(Base):
    """What a record said at one time; versions are added, never changed."""

    __tablename__ = "record_version"
    id: Mapped[BigKey]
    record_id: Mapped[RecordRef]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    stated_as_of: Mapped[date]
    payload: Mapped[dict[str, str]] = mapped_column(JSONB)  # state identifiers sealed in place
    source_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_file.id"))
    sheet: Mapped[str]
    row: Mapped[int]
    part: Mapped[int] = mapped_column(SmallInteger)  # 0 the row's own person, 1.. whom it mentions
    stated_id: Mapped[str] = mapped_column(server_default="")  # the row's number in its system
    # When a system said so: of two answers of one day the later holds. Files know only the day.
    stated_at: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (UniqueConstraint("record_id", "stated_as_of", "content_hash"),)


class Restatement(Base):
    """A file that said again what stood: who still says it once the first to say it is undone.

    Kept of files only: a system is read again.
    """

    __tablename__ = "restatement"
    version_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("record_version.id", ondelete="CASCADE"), primary_key=True
    )
    changeset_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("changeset.id", ondelete="RESTRICT"),
        primary_key=True,
        index=True,
    )
    source_file_id: Mapped[UUID] = mapped_column(ForeignKey("source_file.id"))
    sheet: Mapped[str]
    row: Mapped[int]


class ListStatement(Base):
    """What one file said of a list; `stated_list` is what all of them say together."""

    __tablename__ = "list_statement"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # FileKind
    stated_as_of: Mapped[date] = mapped_column(primary_key=True)
    changeset_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("changeset.id", ondelete="RESTRICT"),
        primary_key=True,
        index=True,
    )
    academic_year: Mapped[int] = mapped_column(SmallInteger)
    completeness: Mapped[str]  # FULL | PARTIAL
    source_file_id: Mapped[UUID] = mapped_column(ForeignKey("source_file.id"))


class RecordFacts(Base):
    """A record's current version normalised: the columns the matcher compares.

    A projection of `record_version`, rebuilt when the normaliser changes. `snils_hash` is the
    keyed hash of a valid СНИЛС; nothing here can be turned back into the number.
    """

    __tablename__ = "record_facts"
    record_id: Mapped[RecordRef] = mapped_column(primary_key=True)
    last_name: Mapped[str]  # as written, cleaned
    first_name: Mapped[str]
    middle_name: Mapped[str]
    previous_last_name: Mapped[str]
    last_key: Mapped[str]  # folded for comparison
    first_key: Mapped[str]
    middle_key: Mapped[str]
    previous_last_key: Mapped[str]
    birth_date: Mapped[date | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[str | None]
    snils_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    snils_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phones: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    emails: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    contact_owner: Mapped[str]  # SELF | REPRESENTATIVE
    organisation_id: Mapped[OrganisationRef]
    affiliation_organisation_id: Mapped[UUID | None]  # the workplace a base names
    affiliation_text: Mapped[str]
    role: Mapped[str]  # STAFF | PUPIL | OTHER
    position_code: Mapped[str]
    position_text: Mapped[str]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    employment_kind: Mapped[str]
    hired_on: Mapped[date | None]
    dismissed_on: Mapped[date | None]
    teaching_since: Mapped[date | None]
    young_specialist_flag: Mapped[bool | None]
    category: Mapped[str]
    grade: Mapped[int | None] = mapped_column(SmallInteger)
    letter: Mapped[str]


class RecordKey(Base):
    """A blocking key of a record: records that share one are compared."""

    __tablename__ = "record_key"
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_id: Mapped[RecordRef] = mapped_column(primary_key=True)
    finer: Mapped[int] = mapped_column(BigInteger)  # splits a block that grew too large
    __table_args__ = (Index(None, "record_id"),)


class Rejection(Base):
    """A row or a file that was not taken in: place, code, the repair, and the sealed row itself."""

    __tablename__ = "rejection"
    id: Mapped[BigKey]
    source_file_id: Mapped[UUID] = mapped_column(ForeignKey("source_file.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    sheet: Mapped[str]
    row: Mapped[int | None]
    column: Mapped[str | None]
    stated_id: Mapped[str] = mapped_column(server_default="")  # the row's number in its system
    code: Mapped[str]
    message: Mapped[str]
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # Of a row or a table that can be taken once it is repaired: what it would have been.
    kind: Mapped[str | None]  # FileKind
    stated_as_of: Mapped[date | None]
    completeness: Mapped[str | None]  # FULL | PARTIAL
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "stated_id", postgresql_where="stated_id <> ''"),)


class MentorshipClaim(Base):
    """A statement by one record that a mentor mentors a mentee; mentorships are built of these."""

    __tablename__ = "mentorship_claim"
    id: Mapped[BigKey]
    record_id: Mapped[RecordRef]  # the row that states it
    mentor_record_id: Mapped[RecordRef] = mapped_column(index=True)
    mentee_record_id: Mapped[RecordRef] = mapped_column(index=True)
    side: Mapped[str]  # MENTOR | MENTEE: whose base says so
    form_code: Mapped[str | None]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"), index=True)
    host_organisation_id: Mapped[OrganisationRef]
    starts: Mapped[date]
    stated_end: Mapped[date | None]  # half open; empty where the source gives none
    last_stated: Mapped[date]
    mentorship_id: Mapped[UUID | None] = mapped_column(index=True)  # the projection it fell into
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (UniqueConstraint("record_id", "mentor_record_id", "mentee_record_id"),)


class StatedFigure(Base):
    """A number without names that a source asserts; never added to named counts."""

    __tablename__ = "stated_figure"
    id: Mapped[BigKey]
    metric: Mapped[str]  # PAIRS | MENTORS | MENTEES
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    dimensions: Mapped[dict[str, str]] = mapped_column(JSONB)
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    value: Mapped[Decimal]
    stated_as_of: Mapped[date]
    source_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_file.id"))
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (UniqueConstraint("metric", "organisation_id", "stated_as_of"),)
