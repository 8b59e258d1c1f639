"""The region's organisations and who answers to whom, with every case of COUNTING among them."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.demo.draft import SCHOOL_KINDS, Draft
from hub.demo.draw import Draw, dice
from hub.demo.places import REGION_NAME, make_places
from hub.demo.plans import enrolments_of, population_of, targets_of
from hub.demo.planting import PLANTED, plant
from hub.demo.registry import (
    OrganisationRow,
    Registry,
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

__all__ = ["SCHOOL_KINDS", "Organised", "Sizes", "organise", "sizes_for"]

PUPILS_A_SCHOOL = 480


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
    draft = Draft(draw=draw, places=places, year=year)
    ministry, departments, founders = _authorities(draft, sizes)
    first = len(draft.organisations)
    for number in range(sizes.schools):
        _add_school(draft, number, departments, founders)
    planted = {code: first + place for place, code in enumerate(PLANTED)}
    successions = plant(draft, planted, departments, ministry)
    start = len(draft.organisations)
    _add_others(draft, sizes, departments)
    schools = tuple(range(first, first + sizes.schools))
    registry = Registry(
        ministry_id=ministry.id,
        department_ids=tuple(department.id for department in departments),
        territories=(places.region, *places.districts),
        organisations=tuple(draft.organisations),
        identifiers=tuple(draft.identifiers),
        subordinations=tuple(draft.subordinations),
        successions=successions,
        enrolments=enrolments_of(draft),
        targets=targets_of(departments, year),
        population=population_of(places, pupils, year),
    )
    return Organised(
        registry=registry,
        planted=planted,
        schools=schools,
        university=len(draft.organisations) - 1,
        **_positions(start, sizes),
    )


def _authorities(
    draft: Draft, sizes: Sizes
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
    draft: Draft,
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


def _free_name(draft: Draft, number: int, district: int, territory: TerritoryRow) -> Name:
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


def _add_others(draft: Draft, sizes: Sizes, departments: list[OrganisationRow]) -> None:
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


def _other_name(draft: Draft, kind: str, number: int, locality: str) -> Name:
    if kind == "KINDERGARTEN":
        roll = dice(draft.draw, "kindergarten", number)
        return kindergarten_name(roll, number=number + 1, locality=locality)
    if kind == "COLLEGE":
        return college_name(number=number, locality=locality)
    if kind == "ADDITIONAL":
        return additional_name(number=number + 1, locality=locality)
    return partner_name(number=number, locality=locality)


def _spot(draft: Draft, number: int, kind: str) -> tuple[int, str]:
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
