"""A school's file at the command line: checked, accepted, accepted again."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from hub.database import open_connection
from hub.seal import create_key_file
from hub.settings import Addresses

Hub = Callable[..., CompletedProcess[str]]
OGRN = "1026300000017"
STAFF = f"""Список педагогических работников на 01.09.2025
ОГРН;{OGRN};;;;
№;ФИО;Дата рождения;СНИЛС;Должность;Телефон
1;Выдумкина Вера Сочинёновна;02.03.1985;112-233-445 95;учитель математики;
2;Небылицын Игнат Баснович;31.02.1990;;учитель физики;
3;;05.06.1979;;учитель;
"""


async def put_the_school(url: str) -> None:
    connection = await open_connection(url)
    await connection.execute(
        "insert into organisation (id, kind, full_name, short_name, legal_entity_id,"
        " status, sort_key) select id, kind, name, name, id, 'ACTIVE', '' from (values"
        " (gen_random_uuid(), 'MINISTRY', 'Министерство'),"
        " (gen_random_uuid(), 'SCHOOL', 'МБОУ СОШ № 7')) as made (id, kind, name)"
    )
    await connection.execute(
        "insert into organisation_identifier (organisation_id, system, value)"
        f" select id, 'OGRN', '{OGRN}' from organisation where kind = 'SCHOOL'"
    )
    await connection.execute(
        "insert into organisation_place (authority_id, organisation_id, starts)"
        " select a.id, o.id, '-infinity' from organisation a, organisation o"
        " where a.id = o.id or a.kind = 'MINISTRY'"
    )
    await connection.close()


@pytest.fixture
def school(hub: Hub, addresses: Addresses, tmp_path: Path) -> Hub:
    asyncio.run(put_the_school(addresses.worker))
    create_key_file(tmp_path / "keys")
    return hub


@pytest.fixture
def staff(tmp_path: Path) -> str:
    path = tmp_path / "files" / "staff.csv"
    path.parent.mkdir()
    path.write_text(STAFF, encoding="cp1251")
    return str(path)


def stored(hub: Hub) -> dict[str, object]:
    """Return the hub's counts without the moment of the last change."""
    [status] = json.loads(hub("status", "-o", "json").stdout)
    return {name: value for name, value in status.items() if name != "last_applied_at"}


def test_a_check_names_the_place_and_the_repair_and_writes_nothing(school: Hub, staff: str) -> None:
    done = school("import", "check", staff, "-o", "json")

    [report] = json.loads(done.stdout)
    problems = [(one["file"], one["row"], one["code"]) for one in report["problems"]]
    assert 3 == done.returncode
    assert ("STAFF", 2, 2) == (report["kinds"], report["rows"], report["rejected"])
    assert [("staff.csv", 5, "date.impossible"), ("staff.csv", 6, "row.no_name")] == problems
    assert 0 == stored(school)["files"]


def test_what_is_good_in_a_file_lands_and_twice_is_once(school: Hub, staff: str) -> None:
    first = school("import", "accept", staff, "--completeness", "full")
    after_first = stored(school)

    second = school("import", "accept", staff, "--completeness", "full")

    assert (3, 3) == (first.returncode, second.returncode)
    assert (1, 2, 2) == tuple(after_first[name] for name in ("files", "records", "people"))
    assert after_first == stored(school)
    assert "записей: 0, новых версий: 0" in second.stderr


def test_a_folder_stands_for_the_files_in_it(school: Hub, staff: str) -> None:
    (Path(staff).parent / ".hidden.csv").write_text("x")

    done = school("import", "check", str(Path(staff).parent), "-o", "json")

    assert ["staff.csv"] == [report["file"] for report in json.loads(done.stdout)]


def test_neither_messages_nor_logs_name_a_person(school: Hub, staff: str) -> None:
    done = school("import", "accept", staff)

    said = (done.stdout + done.stderr).casefold()
    assert [] == [word for word in ("выдумкин", "небылицын", "сочинён", "112-233") if word in said]


def test_a_file_that_is_no_table_is_a_finding_with_a_code(school: Hub, tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))

    done = school("import", "check", str(path), "-o", "json")

    [report] = json.loads(done.stdout)
    assert 3 == done.returncode
    assert [True] == [problem["code"].startswith("file.") for problem in report["problems"]]


def test_a_person_says_once_what_an_unreadable_header_means(school: Hub, staff: str) -> None:
    strange = STAFF.replace(";ФИО;Дата рождения;", ";Кто;Явился на свет;")
    Path(staff).write_text(strange, encoding="cp1251")
    told = ("--map", "Кто=ФИО", "--map", "Явился на свет=birth_date")

    [unread] = json.loads(school("import", "check", staff, "-o", "json").stdout)
    [read] = json.loads(school("import", "check", staff, *told, "-o", "json").stdout)
    school("import", "accept", staff, *told)
    Path(staff).write_text(strange.replace("01.09", "01.10"), encoding="utf-8")
    [later] = json.loads(school("import", "check", staff, "-o", "json").stdout)

    assert "Кто (может быть: full_name, " in unread["unmapped"]
    assert (0, 2, 2) == (unread["rows"], read["rows"], later["rows"])
    assert "" == later["drift"]


def test_a_table_that_nobody_could_read_is_asked_for_again(school: Hub, staff: str) -> None:
    strange = STAFF.replace(";ФИО;Дата рождения;", ";Кто;Явился на свет;")
    Path(staff).write_text(strange, encoding="cp1251")
    other = Path(staff).with_name("other.csv")
    other.write_text(strange.replace("01.09", "01.10"), encoding="cp1251")

    unread = school("import", "accept", staff)
    told = school("import", "accept", str(other), "--map", "Кто=ФИО", "--map", "Явился на свет=")
    again = school("import", "accept", staff)

    assert f"python -m hub import accept {staff} --map" in unread.stderr
    assert "снова: python -m hub import accept staff.csv" in told.stderr
    assert "снова: python" not in again.stderr
    assert "новых версий: 2;" in again.stderr


def test_a_changed_header_is_said_before_acceptance(school: Hub, staff: str) -> None:
    school("import", "accept", staff)
    changed = STAFF.replace("01.09", "01.10").replace(";СНИЛС;", ";Номерок;")
    Path(staff).write_text(changed, encoding="cp1251")

    [report] = json.loads(school("import", "check", staff, "-o", "json").stdout)

    assert "нет: «СНИЛС» (snils)" in report["drift"]
    assert "появилось: «Номерок»" in report["drift"]


@pytest.mark.parametrize(
    "options",
    [
        ("--completeness", "SOME"),
        ("--kind", "PHOTOS"),
        ("--as-of", "1 сентября"),
        ("--period", "x"),
        ("--map", "Кто"),
    ],
)
def test_a_wrong_option_is_wrong_usage(school: Hub, staff: str, options: tuple[str, str]) -> None:
    done = school("import", "accept", staff, *options)

    assert (2, "") == (done.returncode, done.stdout)


def test_a_file_is_given_back_marked_and_its_correction_is_accepted(
    school: Hub, tmp_path: Path
) -> None:
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")

    marked = school("import", "mark", str(tmp_path / "staff.csv"), "--to", str(tmp_path / "m.xlsx"))
    looked = school("import", "check", str(tmp_path / "m.xlsx"), "-o", "json")

    assert 3 == marked.returncode, marked.stderr
    assert "помечено 2" in marked.stderr
    assert ["date.impossible", "row.no_name"] == [
        one["code"] for one in json.loads(looked.stdout)[0]["problems"]
    ]
