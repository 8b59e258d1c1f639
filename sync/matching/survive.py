"""Survivorship: which record's value stands for a person, field by field, and by which rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import NO_DAY, birth_days, birth_years, coded, content_order
from sync.matching.hashing import Int64s

COLUMNS = ("label", "field", "position", "rule")
# A card of one's own says more than a row of a base, and that more than being mentioned.
_KIND_RANK = {"STAFF": 0, "PUPIL": 0, "MENTOR": 1, "MENTEE": 1, "MENTION": 2}
_GENERATION_YEARS = 15
UNNAMED: Final = 1_000  # the rank of a source that has none for a field


class Rule(StrEnum):
    """By what one value is chosen before another."""

    VALIDITY = "VALIDITY"  # a whole value before a part of one; what may not stand is left out
    SOURCE_RANK = "SOURCE_RANK"  # the kind of record, then whom the field is taken from first
    RECENCY = "RECENCY"  # the day that the record speaks about, never that of its landing
    AGREEMENT = "AGREEMENT"  # how many of the person's records say so
    COMPLETENESS = "COMPLETENESS"  # the longer text


class Validity(StrEnum):
    """What makes a value of a field valid."""

    ANY = "ANY"  # whatever is stated
    WHOLE_NAME = "WHOLE_NAME"  # more than an initial
    OF_A_DATE = "OF_A_DATE"  # the year of a whole date before a year alone
    ONES_OWN = "ONES_OWN"  # a number that is nobody else's rather


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """How a field's value is chosen: the rules in their order, after a steward's pin."""

    field: str
    validity: Validity
    rules: tuple[Rule, ...]


_USUAL: Final = (
    Rule.VALIDITY,
    Rule.SOURCE_RANK,
    Rule.RECENCY,
    Rule.AGREEMENT,
    Rule.COMPLETENESS,
)
# The declaration. What is equal by every rule is decided by content, never by arrival. Former
# surnames, phones, addresses, posts and classes are lists: nothing of them is chosen away.
SURVIVAL: Final = (
    Survival(field="last_name", validity=Validity.ANY, rules=_USUAL),
    Survival(field="first_name", validity=Validity.WHOLE_NAME, rules=_USUAL),
    Survival(field="middle_name", validity=Validity.WHOLE_NAME, rules=_USUAL),
    Survival(field="birth_date", validity=Validity.ANY, rules=_USUAL),
    Survival(field="birth_year", validity=Validity.OF_A_DATE, rules=_USUAL),
    Survival(field="sex", validity=Validity.ANY, rules=_USUAL),
    Survival(field="snils", validity=Validity.ONES_OWN, rules=_USUAL),
)
FIELDS: Final = tuple(one.field for one in SURVIVAL)


def survivors(
    facts: pd.DataFrame,
    labels: Int64s,
    *,
    source_rank: Mapping[str, Mapping[UUID, int]] | None = None,
    nobodys: npt.NDArray[np.bool_] | None = None,
    declared: Sequence[Survival] = SURVIVAL,
) -> pd.DataFrame:
    """Give (label, field, position, rule): the record whose value stands for each field known.

    `source_rank` maps field -> source_id -> rank, below `UNNAMED`, where a field has an order of its
    own: among records of one kind the least goes first, and whoever has none goes after. Otherwise
    the column source_rank (smaller is believed first) decides. A value that no other contradicts
    stands by AGREEMENT. `nobodys` marks records whose СНИЛС is nobody's own, since not all who show
    it are among `facts`. O(n log n).
    """
    order, stated = content_order(facts), _stated(facts)
    parts = [
        _candidates(
            _Values.of(facts, survival, labels, nobodys),
            labels,
            survival.rules,
            {
                Rule.SOURCE_RANK: -_rank(facts, (source_rank or {}).get(survival.field)),
                Rule.RECENCY: stated,
            },
            order,
        )
        for survival in declared
    ]
    return _chosen(_Candidates.joined(parts), declared)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """What each record says of a field: texts numbered in their order, "" is nothing."""

    texts: npt.NDArray[np.object_]
    number: Int64s
    valid: Int64s  # 0: may not stand at all

    @classmethod
    def of(
        cls,
        facts: pd.DataFrame,
        survival: Survival,
        labels: Int64s,
        nobodys: npt.NDArray[np.bool_] | None,
    ) -> "_Values":
        texts, number = np.unique(_said(facts, survival.field), return_inverse=True)
        found = cls(texts=texts, number=number.astype(np.int64), valid=np.full(len(facts), 2))
        valid = _validity(found, facts, survival.validity, labels)
        if survival.validity is Validity.ONES_OWN and nobodys is not None:
            valid[nobodys] = 0
        return replace(found, valid=valid)

    @property
    def lengths(self) -> Int64s:
        """Give how long each record's text is."""
        return np.array([len(text) for text in self.texts.tolist()], dtype=np.int64)[self.number]


