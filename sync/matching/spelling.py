"""Two names compared letter by letter: equal, alike by sound, misspelled, short for each other or different."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA, JaroWinkler

from sync.matching.facts import Texts
from sync.matching.hashing import Int64s
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound
from sync.matching.scales import Given, Last

_CLOSE_LAST, _CLOSE_GIVEN = 0.92, 0.90
_SHORTEST_SURNAME, _SHORTEST_GIVEN, _SHORTEST_FORM = 4, 3, 4
_GARBLED, _SHORTEST_GARBLED, _GARBLED_SLIPS = 0.82, 5, 2
_BITS = 63  # of a number, among which letters fall
_BEGINNING = 0.4  # of what two words lack in likeness is made up at most by an equal beginning
_ROUNDING = 1e-9


def last_level(one: str, other: str) -> Last:
    """Compare two folded surnames."""
    if not one or not other:
        return Last.UNKNOWN
    if one == other:
        return Last.EQUAL
    if "-" in one or "-" in other:
        halves = {surname_sound(h) for h in one.split("-")}
        if halves & {surname_sound(h) for h in other.split("-")}:
            return Last.PART
    if surname_sound(one) == surname_sound(other):
        return Last.SOUND
    close = _is_close(one, other, least=_CLOSE_LAST, shortest=_SHORTEST_SURNAME)
    return Last.CLOSE if close else Last.DIFFERENT


def surnames_unlike(words: Texts, one: Int64s, other: Int64s) -> Int64s:
    """Give DIFFERENT for the pairs of surnames, by their numbers, that no look at the letters brings closer; else -1.

    Two that share few letters can be neither a slip apart nor alike from their beginning.
    """
    used = np.unique(np.concatenate([one, other]))
    outline = np.array([_outline(word) for word in words[used].tolist()], dtype=np.int64)
    sounds = pd.factorize(np.array([*map(surname_sound, words[used].tolist())], dtype=object))[0]
    one, other = np.searchsorted(used, one), np.searchsorted(used, other)
    unlike = sounds[one] != sounds[other]
    unlike &= ~_may_be_close(outline[one], outline[other], least=_CLOSE_LAST)
    return np.where(unlike, Last.DIFFERENT, -1)


@lru_cache(maxsize=200_000)
def _outline(word: str) -> tuple[int, int, int]:
    """Give a word's length, its first letter and its letters as bits; no length where it has halves."""
    letters = 0
    for sign in word:
        letters |= 1 << ord(sign) % _BITS
    return 0 if "-" in word else len(word), ord(word[:1] or " "), letters


def _may_be_close(one: Int64s, other: Int64s, *, least: float) -> npt.NDArray[np.bool_]:
    """Tell by outlines which words `_is_close` may find close: never a wrong no.

    A letter that the other word lacks is matched by none of its own, which bounds likeness from above.
    """
    size, size_other, letters, letters_other = one[:, 0], other[:, 0], one[:, 2], other[:, 2]
    lacks, lacks_other = (
        np.bitwise_count(a & ~b).astype(np.int64)
        for a, b in ((letters, letters_other), (letters_other, letters))
    )
    whole = (size > 0) & (size_other > 0)
    slip = (np.abs(size - size_other) <= 1) & (lacks <= 1) & (lacks_other <= 1)
    matched = np.minimum(size - lacks, size_other - lacks_other)
    alike = (matched / np.maximum(size, 1) + matched / np.maximum(size_other, 1) + 1) / 3
    begin_alike = one[:, 1] == other[:, 1]
    most = np.where(begin_alike, alike + _BEGINNING * (1 - alike), alike)
    return np.asarray(~whole | slip | (most >= least - _ROUNDING), dtype=bool)


def given_level(one: str, other: str) -> Given:
    """Compare two folded first names or patronymics; a single letter is an initial."""
    if not one or not other:
        return Given.UNKNOWN if one or other else Given.ABSENT
    if len(one) == 1 or len(other) == 1:
        return Given.INITIAL if one[0] == other[0] else Given.DIFFERENT
    if one == other:
        return Given.EQUAL
    known = first_names().roots
    if one in known and other in known:
        return Given.VARIANT if known[one] & known[other] else Given.DIFFERENT
    return _spelled_level(one, other)


def _spelled_level(one: str, other: str) -> Given:
    """Compare two names that are not both known: one may be the other misspelled."""
    known = first_names().roots
    one, other = (name.removesuffix(" оглы").removesuffix(" кызы") for name in (one, other))
    if _is_close(one, other, least=_CLOSE_GIVEN, shortest=_SHORTEST_GIVEN):
        return Given.CLOSE
    for name, written in ((one, other), (other, one)):
        if name in known and _is_slip_of_a_form(written, known[name]):
            return Given.CLOSE
    return Given.GARBLED if _is_garbled(one, other) else Given.DIFFERENT


def _is_slip_of_a_form(written: str, roots: frozenset[str]) -> bool:
    """Tell whether a word is one slip away from any spelling or short form of the names."""
    forms = (form for root in roots for form in first_names().forms[root])
    return any(
        OSA.distance(written, form, score_cutoff=1) <= 1
        for form in forms
        if min(len(form), len(written)) >= _SHORTEST_FORM
    )


def _is_garbled(one: str, other: str) -> bool:
    """Tell whether words are alike from afar: two slips, or the same beginning."""
    if min(len(one), len(other)) < _SHORTEST_GARBLED:
        return False
    slips = OSA.distance(one, other, score_cutoff=2) <= _GARBLED_SLIPS
    return slips or JaroWinkler.similarity(one, other, score_cutoff=_GARBLED) > 0


def _is_close(one: str, other: str, *, least: float, shortest: int) -> bool:
    """Tell whether words differ by one slip of the hand or are alike from their beginning."""
    if min(len(one), len(other)) < shortest:
        return False
    slip = OSA.distance(one, other, score_cutoff=1) <= 1
    return slip or JaroWinkler.similarity(one, other, score_cutoff=least) > 0
