"""Blocking keys: what two records share that are worth comparing; keys never change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import (
    NO_DAY,
    birth_days,
    birth_years,
    coded,
    of_days,
    places,
)
from sync.matching.hashing import Hashes, Int64s, hash_texts, mix
from sync.matching.key_kinds import (
    DAY_SHIFT,
    FINER,
    FINER_SALT,
    KINDS,
    NEVER_KEPT,
    SEVERAL,
    KeyKind,
)
from sync.matching.phonetic import surname_sound
from sync.matching.several import only, several_of

_DEAR = ("day", "place")
_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "snils": ("snils_hash", str),
    "last": ("last_key", str),
    "sound": ("last_key", surname_sound),
    "first": ("first_key", lambda text: text if len(text) > 1 else ""),
    "initial": ("first_key", lambda text: text[:1]),
    "middle": ("middle_key", str),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Which record has which key, sorted by key; `finer` splits a block that grew too large."""

    key: Int64s
    position: Int64s
    finer: Int64s


class _Parts:
    """The hashed columns that keys are made of, each made when a key asks for it; 0 is unknown."""

    def __init__(self, facts: pd.DataFrame, *, shared_alone: bool = False) -> None:
        """`shared_alone` leaves out numbers that one record alone has."""
        self._facts, self._shared_alone = facts, shared_alone
        self._kept: dict[str, Hashes] = {}

    def of(self, name: str) -> Hashes:
        """Give one part of every record; those that are dear and of many kinds are kept."""
        if name in _TEXTS:
            return self._text_part(name)
        if name not in _DEAR:
            return _birth_part(self._facts, name)
        if name not in self._kept:
            made = places(self._facts) if name == "place" else _birth_part(self._facts, name)
            self._kept[name] = made
        return self._kept[name]

    def _text_part(self, name: str) -> Hashes:
        """Give the hash of what is read out of a text; each distinct one is hashed once for all kinds."""
        source, read = _TEXTS[name]
        column = coded(self._facts, source)
        if name not in self._kept:
            texts = column.distinct.tolist()
            alone = name == "snils" and self._shared_alone
            self._kept[name] = hash_texts(
                map(read, only(texts, column.shared()) if alone else texts)
            )
        return self._kept[name][column.codes]


def blocking_keys(facts: pd.DataFrame) -> Keys:
    """Give every key of every record; a pair is a candidate when it shares one.

    A key depends on its record alone, so stored keys serve an increment as they serve a full run.
    """
    parts = _Parts(facts)
    kinds = [_sorted(*_together(kind), again=len(kind) > 1) for kind in _kinds(facts, parts)]
    key = np.concatenate([one for one, _ in kinds])
    position = np.concatenate([at for _, at in kinds])
    order = np.argsort(key, kind="stable")  # within a kind positions ascend already
    key, position = key[order], position[order]
    return Keys(key=key, position=position, finer=_finer(parts)[position])


def shared_keys(facts: pd.DataFrame, *, without_snils: bool = False) -> Keys:
    """Give the keys that at least two of the records have: all that a full run needs.

    `without_snils` is for what only equal numbers bring together and numbers cannot check.
    """
    kinds = [*shared_kinds(facts)][1 if without_snils else 0 :]
    return Keys(
        key=np.concatenate([kind.key for kind in kinds]),
        position=np.concatenate([kind.position for kind in kinds]),
        finer=np.concatenate([kind.finer for kind in kinds]),
    )


def number_keys(facts: pd.DataFrame) -> tuple[Int64s, Int64s]:
    """Give the key of each СНИЛС that is shown, with the position of who shows it."""
    everyone = np.arange(len(facts), dtype=np.int64)
    return _keys(KINDS[0], _Parts(facts), everyone, np.empty(0, dtype=np.uint64))


def shared_kinds(facts: pd.DataFrame) -> Iterator[Keys]:
    """Give the keys that at least two records have, one kind after another, СНИЛС first."""
    parts = _Parts(facts, shared_alone=True)
    finer = _finer(parts)
    for kind in _kinds(facts, parts, shared_alone=True):
        key, position = _shared(kind)
        yield Keys(key=key, position=position, finer=finer[position])


def _finer(parts: _Parts) -> Int64s:
    return mix(*map(parts.of, FINER), salt=FINER_SALT)


def _sorted(key: Int64s, position: Int64s, *, again: bool) -> tuple[Int64s, Int64s]:
    """Give keys in order, each once a record; `again` says that a record may have one twice."""
    order = np.lexsort((position, key)) if again else np.argsort(key, kind="stable")
    key, position = key[order], position[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]) | (position[1:] != position[:-1])
    return key[fresh], position[fresh]


