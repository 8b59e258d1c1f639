"""Live coverage of a region with a million participations: rows made by SQL, counted over HTTP."""

import asyncio
import json
from collections.abc import Mapping

from hub.access import ClientKind, Role, issue_key
from hub.database import open_connection, open_database
from hub.settings import Addresses
from schema.http import PATH
from tests.bench.cases import Case, coverage_cases, partial_cases
from tests.bench.figures import Figure, Section, median
from tests.bench.region import EMPTY, Ground
from tests.bench.serving import Web, hub_web

NAME = "bench_million"
SEPTEMBER = 9
DEPARTMENTS = 15
SCHOOLS = 1_500
YEARS = 5
MENTEES = 2  # of a mentor a year
TEACHERS = 10  # every tenth mentee is a teacher, in a pedagogical form

# References to evidence are not what is measured: they stay unchecked and point nowhere.
UNCHECKED = "set local session_replication_role = replica"

UNITS = """
insert into organisation (id, kind, full_name, short_name, territory_id,
                          legal_entity_id, status, sort_key)
select md5('unit' || n)::uuid, case when n <= {departments} then 'AUTHORITY' else 'SCHOOL' end,
       'Единица ' || n, 'Единица ' || n,
       (select id from territory order by oktmo limit 1), md5('unit' || n)::uuid, 'ACTIVE',
       'единица ' || lpad(n::text, 5, '0')
from generate_series(1, {departments} + {schools}) n
"""
SUBORDINATIONS = """
insert into subordination (organisation_id, authority_id, kind)
select md5('unit' || n)::uuid, md5('unit' || (n % {departments} + 1))::uuid, 'PRIMARY'
from generate_series({departments} + 1, {departments} + {schools}) n
"""
PLACES = """
insert into organisation_place (authority_id, organisation_id, starts)
select s.authority_id, s.organisation_id, s.starts from subordination s
where s.organisation_id in (select id from organisation where short_name like 'Единица %')
union all
select o.id, o.id, '-infinity' from organisation o where o.short_name like 'Единица %'
union all
select m.id, o.id, '-infinity' from organisation o, organisation m
where o.short_name like 'Единица %' and m.kind = 'MINISTRY'
"""
# The mentors of a school have other mentees each year; what a year's pairs did ends with the year.
FACTS = """
insert into participation_fact (mentorship_id, mentor_id, mentee_id, form_code, host_id,
    host_department_id, host_territory_id, mentor_organisation_id, mentor_department_id,
    mentor_territory_id, starts, ends, changeset_id)
select md5('pair' || n)::uuid, md5('mentor' || school || '/' || person)::uuid,
       md5('mentee' || n)::uuid,
       case when n % {teachers} = 0 then 'TEACHER_TEACHER' else 'TEACHER_PUPIL' end,
       md5('unit' || school)::uuid, md5('unit' || school % {departments} + 1)::uuid, land.id,
       md5('unit' || school)::uuid, md5('unit' || school % {departments} + 1)::uuid, land.id,
       make_date(year, 9, 1), make_date(year + 1, 9, 1), 1
from (
    select n, {departments} + 1 + n / {mentees} % {schools} as school,
           {year} - n / {mentees} / {schools} % {years} as year,
           n / {mentees} / {schools} / {years} as person
    from generate_series(0, {facts} - 1) n
) made
cross join (select id from territory order by oktmo limit 1) land
"""
POSTS = """
insert into employment (person_id, organisation_id, position_code, position_text, subjects, kind,
                        starts, record_id, changeset_id)
select distinct on (person_id) person_id, host_id, 'TEACHER', 'учитель', '{{}}', 'MAIN', starts, 1, 1
from (
    select mentor_id as person_id, host_id, starts from participation_fact
    union all
    select mentee_id, host_id, starts from participation_fact where form_code = 'TEACHER_TEACHER'
) named
order by person_id, starts
"""
EXPERIENCE = """
insert into experience (person_id, kind, since, record_id, changeset_id)
select person_id, 'TEACHING',
       case when hashtext(person_id::text) % 8 = 0 then current_date - 400
            else current_date - 4000 end, 1, 1
from employment
"""
TABLES = ("organisation", "participation_fact", "employment")


def measure(ground: Ground, *, facts: int, rounds: int, seconds: float) -> Section:
    """Make the region and count it live for a department and for the centre."""
    where = ground.clone(NAME, of=EMPTY)
    held = asyncio.run(_fill(ground, facts))
    keys = asyncio.run(_keys(ground, where))
    with hub_web(ground, where) as web:
        figures = [
            _counted(web, case, keys[case.who], rounds=rounds, seconds=seconds)
            for case in (*coverage_cases(), *partial_cases())
        ]
    title = ", ".join(f"{count:,} {name}".replace(",", " ") for name, count in held.items())
    return Section(title=f"Live coverage of one day over {title}", figures=tuple(figures))


def _counted(web: Web, case: Case, key: str, *, rounds: int, seconds: float) -> Figure:
    body = json.dumps({"query": case.query, "variables": case.variables})
    answer = json.loads(web.fetch(PATH, key, body))["data"]["coverage"]
    shots = [
        web.shoot(PATH, key, body, clients=1, seconds=seconds)["p50_ms"] for _ in range(rounds)
    ]
    return Figure(
        name=case.name,
        value=median(shots),
        unit="ms",
        bar="<= 100" if case.name.startswith("coverage of a department") else "",
        note=f"{answer['total']['pairs']} pairs in {len(answer['rows'])} rows",
    )


async def _fill(ground: Ground, facts: int) -> dict[str, int]:
    """Make the rows; answer how many there are."""
    year = ground.today.year - (ground.today.month < SEPTEMBER)
    numbers = {
        "departments": DEPARTMENTS,
        "schools": SCHOOLS,
        "years": YEARS,
        "mentees": MENTEES,
        "teachers": TEACHERS,
        "year": year,
        "facts": facts,
    }
    connection = await open_connection(ground.at(NAME))
    try:
        async with connection.transaction():
            await connection.execute(UNCHECKED)
            for statement in (UNITS, SUBORDINATIONS, PLACES, FACTS, POSTS, EXPERIENCE):
                await connection.execute(statement.format(**numbers))
        await connection.execute("vacuum analyze")
        return {
            table: await connection.fetchval(f"select count(*) from {table}") for table in TABLES
        }
    finally:
        await connection.close()


async def _keys(ground: Ground, where: Addresses) -> Mapping[str, str]:
    ministry = ground.registry.ministry_id
    connection = await open_connection(where.worker)
    department = await connection.fetchval("select md5('unit1')::uuid")
    await connection.close()
    viewers = {
        "centre": (Role.REGIONAL_CENTRE, ministry),
        "department": (Role.TERRITORY, department),
    }
    async with open_database(where.worker) as database, database.writing() as session:
        return {
            who: await issue_key(
                session,
                client_name=who,
                kind=ClientKind.SYSTEM,
                role=role,
                organisation_id=organisation,
                env="bench",
            )
            for who, (role, organisation) in viewers.items()
        }
