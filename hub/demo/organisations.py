"""The region's organisations and who answers to whom, with every case of COUNTING among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from hub.demo.draw import Draw, dice
from hub.demo.identifiers import inn, ogrn
from hub.demo.places import REGION_NAME, Places, folded, made_id, make_places
from hub.demo.registry import (
    ALWAYS,
    FOREVER,
    EnrolmentRow,
    IdentifierRow,
    OrganisationRow,
    PopulationRow,
    Registry,
    SubordinationRow,
    SuccessionRow,
    TargetRow,
    TerritoryRow,
)
from hub.demo.schools import (
    Name,
    additional_name,
    college_name,
    kindergarten_name,
    partner_name,
    plain_name,
    school_name,
)
from sync.matching.normalise.organisations import organisation_key

# Schools that carry the cases; every region has them, whatever its size.
PLANTED = (
    "FIRST",  # of the first department
    "SECOND",  # of the second
    "SUCCESSOR",  # goes on for the closed one
    "CLOSED",
    "BRANCH",  # of FIRST
    "TWO_AUTHORITIES",  # the first department is primary, the second methodical
    "OUTSIDE",  # no department
    "MESSY",  # where questions are to be expected
    "TRANSFERRED",  # changed its department
    "NAMESAKE",  # the number and type of MESSY, in another village of the district
)
SCHOOL_KINDS = ("SCHOOL", "KINDERGARTEN", "COLLEGE", "ADDITIONAL")
PUPILS_A_SCHOOL = 480
_INDICATORS = {
    "CHILD_MENTEE_10_19": (10, 20, 35, 50, 70, 70, 72, 75),
    "YOUTH_MENTOR_15_19": (2, 4, 6, 8, 10, 10, 11, 12),
    "YOUNG_TEACHER_MENTEE": (10, 20, 35, 50, 70, 75, 80, 85),
}
_FIRST_PLAN = 2020
_BANDS = ((10, 19), (15, 19))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many organisations of each kind a region of so many people has."""

    schools: int
    kindergartens: int
    colleges: int
    additional: int
    partners: int
    departments: int
    districts: int


