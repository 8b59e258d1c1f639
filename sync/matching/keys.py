"""Blocking: which pairs of records are worth comparing, by keys that never change."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import (
    NO_DAY,
    birth_days,
    birth_years,
    coded,
    coded_lists,
    places,
)
from sync.matching.hashing import Int64s, hash_text, hash_texts, mix
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound

CAP = 400  # records of a block that are compared all with all
_NATIONAL_PHONE = 12  # characters of +7 and ten digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Which record has which key, sorted by key; `finer` splits a block that grew too large."""

    key: Int64s
    position: Int64s
    finer: Int64s


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs of positions (left < right, each once) and what became of blocks over the cap.

    `refined` blocks were split by the finer key; of `chained` ones even the finer block was too
    large, and only neighbours by the order of their keys are compared.
    """

    left: Int64s
    right: Int64s
    refined: int
    chained: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """The hashed columns that keys are made of; 0 is unknown."""

    snils: npt.NDArray[np.uint64]
    last: npt.NDArray[np.uint64]
    first: npt.NDArray[np.uint64]
    middle: npt.NDArray[np.uint64]
    sound: npt.NDArray[np.uint64]
    initial: npt.NDArray[np.uint64]
    day: npt.NDArray[np.uint64]
    day_of_year: npt.NDArray[np.uint64]
    year: npt.NDArray[np.uint64]
    place: npt.NDArray[np.uint64]


def blocking_keys(facts: pd.DataFrame, *, without_snils: bool = False) -> Keys:
    """Give every key of every record; a pair is a candidate when it shares one.

    A key depends on its record alone, so stored keys serve an increment as they serve a full run.
    `without_snils` is for learning: what only equal numbers bring together teaches nothing.
    """
    parts = _parts(facts)
    keys, positions = [], []
    found = _all_keys(facts, parts)
    for key, position in islice(found, 1, None) if without_snils else found:
        keys.append(key)
        positions.append(position)
    key, position = np.concatenate(keys), np.concatenate(positions)
    finer = mix(parts.year, parts.first, parts.middle, salt=99)
    frame = pd.DataFrame({"key": key, "position": position}).drop_duplicates()
    frame = frame.sort_values(["key", "position"], kind="stable")
    at = frame["position"].to_numpy(np.int64)
    return Keys(key=frame["key"].to_numpy(np.int64), position=at, finer=finer[at])


def _parts(facts: pd.DataFrame) -> _Parts:
    last, first, middle = (coded(facts, f"{part}_key") for part in ("last", "first", "middle"))
    days = birth_days(facts)
    year = birth_years(facts)
    calendar = pd.Series(np.where(days == NO_DAY, 0, days).astype("datetime64[D]"))
    in_year = (calendar.dt.month * 100 + calendar.dt.day).to_numpy(np.uint64)
    return _Parts(
        snils=coded(facts, "snils_hash").hashed(),
        last=last.hashed(),
        first=first.mapped(lambda text: text if len(text) > 1 else "").hashed(),
        middle=middle.hashed(),
        sound=last.mapped(surname_sound).hashed(),
        initial=first.mapped(lambda text: text[:1]).hashed(),
        day=np.where(days == NO_DAY, 0, days + 1_000_000).astype(np.uint64),
        day_of_year=np.where(days == NO_DAY, np.uint64(0), in_year),
        year=year.astype(np.uint64),
        place=places(facts),
    )


def _all_keys(facts: pd.DataFrame, parts: _Parts) -> Iterator[tuple[Int64s, Int64s]]:
    """Give the keys of each kind with the positions that have them."""
    everyone = np.arange(len(facts), dtype=np.int64)
    yield _keys(1, everyone, parts.snils)
    for at, sound in _surname_sounds(facts):
        yield _keys(2, at, parts.day[at], sound)
        yield _keys(7, at, sound, parts.middle[at], parts.place[at])
    for at, root in _first_roots(facts):
        yield _keys(3, at, parts.day[at], root)
        yield _keys(4, at, parts.sound[at], root, parts.year[at])
        yield _keys(5, at, parts.sound[at], root, parts.day_of_year[at])
        yield _keys(6, at, root, parts.middle[at], parts.place[at])
    for at, contact, salt in _contacts(facts):
        yield _keys(salt, at, contact, parts.first[at])
        yield _keys(salt + 4, at, contact, parts.year[at])
    yield _keys(14, everyone, parts.day, parts.place)
    yield _keys(10, everyone, parts.place, parts.last, parts.initial)
    yield _weak_keys(parts, everyone)


def _weak_keys(parts: _Parts, everyone: Int64s) -> tuple[Int64s, Int64s]:
    """Give the key that mentions by full name and workplace are found by.

    A missing patronymic is a value here: full names are equal when it is missing on both sides.
    """
    whole = (parts.place != 0) & (parts.last != 0) & (parts.first != 0)
    at = everyone[whole]
    return mix(parts.place[at], parts.last[at], parts.first[at], parts.middle[at], salt=11), at


def _keys(salt: int, at: Int64s, *columns: npt.NDArray[np.uint64]) -> tuple[Int64s, Int64s]:
    """Give keys of the records in which every part is known."""
    known = np.all([column != 0 for column in columns], axis=0)
    return mix(*(column[known] for column in columns), salt=salt), at[known]


def _surname_sounds(
    facts: pd.DataFrame,
) -> Iterator[tuple[Int64s, npt.NDArray[np.uint64]]]:
    """Give the sounds of a surname, of each half of a double one and of the former surname."""
    everyone = np.arange(len(facts), dtype=np.int64)
    last, former = coded(facts, "last_key"), coded(facts, "previous_last_key")
    yield everyone, last.mapped(surname_sound).hashed()
    if former.stands().any():
        yield everyone, former.mapped(surname_sound).hashed()
    for half in (0, 1):
        part = last.mapped(partial(_half, half=half))
        at = everyone[part.stands()]
        if len(at):
            yield at, part.mapped(surname_sound).hashed()[at]


def _half(surname: str, *, half: int) -> str:
    halves = surname.split("-")
    return halves[half] if len(halves) > 1 and len(halves) > half else ""


def _first_roots(
    facts: pd.DataFrame,
) -> Iterator[tuple[Int64s, npt.NDArray[np.uint64]]]:
    """Give the names that a first name is or may be short for."""
    first = coded(facts, "first_key")
    codes, distinct = first.codes, first.distinct.tolist()
    roots = first_names().roots
    forms = [sorted({name, *roots.get(name, ())}) if len(name) > 1 else [] for name in distinct]
    for rank in range(max(map(len, forms), default=0)):
        hashed = np.array([hash_text(f[rank]) if len(f) > rank else 0 for f in forms], np.uint64)
        at = np.flatnonzero(hashed[codes]).astype(np.int64)
        yield at, hashed[codes][at]


def _contacts(
    facts: pd.DataFrame,
) -> Iterator[tuple[Int64s, npt.NDArray[np.uint64], int]]:
    """Give each subscriber's phone and each e-mail address with the positions that state it."""
    for column, salt in (("phones", 8), ("emails", 9)):
        found = coded_lists(facts, column)
        stated = [_stated(text, column) for text in found.distinct.tolist()]
        for rank in range(max(map(len, stated), default=0)):
            hashed = hash_texts(one[rank] if len(one) > rank else "" for one in stated)[found.codes]
            at = np.flatnonzero(hashed).astype(np.int64)
            yield at, hashed[at], salt


