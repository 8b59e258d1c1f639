"""A connector that yields what it was given: an example of the protocol and a source for tests."""

from collections.abc import Iterator, Sequence

from connectors.protocol import Checkpoint, CheckResult, Item, Roll
from hub.records import Batch, Rejected


class Memory:
    """Yields its items in order, after each a checkpoint with the number of items given so far."""

    def __init__(self, items: Sequence[Batch | Rejected | Roll]) -> None:
        self._items = tuple(items)

    def check(self) -> CheckResult:
        """Say that what is in memory can be read."""
        return CheckResult(ok=True)

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the items after the cursor."""
        given = int(cursor or 0)
        for number, item in enumerate(self._items[given:], start=given + 1):
            yield item
            yield Checkpoint(cursor=str(number))