def sizes_for(pupils: int) -> Sizes:
    """Choose sizes: about 480 pupils a school, districts of some ten schools."""
    schools = max(len(PLANTED), round(pupils / PUPILS_A_SCHOOL))
    return Sizes(
        schools=schools,
        kindergartens=1 + schools // 8,
        colleges=2 + schools // 60,
        additional=1 + schools // 25,
        partners=6 + schools // 3,
        departments=min(9, 5 + schools // 60),
        districts=min(45, max(7, schools // 9)),
    )


@dataclass(slots=True)
class _Draft:
    """The registry while it is being made."""

    draw: Draw
    places: Places
    year: int
    organisations: list[OrganisationRow] = field(default_factory=list)
    identifiers: list[IdentifierRow] = field(default_factory=list)
    subordinations: list[SubordinationRow] = field(default_factory=list)
    taken: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, kind: str, name: Name, territory_id: UUID | None) -> OrganisationRow:
        """Add an organisation with its identifiers; answer its row."""
        number = len(self.organisations)
        row_id = made_id(self.draw, "organisation", number)
        row = OrganisationRow(
            id=row_id,
            kind=kind,
            full_name=name.full,
            short_name=name.short,
            legal_form=name.legal_form,
            type=name.type,
            number=name.number,
            locality=name.locality,
            name_key="",
            territory_id=territory_id,
            parent_id=None,
            parent_kind=None,
            legal_entity_id=row_id,
            status="ACTIVE",
            starts=ALWAYS,
            ends=FOREVER,
            sort_key=folded(name.short),
        )
        self.organisations.append(row)
        for system, value in (("INN", inn(number)), ("OGRN", ogrn(number, 2002 + number % 12))):
            self.identifiers.append(
                IdentifierRow(organisation_id=row_id, system=system, value=value)
            )
        if kind in SCHOOL_KINDS:
            code = IdentifierRow(
                organisation_id=row_id, system="AIS_KADRY", value=str(1000 + number)
            )
            self.identifiers.append(code)
        return row

    def subordinate(self, row: OrganisationRow, authority_id: UUID, kind: str = "PRIMARY") -> None:
        """Put an organisation under an authority, from ever and for ever."""
        self.subordinations.append(
            SubordinationRow(organisation_id=row.id, authority_id=authority_id, kind=kind)
        )

    def change(self, row: OrganisationRow, **values: object) -> OrganisationRow:
        """Replace values of an organisation that stands already."""
        changed = replace(row, **values)  # type: ignore[arg-type]  # names are checked by replace
        self.organisations[self.organisations.index(row)] = changed
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Organised:
    """The registry, and positions in its organisations by what they are."""

    registry: Registry
    planted: Mapping[str, int]
    schools: tuple[int, ...]
    kindergartens: tuple[int, ...]
    colleges: tuple[int, ...]
    additional: tuple[int, ...]
    partners: tuple[int, ...]
    university: int


def organise(draw: Draw, *, pupils: int, year: int) -> Organised:
    """Make the registry of a region with about this many pupils in the academic year."""
    sizes = sizes_for(pupils)
    settlements = 4 + sizes.schools // sizes.districts
    places = make_places(draw, districts=sizes.districts, settlements=settlements)
    draft = _Draft(draw=draw, places=places, year=year)
    ministry, departments, founders = _authorities(draft, sizes)
    first = len(draft.organisations)
    for number in range(sizes.schools):
        _add_school(draft, number, departments, founders)
    planted = {code: first + place for place, code in enumerate(PLANTED)}
    successions = _plant(draft, planted, departments, ministry)
    start = len(draft.organisations)
    _add_others(draft, sizes, departments)
    schools = tuple(range(first, first + sizes.schools))
    registry = Registry(
        ministry_id=ministry.id,
        department_ids=tuple(department.id for department in departments),
        territories=(places.region, *places.districts),
        organisations=tuple(map(_keyed, draft.organisations)),
        identifiers=tuple(draft.identifiers),
        subordinations=tuple(draft.subordinations),
        successions=successions,
        enrolments=_enrolments(draft),
        targets=_targets(departments, year),
        population=_population(places, pupils, year),
    )
    return Organised(
        registry=registry,
        planted=planted,
        schools=schools,
        university=len(draft.organisations) - 1,
        **_positions(start, sizes),
    )


def _keyed(row: OrganisationRow) -> OrganisationRow:
    """Give the key under which the hub finds the organisation by its name."""
    return replace(row, name_key=organisation_key(row.short_name).name_key)


def _authorities(
    draft: _Draft, sizes: Sizes
) -> tuple[OrganisationRow, list[OrganisationRow], list[OrganisationRow]]:
    region = draft.places.region
    title = f"Министерство образования ({REGION_NAME})"
    ministry = draft.add("MINISTRY", plain_name("Министерство образования", title), region.id)
    centre = plain_name(
        "Региональный ресурсный центр наставничества", "Региональный ресурсный центр наставничества"
    )
    draft.subordinate(draft.add("REGIONAL_CENTRE", centre, region.id), ministry.id)
    departments = []
    for number in range(sizes.departments):
        lead = draft.places.districts[number % sizes.districts].name.split()[
            -1 if number % 5 == 0 else 0
        ]
        short = f"ДО г. {lead}" if number % 5 == 0 else f"{lead[:-2]}ое ТУ"
        full = f"{'Департамент образования' if number % 5 == 0 else 'Территориальное управление'} ({short})"
        departments.append(
            draft.add("AUTHORITY", plain_name(short, full), draft.places.districts[number].id)
        )
        draft.subordinate(departments[-1], ministry.id)
    founders = [
        draft.add(
            "AUTHORITY", plain_name(f"Администрация ({d.name})", f"Администрация ({d.name})"), d.id
        )
        for d in draft.places.districts
    ]
    for founder in founders:
        draft.subordinate(founder, ministry.id)
    return ministry, departments, founders


def _add_school(
    draft: _Draft,
    number: int,
    departments: list[OrganisationRow],
    founders: list[OrganisationRow],
) -> None:
    """The first schools carry the cases: those of one pair stand in one district."""
    planted = {0: 0, 1: 1, 2: 2, 3: 2, 4: 0, 5: 0, 6: 1, 7: 3, 8: 3, 9: 3}
    district = planted.get(number, number % len(draft.places.districts))
    territory = draft.places.districts[district]
    row = draft.add("SCHOOL", _free_name(draft, number, district, territory), territory.id)
    draft.subordinate(row, departments[district % len(departments)].id)
    draft.subordinate(row, founders[district].id, "FOUNDER")


def _free_name(draft: _Draft, number: int, district: int, territory: TerritoryRow) -> Name:
    roll = dice(draft.draw, "school", number)
    while True:
        name = school_name(
            roll,
            number=roll.below(4 + number // 8) if roll.chance(0.3) else 1 + roll.below(30),
            locality=roll.one_of(draft.places.settlements[district]),
            district=territory.name,
        )
        key = (name.type, name.number, name.locality)
        if key not in draft.taken:
            draft.taken.add(key)
            return name


def _plant(
    draft: _Draft,
    planted: Mapping[str, int],
    departments: list[OrganisationRow],
    ministry: OrganisationRow,
) -> tuple[SuccessionRow, ...]:
    """Make the planted schools what their codes say."""
    rows = {code: draft.organisations[place] for code, place in planted.items()}
    closing = date(draft.year - 1, 9, 1)
    draft.change(rows["CLOSED"], status="CLOSED", ends=closing)
    _make_branch(draft, rows["BRANCH"], rows["FIRST"])
    draft.subordinate(rows["TWO_AUTHORITIES"], departments[1].id, "METHODICAL")
    _without_primary(draft, rows["OUTSIDE"])
    draft.subordinate(rows["OUTSIDE"], ministry.id, "FOUNDER")
    _transfer(draft, rows["TRANSFERRED"], departments[4].id)
    _make_namesake(draft, rows["NAMESAKE"], rows["MESSY"])
    return (
        SuccessionRow(
            from_id=rows["CLOSED"].id, to_id=rows["SUCCESSOR"].id, kind="MERGE", on_date=closing
        ),
    )


def _make_branch(draft: _Draft, branch: OrganisationRow, parent: OrganisationRow) -> None:
    """A branch has its parent's ИНН and ОГРН, so only the parent's stand in the registry."""
    named = f"Филиал {parent.short_name} в {branch.locality}"
    draft.change(
        branch,
        short_name=named,
        full_name=f"{named} — обособленное структурное подразделение",
        legal_form=parent.legal_form,
        type=parent.type,
        number=parent.number,
        parent_id=parent.id,
        parent_kind="BRANCH",
        legal_entity_id=parent.id,
        sort_key=folded(named),
    )
    draft.identifiers[:] = [
        row
        for row in draft.identifiers
        if row.organisation_id != branch.id or row.system == "AIS_KADRY"
    ]


def _without_primary(draft: _Draft, row: OrganisationRow) -> None:
    draft.subordinations[:] = [
        held
        for held in draft.subordinations
        if held.organisation_id != row.id or held.kind == "FOUNDER"
    ]


def _transfer(draft: _Draft, row: OrganisationRow, to: UUID) -> None:
    """Move a school to another department on 1 September two years ago."""
    day = date(draft.year - 2, 9, 1)
    for place, held in enumerate(draft.subordinations):
        if held.organisation_id == row.id and held.kind == "PRIMARY":
            draft.subordinations[place] = replace(held, ends=day)
    later = SubordinationRow(organisation_id=row.id, authority_id=to, kind="PRIMARY", starts=day)
    draft.subordinations.append(later)


def _make_namesake(draft: _Draft, row: OrganisationRow, model: OrganisationRow) -> None:
    """Give the number and the type of another school of the district; only the village differs."""
    settlements = draft.places.settlements[3]
    free = next(
        name
        for name in settlements
        if name != model.locality and (model.type, model.number, name) not in draft.taken
    )
    draft.taken.add((model.type, model.number, free))
    short = model.short_name.replace(model.locality, free)
    draft.change(
        row,
        short_name=short,
        full_name=model.full_name.replace(model.locality, free),
        legal_form=model.legal_form,
        type=model.type,
        number=model.number,
        locality=free,
        sort_key=folded(short),
    )


def _add_others(draft: _Draft, sizes: Sizes, departments: list[OrganisationRow]) -> None:
    """Add kindergartens, colleges, houses of creativity, partners and the university, in order."""
    for kind, count in (
        ("KINDERGARTEN", sizes.kindergartens),
        ("COLLEGE", sizes.colleges),
        ("ADDITIONAL", sizes.additional),
        ("PARTNER", sizes.partners),
    ):
        for number in range(count):
            district, locality = _spot(draft, number, kind)
            name = _other_name(draft, kind, number, locality)
            row = draft.add(kind, name, draft.places.districts[district].id)
            if kind in SCHOOL_KINDS:
                draft.subordinate(row, departments[district % len(departments)].id)
    title = "ФГБОУ ВО «Приволожский педагогический университет»"
    draft.add("UNIVERSITY", plain_name(title, title), draft.places.districts[0].id)


def _other_name(draft: _Draft, kind: str, number: int, locality: str) -> Name:
    if kind == "KINDERGARTEN":
        roll = dice(draft.draw, "kindergarten", number)
        return kindergarten_name(roll, number=number + 1, locality=locality)
    if kind == "COLLEGE":
        return college_name(number=number, locality=locality)
    if kind == "ADDITIONAL":
        return additional_name(number=number + 1, locality=locality)
    return partner_name(number=number, locality=locality)


def _spot(draft: _Draft, number: int, kind: str) -> tuple[int, str]:
    roll = dice(draft.draw, kind, "spot", number)
    district = roll.below(len(draft.places.districts))
    return district, roll.one_of(draft.places.settlements[district])


def _positions(start: int, sizes: Sizes) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for kind in ("kindergartens", "colleges", "additional", "partners"):
        count = getattr(sizes, kind)
        places[kind] = tuple(range(start, start + count))
        start += count
    return places


def _enrolments(draft: _Draft) -> tuple[EnrolmentRow, ...]:
    """List the legal entities of the model year by year: a wider list each year."""
    rows = []
    for number, row in enumerate(draft.organisations):
        if row.kind not in SCHOOL_KINDS or row.parent_id is not None:
            continue
        since = draft.year - int(dice(draft.draw, "enrolled", number).roll() * 6)
        rows += [
            EnrolmentRow(
                organisation_id=row.id,
                academic_year=year,
                act=f"приказ министерства от 25.08.{year} № {year - 1900}-од",
            )
            for year in range(since, draft.year + 1)
            if date(year, 9, 2) < row.ends
        ]
    return tuple(rows)


def _targets(departments: list[OrganisationRow], year: int) -> tuple[TargetRow, ...]:
    return tuple(
        TargetRow(
            indicator_code=code,
            organisation_id=department.id if department else None,
            territory_id=None,
            year=_FIRST_PLAN + place,
            value=Decimal(value),
        )
        for department in (None, *departments)
        for code, values in _INDICATORS.items()
        for place, value in enumerate(values)
        if _FIRST_PLAN + place <= year + 1
    )


def _population(places: Places, pupils: int, year: int) -> tuple[PopulationRow, ...]:
    """State how many children live in each district: somewhat more than the schools teach."""
    each = pupils * 1.1 / len(places.districts)
    return tuple(
        PopulationRow(
            territory_id=district.id,
            age_from=low,
            age_to=high,
            as_of=date(at, 1, 1),
            value=round(each * (high - low + 1) / 12),
            basis="RESIDENCE",
            source="Росстат, оценка численности населения по возрасту",
        )
        for district in places.districts
        for low, high in _BANDS
        for at in range(year - 4, year + 1)
    )
