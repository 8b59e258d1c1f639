"""Indicators: their rules, plans and denominators; the methodology is rows, not code."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, BigKey, Ends, Starts


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
