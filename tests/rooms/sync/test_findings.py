"""Cells that cannot be understood are told with their place, before acceptance and after."""

from datetime import date
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import FileKind, Rejected
from hub.seal import Sealer
from sync.intake import check
from tests.rooms.sync.world import FIRST, card, given, handed, take

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 1)
BAD = handed(
    FileKind.STAFF,
    FIRST,
    DAY,
    [
        card("Мерянинов Олег Львович", "31.02.1979"),
        card("Лукоянцев Пётр Ильич", "09.04.1981", snils="087-654-302 01"),
    ],
)
FOUND = [(5, "birth_date", "date.impossible"), (6, "snils", "snils.checksum")]


def told(rejected: tuple[Rejected, ...]) -> list[tuple[int | None, str | None, str]]:
    return [(one.place.row, one.place.column, one.code) for one in rejected]


async def test_check_names_the_cells_that_cannot_be_understood(
    hub: Database, tmp_path: Path
) -> None:
    file = given(BAD, tmp_path)

    [report] = await check(hub, [file], today=DAY)

    assert FOUND == told(report.rejected)


async def test_acceptance_names_the_same_cells_and_takes_the_rows(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    accepted = await take(hub, [BAD], sealer=sealer, folder=tmp_path)

    assert FOUND == told(accepted.files[0].rejected)
    assert 2 == accepted.records
