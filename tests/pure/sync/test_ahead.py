"""Walking ahead of whoever takes the items."""

import threading
from collections.abc import Generator
from contextlib import aclosing

import pytest

from sync.evidence.ahead import ahead


class Walk:
    """Numbers made one at a time, and what became of making them."""

    def __init__(self, *, breaks_at: int = 100) -> None:
        self.made: list[int] = []
        self.threads: set[int] = set()
        self.closed = False
        self._breaks_at = breaks_at

    def numbers(self) -> Generator[int, None, None]:
        try:
            for number in range(100):
                if number == self._breaks_at:
                    raise LookupError(str(number))
                self.threads.add(threading.get_ident())
                self.made.append(number)
                yield number
        finally:
            self.closed = True


async def test_items_come_in_order_and_are_made_in_one_thread_that_is_not_the_loops() -> None:
    walk = Walk()

    taken = [number async for number in ahead(walk.numbers())]

    assert list(range(100)) == taken
    assert 1 == len(walk.threads - {threading.get_ident()}) == len(walk.threads)


async def test_at_most_one_item_is_made_before_it_is_asked_for() -> None:
    walk = Walk()

    async with aclosing(ahead(walk.numbers())) as ready:
        async for number in ready:
            assert len(walk.made) <= number + 2
            if number == 5:
                break

    assert walk.closed
    assert 7 >= len(walk.made)


async def test_what_making_an_item_raises_comes_after_the_items_before_it() -> None:
    ready = ahead(Walk(breaks_at=2).numbers())

    assert (0, 1) == (await anext(ready), await anext(ready))
    with pytest.raises(LookupError, match="2"):
        await anext(ready)
