"""Territories, organisations and who is subordinate to whom, by date."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Ends, OrganisationRef, Starts, UuidKey


class Territory(Base):
    """A municipality or the region itself, known by its ОКТМО; names alone are not unique."""

    __tablename__ = "territory"
    id: Mapped[UuidKey]
    oktmo: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    level: Mapped[str]  # REGION | DISTRICT | SETTLEMENT
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("territory.id"))
    tile_column: Mapped[int | None]
    tile_row: Mapped[int | None]
    sort_key: Mapped[str]


class Register(Base):
    """How often the register has changed; triggers count. One row."""

    __tablename__ = "register"
    is_it: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # Up to which version refused rows have been tried again.
    redriven: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    __table_args__ = (CheckConstraint("is_it", name="one_row"),)


class Organisation(Base):
    """A school, kindergarten, college, authority, centre or partner."""

    __tablename__ = "organisation"
    id: Mapped[UuidKey]
    kind: Mapped[str]  # SCHOOL | KINDERGARTEN | COLLEGE | ADDITIONAL | AUTHORITY | ... | PARTNER
    full_name: Mapped[str]
    short_name: Mapped[str]
    legal_form: Mapped[str] = mapped_column(server_default="")  # МБОУ, ГБОУ, ...
    type: Mapped[str] = mapped_column(server_default="")  # СОШ, лицей, ...
    number: Mapped[str] = mapped_column(server_default="")
    locality: Mapped[str] = mapped_column(server_default="")
    territory_id: Mapped[UUID | None] = mapped_column(ForeignKey("territory.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_kind: Mapped[str | None]  # BRANCH | UNIT: counts roll up to the legal entity
    legal_entity_id: Mapped[UUID] = mapped_column(index=True)  # itself where it has no parent
    status: Mapped[str]  # ACTIVE | CLOSED
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    sort_key: Mapped[str]
    __table_args__ = (Index(None, "sort_key", "id"),)


class OrganisationIdentifier(Base):
    """A value by which some system knows an organisation."""

    __tablename__ = "organisation_identifier"
    id: Mapped[BigKey]
    organisation_id: Mapped[OrganisationRef] = mapped_column(index=True)
    system: Mapped[str]  # OGRN | INN | AIS_KADRY | ...
    value: Mapped[str]
    __table_args__ = (UniqueConstraint("system", "value"),)


class Subordination(Base):
    """To which authority an organisation answers, by kind and date.

    PRIMARY alone groups counts by department, and there is exactly one a day; every kind, and
    every ancestor of the authority, gives row scope.
    """

    __tablename__ = "subordination"
    id: Mapped[BigKey]
    organisation_id: Mapped[OrganisationRef]
    authority_id: Mapped[OrganisationRef] = mapped_column(index=True)
    kind: Mapped[str]  # PRIMARY | FOUNDER | METHODICAL
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    __table_args__ = (
        ExcludeConstraint(
            ("organisation_id", "="),
            (func.daterange(text("starts"), text("ends")), "&&"),
            where=text("kind = 'PRIMARY'"),
            using="gist",
            name="ex_subordination_one_primary_a_day",
        ),
        Index(None, "organisation_id", "kind"),
    )


class OrganisationPlace(Base):
    """An organisation's own row and one for each authority above it: what row scope reads."""

    __tablename__ = "organisation_place"
    authority_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    ends: Mapped[Ends]
    __table_args__ = (Index(None, "organisation_id"),)


class Succession(Base):
    """A reorganisation: a closed organisation and the one that goes on from a date."""

    __tablename__ = "succession"
    id: Mapped[BigKey]
    from_id: Mapped[OrganisationRef] = mapped_column(index=True)
    to_id: Mapped[OrganisationRef]
    kind: Mapped[str]  # MERGE | SPLIT | RENAME
    on_date: Mapped[date]


class OrganisationEnrolment(Base):
    """The approved list of organisations that implement the model in an academic year."""

    __tablename__ = "organisation_enrolment"
    organisation_id: Mapped[OrganisationRef] = mapped_column(primary_key=True)
    academic_year: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str]
