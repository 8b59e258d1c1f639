"""What is done with a compared pair: constraints beat scores (MATCHING 6, COUNTING facts 4)."""

from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s
from sync.matching.model import Model
from sync.matching.scales import Birth, Given, Last, Rarity, Same, level

Decisions = npt.NDArray[np.str_]
Mask = npt.NDArray[np.bool_]


class Decision(StrEnum):
    """The fate of a pair: one person, a question, a mention to attach, or two people."""

    LINK = "LINK"
    ASK = "ASK"
    WEAK = "WEAK"
    APART = "APART"


_SURNAME_AGREES = (Last.EQUAL, Last.PART, Last.SOUND, Last.FORMER, Last.CLOSE, Last.SWAPPED)
_GIVEN_AGREES = (Given.EQUAL, Given.VARIANT, Given.CLOSE)
_ENOUGH_AGREEMENTS = 2
WINDOW = "score.window"  # the reason where nothing but the score itself is in doubt


class _Pairs:
    """The levels of many pairs by field, taken apart once."""

    def __init__(self, patterns: Int64s) -> None:
        self.patterns = patterns

    def are(self, field: str, *wanted: int) -> Mask:
        return np.isin(level(self.patterns, field), wanted)


def decide(patterns: Int64s, scores: npt.NDArray[np.int32], model: Model) -> Decisions:
    """Give LINK, ASK, WEAK or APART for each pair; equal patterns are decided alike."""
    distinct, first, inverse = np.unique(patterns, return_index=True, return_inverse=True)
    return _decide(_Pairs(distinct), scores[first], model)[inverse]


def _decide(pairs: _Pairs, scores: npt.NDArray[np.int32], model: Model) -> Decisions:
    decisions = np.full(len(scores), Decision.APART, dtype="<U5")
    decisions[scores >= model.ask] = Decision.ASK
    decisions[scores >= model.link] = Decision.LINK
    decisions[_distant_year_only(pairs) & (decisions == Decision.LINK)] = Decision.ASK
    decisions[_same_class_list(pairs) | _nothing_else_known(pairs)] = Decision.LINK
    decisions[_parted(pairs)] = Decision.APART
    _decide_weak(pairs, decisions)
    same, different = pairs.are("snils", Same.EQUAL), pairs.are("snils", Same.DIFFERENT)
    decisions[same] = Decision.ASK
    decisions[same & _two_of_three(pairs)] = Decision.LINK
    decisions[different] = Decision.APART
    decisions[different & _all_else(pairs)] = Decision.ASK
    return decisions


def _distant_year_only(pairs: _Pairs) -> Mask:
    """Tell where only the year of birth is common and the places differ."""
    no_contact = ~pairs.are("phone", Same.EQUAL) & ~pairs.are("email", Same.EQUAL)
    year = pairs.are("birth", Birth.YEAR_ONLY, Birth.NEXT_YEAR)
    return year & ~pairs.are("place", Same.EQUAL) & no_contact


def _same_class_list(pairs: _Pairs) -> Mask:
    """Tell where a base's row with a year alone meets the same full name in the same school."""
    return (
        _near_names(pairs)
        & pairs.are("birth", Birth.YEAR_ONLY)
        & pairs.are("place", Same.EQUAL)
        & ~pairs.are("role", Same.DIFFERENT)
    )


def _nothing_else_known(pairs: _Pairs) -> Mask:
    """Tell where a card with a СНИЛС alone and one with a birth alone bear one full name here."""
    incomparable = pairs.are("birth", Birth.UNKNOWN) & pairs.are("snils", Same.UNKNOWN)
    whole = _equal_names(pairs) & pairs.are("middle", Given.EQUAL)
    return (
        incomparable & whole & pairs.are("place", Same.EQUAL) & ~pairs.are("role", Same.DIFFERENT)
    )


def _near_names(pairs: _Pairs) -> Mask:
    """Tell where full names are equal but for one part: misspelled, short or left out."""
    last, first = pairs.are("last", Last.EQUAL), pairs.are("first", Given.EQUAL, Given.VARIANT)
    middle = pairs.are("middle", Given.EQUAL)
    return (
        (pairs.are("last", *_SURNAME_AGREES) & first & middle)
        | (last & pairs.are("first", *_GIVEN_AGREES) & middle)
        | (last & first & pairs.are("middle", Given.CLOSE, Given.UNKNOWN, Given.ABSENT))
    )


