"""Programmes and mentorships: a projection of claims, and the facts that every count reads."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
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


class MentoringForm(Base):
    """A form of mentoring; regions add their own, versions of the model differ."""

    __tablename__ = "mentoring_form"
    code: Mapped[str] = mapped_column(primary_key=True)  # STUDENT_STUDENT, TEACHER_TEACHER, ...
    label: Mapped[str]
    model_version: Mapped[str]
    pedagogical: Mapped[bool]  # the mentee is a teacher: counts for young specialists
    sort_order: Mapped[int]
    starts: Mapped[Starts]
    ends: Mapped[Ends]


class Position(Base):
    """A post as rules know it; free texts of sources are normalised to these codes."""

    __tablename__ = "position"
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    pedagogical: Mapped[bool]


class Programme(Base):
    """A mentoring programme of an academic year."""

    __tablename__ = "programme"
    id: Mapped[UuidKey]
    title: Mapped[str]
    title_key: Mapped[str]
    lead_organisation_id: Mapped[OrganisationRef]
    academic_year: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str]  # DRAFT | APPROVED | RUNNING | FINISHED | CANCELLED
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    sort_key: Mapped[str]
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (
        UniqueConstraint("lead_organisation_id", "academic_year", "title_key"),
        Index(None, "sort_key", "id"),
    )


class ProgrammeOrganisation(Base):
    """An organisation that leads a programme or takes part in it."""

    __tablename__ = "programme_organisation"
    programme_id: Mapped[UUID] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True, index=True)
    role: Mapped[str]  # LEAD | PARTNER
    changeset_id: Mapped[ChangesetRef]


class MentorProfile(Base):
    """That a base of mentors of an organisation lists the person, paired or not."""

    __tablename__ = "mentor_profile"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True, index=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    ends: Mapped[Ends]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class MenteeProfile(Base):
    """That a base of mentees of an organisation lists the person, with what they ask for."""

    __tablename__ = "mentee_profile"
    person_id: Mapped[PersonRef] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True, index=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    ends: Mapped[Ends]
    main_request: Mapped[str]
    record_id: Mapped[RecordRef]
    changeset_id: Mapped[ChangesetRef]


class Mentorship(Base):
    """One pair or group in one form over one continuous time."""

    __tablename__ = "mentorship"
    id: Mapped[UuidKey]
    form_code: Mapped[str | None] = mapped_column(ForeignKey("mentoring_form.code"))
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[str]  # PAIR | GROUP
    status: Mapped[str]  # PROPOSED | ACTIVE | COMPLETED | CANCELLED
    confirmation: Mapped[str]  # ONE_SIDED | BOTH_SIDES | MULTI_SOURCE | DISPUTED
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    end_assumed: Mapped[bool]
    sort_key: Mapped[str]
    changeset_id: Mapped[ChangesetRef]
    changed_at: Mapped[Instant]
    __table_args__ = (Index(None, "sort_key", "id"),)


class MentorshipAlias(Base):
    """An id that once named a mentorship and keeps answering."""

    __tablename__ = "mentorship_alias"
    alias_id: Mapped[UuidKey]
    mentorship_id: Mapped[UUID] = mapped_column(index=True)
    changeset_id: Mapped[ChangesetRef]


class MentorshipMember(Base):
    """A person's part in a mentorship.

    `display_name`, `organisation_name` and `position_text` are what the other party's side may
    see of them (class COUNTERPART), so no read outside the scope touches `person`.
    """

    __tablename__ = "mentorship_member"
    id: Mapped[BigKey]
    mentorship_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentorship.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str]  # MENTOR | CO_MENTOR | MENTEE
    host_organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisation.id"), index=True
    )
    moved: Mapped[bool]  # the mentee studies or works elsewhere by now; the stated host stays
    affiliation_kind: Mapped[str]  # EMPLOYMENT | ENROLMENT | PARTNER | TEXT
    affiliation_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    affiliation_text: Mapped[str]
    display_name: Mapped[str]
    organisation_name: Mapped[str]
    position_text: Mapped[str]
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (UniqueConstraint("mentorship_id", "person_id", "role"),)


class Suspension(Base):
    """Days on which a mentorship does not count."""

    __tablename__ = "suspension"
    id: Mapped[BigKey]
    mentorship_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentorship.id", ondelete="CASCADE"), index=True
    )
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    changeset_id: Mapped[ChangesetRef]


class MentorshipPlace(Base):
    """A row for each authority that may see the mentorship, from either party's side.

    It carries what mentorships are listed by, so a page is read in its order.
    """

    __tablename__ = "mentorship_place"
    authority_id: Mapped[UUID] = mapped_column(primary_key=True)
    sort_key: Mapped[str] = mapped_column(primary_key=True)
    mentorship_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentorship.id", ondelete="CASCADE"), primary_key=True
    )
    starts: Mapped[Starts]
    changeset_id: Mapped[ChangesetRef]
    __table_args__ = (
        Index(None, "mentorship_id", "authority_id"),
        Index(None, "authority_id", "starts", "mentorship_id"),
    )


class ParticipationFact(Base):
    """A mentor and a mentee over days on which they are active and nothing about them changes.

    Facts of one dyad never overlap within a mentorship; they are cut where a subordination
    changes, so `host_department_id` is right on each day, and around suspensions.
    """

    __tablename__ = "participation_fact"
    id: Mapped[BigKey]
    mentorship_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentorship.id", ondelete="CASCADE"), index=True
    )
    mentor_id: Mapped[UUID] = mapped_column(index=True)
    mentee_id: Mapped[UUID] = mapped_column(index=True)
    # False where the mentorship names one mentee in all: it can be a group on no day.
    in_group: Mapped[bool] = mapped_column(server_default=text("true"))
    form_code: Mapped[str | None]
    programme_id: Mapped[UUID | None] = mapped_column(index=True)
    host_id: Mapped[UUID]
    host_department_id: Mapped[UUID | None] = mapped_column(index=True)
    host_territory_id: Mapped[UUID | None]
    mentor_organisation_id: Mapped[UUID | None]
    mentor_department_id: Mapped[UUID | None]
    mentor_territory_id: Mapped[UUID | None]
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    changeset_id: Mapped[ChangesetRef]
    # Coverage reads the facts of a department's organisations that touch a period.
    __table_args__ = (
        Index(None, "host_id", "ends", "starts"),
        Index(None, "mentor_organisation_id", "ends", "starts"),
    )
