"""Two names compared letter by letter: equal, alike by sound, misspelled, short for each other or different."""

from rapidfuzz.distance import OSA, JaroWinkler

from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound
from sync.matching.scales import Given, Last

_CLOSE_LAST, _CLOSE_GIVEN = 0.92, 0.90
_SHORTEST_SURNAME, _SHORTEST_GIVEN, _SHORTEST_FORM = 4, 3, 4
_GARBLED, _SHORTEST_GARBLED, _GARBLED_SLIPS = 0.82, 5, 2


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
