"""The lists of an organisation, held against an evaluator that reads the plain rows."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from hub import row_keys
from hub.row_keys import FILES
from tests.door.asking import VIEWERS, Door
from tests.door.evaluator import World
from tests.door.rows import SCHOOLS, uid
from tests.door.tables import Row

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
YEARS = (2019, 2025, 2026)
LISTED = (*SCHOOLS, 1, 8)
Expected = Callable[[World, Any, int], list[Json]]


def person_of(world: World, key: object) -> Row | None:
    row = world.one("person", id=key)
    return row if row and world.sees("Person", row) else None


def of_files(world: World, row: Row) -> bool:
    """Tell whether a visible record of the files' source states a row."""
    record = world.one("record", id=row["record_id"])
    if record is None or not world.sees("Organisation", {"id": record["organisation_id"]}):
        return False
    source = world.one("source", id=record["source_id"])
    return bool(source and source["code"] == FILES)


def of_today(table: str) -> Callable[[World, Any], list[Row]]:
    def rows(world: World, organisation: Any) -> list[Row]:  # noqa: ANN401 - an id
        here = [
            (person, row)
            for row in world.all(table, organisation_id=organisation)
            if world.in_force(row) and (person := person_of(world, row["person_id"]))
        ]
        own = {row["person_id"] for _, row in here if of_files(world, row)}
        kept = [
            (person["sort_key"], row["id"], row)
            for person, row in here
            if of_files(world, row) or row["person_id"] not in own
        ]
        return [row for _, _, row in sorted(kept, key=lambda one: one[:2])]

    return rows


def staff(world: World, organisation: Any, _: int) -> list[Json]:  # noqa: ANN401 - an id
    return [
        {
            "positionName": row["position_text"],
            "subjects": row["subjects"],
            "employmentKind": row["kind"],
            "youngSpecialistFlag": row["young_specialist_flag"],
            "person": {"id": f"person-{row['person_id']}"},
        }
        for row in of_today("employment")(world, organisation)
    ]


def pupils(world: World, organisation: Any, _: int) -> list[Json]:  # noqa: ANN401 - an id
    return [
        {
            "grade": row["grade"],
            "letter": row["letter"],
            "person": {"id": f"person-{row['person_id']}"},
        }
        for row in of_today("enrolment")(world, organisation)
    ]


def base(side: str) -> Expected:
    def lines(world: World, organisation: Any, year: int) -> list[Json]:  # noqa: ANN401 - an id
        opens, closes = date(year, 9, 1), date(year + 1, 9, 1)

        def in_year(row: Row) -> bool:
            return bool(row["starts"] < closes and row["ends"] > opens)

        facts = [
            row
            for row in world.all("participation_fact", host_id=organisation)
            if in_year(row) and world.sees("Mentorship", {"id": row["mentorship_id"]})
        ]
        paired = {(row["mentorship_id"], row[f"{side}_id"]) for row in facts}
        listed = {
            (None, row["person_id"])
            for row in world.all(f"{side}_profile", organisation_id=organisation)
            if in_year(row)
            and person_of(world, row["person_id"])
            and row["person_id"] not in {person for _, person in paired}
        }
        found = [
            (*_order(world, one, side), _line(world, one, side, organisation))
            for one in paired | listed
        ]
        return [line for *_, line in sorted(found, key=lambda one: one[:2])]

    return lines


def _member(world: World, one: tuple[Any, Any], side: str) -> Row | None:
    members = world.all("mentorship_member", mentorship_id=one[0], person_id=one[1])
    return next((row for row in members if (row["role"] == "MENTEE") == (side == "mentee")), None)


def _order(world: World, one: tuple[Any, Any], side: str) -> tuple[str, str]:
    person, member = person_of(world, one[1]), _member(world, one, side)
    key = person["sort_key"] if person else member["display_name"] if member else ""
    return key, f"{one[1]}{one[0] or ''}"


def _line(world: World, one: tuple[Any, Any], side: str, organisation: Any) -> Json:  # noqa: ANN401 - an id
    person, member = person_of(world, one[1]), _member(world, one, side)
    pair = world.one("mentorship", id=one[0])
    form = world.one("mentoring_form", code=pair["form_code"]) if pair else None
    names = [person[part] for part in ("last_name", "first_name", "middle_name")] if person else []
    home = world.one("organisation", id=organisation)
    others = _others(world, one[0], side, organisation)
    assert home
    return {
        "displayName": member["display_name"] if member else " ".join(filter(None, names)),
        "joinedOn": _day(pair["starts"]) if pair else None,
        "endedOn": _day(pair["ends"], less=1) if pair and not pair["end_assumed"] else None,
        "formName": form["label"] if form else None,
        "workplace": member["organisation_name"] if member else home["short_name"],
        "others": [row["display_name"] for row in others],
        "places": [row["organisation_name"] for row in others],
        "person": {"id": f"person-{one[1]}"} if person else None,
    }


def _others(world: World, pair: Any, side: str, organisation: Any) -> Sequence[Row]:  # noqa: ANN401 - ids
    rows = [
        row
        for row in world.all("mentorship_member", mentorship_id=pair)
        if (row["role"] == "MENTEE") == (side == "mentor")
        and (side == "mentee" or row["host_organisation_id"] == organisation)
    ]
    return sorted(rows, key=lambda row: (row["display_name"], row["id"]))


def _day(day: date, *, less: int = 0) -> str | None:
    finite = day not in {date.min, date.max}
    return (day - timedelta(days=less)).isoformat() if finite else None


LINE = "displayName joinedOn endedOn formName person { id }"
LISTS: dict[str, tuple[str, Expected]] = {
    "staffRows": (
        "positionName subjects employmentKind youngSpecialistFlag person { id }", staff,
    ),
    "pupilRows": ("grade letter person { id }", pupils),
    "mentorBaseRows": (
        f"{LINE} workplace others: mentees places: menteeWorkplaces", base("mentor"),
    ),
    "menteeBaseRows": (f"{LINE} others: mentors places: mentorWorkplaces", base("mentee")),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_of_an_organisation_is_what_the_evaluator_says(door: Door, name: str) -> None:
    fields, expected_of = LISTS[name]
    by_year = "Base" in name
    year = ", academicYear: $y" if by_year else ""
    query = (
        f"query($o: ID!{', $y: Int!' if by_year else ''}) {{ {name}(organisation: $o{year},"
        f" first: 100) {{ totalCount nodes {{ rowKey {fields} }} }} }}"
    )
    lines = 0
    for who in VIEWERS:
        world = door.world(who)
        for number in LISTED:
            key = uid("organisation", number)
            for one in YEARS if by_year else YEARS[:1]:
                values = {"o": f"organisation-{key}", **({"y": one} if by_year else {})}
                found = (await door.ask(who, query, values))[name]
                seen = world.sees("Organisation", {"id": key})
                expected = expected_of(world, key, one) if seen else []

                keys = [row.pop("rowKey") for row in found["nodes"]]
                if name == "menteeBaseRows":
                    expected = [
                        {k: v for k, v in row.items() if k != "workplace"} for row in expected
                    ]
                assert len(expected) == found["totalCount"]
                assert expected == found["nodes"], (who, number, one)
                opened_keys = [row_keys.read(door.sealer, one) for one in keys if one]
                assert {key} >= {one.organisation_id for one in opened_keys}
                assert len({one.external_id for one in opened_keys}) == len(opened_keys)
                lines += len(expected)
    assert lines > 30
