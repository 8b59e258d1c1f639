"""A register is one short class: the one of docs/how-to/register.md answers, and has its page."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from strawberry import federation
from strawberry.schema.config import StrawberryConfig

from schema.compiler import declare
from schema.compiler.run import Engine
from schema.connection import Connection
from schema.described import pages_of
from schema.root import SCALARS
from tests.day import ZONE
from tests.door.asking import Door

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "register.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHORT = 25  # lines
Json = Any  # a decoded response


@pytest.fixture(scope="module")
def register() -> Iterator[ModuleType]:
    """Give the page's example as the module that it would be."""
    [example] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    module = ModuleType("enrolments_of_the_page")
    sys.modules[module.__name__] = module
    exec(example, module.__dict__)  # noqa: S102 - a document of ours
    yield module
    del sys.modules[module.__name__]


@pytest.fixture(scope="module")
def schema(register: ModuleType) -> federation.Schema:
    fields = {"organisation_enrolments": register.ENROLMENTS}
    kind = vars(register)["OrganisationEnrolment"]
    kinds = {"organisation_enrolments": Connection[kind]}  # type: ignore[valid-type]  # of a document
    query = type("Query", (), {**fields, "__annotations__": kinds})
    return federation.Schema(
        query=declare.bound("Чтение.")(query), config=StrawberryConfig(scalar_map=SCALARS)
    )


@pytest.mark.parametrize("who", ["centre", "north", "south"])
async def test_the_register_of_the_page_answers_with_the_rows_of_the_scope(
    door: Door, schema: federation.Schema, who: str
) -> None:
    engine = Engine(schema, cursor_secret=b"k" * 32, zone=ZONE, open_seal=door.sealer.open)
    text = """{ organisationEnrolments(first: 100) {
      totalCount nodes { academicYear act organisation { shortName } } pageInfo { hasNextPage }
    } }"""
    viewer, world = door.viewers[who], door.world(who)

    body = json.loads(await engine.answer(door.pool(viewer), viewer, text))

    names = {row["id"]: row["short_name"] for row in door.tables["organisation"]}
    rows = sorted(
        door.tables["organisation_enrolment"],
        key=lambda row: (row["academic_year"], str(row["organisation_id"])),
    )
    seen = [
        {
            "academicYear": row["academic_year"],
            "act": row["act"],
            "organisation": {"shortName": names[row["organisation_id"]]},
        }
        for row in rows
        if world.sees("Organisation", {"id": row["organisation_id"]})
    ]
    assert "errors" not in body, body
    assert seen == body["data"]["organisationEnrolments"]["nodes"]
    assert len(seen) == body["data"]["organisationEnrolments"]["totalCount"]
    assert who != "centre" or len(rows) == len(seen) > 0


def test_it_is_short_and_has_its_page(register: ModuleType, schema: federation.Schema) -> None:
    [example] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    declared = example.partition("@declare")[2]

    types = pages_of(schema)["types.md"]

    assert register.__doc__
    assert len(declared.splitlines()) <= SHORT
    assert "## OrganisationEnrolment\n" in types
    assert "| `act` | `String!` | Каким документом утверждено. |" in types
