"""Storms of deadlocks: who is ended for another's sake begins anew, and nobody is told an error."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from hub.database import lock_key, open_connection, open_database
from hub.seal import Sealer
from hub.settings import Addresses
from sync.projecting import PROJECTING
from tests.conftest import superuser
from tests.faults.conftest import Figures
from tests.faults.stand import CODE, Ledger, Stand, State
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, load_register, rows

ROUNDS = 3
LONGEST_S = 60.0
AT_ONCE = 2
PUSHES = AT_ONCE * ROUNDS
# So many wait for this session; pg_stat_activity would go on showing a transaction its first look.
WAITED_FOR = """
select count(distinct pid) >= {} from pg_locks
where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))
"""
# Other databases of the server have locks of the same name.
HELD = """
select exists (
    select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and l.granted
      and (l.classid::bigint << 32 | l.objid::bigint) = {})
"""
TAKEN = "insert into push_request (client_id, key, digest) values ('{}', 'key-{}', '')"
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Somebody who takes two locks the other way round and never is the one who gives way."""

    url: str

    async def meet(self, first: str, other: str, *, waiting: int = 1) -> None:
        """Hold `first` until so many wait for it, ask for the other one, and let both go."""
        async with self._session() as connection:
            whole = connection.transaction()
            await whole.start()
            await connection.execute(first)
            await self._until(connection, WAITED_FOR.format(waiting))
            await connection.execute(other)
            await whole.rollback()

    async def until(self, question: str) -> None:
        """Wait until something holds in the database."""
        async with self._session() as connection:
            await self._until(connection, question)

    async def _until(self, connection: asyncpg.Connection, question: str) -> None:
        for _ in range(6_000):
            if await connection.fetchval(question):
                return
            await asyncio.sleep(0.01)
        raise TimeoutError(question)

    async def deadlocks(self, least: int) -> int:
        """Count the deadlocks of the database once there are so many; they are told with delay."""
        async with self._session() as connection:
            for _ in range(50):
                found: int = await connection.fetchval(DEADLOCKS)
                if found >= least:
                    break
                await asyncio.sleep(0.2)
        return found

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await open_connection(self.url)
        await connection.execute("set deadlock_timeout = '20s'")
        try:
            yield connection
        finally:
            await connection.close()


def advisory(name: str) -> str:
    return f"select pg_advisory_xact_lock({lock_key(name)})"


async def over_a_run(storm: Storm) -> None:
    """Meet the pages of a run, which lock the source before they land, and its projection at its end."""
    connection = await open_connection(storm.url)
    source = await connection.fetchval("select id from source where code = $1", CODE)
    await connection.close()
    await storm.until("select exists (select from sync_run_event where code = 'run.begun')")
    ways = (
        (
            advisory(f"landing:{source}"),
            f"select from source where id = '{source}' for no key update",
        ),
        ("select from changeset where state = 'STAGED' for no key update", advisory(PROJECTING)),
    )
    for first, second in ways:
        for _ in range(ROUNDS):
            await storm.meet(first, second)


def test_a_storm_over_a_run_costs_time_and_is_nobodys_error(
    stand: Stand, admin_url: str, unharmed: State, figures: Figures
) -> None:
    storm = Storm(url=superuser(admin_url, stand.addresses))
    run_id = stand.ask()
    raging = threading.Thread(target=lambda: asyncio.run(over_a_run(storm)))
    begun = time.monotonic()

    raging.start()
    stand.worker()
    ended = stand.settled(run_id)
    raging.join(LONGEST_S)

    figures.harmless(stand, unharmed, since=begun)
    assert 2 * ROUNDS <= asyncio.run(storm.deadlocks(2 * ROUNDS))
    assert "SUCCEEDED" == ended.state
    assert [] == asyncio.run(put_back(storm))


async def put_back(storm: Storm) -> Sequence[str]:
    """Give what the log says of a run that was begun anew."""
    connection = await open_connection(storm.url)
    found = await connection.fetch("select code from sync_run_event where code = 'run.put_back'")
    await connection.close()
    return [row["code"] for row in found]


@pytest.mark.anyio
async def test_a_storm_over_pushes_is_answered_as_if_there_were_none(
    addresses: Addresses, admin_url: str, sealer: Sealer, figures: Figures
) -> None:
    storm = Storm(url=superuser(admin_url, addresses))
    async with open_database(addresses.worker, pool_size=PUSHES) as hub:
        await load_register(hub)
        counter, pusher = counter_of(hub, sealer), await partner(hub)

        async def pushed(number: int) -> str:
            who = {"last_name": f"Штормов{'абвгде'[number]}", "first_name": "Лев"}
            [answer] = await push(
                counter, pusher, [said(str(number), 0, at=FIRST, who=who)], key=f"key-{number}"
            )
            return str(answer["status"])

        begun = time.monotonic()
        answers: list[str] = []
        for number in range(ROUNDS):
            taken = TAKEN.format(pusher.client_id, number)
            raging = asyncio.create_task(storm.meet(advisory(PROJECTING), taken, waiting=AT_ONCE))
            await storm.until(HELD.format(lock_key(PROJECTING)))
            answers += await asyncio.gather(pushed(number), pushed(number + ROUNDS))
            await raging

        people = await rows(hub, "select last_name, count(*) from person group by 1")
    figures.say(
        Ledger(
            acknowledged=PUSHES,
            lost=PUSHES - len(people),
            doubled=sum(int(str(count)) - 1 for _, count in people),
        ),
        time.monotonic() - begun,
    )
    assert ["APPLIED"] * PUSHES == answers
    assert PUSHES == len(people)
    assert ROUNDS <= await storm.deadlocks(ROUNDS)
