"""An export on its way: broken off when it fails, stopped when nobody listens, never too many."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Message

from schema.door.sending import Exported, Making, Slots
from schema.errors import ErrorCode, RequestRefused
from schema.faults import refusal

pytestmark = pytest.mark.anyio
BLOCKS = (b"one", b"two")


class Line:
    """A client at the other end: what it got, and when it hangs up."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.got.append(message)

    @property
    def status(self) -> int:
        return int(self.got[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.got)


def making(blocks: AsyncGenerator[bytes, None], closed: list[bool]) -> Making:
    @asynccontextmanager
    async def made() -> AsyncIterator[AsyncIterator[bytes]]:
        try:
            yield blocks
        finally:
            closed.append(True)

    return made


async def whole() -> AsyncGenerator[bytes, None]:
    for block in BLOCKS:
        yield block


async def failing(after: int) -> AsyncGenerator[bytes, None]:
    for block in BLOCKS[:after]:
        yield block
    raise refusal(ErrorCode.QUERY_TIMED_OUT, "слишком долго", status=503)


async def endless(started: asyncio.Event) -> AsyncGenerator[bytes, None]:
    while True:
        yield b"row"
        started.set()
        await asyncio.sleep(0.001)


async def sent(making_of: Making, slots: Slots, line: Line) -> None:
    answer = Exported(making_of, slots, media_type="text/csv", name="a.csv", title="а.csv")
    await answer({"type": "http", "method": "GET"}, line.receive, line.send)


async def test_an_export_ends_where_its_rows_end() -> None:
    line, closed = Line(), list[bool]()

    await sent(making(whole(), closed), Slots(), line)

    assert (200, b"onetwo", [True]) == (line.status, line.body, closed)
    assert line.got[-1]["more_body"] is False


async def test_what_fails_before_the_first_block_is_answered_with_its_code() -> None:
    line, closed = Line(), list[bool]()

    await sent(making(failing(0), closed), Slots(), line)

    assert (503, [True]) == (line.status, closed)
    assert b"QUERY_TIMED_OUT" in line.body


async def test_what_fails_on_the_way_is_broken_off_and_never_ended_as_if_whole() -> None:
    line, closed = Line(), list[bool]()

    with pytest.raises(RequestRefused):
        await sent(making(failing(1), closed), Slots(), line)

    assert (b"one", [True]) == (line.body, closed)
    assert all(one.get("more_body", True) for one in line.got)


async def test_an_export_stops_when_its_client_goes_away_and_frees_its_place() -> None:
    line, closed, started = Line(), list[bool](), asyncio.Event()
    slots = Slots(1)
    sending = asyncio.create_task(sent(making(endless(started), closed), slots, line))
    await started.wait()

    line.gone.set()
    await asyncio.wait_for(sending, 5)

    assert [True] == closed
    again = Line()
    await sent(making(whole(), closed), slots, again)
    assert 200 == again.status


async def test_who_comes_when_all_places_are_taken_is_told_when_to_come_again() -> None:
    first, second, started = Line(), Line(), asyncio.Event()
    slots, closed = Slots(1), list[bool]()
    sending = asyncio.create_task(sent(making(endless(started), closed), slots, first))
    await started.wait()

    await sent(making(whole(), closed), slots, second)

    first.gone.set()
    await sending
    headers = dict(second.got[0]["headers"])
    assert (503, b"15") == (second.status, headers[b"retry-after"])
    assert b"EXPORT_BUSY" in second.body
