"""A region of half a million people and a million participations, made by SQL in minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from hub.settings import Addresses
from tests.bench.region import EMPTY, Ground

NAME = "bench_large"
SCRIPT = Path(__file__).with_suffix(".sql")
SEPTEMBER = 9
DEPARTMENTS = 15
SCHOOLS = 1_500
FIRST_SCHOOL = 2 * DEPARTMENTS  # of the first department, as n % departments + 1 says
YEARS = 5
FIFTH = 5  # of the people of a school are mentors
TEACHERS = 10  # every tenth of the others is a teacher, mentored in a pedagogical form
COUNTED = ("person", "employment", "participation_fact", "mentorship", "mentorship_member")
# Ids in the order of making, as the hub's own are in the order of time.
ID = "('01930000-{kind:04x}-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"
KINDS = {
    "unit": (1, "n"),
    "department": (1, "(n % {departments} + 1)"),
    "person": (2, "person"),
    "mentorship": (3, "pair"),
    "programme": (4, "n"),
    "paired": (4, "d.n"),
    "file": (5, "n"),
    "of_source": (6, "1"),
}
# What is filled at once is indexed at once: half the time of keeping the indexes up row by row.
INDEXES = """
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i
join pg_class t on t.oid = i.indrelid and t.relnamespace = 'public'::regnamespace
where not exists (select from pg_constraint c where c.conindid = i.indexrelid)
  and t.relname in ('person', 'person_name', 'person_place', 'person_field', 'record',
                    'record_version', 'link', 'employment', 'enrolment', 'participation_fact',
                    'mentorship', 'mentorship_member', 'mentorship_place')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """The filled database: where it is, how much it holds, who asks and about whom."""

    where: Addresses
    held: Mapping[str, int]
    keys: Mapping[str, str]
    department: UUID
    person: UUID


async def make(ground: Ground, where: Addresses, *, people: int) -> Large:
    """Fill a database that `clone` made; raises ValueError for fewer people than schools."""
    if people < SCHOOLS * FIFTH:
        raise ValueError(f"At least {SCHOOLS * FIFTH} people: five to a school.")
    connection = await open_connection(ground.at(NAME))
    try:
        held = await _fill(connection, people, _year(ground))
    finally:
        await connection.close()
    return Large(
        where=where,
        held=held,
        keys=await _keys(ground, where),
        department=UUID(_id("unit", 1)),
        person=UUID(_id("person", (FIRST_SCHOOL - DEPARTMENTS - 1) * -(-people // SCHOOLS))),
    )


def clone(ground: Ground) -> Addresses:
    """Make the database that `make` fills."""
    return ground.clone(NAME, of=EMPTY)


# The academic year that is running.
def _year(ground: Ground) -> int:
    return ground.today.year - (ground.today.month < SEPTEMBER)


async def _fill(connection: asyncpg.Connection, people: int, year: int) -> Mapping[str, int]:
    of_school = -(-people // SCHOOLS)
    numbers = {
        "departments": DEPARTMENTS,
        "schools": SCHOOLS,
        "years": YEARS,
        "teachers": TEACHERS,
        "mentors": -(-of_school // FIFTH),
        "of_school": of_school,
        "year": year,
    }
    ids = {
        name: ID.format(kind=kind, number=number.format(**numbers))
        for name, (kind, number) in KINDS.items()
    }
    text = SCRIPT.read_text(encoding="utf-8").format(**numbers, **ids)
    async with connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("set local work_mem = '256MB'")
        await connection.execute("set local maintenance_work_mem = '512MB'")
        indexes = await connection.fetch(INDEXES)
        for index in indexes:
            await connection.execute(f"drop index {index['name']}")
        await connection.execute(text)
        for index in indexes:
            await connection.execute(index["definition"])
    await connection.execute("vacuum analyze")
    return {table: await connection.fetchval(f"select count(*) from {table}") for table in COUNTED}


def _id(name: str, number: int) -> str:
    return f"01930000-{KINDS[name][0]:04x}-7000-8000-{number:012x}"


async def _keys(ground: Ground, where: Addresses) -> Mapping[str, str]:
    viewers = {
        "centre": (Role.REGIONAL_CENTRE, ground.registry.ministry_id),
        "department": (Role.TERRITORY, UUID(_id("unit", 1))),
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
