"""A connector that yields what it was given: an example of the protocol and a source for tests."""

from collections.abc import Iterator, Sequence

from connectors.client.failure import SourceConfigError
from connectors.protocol import Checkpoint, CheckResult, Found, Item, Roll
from hub.records import Batch, Rejected


class Memory:
    """Yields its items in order, after each a checkpoint with the number of items given so far."""

    def __init__(self, items: Sequence[Batch | Rejected | Roll]) -> None:
        self._items = tuple(items)

    def check(self) -> CheckResult:
        """Say that what is in memory can be read."""
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """Give the columns of the first batch of each kind, each as the field it is."""
        batches = [one for one in self._items if isinstance(one, Batch)]
        kinds = {batch.kind: batch for batch in reversed(batches)}
        return tuple(
            Found(stream=kind, fields={str(name): str(name) for name in batch.frame.columns})
            for kind, batch in kinds.items()
        )

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the items after the cursor."""
        if cursor and not cursor.isdecimal():
            text = "Место, с которого продолжать чтение, не читается. Запустите полное чтение."
            raise SourceConfigError(text, code="source.cursor")
        given = int(cursor or 0)
        for number, item in enumerate(self._items[given:], start=given + 1):
            yield item
            yield Checkpoint(cursor=str(number))
