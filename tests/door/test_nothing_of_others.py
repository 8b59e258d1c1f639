"""What stands outside a viewer's scope changes no byte of any answer to them.

Two regions that are the same within the scope and differ in everything beyond it (who is there, how
many, their pairs, programmes, questions, refused rows) are asked the same drawn operations, by ids
and cursors of others too. Rows, counts, errors and refusals have to be the same.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from uuid import uuid4

import pytest

from hub.access import ClientKind, Purpose, Role
from hub.credentials import authenticate, issue_key
from hub.database import WriteSession, open_database
from schema.errors import RequestRefused
from tests.conftest import clone, drop
from tests.day import region_day
from tests.door.answering import ROOTS, SCHEMA
from tests.door.asking import Door, Json, opened
from tests.door.departments import DEPARTMENTS, SCHOOLS, SCHOOLS_OF, add_departments
from tests.door.drawing import pools_of
from tests.door.operations import Operation, Pools, generate
from tests.door.reach import every_place
from tests.door.rows import uid

pytestmark = pytest.mark.anyio
OPERATIONS, MOST = 300, 3_000
MINE, OTHERS = "mine", "others"
# Who asks: in which role, of which unit, and which schools lie within the scope.
ASKED_BY = {
    "department": (Role.TERRITORY, 100, SCHOOLS_OF[100]),
    "school": (Role.SCHOOL, 101, [101]),
    "partner": (Role.PARTNER_SYSTEM, 105, [105]),
}


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two regions that are the same to one viewer."""

    doors: Sequence[Door]
    pools: Pools


@asynccontextmanager
async def region(
    admin_url: str, role: Role, unit: int, ours: Sequence[int], variant: int
) -> AsyncIterator[Door]:
    """Open the door to a region of a variant, with the viewer and somebody of another department."""
    name = f"test_{uuid4().hex}"
    addresses = await clone(admin_url, name)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(drop, admin_url, name)
        database = await stack.enter_async_context(open_database(addresses.worker))
        more = partial(add_departments, ours=ours, variant=variant)
        door = await stack.enter_async_context(opened(addresses, database, more=more))
        async with database.writing() as session:
            await stop_the_clock(session)
            keys = {
                who: await issue_key(
                    session, client_name="Проверка", kind=ClientKind.SYSTEM, role=held,
                    organisation_id=uid("organisation", number), env="test",
                    purposes=frozenset(Purpose),
                )
                for who, held, number in ((MINE, role, unit), (OTHERS, Role.TERRITORY, 200))
            }  # fmt: skip
        viewers = {
            who: await authenticate(door.web, key, today=region_day()) for who, key in keys.items()
        }
        yield replace(door, viewers=viewers)


async def stop_the_clock(session: WriteSession) -> None:
    """Give one moment to whatever the database dated by itself: it differs from region to region."""
    dated = await session.raw.fetch(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and column_default = 'now()'"
        " and table_name in (select tablename from pg_tables where schemaname = 'public')"
    )
    for table, column in dated:
        await session.raw.execute(f"update {table} set {column} = '2026-01-01'")


@pytest.fixture(scope="module", params=ASKED_BY)
async def twins(request: pytest.FixtureRequest, admin_url: str) -> AsyncIterator[Twins]:
    role, unit, ours = ASKED_BY[request.param]
    async with AsyncExitStack() as stack:
        doors = [
            await stack.enter_async_context(region(admin_url, role, unit, ours, variant))
            for variant in (1, 2)
        ]
        yield Twins(doors=doors, pools=await everything(doors[0]))


async def everything(door: Door) -> Pools:
    """Draw from our ids and cursors and from those of others, which the viewer never got."""
    mine, others = await pools_of(door, MINE), await pools_of(door, OTHERS)
    units = [f"organisation-{uid('organisation', n)}" for n in (*DEPARTMENTS, *SCHOOLS)]
    known = {
        "Person": [f"person-{row['id']}" for row in door.tables["person"]],
        "Mentorship": [f"mentorship-{row['id']}" for row in door.tables["mentorship"]],
        "Programme": [f"programme-{row['id']}" for row in door.tables["programme"]],
        "Organisation": units,
        "Question": [f"question-{row['id']}" for row in door.tables["question"]],
    }
    node = [one for kind, ids in known.items() if kind != "Question" for one in ids]
    return Pools(
        ids={**mine.ids, **known, "Node": node, "PersonExplanation": known["Person"]},
        cursors={
            name: [*cursors, *others.cursors[name][:2]] for name, cursors in mine.cursors.items()
        },
        inputs={name: with_units(values, units) for name, values in mine.inputs.items()},
    )


def with_units(values: Sequence[Json], units: Sequence[str]) -> Sequence[Json]:
    if values and str(values[0]).startswith("organisation-"):
        return [*values, *units]
    return values


async def answer(door: Door, operation: Operation) -> bytes | Sequence[Mapping[str, Json]]:
    """Give the bytes of an answer, or the errors of a refusal."""
    viewer = door.viewers[MINE]
    try:
        return await door.engine.answer(
            door.pool(viewer), viewer, operation.text, variables=operation.variables
        )
    except RequestRefused as refused:
        return [dict(error.formatted) for error in refused.errors]


async def test_no_answer_depends_on_what_is_outside_the_scope(twins: Twins) -> None:
    fields = {place for place in every_place(SCHEMA, ROOTS) if is_field(place)}
    used: set[str] = set()
    answered = seed = 0
    while answered < OPERATIONS or fields - used:
        seed += 1
        assert seed < MOST, fields - used
        operation = generate(SCHEMA, twins.pools, seed, roots=ROOTS, asked=used)

        one, other = [await answer(door, operation) for door in twins.doors]

        assert one == other, (seed, operation.text, operation.variables)
        used |= operation.used
        answered += isinstance(one, bytes)


def is_field(place: str) -> bool:
    """Tell a field from an argument, an input or a choice."""
    kind, _, name = place.partition(".")
    named = SCHEMA.get_type(kind)
    return "(" not in place and name in getattr(named, "fields", {}) and not kind.endswith("Filter")


async def test_the_regions_do_differ_beyond_the_scope(twins: Twins) -> None:
    one, other = ({row["id"] for row in door.tables["person"]} for door in twins.doors)

    assert len(one - other) > 100
    assert len(other - one) > 100
    assert len(one) != len(other)


async def test_an_id_of_another_reads_like_one_that_never_was(twins: Twins) -> None:
    own = {
        row["person_id"]
        for row in twins.doors[0].tables["person_place"]
        if row["authority_id"] == twins.doors[0].viewers[MINE].authority_id
    }
    foreign = [row["id"] for row in twins.doors[0].tables["person"] if row["id"] not in own]
    never = uid("nobody", 1)
    text = (
        "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } person(id: $id) { id } }"
    )

    found = {
        await twins.doors[0].engine.answer(
            twins.doors[0].web, twins.doors[0].viewers[MINE], text,
            variables={"id": f"person-{key}"},
        )
        for key in [*foreign, never]
    }  # fmt: skip

    assert len(foreign) > 100
    assert 1 == len(found)
