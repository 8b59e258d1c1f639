"""How far a source was read, as text that only its connector understands."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from connectors.client.failure import SourceConfigError
from connectors.paging import Position

STREAMS = ("staff", "pairs", "counts")
_CURSOR = "Место, с которого продолжать чтение, не читается. Запустите полное чтение источника."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What was read: all up to `since`, and of the read that ends at `until` the pages before.

    Instants are ISO 8601 by the source's clock; an empty `since` means a full read.
    """

    since: str = ""
    until: str = ""
    stream: str = STREAMS[0]
    whole: bool = True
    page: int = 1
    size: int = 0
    total: int = -1
    turn: int = 1

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read a cursor; raises SourceConfigError for one that this connector never wrote."""
        if not text:
            return cls()
        try:
            cursor = cls(**json.loads(text))
            _ = [datetime.fromisoformat(one) for one in (cursor.since, cursor.until) if one]
            _ = STREAMS.index(cursor.stream)
        except (ValueError, TypeError) as error:
            raise SourceConfigError(_CURSOR, code="source.cursor") from error
        return cursor

    def text(self) -> str:
        """Write the cursor; what is as in a new one is left out."""
        new = asdict(Cursor())
        return json.dumps({k: v for k, v in asdict(self).items() if v != new[k]})

    @property
    def position(self) -> Position:
        """Give the page to read next."""
        return Position(page=self.page, size=self.size, total=self.total, turn=self.turn)

    def at(self, stream: str, position: Position) -> "Cursor":
        """Give the same read at another place."""
        return replace(self, stream=stream, **asdict(position))
