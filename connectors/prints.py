"""How far a source was read that does not tell what changed: its pages, and what they held.

Such a source is asked for everything each time. A page whose print is that of the last whole read
states nothing new and is passed over.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b

from connectors.answers import Row
from connectors.client.failure import SourceConfigError
from connectors.paging import Position

_CURSOR = "Место, с которого продолжать чтение, не читается. Запустите полное чтение источника."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The page to read next; `known` are prints of the pages of the last whole read, `seen` of this.

    Without `known` a read is full. Where pages follow each other by a key, `after` is the last one.
    """

    page: int = 1
    size: int = 0
    total: int = -1
    turn: int = 1
    after: str = ""
    known: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read a cursor; raises SourceConfigError for one that this connector never wrote."""
        if not text:
            return cls()
        try:
            said = json.loads(text)
            known, seen = (tuple(map(str, said.pop(name, ()))) for name in ("known", "seen"))
            after = str(said.pop("after", ""))
            position = Position(**{name: int(value) for name, value in said.items()})
            return cls(known=known, seen=seen, after=after).at(position)
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceConfigError(_CURSOR, code="source.cursor") from error

    def text(self) -> str:
        """Write the cursor; what is as in a new one is left out."""
        new = asdict(Cursor())
        return json.dumps({k: v for k, v in asdict(self).items() if v != new[k]})

    @property
    def position(self) -> Position:
        """Give the page to read next."""
        return Position(page=self.page, size=self.size, total=self.total, turn=self.turn)

    def at(self, position: Position) -> "Cursor":
        """Give the same read at another page."""
        return replace(self, **asdict(position))

    def met(self, mark: str) -> tuple[bool, "Cursor"]:
        """Say whether a page's print is that of the last whole read, and note it."""
        at = len(self.seen)
        is_known = at < len(self.known) and self.known[at] == mark
        return is_known, replace(self, seen=(*self.seen, mark))


def print_of(rows: Iterable[Row]) -> str:
    """Hash what the rows of a page state, refusals too."""
    said = [(row.key, sorted(row.stated.items()), row.fault) for row in rows]
    return blake2b(repr(said).encode(), digest_size=8).hexdigest()
