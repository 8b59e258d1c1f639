"""Sets of what is counted, row by row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.demo.units import Key


@dataclass(slots=True)
class Tally:
    """Sets of what is counted, row by row."""

    sets: dict[str, dict[Key, set[object]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def put(self, name: str, keys: Iterable[Key], item: object) -> None:
        """Add an item to what is counted under the name in these rows."""
        for key in keys:
            self.sets[name][key].add(item)

    def keys(self) -> set[Key]:
        """Give every row in which anything is counted."""
        return {key for counted in self.sets.values() for key in counted}

    def of(self, name: str, key: Key) -> set[object]:
        """Give what is counted under the name in a row."""
        return self.sets[name].get(key, set())