def _equal_names(pairs: _Pairs) -> Mask:
    whole = pairs.are("last", Last.EQUAL) & pairs.are("first", Given.EQUAL)
    return whole & pairs.are("middle", Given.EQUAL, Given.ABSENT)


def _parted(pairs: _Pairs) -> Mask:
    """Tell where only an equal СНИЛС could make one person of the two."""
    return pairs.are("birth", Birth.GENERATION) | pairs.are("first", Given.DIFFERENT)


def _decide_weak(pairs: _Pairs, decisions: Decisions) -> None:
    """Decide pairs in which a side is a name and a workplace alone."""
    weak = pairs.are("weak", 1)
    here = pairs.are("place", Same.EQUAL) & ~pairs.are("role", Same.DIFFERENT)
    here &= ~pairs.are("sex", Same.DIFFERENT)
    reached = pairs.are("phone", Same.EQUAL) | pairs.are("email", Same.EQUAL)
    reached &= ~pairs.are("role", Same.DIFFERENT)
    names = _near_names(pairs)
    initials = pairs.are("last", Last.EQUAL, Last.FORMER) & pairs.are("first", Given.INITIAL)
    initials &= ~pairs.are("middle", Given.DIFFERENT)
    decisions[weak] = Decision.APART
    decisions[weak & here & initials] = Decision.ASK
    decisions[weak & here & names] = Decision.WEAK
    decisions[weak & reached & names] = Decision.LINK


def _two_of_three(pairs: _Pairs) -> Mask:
    """Tell where two of birth date, first name and surname agree and nothing says two people.

    A parent's number on a child's card shares the surname and perhaps the first name: it shows by
    the generation between or, where a birth is not stated, by the patronymic. The number of the
    row above may be a brother's or a twin's: it shows by the first name.
    """
    agreements = (
        pairs.are("birth", Birth.EQUAL).astype(np.int64)
        + pairs.are("first", *_GIVEN_AGREES)
        + pairs.are("last", *_SURNAME_AGREES)
    )
    other_name = pairs.are("first", Given.DIFFERENT)
    other_father = pairs.are("middle", Given.DIFFERENT) & ~pairs.are("birth", Birth.EQUAL)
    two_people = pairs.are("birth", Birth.GENERATION) | other_name | other_father
    return (agreements >= _ENOUGH_AGREEMENTS) & ~two_people


def numbers_agree(patterns: Int64s) -> Mask:
    """Tell for which pairs an equal СНИЛС is believed."""
    return _two_of_three(_Pairs(patterns))


def parted(patterns: Int64s) -> Mask:
    """Tell which pairs are two people whatever their score: births or first names part them."""
    pairs = _Pairs(patterns)
    return _parted(pairs) & ~pairs.are("snils", Same.EQUAL)


def _all_else(pairs: _Pairs) -> Mask:
    """Tell where everything but the СНИЛС agrees, so that one of two numbers must be wrong."""
    names = _equal_names(pairs) & ~pairs.are("middle", Given.ABSENT)
    return names & pairs.are("birth", Birth.EQUAL)


def reasons(pattern: int) -> list[str]:
    """Give short codes of why a pair is asked about rather than decided."""
    return list(_reasons(pattern))


@lru_cache(maxsize=20_000)
def _reasons(pattern: int) -> tuple[str, ...]:
    pairs = _Pairs(np.array([pattern], dtype=np.int64))
    found = [
        ("snils.conflict", pairs.are("snils", Same.DIFFERENT)),
        ("snils.single_agreement", pairs.are("snils", Same.EQUAL)),
        ("weak.ambiguous", pairs.are("weak", 1) & ~pairs.are("first", Given.INITIAL)),
        ("weak.initials", pairs.are("weak", 1) & pairs.are("first", Given.INITIAL)),
        ("birth.year_only", pairs.are("birth", Birth.YEAR_ONLY)),
        ("birth.differs", pairs.are("birth", Birth.TYPO, Birth.MONTH, Birth.YEAR, Birth.APART)),
        ("surname.differs", pairs.are("last", Last.DIFFERENT)),
        ("name.frequent", pairs.are("rarity", Rarity.FREQUENT)),
    ]
    codes = tuple(code for code, stands in found if stands[0])
    return codes or (WINDOW,)
