"""The lists of the three users as the region and as a department see them: no foreign row."""

from datetime import date

import pytest

from tests.door.asking import Door
from tests.door.rows import uid

pytestmark = pytest.mark.anyio
OWN_SCHOOL, FOREIGN_SCHOOL = (f"organisation-{uid('organisation', n)}" for n in (3, 6))


async def listed(door: Door, who: str, field: str) -> set[str]:
    answer = await door.ask(who, f"{{ list: {field} {{ totalCount nodes {{ id }} }} }}")
    found = {node["id"] for node in answer["list"]["nodes"]}
    assert len(found) == answer["list"]["totalCount"]
    return found


async def test_a_department_lists_only_mentorships_of_its_people(door: Door) -> None:
    north = await listed(door, "north", "mentorships(first: 100)")
    centre = await listed(door, "centre", "mentorships(first: 100)")

    places = door.tables.having("mentorship_place", "authority_id", uid("organisation", 1))
    assert {f"mentorship-{place['mentorship_id']}" for place in places} == north
    assert north < centre


async def test_a_department_learns_nothing_of_a_foreign_host(door: Door) -> None:
    def at(school: str) -> str:
        return f'mentorships(first: 100, filter: {{ organisation: "{school}" }})'

    assert await listed(door, "centre", at(FOREIGN_SCHOOL))
    assert set() == await listed(door, "north", at(FOREIGN_SCHOOL))
    assert await listed(door, "north", at(OWN_SCHOOL))


async def test_a_department_lists_programmes_it_takes_part_in(door: Door) -> None:
    def of(school: str) -> str:
        return f'programmes(filter: {{ organisation: "{school}" }})'

    assert {f"programme-{uid('programme', 2)}"} == await listed(door, "centre", of(FOREIGN_SCHOOL))
    assert set() == await listed(door, "north", of(FOREIGN_SCHOOL))
    assert {f"programme-{uid('programme', 0)}"} == await listed(door, "north", of(OWN_SCHOOL))


@pytest.mark.parametrize(("role", "column"), [("mentors", "mentor_id"), ("mentees", "mentee_id")])
async def test_a_department_lists_only_its_own_people_in_a_role(
    door: Door, role: str, column: str
) -> None:
    field = f'{role}(first: 100, asOf: "2025-10-05")'
    own = await listed(door, "north", "people(first: 100)")
    day = date(2025, 10, 5)
    facts = door.tables["participation_fact"]
    everyone = {f"person-{fact[column]}" for fact in facts if fact["starts"] <= day < fact["ends"]}

    assert everyone == await listed(door, "centre", field)
    assert everyone & own == await listed(door, "north", field)
    assert set() < everyone & own < everyone


async def test_a_former_name_finds_only_those_in_the_role(door: Door) -> None:
    field = 'mentors(first: 100, filter: { namePrefix: "ПРЕЖНЕВА" })'
    query = f"{{ list: {field} {{ nodes {{ lastName names {{ lastName }} }} }} }}"

    found = (await door.ask("north", query))["list"]["nodes"]

    assert found
    assert all("Прежнева" in {name["lastName"] for name in each["names"]} for each in found)
    assert "Прежнева" not in {each["lastName"] for each in found}


async def test_a_title_is_found_without_its_quotes_and_case(door: Door) -> None:
    found = await listed(door, "north", 'programmes(filter: { titlePrefix: "«ПРОГРАММА 1" })')

    assert {f"programme-{uid('programme', 1)}"} == found


@pytest.mark.parametrize("order", ["NAME_ASC", "STARTS_DESC"])
async def test_a_walk_over_mentorships_meets_every_one_once(door: Door, order: str) -> None:
    query = (
        f"query($a: String) {{ mentorships(first: 7, after: $a, orderBy: {order})"
        " { nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    walked: list[str] = []
    after, more = None, True

    while more:
        page = (await door.ask("north", query, {"a": after}))["mentorships"]
        walked += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert sorted(walked) == sorted(await listed(door, "north", "mentorships(first: 100)"))


async def test_a_department_reads_refusals_and_questions_of_its_own_schools(door: Door) -> None:
    query = """{ rejections { nodes { key organisation { id } } totalCount }
        questions { nodes { id organisation { id } firstPerson { id } } totalCount } }"""
    own = await listed(door, "north", "organisations(first: 100)")
    people = await listed(door, "north", "people(first: 100)")

    north = await door.ask("north", query)
    centre = await door.ask("centre", query)

    for name in ("rejections", "questions"):
        assert 0 < north[name]["totalCount"] < centre[name]["totalCount"]
        assert {each["organisation"]["id"] for each in north[name]["nodes"]} <= own
    assert 20 == centre["rejections"]["totalCount"]
    shown = [each["firstPerson"] for each in north["questions"]["nodes"]]
    assert {each["id"] for each in shown if each} <= people
    assert None in shown


async def test_a_steward_finds_the_open_questions_the_likeliest_first(door: Door) -> None:
    query = "{ questions(filter: { state: OPEN }) { nodes { state score reasons } } }"

    found = (await door.ask("steward", query))["questions"]["nodes"]

    scores = [each["score"] for each in found]
    assert {"OPEN"} == {each["state"] for each in found}
    assert sorted(scores, reverse=True) == scores
    assert ["та же фамилия", "другая дата"] in [each["reasons"] for each in found]


@pytest.mark.parametrize(("who", "sees"), [("centre", True), ("north", False), ("steward", False)])
async def test_sources_and_changes_are_for_those_who_run_the_hub(
    door: Door, who: str, *, sees: bool
) -> None:
    query = """{ sources { totalCount nodes { code fileCount } }
        changesets { totalCount nodes { key state counts { name count } } } }"""

    answer = await door.ask(who, query)

    assert (2 if sees else 0) == answer["sources"]["totalCount"] == len(answer["sources"]["nodes"])
    assert (8 if sees else 0) == answer["changesets"]["totalCount"]
    keys = [each["key"] for each in answer["changesets"]["nodes"]]
    assert ([str(number) for number in range(8, 0, -1)] if sees else []) == keys
