"""The schema goes from nothing to head on every PostgreSQL that is here."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest

from hub import migrate, reference
from hub.binaries import LOCAL, find_binaries
from hub.database import open_connection
from hub.embedded import SOCKETS, running_server
from hub.errors import ConfigError, DatabaseError
from hub.provision import at, provision
from hub.settings import Addresses


def choices() -> list[str]:
    """Name every server of this machine that the hub supports."""
    local = [folder.parent.name for folder in LOCAL.glob("*/bin")]
    return [choice for choice in ("embedded", *sorted(local)) if is_here(choice)]


def is_here(choice: str) -> bool:
    try:
        find_binaries(choice)
    except ConfigError:
        return False
    return True


@pytest.fixture(scope="module", params=choices())
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Lend the administrator's address of an empty server of one version."""
    folder = Path(mkdtemp(prefix="hub-tests-", dir=SOCKETS))
    folder.chmod(0o711)
    with running_server(folder / "server", choice=request.param, durable=False) as running:
        yield running.admin_url
    shutil.rmtree(folder)


@pytest.fixture
async def empty(server: str) -> Addresses:
    """Address a database of that server in which nothing is yet."""
    return await provision(server, database=f"empty_{uuid4().hex}")


async def contents(url: str) -> list[tuple[object, ...]]:
    """List every object and every reference row with the transaction that wrote it."""
    connection = await open_connection(url)
    queries = (
        "select oid, relname, xmin::text from pg_class where relname !~ '^pg_toast' order by oid",
        "select tablename, policyname, qual from pg_policies order by 1, 2",
        *(f"select ctid, xmin::text from {name} order by 1" for name, _, _ in reference.FILES),
    )
    found = [tuple(row) for query in queries for row in await connection.fetch(query)]
    await connection.close()
    return found


async def test_upgrade_goes_from_nothing_to_head(empty: Addresses) -> None:
    before = await migrate.state(empty.web)

    await migrate.upgrade(empty.owner)

    after = await migrate.state(empty.web)
    assert (None, False) == (before.current, before.is_current)
    assert (migrate.head(), True) == (after.current, after.is_current)


async def test_the_migrated_database_is_what_the_mapped_classes_say(empty: Addresses) -> None:
    await migrate.upgrade(empty.owner)

    assert "" == await migrate.differences(empty.owner)


async def test_a_table_nobody_mapped_is_a_difference(empty: Addresses) -> None:
    await migrate.upgrade(empty.owner)
    connection = await open_connection(empty.owner)
    await connection.execute("create table stray (id int)")
    await connection.close()

    assert "stray" in await migrate.differences(empty.owner)


async def test_a_second_upgrade_changes_nothing(empty: Addresses) -> None:
    await migrate.upgrade(empty.owner)
    once = await contents(empty.owner)

    await migrate.upgrade(empty.owner)

    assert once == await contents(empty.owner)


async def test_upgrades_at_the_same_time_wait_for_one_another(empty: Addresses) -> None:
    await asyncio.gather(*(migrate.upgrade(empty.owner) for _ in range(3)))

    assert (await migrate.state(empty.owner)).is_current


async def test_upgrade_writes_the_reference_rows_as_their_files_say(empty: Addresses) -> None:
    await migrate.upgrade(empty.owner)

    connection = await open_connection(empty.web)
    for name, _, key in reference.FILES:
        expected = reference.rows(name)
        found = await connection.fetch(f"select {', '.join(expected[0])} from {name}")
        assert len(expected) == len(found)
        assert {row[key[0]] for row in expected} == {row[key[0]] for row in found}
    await connection.close()


async def test_a_changed_reference_row_is_put_right_and_a_regions_own_row_stays(
    empty: Addresses,
) -> None:
    await migrate.upgrade(empty.owner)
    connection = await open_connection(empty.owner)
    await connection.execute("update position set label = '?' where code = 'TEACHER'")
    await connection.execute("insert into position values ('OWN', 'Наш', true)")

    await migrate.upgrade(empty.owner)

    rows = await connection.fetch("select label from position where code in ('TEACHER', 'OWN')")
    await connection.close()
    assert {"Учитель", "Наш"} == {row["label"] for row in rows}


async def test_a_server_without_the_roles_is_named_before_anything_is_made(server: str) -> None:
    url = at(server, database="postgres", role="postgres")
    connection = await open_connection(url)
    await connection.execute("alter role hub_web rename to hub_web_away")

    with pytest.raises(DatabaseError) as error:
        await migrate.upgrade(url)

    await connection.execute("alter role hub_web_away rename to hub_web")
    await connection.close()
    assert "database.roles" == error.value.reason
    assert "hub_web" in error.value.message
