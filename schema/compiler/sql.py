"""Pieces of SQL text: JSON by concatenation, numbered parameters, row aliases."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Self

from schema.compiler.request import Request

# PostgreSQL passes at most 100 arguments to a function.
_CONCAT_LIMIT = 90
_PLACEHOLDER = re.compile(r"\$(\d+)::")
Take = Callable[[Request], object]


@dataclass(frozen=True, slots=True)
class Text:
    """JSON text that is the same for every row; never holds a value of a request."""

    text: str


class Sql(str):
    """An SQL expression; `joins` is what it concatenates, if it does nothing else."""

    __slots__ = ("joins",)
    joins: Sequence["Piece"]

    def __new__(cls, text: str, joins: Sequence["Piece"] = ()) -> Self:
        """Take a text as an expression, parameters already numbered."""
        made = super().__new__(cls, text)
        made.joins = joins
        return made


Piece = Text | Sql


def concat(pieces: Iterable[Piece]) -> Sql:
    """Join pieces into one expression, neighbouring texts into one literal.

    What is itself joined of pieces is taken apart: each level of concatenation would copy all the
    text beneath it three times.
    """
    flat = [part for piece in pieces for part in _parts(piece)]
    return Sql(_joined([_merged(group) for group in _runs(flat)]), flat)


def from_one_row(body: Sql, *, before: str = "", after: str = "") -> Sql:
    """Compose the subselect `before` SELECT body `after`, which gives one row whatever it reads.

    Texts at the ends of the body stand outside, where they join those around them.
    """
    pieces = _parts(body)
    composed = [index for index, piece in enumerate(pieces) if isinstance(piece, Sql)]
    if not composed:
        return body
    first, last = composed[0], composed[-1]
    inner = pieces[first] if first == last else concat(pieces[first : last + 1])
    subselect = Sql(f"({before}select {inner} {after})")
    return concat([*pieces[:first], subselect, *pieces[last + 1 :]])


def json_list(items: str, order: str, *, before: str = "", after: str) -> Sql:
    """Compose a list of JSON texts in an order, of the rows that `after` reads."""
    listed = Sql(f"string_agg({items}, ',' order by {order})")
    return from_one_row(concat([Text("["), listed, Text("]")]), before=before, after=after)


def _parts(piece: Piece) -> Sequence[Piece]:
    return (isinstance(piece, Sql) and piece.joins) or (piece,)


def literal(text: str) -> Sql:
    """Quote a text of our own as an SQL literal."""
    return Sql("'" + text.replace("'", "''") + "'")


def _runs(pieces: Iterable[Piece]) -> Iterator[tuple[bool, list[Piece]]]:
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, Text)):
        yield is_text, list(group)


def _merged(run: tuple[bool, list[Piece]]) -> Sql:
    is_text, pieces = run
    if is_text:
        return literal("".join(piece.text for piece in pieces if isinstance(piece, Text)))
    return Sql(", ".join(str(piece) for piece in pieces))


def _joined(parts: Sequence[str]) -> str:
    if len(parts) <= _CONCAT_LIMIT:
        return f"concat({', '.join(parts)})"
    half = len(parts) // 2
    return f"concat({_joined(parts[:half])}, {_joined(parts[half:])})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A statement, what its parameters are taken from, and what else must be right."""

    sql: str
    takes: Sequence[Take]
    checks: Sequence[Take]

    def values(self, request: Request) -> Sequence[object]:
        """Take the parameters from a request; raises BAD_USER_INPUT for one that is wrong."""
        for check in self.checks:
            check(request)
        return [take(request) for take in self.takes]


@dataclass(slots=True)
class Binds:
    """The parameters of a statement, numbered as they are first used."""

    takes: list[Take] = field(default_factory=list)
    _numbers: dict[object, int] = field(default_factory=dict)
    _aliases: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, take: Take, sql_type: str, key: object = None) -> Sql:
        """Return the placeholder of a parameter; the same key gives the same number."""
        number = self._numbers.get(key) if key is not None else None
        if number is None:
            self.takes.append(take)
            number = len(self.takes)
            if key is not None:
                self._numbers[key] = number
        return Sql(f"${number}::{sql_type}")

    def finish(self, sql: Sql) -> "Bound":
        """Number the parameters that a statement really uses; the others are only checked.

        A page of which only the count is selected has no use for its size, yet a wrong size
        is still wrong.
        """
        used = sorted({int(number) for number in _PLACEHOLDER.findall(sql)})
        numbers = {str(old): new for new, old in enumerate(used, start=1)}
        text = _PLACEHOLDER.sub(lambda match: f"${numbers[match[1]]}::", sql)
        return Bound(
            sql=str(text),
            takes=tuple(self.takes[old - 1] for old in used),
            checks=tuple(
                take for old, take in enumerate(self.takes, start=1) if str(old) not in numbers
            ),
        )

    def alias(self) -> str:
        """Return a row alias that nothing else in the statement uses."""
        return f"t{next(self._aliases)}"
