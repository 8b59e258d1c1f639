"""Single records compared: the patterns, scores and decisions that the columns give for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sync.matching.contradictions import CARDS, PART_TIME, patterns_contradict
from sync.matching.decide import Decision, decide
from sync.matching.facts import NO_DAY
from sync.matching.frequencies import Frequencies
from sync.matching.levels import GENERATION_YEARS
from sync.matching.model import Model
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same
from sync.matching.single import Single
from sync.matching.spelling import given_level, last_level


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a pair's pattern is worth, what is done with it, and whether it cannot be one person.

    `contradicts` holds for the pair's cards as they are; a cluster must hold no such pair.
    """

    pattern: int
    score: int
    decision: Decision
    contradicts: bool


class Judge:
    """Compares single records by one model; each distinct pattern is scored and decided once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[int, tuple[int, Decision, bool, bool]] = {}

    def compare(self, one: Single, others: Sequence[Single]) -> list[Compared]:
        """Give what the model says of one record and each of the others; O(others)."""
        found = [pattern_of(one, other, self.model.frequencies) for other in others]
        self._learn(sorted({*found} - self._known.keys()))
        return [
            self._compared(pattern, two_cards=two_cards(one, other))
            for pattern, other in zip(found, others, strict=True)
        ]

    def _compared(self, pattern: int, *, two_cards: bool) -> Compared:
        score, decision, alone, with_cards = self._known[pattern]
        contradicts = with_cards if two_cards else alone
        return Compared(pattern=pattern, score=score, decision=decision, contradicts=contradicts)

    def _learn(self, fresh: list[int]) -> None:
        """Score and decide patterns that were not met yet, by what decides columns."""
        if not fresh:
            return
        pattern = np.array(fresh, dtype=np.int64)
        score = self.model.score(pattern)
        decision = decide(pattern, score, self.model)
        cards = np.zeros(len(pattern), dtype=bool)
        alone, with_cards = (patterns_contradict(pattern, two) for two in (cards, ~cards))
        found = zip(
            score.tolist(),
            map(Decision, decision.tolist()),
            alone.tolist(),
            with_cards.tolist(),
            strict=True,
        )
        self._known.update(zip(fresh, found, strict=True))


def two_cards(one: Single, other: Single) -> bool:
    """Tell whether one source keeps two active cards in one unit; part-time posts aside."""
    return (
        _is_card(one)
        and _is_card(other)
        and (one.kind, one.source, one.own_place) == (other.kind, other.source, other.own_place)
    )


def _is_card(record: Single) -> bool:
    return record.active and record.kind in CARDS and record.employment not in PART_TIME


def pattern_of(one: Single, other: Single, frequencies: Frequencies) -> int:
    """Give the pattern of two records; the same for either order."""
    last, first = _names(one, other)
    borne = last not in (Last.UNKNOWN, Last.DIFFERENT) and first in (Given.EQUAL, Given.VARIANT)
    levels = {
        "last": last,
        "first": first,
        "middle": _given(*sorted((one.middle, other.middle))),
        "birth": _birth(one, other),
        "snils": _same(one.snils, other.snils),
        "phone": _shared(_whole(one.phones), _whole(other.phones)),
        "email": _shared(one.emails, other.emails),
        "place": _same(one.place, other.place),
        "sex": _same(one.sex, other.sex),
        "rarity": _rarity(one, other, frequencies) if borne else Rarity.NONE,
        "role": _same(_role(one), _role(other)),
        "weak": int(one.is_weak or other.is_weak),
        "list": _list(one, other),
    }
    return sum(int(at) << FIELDS[name][0] for name, at in levels.items())


@lru_cache(maxsize=200_000)
def _last(one: str, other: str) -> Last:
    return last_level(one, other)


@lru_cache(maxsize=200_000)
def _given(one: str, other: str) -> Given:
    return given_level(one, other)


def _names(one: Single, other: Single) -> tuple[int, int]:
    """Give levels of surname and first name, which may stand in each other's place."""
    last = _last(*sorted((one.last, other.last)))
    first = _given(*sorted((one.first, other.first)))
    if not one.last or not other.last or last == Last.EQUAL:
        return last, first
    if one.last == other.first and other.last == one.first:
        return Last.SWAPPED, Given.EQUAL
    return (Last.FORMER if _formerly(one, other) else last), first


def _formerly(one: Single, other: Single) -> bool:
    """Tell whether the former surname of one is the other's or its former one."""
    meets = one.former and one.former in (other.last, other.former)
    return bool(meets or (other.former and other.former == one.last))


def _birth(one: Single, other: Single) -> int:
    if not one.year or not other.year:
        return Birth.UNKNOWN
    apart = abs(one.year - other.year)
    if NO_DAY not in (one.day, other.day):
        level = _days(one, other, apart)
    else:
        level = (Birth.YEAR_ONLY, Birth.NEXT_YEAR, Birth.APART)[min(apart, 2)]
    return Birth.GENERATION if apart >= GENERATION_YEARS and level != Birth.TYPO else level


def _days(one: Single, other: Single, apart: int) -> Birth:
    """Compare two whole dates."""
    if one.day == other.day:
        return Birth.EQUAL
    if _is_slip(one.figures, other.figures):
        return Birth.TYPO
    if one.month == other.month:
        return Birth.MONTH
    return Birth.APART if apart else Birth.YEAR


def _is_slip(one: str, other: str) -> bool:
    """Tell whether day and month are swapped or exactly one figure of DDMMYYYY differs."""
    if one[:2] == other[2:4] and one[2:4] == other[:2] and one[4:] == other[4:]:
        return True
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _same(one: str, other: str) -> Same:
    if not one or not other:
        return Same.UNKNOWN
    return Same.EQUAL if one == other else Same.DIFFERENT


def _shared(one: Sequence[str], other: Sequence[str]) -> Same:
    if not one or not other:
        return Same.UNKNOWN
    return Same.DIFFERENT if set(one).isdisjoint(other) else Same.EQUAL


def _whole(phones: tuple[str, ...]) -> tuple[str, ...]:
    """Give the phones that name a subscriber; a city number without its code does not."""
    return tuple(phone for phone in phones if phone.startswith("+"))


def _role(record: Single) -> str:
    return "" if record.role == "OTHER" else record.role


def _list(one: Single, other: Single) -> Same:
    """Tell whether both stand in one list: one source's records of one kind."""
    source = _same(one.source, other.source)
    return Same.DIFFERENT if source == Same.EQUAL and one.kind != other.kind else source


def _rarity(one: Single, other: Single, frequencies: Frequencies) -> Rarity:
    """Give how rare the name is that both records bear; the more frequent spelling decides."""
    most = max(frequencies.borne(side.last, side.first) for side in (one, other))
    if most < frequencies.rare:
        return Rarity.RARE
    return Rarity.FREQUENT if most >= frequencies.frequent else Rarity.MIDDLING
