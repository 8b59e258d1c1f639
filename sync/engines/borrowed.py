"""Numbers that stand on somebody else's card: a parent's on a child's, the row's above.

A number borne by plainly different people is not believed where it was copied to: its owner is
who bears it on more cards, or the one of two who has no other number. Where neither tells, both
keep it and a person is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.notices import Notice
from sync.matching.decide import numbers_agree
from sync.matching.edges import components
from sync.matching.facts import coded
from sync.matching.hashing import Int64s
from sync.matching.keys import all_pairs
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Birth, Given, Last, level

Mask = npt.NDArray[np.bool_]
_READ = ("last", "first", "middle", "birth")
_APART = (Birth.MONTH, Birth.YEAR, Birth.APART, Birth.GENERATION)


def without_borrowed(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Take numbers off the cards they were copied to; tell how many."""
    rows, bearers = _bearers(facts)
    borrowed = np.fromiter(_borrowed(facts, rows, bearers), dtype=np.int64)
    if not len(borrowed):
        return facts, []
    taken = np.zeros(len(facts), dtype=bool)
    taken[borrowed] = True
    facts["snils_hash"] = facts["snils_hash"].where(~taken, "")
    text = "СНИЛС другого человека (строкой выше, родителя): номер не учитывается"
    return facts, [Notice(cause="snils.borrowed", count=len(borrowed), text=text)]


def _bearers(facts: pd.DataFrame) -> tuple[Int64s, Int64s]:
    """Give rows whose number several full names bear, and which person each row seems to be."""
    snils, last, first = (coded(facts, name) for name in ("snils_hash", "last_key", "first_key"))
    stated = np.flatnonzero(snils.stands())
    name = last.codes * len(first.distinct) + first.codes
    frame = pd.DataFrame({"number": snils.codes[stated], "name": name[stated]})
    several = frame.drop_duplicates().groupby("number", sort=False).size()
    doubtful = several.index[several > 1].to_numpy(np.int64)
    rows = stated[np.isin(snils.codes[stated], doubtful)].astype(np.int64)
    rows = rows[np.argsort(snils.codes[rows], kind="stable")]
    left, right = all_pairs(snils.codes[rows], np.arange(len(rows), dtype=np.int64))
    pattern = patterns(facts, rows[left], rows[right], HAND_MODEL, fields=_READ)
    alike = ~_are_two(pattern)
    return rows, components(len(rows), left[alike], right[alike])


def _are_two(pattern: Int64s) -> Mask:
    """Tell which pairs plainly are two people, whatever number they share."""
    births = np.isin(level(pattern, "birth"), _APART)
    fathers = level(pattern, "middle") == Given.DIFFERENT
    two = (level(pattern, "first") == Given.DIFFERENT) | (
        level(pattern, "birth") == Birth.GENERATION
    )
    two |= births & (level(pattern, "last") == Last.DIFFERENT)
    return np.asarray((two | (births & fathers)) & ~numbers_agree(pattern), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bearer:
    rows: Int64s
    has_another: bool


def _borrowed(facts: pd.DataFrame, rows: Int64s, bearers: Int64s) -> Iterator[int]:
    """Give the rows on which a number was copied."""
    number = coded(facts, "snils_hash").codes
    others = _numbers_of_names(facts, rows)
    frame = pd.DataFrame({"row": rows, "bearer": bearers, "number": number[rows]})
    for _, group in frame.groupby("number", sort=False):
        found = [
            _Bearer(
                rows=part.to_numpy(np.int64),
                has_another=any(len(others[row]) > 1 for row in part),
            )
            for _, part in group.groupby("bearer", sort=False)["row"]
        ]
        yield from _copies(found)


def _copies(bearers: list[_Bearer]) -> Iterator[int]:
    most = max(len(one.rows) for one in bearers)
    owners = [one for one in bearers if len(one.rows) == most]
    if len(owners) > 1:
        owners = [one for one in owners if not one.has_another] or owners
    if len(owners) == 1:
        for one in bearers:
            yield from () if one is owners[0] else one.rows.tolist()


def _numbers_of_names(facts: pd.DataFrame, rows: Int64s) -> dict[int, set[int]]:
    """Give for each row the numbers that its full name born in its year has anywhere."""
    said = pd.DataFrame(
        {name: coded(facts, name).codes for name in ("last_key", "first_key", "middle_key")}
    ).assign(year=facts["birth_year"].to_numpy(np.int64))
    name = said.groupby(list(said.columns), sort=False).ngroup().to_numpy(np.int64)
    snils = coded(facts, "snils_hash")
    wanted = np.isin(name, name[rows]) & snils.stands()
    found: dict[int, set[int]] = {}
    for person, number in zip(name[wanted].tolist(), snils.codes[wanted].tolist(), strict=True):
        found.setdefault(person, set()).add(number)
    return {row: found[int(name[row])] for row in rows.tolist()}
