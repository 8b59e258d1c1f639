"""Sessions: one transaction for both views, committed as a whole or not at all."""

from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from hub import jobs
from hub.database import FOREVER, Database, ReadSession, open_connection, open_database, through
from hub.errors import ConfigError, ConflictError, DatabaseError
from hub.filling import copy_frame, refresh_statistics
from hub.pools import open_read_pool
from hub.provision import at
from hub.settings import Addresses
from hub.tables.access import Client


class DeliberateError(Exception):
    """Raised by a test in the middle of a transaction."""


def client(name: str) -> Client:
    return Client(id=uuid4(), kind="SYSTEM", name=name)


async def names(session: ReadSession) -> list[str]:
    return list(await session.orm.scalars(select(Client.name).order_by(Client.name)))


async def test_writing_commits_what_both_views_wrote(database: Database) -> None:
    async with database.writing() as session:
        session.orm.add(client("orm"))
        await session.raw.execute(
            "insert into client (id, kind, name) values ($1, 'SYSTEM', 'raw')", uuid4()
        )

    async with database.reading() as session:
        assert ["orm", "raw"] == await names(session)


async def test_copy_and_enqueue_roll_back_with_the_transaction(database: Database) -> None:
    frame = pd.DataFrame({"id": [uuid4()], "kind": ["SYSTEM"], "name": ["copied"]})

    async def copy_enqueue_and_fail() -> None:
        async with database.writing() as session:
            await copy_frame(session.raw, "client", frame)
            await jobs.enqueue(session, "rollup", {"unit": "1"})
            assert ["copied"] == await names(session)
            raise DeliberateError

    with pytest.raises(DeliberateError):
        await copy_enqueue_and_fail()

    async with database.reading() as session:
        assert [] == await names(session)
        assert 0 == await session.raw.fetchval("select count(*) from jobs.pgqueuer")


async def test_enqueue_puts_the_job_in_with_the_commit(database: Database) -> None:
    async with database.writing() as session:
        job_id = await jobs.enqueue(session, "rollup", {"unit": "Школа"})

    async with database.reading() as session:
        (row,) = await session.raw.fetch("select id, entrypoint, payload from jobs.pgqueuer")
        assert (job_id, "rollup", '{"unit": "Школа"}'.encode()) == tuple(row)


async def test_raw_connection_is_lent_inside_a_transaction(database: Database) -> None:
    async with database.writing() as session:
        assert session.raw.is_in_transaction()


async def test_a_commit_inside_a_session_does_not_end_the_transaction(database: Database) -> None:
    async def commit_and_fail() -> None:
        async with database.writing() as session:
            session.orm.add(client("early"))
            await session.orm.commit()
            raise DeliberateError

    with pytest.raises(DeliberateError):
        await commit_and_fail()

    async with database.reading() as session:
        assert [] == await names(session)


async def test_reading_session_cannot_write(database: Database) -> None:
    async with database.reading() as session:
        session.orm.add(client("forbidden"))
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.orm.flush()
    async with database.reading() as session:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await session.raw.execute("delete from client")


async def test_reading_session_holds_one_snapshot(database: Database) -> None:
    async with database.reading() as reader:
        before = await reader.orm.scalar(select(func.count(Client.id)))
        async with database.writing() as writer:
            writer.orm.add(client("later"))
        after = await reader.orm.scalar(select(func.count(Client.id)))

    assert before == after == 0


async def test_writing_after_reading_on_one_connection_may_write(addresses: Addresses) -> None:
    async with open_database(addresses.worker, pool_size=1) as database:
        async with database.reading():
            pass
        async with database.writing() as session:
            session.orm.add(client("again"))
        async with database.reading() as session:
            assert ["again"] == await names(session)


async def test_a_held_lock_refuses_the_second_holder_and_is_freed(database: Database) -> None:
    async with database.holding("source/1"), database.holding("source/2"):
        with pytest.raises(ConflictError) as refused:
            async with database.holding("source/1"):
                pass

    async with database.holding("source/1"):
        assert "conflict.locked" == refused.value.reason


@pytest.mark.parametrize("role", ["hub_web", "nobody_known"])
async def test_an_address_where_nothing_is_is_a_database_error(admin_url: str, role: str) -> None:
    nowhere = (
        "postgresql://hub_web@127.0.0.1:9/hub",
        at(admin_url, database="no_such_database", role=role),
    )
    for url in nowhere:
        async with open_database(url) as database:
            with pytest.raises(DatabaseError, match="не отвечает"):
                async with database.reading():
                    pass
        with pytest.raises(DatabaseError, match="не отвечает"):
            await open_read_pool(url, statement_s=5)
        with pytest.raises(DatabaseError, match="не отвечает"):
            await open_connection(url)


