"""Questions inside one school are said by a check, from its lists and what the hub knows."""

from datetime import date
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync.intake import check
from tests.rooms.sync.world import (
    FIRST,
    SECOND,
    TODAY,
    Handed,
    card,
    given,
    handed,
    pair,
    rows,
    take,
)

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 1)
STAFF = handed(
    FileKind.STAFF,
    FIRST,
    DAY,
    [
        card("Мерянинов Олег Львович", "02.03.1979"),
        card("Вьюгина Яна Юрьевна", "05.06.1990"),
        card("Вьюгина Яна Юрьевна", "07.08.1991"),
    ],
)
BASE = handed(
    FileKind.MENTOR_BASE,
    FIRST,
    DAY,
    [
        pair("Мерянинов Олег Львович", "Вьюгина Яна Юрьевна"),
        pair("Ёлкин Глеб Олегович", "Мерянинов О. Л."),
        pair("Мерянинов Олег Львович", "Озерцов Лев Ильич", mentee_birth_date="01.02.1999"),
    ],
)


async def questions(hub: Database, file: Handed, folder: Path) -> list[tuple[object, ...]]:
    [report] = await check(hub, [given(file, folder)], today=TODAY)
    return [(one.place.row, one.place.column, one.code) for one in report.questions]


async def test_a_base_is_asked_about_by_the_lists_of_its_school(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, [STAFF], sealer=sealer, folder=tmp_path)

    found = await questions(hub, BASE, tmp_path)

    assert [
        (5, "mentee_full_name", "question.several"),
        (6, "mentee_full_name", "question.initials"),
        (6, "mentor_full_name", "question.nobody"),
    ] == found
    assert [(1,)] == await rows(hub, "select count(*) from changeset where kind = 'IMPORT'")


async def test_a_school_without_lists_is_asked_nothing(hub: Database, tmp_path: Path) -> None:
    assert [] == await questions(hub, BASE, tmp_path)


async def test_a_mentor_of_another_school_is_looked_for_there(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    there = handed(FileKind.STAFF, SECOND, DAY, [card("Ёлкин Глеб Олегович", "02.03.1979")])
    await take(hub, [STAFF, there], sealer=sealer, folder=tmp_path)
    base = handed(
        FileKind.MENTEE_BASE,
        FIRST,
        DAY,
        [
            pair(
                "Ёлкин Глеб Олегович",
                "Мерянинов Олег Львович",
                mentor_organization="МБОУ СОШ № 2",
            )
        ],
    )

    assert [] == await questions(hub, base, tmp_path)
