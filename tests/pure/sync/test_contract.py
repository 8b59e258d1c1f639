"""What a source has promised of its fields: kept, broken, and what becomes of a row."""

from datetime import date

import pytest

from connectors.client.failure import SourceSystemError
from sync.evidence.contract import FieldType, Otherwise, Promise, parted
from tests.rooms.sync.cards import Card, page
from tests.rooms.sync.world import FIRST

TODAY = date(2026, 11, 21)
CARDS = (
    Card(number=1, school=FIRST, full_name="Барсуков Илья Львович", birth_date="05.03.1979"),
    Card(number=2, school=FIRST, full_name="Выдрин Пётр Ильич", birth_date="весной"),
    Card(number=3, school=FIRST, full_name="Зорин Глеб Ильич"),
)


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        (Promise(type=FieldType.DATE), ["1", "3"]),
        (Promise(type=FieldType.DATE, required=True), ["1"]),
        (Promise(type=FieldType.DATE, otherwise=Otherwise.EVOLVE), ["1", "2", "3"]),
        (Promise(type=FieldType.NUMBER), ["3"]),
    ],
)
def test_rows_that_break_a_promise_are_kept_aside(promise: Promise, kept: list[str]) -> None:
    batch, aside = parted(page(CARDS), {"birth_date": promise}, today=TODAY)

    assert kept == batch.frame["external_id"].tolist()
    assert 3 - len(kept) == len(aside)
    assert {("row.contract", "birth_date")} >= {(one.code, one.place.column) for one in aside}
    assert all(one.would_be and one.payload["full_name"] for one in aside)


def test_a_column_that_is_gone_ends_the_read_where_that_was_chosen() -> None:
    contract = {"snils": Promise(required=True, otherwise=Otherwise.REFUSE)}

    with pytest.raises(SourceSystemError, match="snils"):
        parted(page(CARDS), contract, today=TODAY)
