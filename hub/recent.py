"""What was used lately: a bounded memory, from which the longest unused goes first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def _weightless(_: object) -> int:
    return 0


class Recent(Generic[K, V]):
    """The most recently used values, up to a number of them and up to a weight of all together."""

    def __init__(
        self, size: int, *, weigh: Callable[[V], int] = _weightless, weight: int = 0
    ) -> None:
        self._size = size
        self._weigh = weigh
        self._most = weight
        self._weight = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    @property
    def weight(self) -> int:
        """The weight of all that is kept."""
        return self._weight

    def get(self, key: K) -> V | None:
        """Return the kept value, if there is one."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def get_or_make(self, key: K, make: Callable[[], V]) -> V:
        """Return the kept value, or make and keep it; where `make` raises nothing is kept."""
        value = self.get(key)
        if value is None:
            value = make()
            self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, and let go of the longest unused ones when there is too much.

        What alone is heavier than all may be is not kept.
        """
        self.drop(key)
        weight = self._weigh(value)
        self._kept[key] = value, weight
        self._weight += weight
        while len(self._kept) > self._size or self._weight > self._most:
            _, (_, gone) = self._kept.popitem(last=False)
            self._weight -= gone

    def drop(self, key: K) -> None:
        """Let go of a value, if it is kept."""
        _, weight = self._kept.pop(key, (None, 0))
        self._weight -= weight
