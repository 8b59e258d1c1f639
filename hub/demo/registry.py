"""The registry of the region: values named as the columns of the tables they go to.

Known from ever and known for ever are `date.min` and `date.max`: asyncpg writes those as
`-infinity` and `infinity`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

ALWAYS = date.min
FOREVER = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryRow:
    """A row of `territory`."""

    id: UUID
    oktmo: str
    name: str
    level: str
    parent_id: UUID | None
    tile_column: int | None
    tile_row: int | None
    sort_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """A row of `organisation`: a legal entity of its own, from ever and for ever, unless said."""

    id: UUID
    kind: str
    full_name: str
    short_name: str
    legal_form: str = ""
    type: str = ""
    number: str = ""
    locality: str = ""
    territory_id: UUID | None = None
    parent_id: UUID | None = None
    parent_kind: str | None = None
    legal_entity_id: UUID
    status: str = "ACTIVE"
    starts: date = ALWAYS
    ends: date = FOREVER
    sort_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRow:
    """A row of `organisation_identifier`."""

    organisation_id: UUID
    system: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubordinationRow:
    """A row of `subordination`."""

    organisation_id: UUID
    authority_id: UUID
    kind: str
    starts: date = ALWAYS
    ends: date = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionRow:
    """A row of `succession`."""

    from_id: UUID
    to_id: UUID
    kind: str
    on_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """A row of `organisation_enrolment`."""

    organisation_id: UUID
    academic_year: int
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """A row of `indicator_target`."""

    indicator_code: str
    organisation_id: UUID | None
    territory_id: UUID | None
    year: int
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRow:
    """A row of `population_figure`."""

    territory_id: UUID
    age_from: int
    age_to: int
    as_of: date
    value: int
    basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All that the hub knows before the first file arrives.

    `organisations` is ordered so that a parent stands before its branches; a position in it is
    how the demo's own columns name an organisation.
    """

    ministry_id: UUID
    department_ids: tuple[UUID, ...]
    territories: tuple[TerritoryRow, ...]
    organisations: tuple[OrganisationRow, ...]
    identifiers: tuple[IdentifierRow, ...]
    subordinations: tuple[SubordinationRow, ...]
    successions: tuple[SuccessionRow, ...]
    enrolments: tuple[EnrolmentRow, ...]
    targets: tuple[TargetRow, ...]
    population: tuple[PopulationRow, ...]
