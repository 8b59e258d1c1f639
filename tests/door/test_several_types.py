"""Fields that return an interface or a union: one, a list, a page; nodes, and values of one row.

What the hub declares of it is in the drawn operations (`nodes`, `_entities`, `counted`); here are the
shapes that a register may still need, declared as it would declare them.
"""

import json
from typing import Annotated, Any

import pytest
import strawberry
from strawberry import federation
from strawberry.schema.config import StrawberryConfig

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.run import Engine
from schema.connection import Connection
from schema.mentoring.mentorship import Programme
from schema.node import GlobalNode
from schema.organisations.organisation import Organisation
from schema.root import SCALARS
from tests.day import ZONE
from tests.door.asking import Door
from tests.door.evaluator import PREFIXES
from tests.door.tables import Row

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response

EVERYTHING = Rows(
    source="(select 'Organisation' as kind, id, sort_key from organisation union all"
    " select 'Programme', id, title from programme) {t}",
    order=(Key("{t}.sort_key", "text"), Key("{t}.id", "uuid")),
    is_a="{t}.kind",
    key="{t}.id",
)
SOMETHING = Annotated[
    Organisation | Programme, strawberry.union(name="Something", description="То или другое.")
]


@declare.bound("Закрытое учреждение.")
class Shut:
    """A value that reads the row it is."""

    name: str = declare.column("Имя.", "{t}.short_name")
    territory_name: str | None = declare.column(
        "Территория.", "(select t.name from territory t where t.id = {t}.territory_id)"
    )


@declare.bound("Действующее учреждение.")
class Open:
    """Another, of the same rows."""

    name: str = declare.column("Имя.", "{t}.short_name")
    parent: Organisation | None = declare.one(
        "Чьё.", Rows(source="organisation {t}", where=("{t}.id = {p}.parent_id",))
    )


STATE = Annotated[Shut | Open, strawberry.union(name="State", description="Действует или нет.")]
STATES = Rows(
    source="organisation {t}",
    order=(Key("{t}.sort_key", "text"), Key("{t}.id", "uuid")),
    is_a="case {t}.status when 'CLOSED' then 'Shut' else 'Open' end",
)


@declare.bound("Чтение.", name="Query")
class Query:
    """Each shape of a field."""

    first: GlobalNode | None = declare.one("Первое.", EVERYTHING)
    several: list[SOMETHING | None] = declare.many("Всё.", EVERYTHING)
    paged: Connection[GlobalNode | None] = declare.page("Всё страницами.", EVERYTHING)
    states: list[STATE] = declare.many("Состояния.", STATES)
    paged_states: Connection[STATE] = declare.page("Состояния страницами.", STATES)


@pytest.fixture(scope="module")
def engine(door: Door) -> Engine:
    schema = federation.Schema(
        query=Query, types=[Programme, Organisation], config=StrawberryConfig(scalar_map=SCALARS)
    )
    return Engine(schema, cursor_secret=b"k" * 32, zone=ZONE, open_seal=door.sealer.open)


async def ask(engine: Engine, door: Door, who: str, text: str, **variables: Json) -> Json:
    viewer = door.viewers[who]
    body = await engine.answer(door.pool(viewer), viewer, text, variables=variables)
    answer = json.loads(body)
    assert "errors" not in answer, answer
    return answer["data"]


def listed(door: Door, who: str) -> list[Json]:
    """Write every organisation and programme, in their order, a null where the viewer sees none."""
    world = door.world(who)
    rows = [
        *(("Organisation", row, row["sort_key"]) for row in door.tables["organisation"]),
        *(("Programme", row, row["title"]) for row in door.tables["programme"]),
    ]
    rows.sort(key=lambda each: (each[2], str(each[1]["id"])))
    return [shown(kind, row) if world.sees(kind, row) else None for kind, row, _ in rows]


def shown(kind: str, row: Row) -> Json:
    name = {"kindName": row["title"]} if kind == "Programme" else {"shortName": row["short_name"]}
    return {"__typename": kind, "id": f"{PREFIXES[kind]}-{row['id']}", **name}


NODE = """
    __typename ... on Node { id } ...P ... on Organisation { shortName @skip(if: $bare) }
"""
FRAGMENT = "fragment P on Programme { kindName: title }"


@pytest.mark.parametrize("who", ["centre", "north", "south"])
async def test_a_list_holds_nodes_of_several_types_each_within_the_scope(
    engine: Engine, door: Door, who: str
) -> None:
    text = f"query Q($bare: Boolean!) {{ several {{ {NODE} }} first {{ {NODE} }} }} {FRAGMENT}"

    answer = await ask(engine, door, who, text, bare=False)

    expected = listed(door, who)
    assert expected == answer["several"]
    assert {"Organisation", "Programme"} == {each["__typename"] for each in expected if each}
    assert (None in expected) is (who != "centre")
    assert answer["first"] in expected


@pytest.mark.parametrize("who", ["centre", "north"])
async def test_a_page_of_several_types_is_walked_both_ways(
    engine: Engine, door: Door, who: str
) -> None:
    def page(size: str, cursor: str) -> str:
        body = (
            f"edges {{ node {{ {NODE} }} }} nodes {{ {NODE} }} pageInfo {{ endCursor startCursor }}"
        )
        return (
            f"query Q($bare: Boolean!, $at: String) {{ paged({size}: 3, {cursor}: $at)"
            f" {{ totalCount {body} }} }} {FRAGMENT}"
        )

    forward: list[Json] = []
    backward: list[Json] = []
    ends: list[Json] = [None, None]
    for _ in range(9):
        found = await ask(engine, door, who, page("first", "after"), bare=False, at=ends[0])
        forward += found["paged"]["nodes"]
        assert found["paged"]["nodes"] == [edge["node"] for edge in found["paged"]["edges"]]
        back = await ask(engine, door, who, page("last", "before"), bare=False, at=ends[1])
        backward = [*back["paged"]["nodes"], *backward]
        ends = [found["paged"]["pageInfo"]["endCursor"], back["paged"]["pageInfo"]["startCursor"]]
        if not found["paged"]["nodes"] or ends[0] is None:
            break

    assert listed(door, who) == forward == backward
    assert len(forward) == found["paged"]["totalCount"]


async def test_values_of_several_types_read_the_row_that_they_are(
    engine: Engine, door: Door
) -> None:
    text = """{
      states { __typename ... on Shut { name territoryName } ...O }
      pagedStates(first: 100) { nodes { ... on Shut { name territoryName } ...O __typename } }
    }
    fragment O on Open { name above: parent { shortName } }"""

    answer = await ask(engine, door, "centre", text)

    rows = sorted(door.tables["organisation"], key=lambda row: (row["sort_key"], str(row["id"])))
    by_id = {row["id"]: row for row in rows}
    territories = {row["id"]: row["name"] for row in door.tables["territory"]}
    expected = [
        {"__typename": "Shut", "name": row["short_name"],
         "territoryName": territories.get(row["territory_id"])}
        if row["status"] == "CLOSED"
        else {"__typename": "Open", "name": row["short_name"],
              "above": row["parent_id"] and {"shortName": by_id[row["parent_id"]]["short_name"]}}
        for row in rows
    ]  # fmt: skip
    assert {"Shut", "Open"} == {each["__typename"] for each in expected}
    assert expected == answer["states"] == answer["pagedStates"]["nodes"]
