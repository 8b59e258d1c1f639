"""Working ahead: while a page is being written, the next one is made ready in a thread."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")


class _End:
    """Stands behind the last item: a future carries no StopIteration."""


END: Final = _End()


async def ahead(items: Generator[Item, None, None]) -> AsyncGenerator[Item, None]:
    """Walk `items` in one thread of their own, one item ahead of whoever takes them.

    At most two items are held at a time. What making an item raises is raised in its turn. Close
    it (`contextlib.aclosing`) where it may be left early: the thread ends with the item it is at.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")

    def upcoming() -> Future[Item | _End]:
        return thread.submit(next, items, END)

    following = upcoming()
    try:
        while not isinstance(item := await asyncio.wrap_future(following), _End):
            following = upcoming()
            yield item
    finally:
        thread.submit(items.close)
        await asyncio.to_thread(thread.shutdown)
