"""A СНИЛС that more records show than are compared all with all is nobody's, whoever is looked at."""

from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.records import ChangesetId, FileKind
from hub.seal import Sealer
from sync.changes.undoing import Desired, undo
from sync.people import match
from sync.region import Region
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import FIRST, SECOND, TODAY, Handed, card, handed, rows, take

pytestmark = pytest.mark.anyio
DAY, LATER = date(2025, 9, 15), date(2026, 9, 15)
NUMBER: Final = snils_of(87_654_302)
NAMES: Final = (
    "Барсуков Илья Львович",
    "Выдрина Анна Петровна",
    "Горностаев Олег Ильич",
    "Журавина Инга Олеговна",
    "Зареченцев Данила Юрьевич",
    "Лукоянцев Пётр Глебович",
    "Мерянинов Лев Захарович",
    "Осинцева Яна Львовна",
    "Юдоль Егор Матвеевич",
)
SHOW: Final = [
    card(name, f"05.03.{1980 + number}", snils=NUMBER) for number, name in enumerate(NAMES)
]
OWNERS: Final = """
select p.last_name from person_identifier i join person p on p.id = i.person_id order by 1
"""


@pytest.fixture(autouse=True)
def _few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "BLOCK_CAP", 5)


def staff(*listed: dict[str, str], day: date = DAY) -> Handed:
    return handed(FileKind.STAFF, FIRST, day, listed)


async def test_one_of_many_who_show_a_number_does_not_get_it_by_being_stated_alone(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(staff(*SHOW))

    for one in SHOW[:2]:
        await take_in(staff({**one, "position": "учитель"}, day=LATER))

    assert [(9,)] == await rows(hub, "select count(*) from person")
    assert [] == await rows(hub, OWNERS)


async def test_a_number_is_somebodys_again_once_few_show_it(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(*SHOW[:3]), handed(FileKind.STAFF, SECOND, DAY, SHOW[:1]))
    few = await rows(hub, OWNERS)
    more = await take_in(staff(*SHOW[3:], day=LATER))
    many = await rows(hub, OWNERS)

    desired = Desired(changeset_id=ChangesetId(more.changeset_id), actor="test", reason="не тот")
    await undo(hub, desired, Region(sealer=sealer, zone=ZoneInfo("Europe/Samara"), today=TODAY))

    assert ([("Барсуков",)], [], [("Барсуков",)]) == (few, many, await rows(hub, OWNERS))


async def test_whoever_shows_it_first_or_last_ends_in_the_same(
    hub: Database, take_in: TakeIn, sealer: Sealer, tmp_path: Path, admin_url: str
) -> None:
    files = [staff(one, day=date(2025, 9, day)) for day, one in enumerate(SHOW, 1)]
    await take_in(*files)

    async with fresh_hub(admin_url) as other:
        for file in files[::-1]:
            await take(other, [file], sealer=sealer, folder=tmp_path)
        cut = await canonical(other)

    assert [] == differences(await canonical(hub), cut)
