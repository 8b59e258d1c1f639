"""A row without a value that the schema promises: null up to where null may stand, and an error there."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.database import Database
from hub.settings import Addresses
from schema.errors import RequestRefused
from schema.exports.formats import format_named
from schema.exports.wanted import made, own_export
from tests.day import ZONE
from tests.door.asking import Door, opened
from tests.door.rows import NORTH, uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
# The counts of these files' reports are not there, and one of the kinds that the second lists.
BARE, HOLED = uid("upload", 1), uid("upload", 2)
UPLOAD = """
    insert into upload (id, organisation_id, client_id, name, sha256, size, state, report)
    values ($1, $2, $3, $4, $4, 1, 'ACCEPTED', $5)
"""


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    async with opened(module_addresses, module_database) as opened_door:
        client = opened_door.viewers["centre"].client_id
        async with module_database.writing() as session:
            for key, name, report in (
                (BARE, "а.csv", "{}"),
                (HOLED, "б.csv", '{"rows": 1, "rejectedCount": 0, "kinds": ["STAFF", null]}'),
            ):
                await session.raw.execute(UPLOAD, key, NORTH, client, name, report)
        yield opened_door


async def answer(door: Door, who: str, text: str) -> tuple[Json, list[tuple[str | int, ...]]]:
    """Give the data of an answer and the paths of its errors."""
    viewer = door.viewers[who]
    body = json.loads(await door.engine.answer(door.pool(viewer), viewer, text))
    errors = body.get("errors", [])
    assert {"VALUE_MISSING"} >= {error["extensions"]["code"] for error in errors}
    return body["data"], [tuple(error["path"]) for error in errors]


@pytest.mark.parametrize("who", ["centre", "north"])
async def test_a_missing_value_is_null_up_to_the_nearest_place_that_may_be(
    door: Door, who: str
) -> None:
    data, paths = await answer(
        door,
        who,
        f"""{{
          one: importFile(id: "import-{BARE}") {{ name result {{ count: records held }} }}
          two: importFile(id: "import-{BARE}") {{ id rows name }}
          three: importFile(id: "import-{HOLED}") {{ rows kinds }}
          whole: importFile(id: "import-{HOLED}") {{ rows repairs errorCode }}
          viewer {{ role }} __typename __type(name: "Query") {{ name }}
        }}""",
    )

    role = door.viewers[who].role.value
    assert data == {
        "one": {"name": "а.csv", "result": None},
        "two": None,
        "three": None,
        "whole": {"rows": 1, "repairs": [], "errorCode": None},
        "viewer": {"role": role},
        "__typename": "Query",
        "__type": {"name": "Query"},
    }
    assert paths == [("one", "result", "count"), ("two", "rows"), ("three", "kinds", 1)]


async def test_where_nothing_above_may_be_null_there_is_no_data(door: Door) -> None:
    data, paths = await answer(
        door, "centre", "{ viewer { role } imports(first: 9) { edges { node { rows } } } }"
    )

    assert data is None
    assert [["imports", "edges", "node", "rows"]] == [
        [step for step in path if isinstance(step, str)] for path in paths
    ]


async def test_no_file_leaves_out_what_is_missing(door: Door) -> None:
    text = "{ imports(first: 9) { nodes { name rows } } }"
    viewer = door.viewers["centre"]
    wanted = own_export(door.engine, text, None, {}, format_named("csv"))

    with pytest.raises(RequestRefused) as refused:
        async with made(wanted, door.engine, door.pool(viewer), viewer, ZONE) as blocks:
            [_ async for _ in blocks]

    assert ["VALUE_MISSING"] == [(error.extensions or {})["code"] for error in refused.value.errors]
