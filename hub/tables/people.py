"""People: a projection of linked records, rebuilt from evidence whenever it changes."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import (
    Base,
    BigKey,
    ChangesetRef,
    Ends,
    Instant,
    OrganisationRef,
    PersonRef,
    RecordRef,
    Starts,
    UuidKey,
)


class Person(Base):
    """A distinct person. An empty string is an unknown part of a name."""

    __tablename__ = "person"
    id: Mapped[UuidKey]
    last_name: Mapped[str]
    first_name: Mapped[str]
    middle_name: Mapped[str]
    sort_key: Mapped[str]  # casefold, ё->е: order does not depend on the host
    birth_date: Mapped[date | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[str | None]  # MALE | FEMALE
    record_count: Mapped[int]
    changeset_id: Mapped[ChangesetRef]
    changed_at: Mapped[Instant]
    __table_args__ = (Index(None, "sort_key", "id"),)


class PersonAlias(Base):
    """An id that once named a person and keeps answering after a merge or a split."""

    __tablename__ = "person_alias"
    alias_id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]  # MERGED | SPLIT | GONE
    # A record that bore the id: when a merger is undone the id answers for whoever bears it now.
    record_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("record.id", ondelete="SET NULL"), index=True
    )
    changeset_id: Mapped[ChangesetRef]


class PersonLineage(Base):
    """How a person came to be: an id that joined theirs, or the person whom they were parted from."""

    __tablename__ = "person_lineage"
    id: Mapped[BigKey]
    person_id: Mapped[UUID] = mapped_column(index=True)  # who goes on, or who is new
    other_id: Mapped[UUID] = mapped_column(index=True)  # the id that ended, or whom they left
    kind: Mapped[str]  # MERGED | SPLIT
    changeset_id: Mapped[ChangesetRef]
    at: Mapped[Instant]


class PersonName(Base):
    """A full name that some record of the person states; former surnames are found by it."""

    __tablename__ = "person_name"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    last_name: Mapped[str] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(primary_key=True)
    middle_name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # CURRENT | PREVIOUS | VARIANT
    sort_key: Mapped[str]
    starts: Mapped[Starts]  # since when some record has said so
    ends: Mapped[Ends]  # infinity while one still does
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "sort_key", "person_id"),)


class PersonIdentifier(Base):
    """A state identifier, sealed; found by its keyed hash."""

    __tablename__ = "person_identifier"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)  # SNILS
    value_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (Index(None, "value_hash"),)


class Contact(Base):
    """A phone or an e-mail address that some record states."""

    __tablename__ = "contact"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # PHONE | EMAIL
    value: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]  # SELF | REPRESENTATIVE
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class Employment(Base):
    """A post of a person in an organisation."""

    __tablename__ = "employment"
    id: Mapped[BigKey]
    person_id: Mapped[PersonRef] = mapped_column(index=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    position_code: Mapped[str]  # a row of `position`
    position_text: Mapped[str]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    kind: Mapped[str]  # MAIN | INTERNAL_PT | EXTERNAL_PT | CIVIL | UNKNOWN
    young_specialist_flag: Mapped[bool | None]  # what the source itself says
    teaching_since: Mapped[date | None]  # the person's experience of TEACHING, for coverage
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class Experience(Base):
    """Since when a person has worked, counted back from what a source stated."""

    __tablename__ = "experience"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # TEACHING | TOTAL
    since: Mapped[date]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class Enrolment(Base):
    """A pupil in a class of an organisation."""

    __tablename__ = "enrolment"
    id: Mapped[BigKey]
    person_id: Mapped[PersonRef] = mapped_column(index=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    grade: Mapped[int | None] = mapped_column(SmallInteger)
    letter: Mapped[str]
    academic_year: Mapped[int | None] = mapped_column(SmallInteger)
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class Qualification(Base):
    """A qualification category of a teacher as a source states it."""

    __tablename__ = "qualification"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)  # COMPLIANCE | FIRST | HIGHEST | ...
    assigned_on: Mapped[date | None]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class PersonField(Base):
    """Where a golden value comes from: the record that stated it and the rule that chose it."""

    __tablename__ = "person_field"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]  # state identifiers stand masked here
    rule: Mapped[str]  # PIN | VALIDITY | SOURCE_RANK | RECENCY | AGREEMENT | COMPLETENESS
    stated_as_of: Mapped[date]
    record_id: Mapped[RecordRef]
    record_version_id: Mapped[int] = mapped_column(BigInteger)
    changeset_id: Mapped[ChangesetRef]


class PersonPlace(Base):
    """A row for each authority that may see the person, the organisation itself included.

    What row scope and paging read: an equality on `authority_id` on an index that carries the
    page order.
    """

    __tablename__ = "person_place"
    authority_id: Mapped[UUID] = mapped_column(primary_key=True)
    sort_key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    changed_at: Mapped[Instant]  # when anything about the person changed last
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (
        Index(None, "person_id", "authority_id"),
        Index(None, "authority_id", "changed_at", "person_id"),
    )