def _said(facts: pd.DataFrame, field: str) -> npt.NDArray[np.object_]:
    match field:
        case "birth_date":
            days = birth_days(facts)
            return np.where(days == NO_DAY, "", days.astype(str)).astype(object)
        case "birth_year":
            years = birth_years(facts)
            return np.where(years == 0, "", years.astype(str)).astype(object)
        case "snils":
            return coded(facts, "snils_hash").gathered()
        case _:
            return coded(facts, field).gathered()


def _validity(
    values: _Values, facts: pd.DataFrame, validity: Validity, labels: Int64s
) -> npt.NDArray[np.int64]:
    """Give 2 for a whole value, 1 for a part of one, 0 for a value that may not stand at all."""
    match validity:
        case Validity.ONES_OWN:
            return np.where(own_numbers(facts, labels), 2, 0)
        case Validity.OF_A_DATE:
            return np.where(birth_days(facts) != NO_DAY, 2, 1)
        case Validity.WHOLE_NAME:
            return np.where(values.lengths > 1, 2, 1)
        case Validity.ANY:
            return np.full(len(facts), 2, dtype=np.int64)
    assert_never(validity)


def own_numbers(facts: pd.DataFrame, labels: Int64s) -> npt.NDArray[np.bool_]:
    """Tell whose СНИЛС is their own where several people show one number.

    A parent's number on a child's card belongs to the one who has it from more records; else to
    the elder by a generation; else to nobody until a person answers.
    """
    shown = coded(facts, "snils_hash")
    held = np.flatnonzero(shown.stands())
    own = np.zeros(len(labels), dtype=bool)
    if not len(held):
        return own
    width = int(labels.max()) + 1
    pair = shown.codes[held] * width + labels[held]
    holders, at, records = np.unique(pair, return_inverse=True, return_counts=True)
    born = birth_years(facts)[held]
    eldest = np.full(len(holders), np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(eldest, at, np.where(born > 0, born, np.iinfo(np.int32).max))
    number = holders // width
    ranked = np.lexsort((holders % width, eldest, -records, number))
    number, records, eldest = number[ranked], records[ranked], eldest[ranked]
    first, alone = np.ones(len(number), dtype=bool), np.ones(len(number), dtype=bool)
    first[1:] = number[1:] != number[:-1]
    alone[:-1] = first[1:]
    clear = (records > np.append(records[1:], 0)) | (
        np.append(eldest[1:], 0) - eldest >= _GENERATION_YEARS
    )
    owners = holders[ranked][first & (alone | clear)]
    own[held] = np.isin(pair, owners)
    return own


def _rank(facts: pd.DataFrame, by_source: Mapping[UUID, int] | None) -> Int64s:
    """Number whom a field is taken from first: by kind, by the rank for the field, by what is left."""
    kinds = facts["kind"].map(_KIND_RANK).fillna(len(_KIND_RANK)).to_numpy(np.int64)
    named, usual = np.zeros((2, len(facts)), dtype=np.int64)
    if by_source:
        named[:] = facts["source_id"].map(by_source).fillna(UNNAMED)
    if "source_rank" in facts.columns:
        usual[:] = facts["source_rank"]
    return np.asarray((kinds * (UNNAMED + 1) + named) * 1_000 + usual, dtype=np.int64)


def _stated(facts: pd.DataFrame) -> Int64s:
    days = pd.to_datetime(facts["stated_as_of"], errors="coerce").to_numpy("datetime64[D]")
    return np.where(np.isnat(days), NO_DAY, days.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidates:
    """Values that may stand: of which field and person, and what ranks them, best first.

    `ranks` has a column for each rule in the declared order; more is better.
    """

    field: Int64s
    label: Int64s
    position: Int64s
    value: Int64s
    order: Int64s
    ranks: Int64s

    @classmethod
    def joined(cls, parts: Sequence["_Candidates"]) -> "_Candidates":
        """Give the candidates of all fields, those of a person and a field beside each other."""
        names = ("label", "position", "value", "order", "ranks")
        found = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
        field = np.repeat(np.arange(len(parts)), [len(one.label) for one in parts])
        by_rule = [-found["ranks"][:, at] for at in reversed(range(found["ranks"].shape[1]))]
        sorting = np.lexsort((found["order"], found["value"], *by_rule, found["label"], field))
        return cls(field=field[sorting], **{name: found[name][sorting] for name in names})


def _candidates(
    values: _Values,
    labels: Int64s,
    rules: Sequence[Rule],
    known: Mapping[Rule, Int64s],
    order: Int64s,
) -> _Candidates:
    kept = np.flatnonzero((values.texts != "")[values.number] & (values.valid > 0))
    said = labels[kept] * (len(values.texts) + 1) + values.number[kept]
    _, at, times = np.unique(said, return_inverse=True, return_counts=True)
    measured = {
        Rule.VALIDITY: values.valid[kept],
        Rule.AGREEMENT: times[at],
        Rule.COMPLETENESS: values.lengths[kept],
        **{rule: column[kept] for rule, column in known.items()},
    }
    return _Candidates(
        field=np.zeros(len(kept), dtype=np.int64),
        label=labels[kept],
        position=kept,
        value=values.number[kept],
        order=order[kept],
        ranks=np.column_stack([measured[rule] for rule in rules]).astype(np.int64),
    )


def _chosen(found: _Candidates, declared: Sequence[Survival]) -> pd.DataFrame:
    """Take the best of each person and field, and name the rule by which it beat the next value."""
    starts = np.ones(len(found.label), dtype=bool)
    starts[1:] = (found.label[1:] != found.label[:-1]) | (found.field[1:] != found.field[:-1])
    best, group = np.flatnonzero(starts), np.cumsum(starts) - 1
    others = np.flatnonzero(found.value != found.value[best][group])
    beaten, first = np.unique(group[others], return_index=True)
    names = np.array([one.rules for one in declared], dtype=object)
    rule = np.full(len(best), Rule.AGREEMENT.value, dtype=object)
    rule[beaten] = _deciding(found, names, best[beaten], others[first])
    fields = np.array([one.field for one in declared], dtype=object)
    return pd.DataFrame(
        {
            "label": found.label[best],
            "field": fields[found.field[best]],
            "position": found.position[best],
            "rule": rule,
        }
    )


def _deciding(
    found: _Candidates, names: npt.NDArray[np.object_], winner: Int64s, rival: Int64s
) -> list[str]:
    """Name the first rule that tells each winner from its rival; of equal ones the last."""
    differs = found.ranks[winner] != found.ranks[rival]
    last = differs.shape[1] - 1
    at = np.where(differs.any(axis=1), differs.argmax(axis=1), last)
    return [str(rules[place]) for rules, place in zip(names[found.field[winner]], at, strict=True)]
