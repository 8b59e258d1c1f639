"""Every query of docs/questions.md is answered, to the region and to a department."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.database import Database
from hub.settings import Addresses
from tests.door.answering import evaluate
from tests.door.asking import opened
from tests.door.drawing import comparable, differences
from tests.door.over_http import Served, served
from tests.door.rows_disagreeing import add_disagreements

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
async def hub(
    module_addresses: Addresses, module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with opened(module_addresses, module_database, more=add_disagreements) as door:
        with served(module_addresses, door, Path(tmp_path_factory.mktemp("hub"))) as running:
            yield running


@pytest.mark.parametrize("who", ["centre", "north"])
@pytest.mark.parametrize("number", range(len(QUERIES)))
async def test_a_query_of_the_page_is_answered(hub: Served, number: int, who: str) -> None:
    answer = hub.ask(who, QUERIES[number])

    assert answer
    if "findings" not in answer and "coverageDelta" not in answer:
        expected = evaluate(hub.door.world(who), QUERIES[number], {})
        assert not expected.errors, expected.errors
        assert [] == differences(expected.data, comparable(answer))


def test_the_page_asks_for_each_of_its_questions() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page.count("\n## ") == len(QUERIES) == 6
