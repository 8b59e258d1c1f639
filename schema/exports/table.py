"""A table to be written: its columns, what stands above and about it, its rows page by page."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from schema.exports.columns import Column

Row = Any  # a decoded row of an answer
Page = Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the sheet «Методика»: what it speaks of and what it says."""

    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a writer needs to know of an export.

    `above` are lines over the header, `notes` say how the table was made, `name` is the file's
    name without its ending. `pages` can be called once.
    """

    title: str
    name: str
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    zone: ZoneInfo
    pages: Callable[[], AsyncIterator[Page]]
    above: tuple[str, ...] = ()
