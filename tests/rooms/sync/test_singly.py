"""A few records compared one by one give the edges that columns give: no pair differs."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hub.database import Database
from hub.demo.labelled.cards import Card
from hub.demo.labelled.files import labelled
from hub.records import FileKind
from sync.matching.alike import describing
from sync.matching.model import HAND_MODEL
from sync.people import match, singly
from sync.people.match import DESCRIPTION, EDGE_COLUMNS, edges_of, read_facts
from sync.people.singly import edges_singly
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import FIRST, SECOND, TODAY, handed, rows

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 15)


@pytest.fixture
async def numbers(hub: Database, take_in: TakeIn) -> list[int]:
    """Take in the cards of two schools; gives the numbers of all records."""
    cells = [{**one.cells, "gender": one.cells["sex"]} for one in _cards()]
    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, cells[::2]),
        handed(FileKind.STAFF, SECOND, DAY, cells[1::2]),
    )
    return [int(str(number)) for (number,) in await rows(hub, "select id from record order by id")]


def _cards() -> list[Card]:
    return labelled(700, setting="usual", seed=8).cards


async def test_each_record_alone_meets_whom_it_meets_among_all(
    hub: Database, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(singly, "MOST_RECORDS", len(numbers))
    monkeypatch.setattr(singly, "MOST_PAIRS", 10**6)
    everybody = np.array(numbers, dtype=np.int64)
    alone = everybody[::20]

    async with hub.reading() as session:
        for cap in (200, 12):  # with the lesser one blocks are refined by finer keys
            monkeypatch.setattr(match, "BLOCK_CAP", cap)
            together = await edges_of(session.raw, everybody, HAND_MODEL, today=TODAY)
            at_once = await edges_singly(session.raw, everybody, HAND_MODEL, cap=cap, today=TODAY)
            assert at_once is not None
            assert _lines(together) == _lines(at_once)
            assert len(together) > 300
            for at in range(len(alone)):
                one = alone[at : at + 1]
                found = await edges_singly(session.raw, one, HAND_MODEL, cap=cap, today=TODAY)
                assert found is not None
                assert _lines(together[_of(together, int(one[0]))]) == _lines(found)
        # Neighbours by content are left to columns.
        assert await edges_singly(session.raw, everybody, HAND_MODEL, cap=0, today=TODAY) is None


async def test_the_database_counts_descriptions_as_columns_do(
    hub: Database, numbers: list[int]
) -> None:
    everybody = np.array(numbers, dtype=np.int64)

    async with hub.reading() as session:
        facts = await read_facts(session.raw, everybody, today=TODAY)
        said = describing(facts)(np.arange(len(facts), dtype=np.int64))
        found = await session.raw.fetchval(
            f"select count(distinct {DESCRIPTION})"
            " from record_facts f join record r on r.id = f.record_id"
        )

    assert len(np.unique(said)) == found


def _of(edges: pd.DataFrame, record: int) -> "pd.Series[bool]":
    return (edges["record_a"] == record) | (edges["record_b"] == record)


def _lines(edges: pd.DataFrame) -> list[tuple[object, ...]]:
    return sorted(zip(*(edges[name].tolist() for name in EDGE_COLUMNS), strict=True))
