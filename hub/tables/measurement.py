"""Indicators: their rules, plans, denominators and counts kept ready; the methodology is rows."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Ends, Instant, Starts
from hub.tables.feed import XID8


class Indicator(Base):
    """An indicator as the documents name it."""

    __tablename__ = "indicator"
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    source: Mapped[str]  # the document and clause


class IndicatorRule(Base):
    """A version of the bounds and choices by which something is counted, valid by date."""

    __tablename__ = "indicator_rule"
    id: Mapped[BigKey]
    code: Mapped[str]  # an indicator's code, or COUNTING for the rules every count shares
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)  # each rule has its own bounds
    starts: Mapped[Starts]
    ends: Mapped[Ends]
    __table_args__ = (UniqueConstraint("code", "version"),)


class IndicatorTarget(Base):
    """The plan of an indicator for a department, a territory or the region in a year."""

    __tablename__ = "indicator_target"
    id: Mapped[BigKey]
    indicator_code: Mapped[str] = mapped_column(ForeignKey("indicator.code"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    territory_id: Mapped[UUID | None] = mapped_column(ForeignKey("territory.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    value: Mapped[Decimal]  # percent
    __table_args__ = (
        UniqueConstraint(
            "indicator_code",
            "organisation_id",
            "territory_id",
            "year",
            postgresql_nulls_not_distinct=True,
        ),
    )


class PopulationFigure(Base):
    """How many people of an age band live in a territory, with who says so."""

    __tablename__ = "population_figure"
    id: Mapped[BigKey]
    territory_id: Mapped[UUID] = mapped_column(ForeignKey("territory.id"))
    age_from: Mapped[int] = mapped_column(SmallInteger)
    age_to: Mapped[int] = mapped_column(SmallInteger)  # inclusive, full years
    as_of: Mapped[date]
    value: Mapped[int]
    basis: Mapped[str]  # RESIDENCE | ENROLMENT
    source: Mapped[str]
    __table_args__ = (UniqueConstraint("territory_id", "age_from", "age_to", "as_of", "basis"),)


class Rollup(Base):
    """A row of an answer of coverage, counted beforehand; the total is a row of its own.

    Distinct counts, never summed. `authority_id` is whose subtree was counted (nought: the whole
    region) and who may read it. The period is what coverage counts by: its days, half open, and
    since when numbers without names speak of it.
    """

    __tablename__ = "rollup"
    authority_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_by: Mapped[str] = mapped_column(primary_key=True)
    attribution: Mapped[str] = mapped_column(primary_key=True)
    lo: Mapped[date] = mapped_column(primary_key=True)
    hi: Mapped[date] = mapped_column(primary_key=True)
    stated_from: Mapped[date] = mapped_column(primary_key=True)
    is_total: Mapped[bool] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    expected: Mapped[bool]  # the unit has a row whatever is counted
    title: Mapped[str]
    organisation_id: Mapped[UUID | None]
    territory_id: Mapped[UUID | None]
    form_code: Mapped[str | None]
    mentors: Mapped[int | None]
    mentors_registered: Mapped[int | None]
    mentees: Mapped[int | None]
    pairs: Mapped[int | None]
    groups: Mapped[int | None]
    programmes: Mapped[int | None]
    without_programme: Mapped[int | None]
    organisations_with_mentoring: Mapped[int | None]
    active_organisations: Mapped[int | None]
    approved_organisations: Mapped[int | None]
    reported_organisations: Mapped[int | None]
    young_specialists: Mapped[int | None]
    young_specialists_unknown: Mapped[int | None]
    young_specialists_covered: Mapped[int | None]
    young_specialists_uncovered: Mapped[int | None]
    asserted_mentors: Mapped[int | None]
    unnamed_mentors: Mapped[int | None]
    asserted_mentees: Mapped[int | None]
    unnamed_mentees: Mapped[int | None]
    asserted_pairs: Mapped[int | None]
    unnamed_pairs: Mapped[int | None]
    duplicates_mentors: Mapped[int | None]
    duplicates_mentees: Mapped[int | None]
    completeness: Mapped[float | None]
    data_as_of: Mapped[date | None]
    target: Mapped[float | None]
    gap: Mapped[int | None]
    edition: Mapped[str]  # by which release's definition of the figures
    computed_at: Mapped[Instant]
    changeset_id: Mapped[int | None] = mapped_column(BigInteger)  # the newest change that it knows


class RollupTouched(Base):
    """Whose kept counts a change has made old: a mark of the transaction that changed something.

    Triggers of the counted tables write it (migration 0003), so no writer can forget to; the
    refresh that counts anew removes it. One authority of all ones stands for
    every one, see `hub.coverage.kept`.
    """

    __tablename__ = "rollup_touched"
    authority_id: Mapped[UUID] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(
        XID8, primary_key=True, server_default=text("pg_current_xact_id()")
    )
    touched_at: Mapped[Instant]
