"""Pages that move while they are read: every row once, and word when some may be missing.

A row added in front moves others to later pages, where they come again and are skipped. A row
taken away moves others to pages read already: the total shrinks, and the pages are read again
from the first. So are pages that hold fewer distinct rows than the total promised.

What pages and a total cannot show: one row taken away and another added at the end between two
requests. The row that slipped past comes with the next full read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from connectors.answers import Row

TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The page to read next; `size` and `total` are as the first page of this turn had them."""

    page: int = 1
    size: int = 0
    total: int = -1
    turn: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page as it was answered; the total is -1 where none is given."""

    items: Sequence[object]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The rows of one page that were not seen before, with their numbers in the stream.

    `then` is where to go on, None after the last page; `whole` is False on the last page when
    even reading again did not bring as many rows as promised.
    """

    rows: tuple[tuple[int, Row], ...]
    items: Sequence[object]
    then: Position | None
    whole: bool


def portions(
    ask: Callable[[int], Sheet], read: Callable[[object], Row], start: Position
) -> Iterator[Portion]:
    """Yield portions from a position to the end of a stream; `read` makes a row of an item."""
    course = _Course(read=read, before=(start.page - 1) * start.size)
    position: Position | None = start
    while position is not None:
        portion = course.take(ask(position.page), position)
        yield portion
        position = portion.then


@dataclass(slots=True, kw_only=True)
class _Course:
    """What the pages read so far had; `before` counts rows of pages read before a resumption."""

    read: Callable[[object], Row]
    before: int
    given: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    last: set[str] = field(default_factory=set)

    def take(self, sheet: Sheet, at: Position) -> Portion:
        """Take a page; answer what is new in it and where to go on."""
        rows = [self.read(item) for item in sheet.items]
        at = replace(at, size=at.size or len(rows), total=sheet.total if at.total < 0 else at.total)
        shrank = 0 <= sheet.total < at.total
        ends = self._ends(sheet, at, {row.key for row in rows})
        whole = not shrank and len(self.met) + self.before >= at.total
        return Portion(
            rows=self._fresh(rows, (at.page - 1) * at.size),
            items=sheet.items,
            then=self._then(at, shrank=shrank, ends=ends, whole=whole),
            whole=whole or not (ends or shrank),
        )

    def _ends(self, sheet: Sheet, at: Position, keys: set[str]) -> bool:
        """Say whether a page is the last: a source that gives one page for ever has an end too."""
        repeated = keys == self.last
        self.met |= keys
        self.last = keys
        covered = 0 <= sheet.total <= at.page * at.size
        return not keys or covered or repeated or len(sheet.items) < at.size

    def _fresh(self, rows: list[Row], before: int) -> tuple[tuple[int, Row], ...]:
        fresh = []
        for number, row in enumerate(rows, start=before + 1):
            if row.key not in self.given:
                self.given.add(row.key)
                fresh.append((number, row))
        return tuple(fresh)

    def _then(self, at: Position, *, shrank: bool, ends: bool, whole: bool) -> Position | None:
        if not shrank and not ends:
            return replace(at, page=at.page + 1)
        if whole or at.turn == TURNS:
            return None
        self.before, self.last = 0, set()
        if shrank:
            self.met = set()
        return Position(turn=at.turn + 1)