def _stated(text: str, column: str) -> list[str]:
    values = [value for value in text.split("\n") if value]
    if column == "phones":
        return [value for value in values if len(value) == _NATIONAL_PHONE]
    return values


def candidates(keys: Keys, *, cap: int = CAP) -> Candidates:
    """Give each pair that shares a key, once; O(sum of squared block sizes under the cap)."""
    block = keys.key
    large = _oversized(block, cap)
    finer = np.where(large, mix(block.view(np.uint64), keys.finer.view(np.uint64), salt=7), block)
    order = np.lexsort((keys.position, finer))
    position, finer = keys.position[order], finer[order]
    too_large = _oversized(finer, cap)
    left, right = all_pairs(finer[~too_large], position[~too_large])
    chain_left, chain_right = _chain(finer[too_large], position[too_large])
    left, right = _unique(np.append(left, chain_left), np.append(right, chain_right))
    return Candidates(
        left=left,
        right=right,
        refined=len(np.unique(block[large])),
        chained=len(np.unique(finer[too_large])),
    )


def expected_pairs(keys: Keys, *, cap: int) -> int:
    """Give how many pairs `candidates` will look at with this cap, repeats among them."""
    block = keys.key
    large = _oversized(block, cap)
    finer = np.where(large, mix(block.view(np.uint64), keys.finer.view(np.uint64), salt=7), block)
    _, counts = np.unique(finer, return_counts=True)
    small = counts[counts <= cap]
    return int((small * (small - 1) // 2).sum() + counts[counts > cap].sum())


def _oversized(block: Int64s, cap: int) -> npt.NDArray[np.bool_]:
    _, inverse, counts = np.unique(block, return_inverse=True, return_counts=True)
    return counts[inverse] > cap


def all_pairs(block: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    """Give all pairs within runs of equal numbers."""
    if not len(block):
        return position, position
    starts = np.flatnonzero(np.append(True, block[1:] != block[:-1]))
    sizes = np.diff(np.append(starts, len(block)))
    later = np.repeat(starts + sizes, sizes) - np.arange(len(block)) - 1
    left_at = np.repeat(np.arange(len(block)), later)
    within = np.arange(len(left_at)) - np.repeat(np.cumsum(later) - later, later)
    return position[left_at], position[left_at + within + 1]


def _chain(block: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    same = block[1:] == block[:-1]
    return position[:-1][same], position[1:][same]


def _unique(left: Int64s, right: Int64s) -> tuple[Int64s, Int64s]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    width = int(high.max(initial=0)) + 1
    pairs = np.sort(low[low != high] * width + high[low != high])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return pairs // width, pairs % width