def _together(kind: list[tuple[Int64s, Int64s]]) -> tuple[Int64s, Int64s]:
    if len(kind) == 1:
        return kind[0]
    nothing = np.empty(0, dtype=np.int64)
    key = np.concatenate([nothing, *(one for one, _ in kind)])
    return key, np.concatenate([nothing, *(at for _, at in kind)])


def _shared(kind: list[tuple[Int64s, Int64s]]) -> tuple[Int64s, Int64s]:
    """Give the keys of one kind that at least two records have, equal ones together, each once a record."""
    several = len(kind) > 1
    key, position = _together(kind)
    kind.clear()  # who gave it would hold it while its pairs are made
    met = meeting_rows(key)
    key, position = key[met], position[met]
    if not several:
        return key, position
    return _each_once(key, position)


def _each_once(key: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    """Give keys that stand together once a record, but for those that one record alone has."""
    bits = int(position.max(initial=0)).bit_length()
    run = np.cumsum(np.append(0, key[1:] != key[:-1]))[: len(key)]
    packed = run << bits | position
    order = np.argsort(packed)
    packed = packed[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = packed[1:] != packed[:-1]
    key, position = key[order][fresh], position[order][fresh]
    met = _repeated(key)
    return key[met], position[met]


def meeting_rows(key: Int64s) -> Int64s:
    """Give the rows whose key another row has, equal keys together, and the rows of a key in order.

    One number is sorted: the key's leading bits before the row's own, at half the price of an order.
    Keys that differ in their last bits alone are told apart afterwards.
    """
    low = np.uint64((1 << len(key).bit_length()) - 1)
    packed = key.view(np.uint64) & ~low | np.arange(len(key), dtype=np.uint64)
    packed.sort()
    row = (packed & low).view(np.int64)
    packed &= ~low
    met = _repeated(packed)
    row, packed = row[met], packed[met]
    found = key[row]
    alike = packed[1:] == packed[:-1]
    if np.array_equal(alike, found[1:] == found[:-1]):
        return row
    order = np.lexsort((row, found))
    return row[order][_repeated(found[order])]


def _repeated(key: Int64s | Hashes) -> npt.NDArray[np.bool_]:
    follows = key[1:] == key[:-1]
    met = np.zeros(len(key), dtype=bool)
    met[1:] |= follows
    met[:-1] |= follows
    return met


def _birth_part(facts: pd.DataFrame, name: str) -> Hashes:
    if name == "year":
        return birth_years(facts).astype(np.uint64)
    days = birth_days(facts)
    known = days != NO_DAY
    if name == "day":
        return np.where(known, days + DAY_SHIFT, 0).astype(np.uint64)
    return np.where(known, of_days(days, _days_of_year), 0).astype(np.uint64)


def _days_of_year(calendar: npt.NDArray[np.datetime64]) -> Int64s:
    """Give the month and the day of dates as one number."""
    months = calendar.astype("datetime64[M]")
    day = (calendar - months).astype(np.int64) + 1
    return np.asarray((months.astype(np.int64) % 12 + 1) * 100 + day, dtype=np.int64)


def _kinds(
    facts: pd.DataFrame, parts: _Parts, *, shared_alone: bool = False
) -> Iterator[list[tuple[Int64s, Int64s]]]:
    """Give the keys of each kind with the positions that have them, one kind at a time."""
    held: tuple[str, list[tuple[Int64s, Hashes]]] = ("nothing yet", [])
    for kind in KINDS:
        several = next((name for name in kind.parts if name in SEVERAL), "")
        if several != held[0]:
            held = (several, [*several_of(facts, several, shared_alone=shared_alone)])
        yield [_keys(kind, parts, at, hashed) for at, hashed in held[1]]


def _keys(kind: KeyKind, parts: _Parts, at: Int64s, several: Hashes) -> tuple[Int64s, Int64s]:
    """Give keys of the records in which every part is known, the optional ones aside."""
    columns = [several if name in SEVERAL else _at(parts.of(name), at) for name in kind.parts]
    needed = [
        one for one, name in zip(columns, kind.parts, strict=True) if name not in kind.optional
    ]
    known = np.logical_and.reduce([column != NEVER_KEPT for column in needed])
    return mix(*(column[known] for column in columns), salt=kind.salt), at[known]


def _at(column: Hashes, rows: Int64s) -> Hashes:
    """Give some rows, in order, each once; all of them cost nothing."""
    return column if len(rows) == len(column) else column[rows]
