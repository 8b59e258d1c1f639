"""One department's lists are read from its own rows: plans over tables that are worth an index."""

import re
from collections.abc import AsyncIterator

import pytest

from hub.database import Database, open_connection
from hub.settings import Addresses
from schema.compiler.request import shape_of
from tests.door.asking import Door, opened
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
# Thirty foreign departments with a school each: 9 000 people, who mentor each other in pairs.
CROWD = """
with units as (
    select n, md5('crowd ' || n)::uuid as id from generate_series(1, 30) n
), placed as (
    insert into organisation (id, kind, full_name, short_name, legal_entity_id, status, sort_key)
    select id, 'SCHOOL', 'Школа', 'Школа', id, 'ACTIVE', 'школа толпы ' || n from units
    returning id
), own as (
    insert into organisation_place (authority_id, organisation_id, starts, ends)
    select id, id, '-infinity', 'infinity' from placed
), people as (
    select u.id as unit, u.n, p, md5(concat(u.n, '/', p))::uuid as id
    from units u cross join generate_series(1, 300) p
), written as (
    insert into person (id, last_name, first_name, middle_name, sort_key, record_count,
                        changeset_id)
    select id, 'Толпин', 'Человек', '', concat('толпин ', n, ' ', p), 1, 1 from people
    returning id
), located as (
    insert into person_place (authority_id, sort_key, person_id, changeset_id)
    select unit, concat('толпин ', n, ' ', p), id, 1 from people
), employed as (
    insert into employment (id, person_id, organisation_id, position_code, position_text,
                            subjects, kind, record_id, changeset_id)
    select 100000 + n * 1000 + p, id, unit, 'TEACHER', 'учитель', '{}', 'MAIN', 1, 1 from people
), studying as (
    insert into enrolment (id, person_id, organisation_id, letter, record_id, changeset_id)
    select 100000 + n * 1000 + p, id, unit, '', 1, 1 from people
), pairs as (
    select unit, id as mentor, lead(id) over (partition by unit order by p) as mentee, n, p,
           md5('pair ' || id)::uuid as id
    from people
), mentorships as (
    insert into mentorship (id, kind, status, confirmation, starts, end_assumed, sort_key,
                            changeset_id)
    select id, 'PAIR', 'CONFIRMED', 'ONE_SIDED', date '2020-09-01' + p, false,
           concat('толпин ', n, ' ', p), 1 from pairs where mentee is not null
), members as (
    insert into mentorship_member (id, mentorship_id, person_id, role, host_organisation_id, moved,
        affiliation_kind, affiliation_text, display_name, organisation_name, position_text,
        changeset_id)
    select 100000 + n * 1000 + p, id, mentee, 'MENTEE', unit, false, 'TEXT', '', '', '', '', 1
    from pairs where mentee is not null
), seen as (
    insert into mentorship_place (authority_id, sort_key, mentorship_id, starts, changeset_id)
    select unit, concat('толпин ', n, ' ', p), id, date '2020-09-01' + p, 1
    from pairs where mentee is not null
), carded as (
    insert into record (id, source_id, kind, organisation_id, external_id, is_card, first_stated,
                        last_stated)
    select 100000 + n * 1000 + p, (select s.id from source s where s.code = 'KADRY'), 'STAFF', unit,
           decode(md5(concat('card ', n, '/', p)), 'hex'), true, '2025-09-01', '2025-09-01'
    from people
), linked as (
    insert into link (record_id, person_id, model_version, changeset_id)
    select 100000 + n * 1000 + p, id, 'crowd', 1 from people
)
insert into participation_fact (id, mentorship_id, mentor_id, mentee_id, host_id, changeset_id)
select 100000 + n * 1000 + p, id, mentor, mentee, unit, 1 from pairs where mentee is not null
"""
PERSONAL = (
    "employment", "enrolment", "link", "mentorship", "mentorship_member", "mentorship_place",
    "participation_fact", "person", "person_name", "person_place", "record",
)  # fmt: skip
QUERIES = {
    "a gateway's": """{ _entities(representations: [
        { __typename: "Person", id: "person-019b76da-a800-716d-b3bf-18b5a04ef46f" },
        { __typename: "Person", sourceSystem: "KADRY", externalId: "7" }
    ]) { ... on Person { displayName sourceSystem externalId } } }""",
    "findings": "{ findings { nodes { kind reason members { displayName } } } }",
    "pull": """{ subordinateOrganisations { nodes {
        staff(first: 5) { nodes { displayName } } mentors(first: 5) { nodes { displayName } }
        mentees(first: 5) { nodes { displayName } }
        mentorships(first: 5) { nodes { status members { displayName } } } } } }""",
    "by start": "{ mentorships(orderBy: STARTS_DESC) { nodes { starts members { role } } } }",
    "by organisation": "{ mentorships(orderBy: ORGANISATION_ASC) { nodes { status } } }",
    "by name": '{ mentorships(filter: { namePrefix: "Ив" }) { nodes { status } } }',
    "of a school": """query($school: ID) { mentorships(filter: { organisation: $school }) {
        nodes { status } } }""",
    "people": """{ people(orderBy: CHANGED_ASC, filter: {
        changedSince: "2026-01-01T00:00:00Z", positionCode: "TEACHER" }) { nodes { id } } }""",
    "mentors": "{ mentors(filter: { academicYear: 2025 }) { nodes { displayName } } }",
}


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    async with opened(module_addresses, module_database) as opened_door:
        async with module_database.writing() as session:
            await session.raw.execute(CROWD)
        owner = await open_connection(module_addresses.owner)
        await owner.execute("analyze")
        await owner.close()
        yield opened_door


async def plan_of(door: Door, text: str) -> str:
    """Return the plan that a department's request gets."""
    viewer = door.viewers["north"]
    school = {"school": f"organisation-{NORTH}"} if "$school" in text else {}
    prepared, given = door.engine.prepare(text, None, school)
    plan = door.engine.plan(prepared, given, shape_of(viewer))
    values = plan.values(door.engine.request(viewer, given))
    lines = await door.web.fetch(f"explain {plan.statement.sql}", *values)
    return "\n".join(line[0] for line in lines)


@pytest.mark.parametrize("name", QUERIES)
async def test_a_departments_list_reads_no_table_of_people_whole(door: Door, name: str) -> None:
    plan = await plan_of(door, QUERIES[name])

    whole = set(re.findall(r"Seq Scan on (\w+)", plan))
    assert [] == sorted(whole & set(PERSONAL))


async def test_mentorships_by_start_are_read_in_their_order(door: Door) -> None:
    plan = await plan_of(door, QUERIES["by start"])

    assert "Scan Backward using ix_mentorship_place_authority_id_starts_mentorship_id" in plan
