"""The doctor finds what is wrong and says how to repair it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hub import migrate
from hub.database import open_connection
from hub.doctor import Finding, State, examine_database, examine_machine
from hub.seal import create_key_file
from hub.settings import Addresses, Settings


def examined(addresses: Addresses, head: str | None = None) -> list[Finding]:
    async def collect() -> list[Finding]:
        return [found async for found in examine_database(addresses, head or migrate.head())]

    return asyncio.run(collect())


def starting_with(title: str, findings: list[Finding]) -> Finding:
    [found] = [found for found in findings if found.title.startswith(title)]
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    create_key_file(tmp_path / "keys")
    return Settings(data_dir=tmp_path)


def test_a_good_machine_and_a_good_database_leave_nothing_to_repair(
    settings: Settings, module_addresses: Addresses
) -> None:
    findings = [*examine_machine(settings), *examined(module_addresses)]

    assert [] == [found for found in findings if found.state is State.BAD]
    assert 16 == len(findings)


def test_a_key_file_that_others_may_read_is_bad(settings: Settings) -> None:
    settings.keys.chmod(0o644)

    found = starting_with("Файл ключей", list(examine_machine(settings)))

    assert State.BAD is found.state
    assert "chmod 600" in found.repair


def test_a_broken_key_file_is_bad(settings: Settings) -> None:
    settings.keys.write_text("1 короткий")

    assert State.BAD is starting_with("Файл ключей", list(examine_machine(settings))).state


def test_a_missing_key_file_is_doubtful_because_it_may_be_made(tmp_path: Path) -> None:
    findings = list(examine_machine(Settings(data_dir=tmp_path)))

    assert State.DOUBTFUL is starting_with("Файл ключей", findings).state


def test_an_unknown_time_zone_is_bad(tmp_path: Path) -> None:
    findings = list(examine_machine(Settings(data_dir=tmp_path, region_time_zone="Марс/Элизий")))

    assert State.BAD is starting_with("Часовой пояс", findings).state


def test_a_setting_that_there_is_not_is_doubtful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_WEBHOOK_INWARDS", "true")

    found = starting_with("Переменная", list(examine_machine(Settings(data_dir=tmp_path))))

    assert (State.DOUBTFUL, "Похожа HUB_WEBHOOK_INWARD.") == (found.state, found.repair)


def test_a_superuser_where_a_role_belongs_is_bad(
    module_addresses: Addresses, admin_url: str
) -> None:
    findings = examined(replace(module_addresses, web=admin_url))

    assert State.BAD is starting_with("База данных, роль web", findings[2:3]).state
    assert "nosuperuser" in findings[2].repair


def test_a_database_that_does_not_answer_is_named_by_role() -> None:
    nowhere = "postgresql://hub_owner@127.0.0.1:1/hub"
    addresses = Addresses(owner=nowhere, worker=nowhere, web=nowhere, web_region=nowhere)

    findings = examined(addresses)

    assert 4 * [State.BAD] == [found.state for found in findings]


def test_tables_behind_the_code_are_bad_and_the_command_is_named(
    module_addresses: Addresses,
) -> None:
    found = starting_with("Таблицы", examined(module_addresses, head="9999"))

    assert State.BAD is found.state
    assert "python -m hub db upgrade" in found.repair


def test_a_database_without_tables_is_told_from_a_broken_one(addresses: Addresses) -> None:
    async def drop() -> None:
        connection = await open_connection(addresses.owner)
        await connection.execute("drop table alembic_version")
        await connection.close()

    asyncio.run(drop())

    found = starting_with("Таблицы", examined(addresses))

    assert (State.BAD, "Таблицы: версия нет") == (found.state, found.title)


def test_without_a_worker_the_doctor_says_how_to_start_one(module_addresses: Addresses) -> None:
    found = starting_with("Работников на связи: 0", examined(module_addresses))

    assert State.DOUBTFUL is found.state
    assert "python -m hub worker" in found.repair
