"""What is listed of a person, nothing chosen away: every name borne, every phone and address.

Each stands since the first day on which a record stated it, until the last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final  # a cell is a text, a day, an id, a list or nothing

import pandas as pd

from sync.columns import column, rows_of

ALWAYS, FOREVER = date.min, date.max
TEXTS: Final = ("last_name", "first_name", "middle_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """That a record states something of a list, over which days; `order` is that of content."""

    key: tuple[Any, ...]
    kind: str
    starts: date
    ends: date
    order: int
    record_id: int


def sort_key(last: str, first: str, middle: str) -> str:
    """Fold a full name for order and search: casefold, ё as е, single spaces between parts."""
    return f"{last} {first} {middle}".casefold().replace("ё", "е").strip()


def contacts(facts: pd.DataFrame) -> pd.DataFrame:
    """List every phone and address; one's own before a representative's where both are said."""
    listed = _spanned(_stated_contacts(facts), ["person_id", "kind", "value"])
    return listed.assign(owner=listed["shown"].map(_OWNERS))


_OWNERS = {"0": "SELF", "1": "REPRESENTATIVE"}
_OWN_FIRST = {owner: shown for shown, owner in _OWNERS.items()}


def _stated_contacts(facts: pd.DataFrame) -> Iterator[_Stated]:
    for person, owner, record, phones, emails, order, since, until in zip(
        *(facts[name] for name in ("person_id", "contact_owner", "record_id", "phones", "emails")),
        facts["order"].tolist(),
        facts["first_stated"],
        stands_until(facts),
        strict=True,
    ):
        said = [("PHONE", value) for value in phones or ()]
        said += [("EMAIL", value) for value in emails or ()]
        for kind, value in said:
            yield _Stated(
                key=(person, kind, value),
                kind=_OWN_FIRST[owner],
                starts=since,
                ends=until,
                order=order,
                record_id=record,
            )


def _pinned_names(facts: pd.DataFrame, chosen: pd.DataFrame) -> Iterator[_Stated]:
    """Give people part of whose name a person wrote: they bear a name that no record says."""
    written = chosen[chosen["value"].notna() & chosen["field"].isin(TEXTS)]
    written = written.drop_duplicates("person_id")
    for person, position in rows_of(written, "person_id", "position"):
        row = facts.iloc[int(position)]
        yield _Stated(
            key=(person,),
            kind="CURRENT",
            starts=ALWAYS,
            ends=FOREVER,
            order=row["order"],
            record_id=row["record_id"],
        )


def names(facts: pd.DataFrame, person: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """List every full name some record states, since when and until when; initials are no name.

    A name stated as a former one was borne until then, nobody says since when.
    """
    current = {one[0]: one for one in rows_of(person, "person_id", *TEXTS)}
    borne = [replace(one, key=current[one.key[0]]) for one in _pinned_names(facts, chosen)]
    stated = [*_stated_names(facts), *borne]
    settled = [
        replace(one, kind="CURRENT") if one.key == current[one.key[0]] else one for one in stated
    ]
    listed = _spanned(settled, ["person_id", *TEXTS])
    return listed.assign(
        kind=listed["shown"], sort_key=column(sort_key(*one) for one in rows_of(listed, *TEXTS))
    )


def _stated_names(facts: pd.DataFrame) -> Iterator[_Stated]:
    for person, last, first, middle, former, record, order, since, until in zip(
        *(facts[name] for name in ("person_id", *TEXTS, "previous_last_name", "record_id")),
        facts["order"].tolist(),
        facts["first_stated"],
        stands_until(facts),
        strict=True,
    ):
        own = _Stated(
            key=(person, last, first, middle),
            kind="VARIANT",
            starts=since,
            ends=until,
            order=order,
            record_id=record,
        )
        yield own
        if former:
            key = (person, former, first, middle)
            yield replace(own, key=key, kind="PREVIOUS", starts=ALWAYS, ends=since)


def stands_until(records: pd.DataFrame) -> pd.Series:
    """Say until when a record has said what it says: for ever while it stands."""
    return records["ended_on"].where(records["ended_on"].notna(), FOREVER)


def _spanned(stated: Iterable[_Stated], key: list[str]) -> pd.DataFrame:
    """Give a row to each key, from its first to its last day; of kinds the first by the alphabet.

    Its record is the first of that kind by content.
    """
    best: dict[tuple[Any, ...], _Stated] = {}
    spans: dict[tuple[Any, ...], tuple[date, date]] = {}
    for one in stated:
        since, until = spans.get(one.key, (one.starts, one.ends))
        spans[one.key] = min(since, one.starts), max(until, one.ends)
        held = best.get(one.key, one)
        best[one.key] = min(held, one, key=lambda line: (line.kind, line.order))
    columns = [column(values) for values in zip(*best, strict=True)] or [column(())] * len(key)
    return pd.DataFrame(
        {
            **dict(zip(key, columns, strict=True)),
            "shown": column(one.kind for one in best.values()),
            "starts": column(since for since, _ in spans.values()),
            "ends": column(until for _, until in spans.values()),
            "record_id": column(one.record_id for one in best.values()),
        }
    )
