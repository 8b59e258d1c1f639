"""A source that is silent, slow, cut off or lies: nothing ends without a person's word.

Each time the source is read in full, then it misbehaves, then it is itself again.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.database import Database, open_database
from hub.demo.region import Region
from hub.seal import Sealer
from hub.settings import Addresses
from sync.runs.run import Mode, Run
from sync.runs.running import run_source
from tests.door.conftest import serving
from tests.faults.conftest import Figures
from tests.faults.lies import Liar, Lie
from tests.faults.stand import CODE, Stand, plain_server, standing
from tests.journeys.conftest import commands

ENDED = "select count(*) from record where ended_on is not null"
DEADLINE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A stand whose source can lie."""

    stand: Stand
    liar: Liar

    def read(self) -> Run:
        """Let a day pass and read the source in full, in this process."""
        self.stand.server.advance()
        return asyncio.run(self._read())

    async def _read(self) -> Run:
        async with open_database(self.stand.addresses.worker) as database:
            return await run_source(
                database,
                CODE,
                sealer=Sealer.from_file(self.stand.folder / "keys"),
                today=self.stand.server.clock.date(),
                actor="faults",
                mode=Mode.FULL,
                secrets=self.stand.folder,
                page_rows=40,
            )

    def ended(self) -> int:
        """Count the records that have ended."""
        return asyncio.run(self._ended())

    async def _ended(self) -> int:
        async with open_database(self.stand.addresses.worker, pool_size=1) as database:
            return await _count(database)


async def _count(database: Database) -> int:
    async with database.reading() as session:
        count: int = await session.raw.fetchval(ENDED)
        return count


@pytest.fixture
def front(addresses: Addresses, region: Region, tmp_path: Path) -> Iterator[Front]:
    server = plain_server(region)
    liar = Liar(server.app)
    with (
        serving(liar) as url,
        standing(
            addresses, url, server, tmp_path, deadline_s=DEADLINE_S, attempts=2, timeout_s=2
        ) as stand,
    ):
        yield Front(stand=stand, liar=liar)


@pytest.mark.parametrize(
    ("lie", "state", "failure", "code"),
    [
        (Lie.SLOW, "FAILED", "TRANSIENT", "source.deadline"),
        (Lie.HALF_ANSWER, "FAILED", "TRANSIENT", "source.half_answer"),
        (Lie.BAD_GATEWAY, "FAILED", "TRANSIENT", "source.unavailable"),
        (Lie.NO_ENTRY, "FAILED", "CONFIG", "source.denied"),
        (Lie.GIBBERISH, "FAILED", "SYSTEM", "source.unexpected"),
        (Lie.EMPTY, "WAITING", None, None),
        (Lie.HALF_GONE, "WAITING", None, None),
        (Lie.OTHERS, "WAITING", None, None),
        (Lie.FEWER_THAN_PROMISED, "PARTIAL", None, None),
    ],
)
def test_a_source_that_misbehaves_ends_nobody_and_is_itself_again(
    front: Front,
    figures: Figures,
    lie: Lie,
    state: str,
    failure: str | None,
    code: str | None,
) -> None:
    front.read()
    before = front.stand.seen()

    front.liar.lie = lie
    begun = time.monotonic()
    lied = front.read()
    seconds = time.monotonic() - begun
    ended = front.ended()
    front.liar.lie = Lie.NONE
    again = front.read()

    ledger = front.stand.ledger()
    figures.say(ledger, seconds)
    assert (state, failure, code) == (lied.state, lied.failure, lied.error_code)
    assert 0 == ended
    assert "SUCCEEDED" == again.state
    assert (0, 0) == (ledger.lost, ledger.doubled)
    assert before == front.stand.seen()
    assert DEADLINE_S + 15 > seconds


def test_what_is_held_is_shown_and_released_by_a_persons_word(front: Front) -> None:
    hub = commands(front.stand.variables)
    front.read()
    front.liar.lie = Lie.EMPTY
    waiting = front.read()

    held = json.loads(hub("sync", "holds", "-o", "json").stdout)
    released = hub("sync", "release", "--source", CODE)
    shown = json.loads(hub("sync", "show", str(waiting.id), "-o", "json").stdout)[0]

    assert {CODE} == {one["source_code"] for one in held}
    assert sum(one["ending"] for one in held) == front.ended() > 0
    assert 0 == released.returncode, released.stderr
    assert "SUCCEEDED" == shown["state"]
    assert "hold.none" in hub("sync", "release", "--source", CODE).stderr


def test_a_source_that_nobody_answers_for_is_said_to_be_so(
    addresses: Addresses, region: Region, tmp_path: Path
) -> None:
    server = plain_server(region)
    with standing(addresses, "http://127.0.0.1:1", server, tmp_path, attempts=2) as stand:
        run = Front(stand=stand, liar=Liar(server.app)).read()

        assert ("FAILED", "TRANSIENT", "source.unreachable") == (
            run.state,
            run.failure,
            run.error_code,
        )