@pytest.mark.parametrize("pooler", ["127.0.0.1:6432", "[::1]:6432", "pooler.example:6432"])
def test_a_pooler_stands_before_the_same_database(pooler: str) -> None:
    named = "postgresql://hub_web:%40secret@database:5433/hub?sslmode=require"
    socket = "postgresql://hub_web@/hub?host=/run/sockets&port=5433"

    assert f"postgresql://hub_web:%40secret@{pooler}/hub?sslmode=require" == through(named, pooler)
    assert f"postgresql://hub_web@{pooler}/hub" == through(socket, pooler)
    assert named == through(named, "")


@pytest.mark.parametrize(
    "pooler", ["pooler", "pooler:", ":6432", "pooler:x", "web@pooler:1", "a/b:1"]
)
def test_a_pooler_without_a_host_and_a_port_is_refused(pooler: str) -> None:
    with pytest.raises(ConfigError, match="HUB_POOLER") as refused:
        through("postgresql://hub_web@database/hub", pooler)

    assert "config.pooler" == refused.value.reason


async def test_copy_into_a_secured_table_goes_by_way_of_a_temporary_one(database: Database) -> None:
    frame = pd.DataFrame({"person_id": [uuid4()], "group_id": [uuid4()]})

    async with database.writing() as session:
        await session.raw.execute("create temp table t (like possible_twin) on commit drop")
        await copy_frame(session.raw, "t", frame)
        await session.raw.execute("insert into possible_twin select * from t")

    async with database.writing() as session:
        assert 1 == await session.raw.fetchval("select count(*) from possible_twin")
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await copy_frame(session.raw, "possible_twin", frame)


async def test_copy_frame_writes_every_type_and_missing_values(database: Database) -> None:
    frame = pd.DataFrame(
        {
            "word": pd.Series(["а", None], dtype="str"),
            "number": pd.Series([1, pd.NA], dtype="Int64"),
            "small": np.array([1, 2], dtype="int32"),
            "flag": pd.Series([True, None], dtype="boolean"),
            "share": [0.5, float("nan")],
            "day": [FOREVER, None],
            "stamp": pd.to_datetime(["2025-09-01", "NaT"]),
            "moment": pd.to_datetime(["2025-09-01T10:00:00Z", "NaT"]),
            "words": [["а", "б"], None],
            "blob": [b"\x00", None],
            "payload": ['{"а": 1}', None],
        }
    )

    async with database.writing() as session:
        await session.raw.execute(
            "create temp table t (word text, number int, small int, flag bool, share float8,"
            " day date, stamp date, moment timestamptz, words text[], blob bytea, payload jsonb)"
        )
        copied = await copy_frame(session.raw, "t", frame)
        full, empty = await session.raw.fetch("select * from t order by small")
        endless = await session.raw.fetchval("select day = 'infinity' from t where small = 1")

    expected = (
        "а",
        1,
        1,
        True,
        0.5,
        FOREVER,
        date(2025, 9, 1),
        datetime(2025, 9, 1, 10, tzinfo=UTC),
        ["а", "б"],
        b"\x00",
        {"а": 1},
    )
    assert expected == tuple(full)
    assert {2, None} == set(empty)
    assert (2, True) == (copied, endless)


async def test_copy_frame_takes_the_named_columns_only(database: Database) -> None:
    frame = pd.DataFrame({"extra": [1], "name": ["x"], "id": [uuid4()], "kind": ["SYSTEM"]})

    async with database.writing() as session:
        await copy_frame(session.raw, "client", frame, ["id", "kind", "name"])

        assert ["x"] == await names(session)


async def test_the_worker_counts_what_it_wrote_before_the_commit(database: Database) -> None:
    counted = "select reltuples from pg_class where oid = 'client'::regclass"
    async with database.writing() as session:
        await session.raw.execute(
            "insert into client (id, kind, name) select gen_random_uuid(), 'SYSTEM', n::text"
            " from generate_series(1, 4321) n"
        )
        await refresh_statistics(session.raw, "client")
        assert 4321 == await session.raw.fetchval(counted)
