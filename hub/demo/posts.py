"""Who worked where and how long, as far as lists of staff tell; the truth's own reading.

* The last list that names a person's posts in an organisation says what they are. «Undated facts
  hold from that date»: without a hire date a post starts on the day of the first list.
* «Only FULL ends anything by absence»: a post ends with the stated dismissal, else on the day of
  the first full list of the organisation and source after the last one that names it.
* Experience is a number of months «as of» the file's day; the newest statement decides.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hub.demo.dyads import heir
from hub.demo.region import Region
from hub.demo.registry import FOREVER
from hub.records import FileKind

_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post of a person over its days."""

    person: int
    organisation: int
    position: str
    kind: str
    flag: bool | None
    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    person: int
    position: str
    kind: str
    flag: str
    hired: date | None
    dismissed: date | None
    since: date | None
    as_of: date
    organisation: int
    source: str


def _lines(region: Region) -> list[_Line]:
    stated, files = region.statements.staff, region.statements.files
    names = ("file", "person", "position", "kind", "flag", "hired", "dismissed", "since")
    lines = []
    for values in zip(*(stated[name] for name in names), strict=True):
        file, person, position, kind, flag, hired, dismissed, since = values
        plan = files[file]
        lines.append(
            _Line(
                person=int(person),
                position=position,
                kind=kind,
                flag=flag,
                hired=_day(hired),
                dismissed=_day(dismissed),
                since=_day(since),
                as_of=plan.as_of,
                organisation=heir(region.organised, plan.organisation, plan.as_of),
                source=plan.source,
            )
        )
    return lines


def _day(value: object) -> date | None:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value if isinstance(value, date) and not pd.isna(value) else None


def posts_held(region: Region) -> list[Post]:
    """Give every post that the lists state."""
    lists: dict[tuple[str, int], set[date]] = defaultdict(set)
    for plan in region.statements.files:
        if plan.kind is FileKind.STAFF:
            place = heir(region.organised, plan.organisation, plan.as_of)
            lists[plan.source, place].add(plan.as_of)
    stated: dict[tuple[int, int], list[_Line]] = defaultdict(list)
    for line in _lines(region):
        stated[line.person, line.organisation].append(line)
    return [post for lines in stated.values() for post in _posts(lines, lists)]


def _posts(lines: list[_Line], lists: dict[tuple[str, int], set[date]]) -> list[Post]:
    last = max(line.as_of for line in lines)
    first = min(line.as_of for line in lines)
    absent = {
        line.source: min(
            (day for day in lists[line.source, line.organisation] if day > last), default=FOREVER
        )
        for line in lines
    }
    return [
        Post(
            person=line.person,
            organisation=line.organisation,
            position=line.position,
            kind=line.kind,
            flag={"да": True, "нет": False}.get(line.flag),
            starts=line.hired or first,
            ends=line.dismissed or absent[line.source],
        )
        for line in lines
        if line.as_of == last
    ]


def teaching_since(region: Region) -> dict[int, date]:
    """Give since when people teach by the newest statement of each."""
    newest: dict[int, tuple[date, date]] = {}
    for line in _lines(region):
        if line.since is None:
            continue
        held = newest.get(line.person)
        if held is None or (line.as_of, held[1]) > (held[0], line.since):
            newest[line.person] = (line.as_of, line.since)
    return {person: since for person, (_, since) in newest.items()}


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, 28))
