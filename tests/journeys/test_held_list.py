"""A list that would end half a school: held, looked at, released, or answered for at once."""

import asyncio
import json
from pathlib import Path

import pytest

from hub.seal import create_key_file
from hub.settings import Addresses
from tests.journeys.conftest import Hub
from tests.journeys.test_school_files import OGRN, put_the_school

PEOPLE = [
    f"Задержкин{letter} Лев Ильич;0{day}.03.1985" for day, letter in enumerate("абвгдежзи", 1)
]


@pytest.fixture
def folder(hub: Hub, addresses: Addresses, tmp_path: Path) -> Path:
    """Give a folder beside a hub that has accepted the whole list of a school."""
    asyncio.run(put_the_school(addresses.worker))
    create_key_file(tmp_path / "keys")
    done = accept(hub, tmp_path, PEOPLE, day=1)
    assert 0 == done[0], done
    return tmp_path


def accept(
    hub: Hub, folder: Path, people: list[str], *, day: int, word: str = ""
) -> tuple[int, str]:
    path = folder / f"staff-{day}.csv"
    title = f"Список педагогических работников на 0{day}.11.2025\nОГРН;{OGRN}\n"
    rows = "\n".join(f"{number};{line};учитель" for number, line in enumerate(people, 1))
    path.write_text(f"{title}№;ФИО;Дата рождения;Должность\n{rows}\n", encoding="utf-8")
    options = ["--completeness", "FULL", *([word] if word else [])]
    done = hub("import", "accept", str(path), *options)
    return done.returncode, done.stderr


def held(hub: Hub) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(hub("sync", "holds", "--output", "json").stdout)
    return listed


def test_half_a_school_is_held_and_a_person_releases_it(hub: Hub, folder: Path) -> None:
    code, said = accept(hub, folder, PEOPLE[:2], day=2)
    (hold,) = held(hub)

    released = hub("sync", "release", "--source", "school-files")

    assert 3 == code
    assert "hub sync release --source school-files" in said
    assert ("МБОУ СОШ № 7", "STAFF", 9, 7) == tuple(
        hold[name] for name in ("organisation", "kind", "live", "ending")
    )
    assert (0, []) == (released.returncode, held(hub))
    assert "Отпущено" in released.stderr


def test_whoever_gives_the_list_may_answer_for_it(hub: Hub, folder: Path) -> None:
    code, said = accept(hub, folder, PEOPLE[:2], day=2, word="--release")

    assert (0, []) == (code, held(hub))
    assert "Тормоз" not in said


def test_releasing_what_nobody_holds_says_so(hub: Hub, folder: Path) -> None:
    assert folder.exists()

    done = hub("sync", "release", "--source", "school-files")

    assert 0 != done.returncode
    assert "hold.none" in done.stderr
