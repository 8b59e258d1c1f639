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
from sync.matching.key_kinds import (
    DAY_SHIFT,
    FINER,
    FINER_SALT,
    KINDS,
    NATIONAL_PHONE,
    NEVER_KEPT,
    SEVERAL,
    KeyKind,
)
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound

_BUCKET_BITS = 22
CAP = 400  # records of a block that are compared all with all
Hashes = npt.NDArray[np.uint64]


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

    snils: Hashes
    last: Hashes
    first: Hashes
    middle: Hashes
    sound: Hashes
    initial: Hashes
    day: Hashes
    day_of_year: Hashes
    year: Hashes
    place: Hashes


def blocking_keys(facts: pd.DataFrame) -> Keys:
    """Give every key of every record; a pair is a candidate when it shares one.

    A key depends on its record alone, so stored keys serve an increment as they serve a full run.
    """
    parts = _parts(facts)
    kinds = [_sorted(*_together(kind), again=len(kind) > 1) for kind in _kinds(facts, parts)]
    key = np.concatenate([one for one, _ in kinds])
    position = np.concatenate([at for _, at in kinds])
    order = np.argsort(key, kind="stable")  # within a kind positions ascend already
    return _with_finer(parts, key[order], position[order])


def shared_keys(facts: pd.DataFrame, *, without_snils: bool = False) -> Keys:
    """Give the keys that at least two of the records have: all that a full run needs.

    `without_snils` is for learning: what only equal numbers bring together teaches nothing.
    """
    parts = _parts(facts, shared_alone=True)
    kinds = _kinds(facts, parts, shared_alone=True)
    shared = [_shared(kind) for kind in (islice(kinds, 1, None) if without_snils else kinds)]
    key = np.concatenate([one for one, _ in shared])
    return _with_finer(parts, key, np.concatenate([at for _, at in shared]))


def _with_finer(parts: _Parts, key: Int64s, position: Int64s) -> Keys:
    finer = mix(*(getattr(parts, name) for name in FINER), salt=FINER_SALT)
    return Keys(key=key, position=position, finer=finer[position])


def _sorted(key: Int64s, position: Int64s, *, again: bool) -> tuple[Int64s, Int64s]:
    """Give keys in order, each once a record; `again` says that a record may have one twice."""
    order = np.lexsort((position, key)) if again else np.argsort(key, kind="stable")
    key, position = key[order], position[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]) | (position[1:] != position[:-1])
    return key[fresh], position[fresh]


def _together(kind: list[tuple[Int64s, Int64s]]) -> tuple[Int64s, Int64s]:
    nothing = np.empty(0, dtype=np.int64)
    key = np.concatenate([nothing, *(one for one, _ in kind)])
    return key, np.concatenate([nothing, *(at for _, at in kind)])


def _shared(kind: list[tuple[Int64s, Int64s]]) -> tuple[Int64s, Int64s]:
    """Give the keys of one kind that at least two records have, in order, each once a record.

    Keys that are alone in their bucket of leading bits are dropped before anything is sorted.
    """
    key, position = _together(kind)
    bucket = key.view(np.uint64) >> np.uint64(64 - _BUCKET_BITS)
    met = (np.bincount(bucket.view(np.int64), minlength=1 << _BUCKET_BITS) > 1)[bucket]
    key, position = _sorted(key[met], position[met], again=len(kind) > 1)
    met = _repeated(key)
    return key[met], position[met]


def _repeated(key: Int64s) -> npt.NDArray[np.bool_]:
    follows = key[1:] == key[:-1]
    met = np.zeros(len(key), dtype=bool)
    met[1:] |= follows
    met[:-1] |= follows
    return met


def _parts(facts: pd.DataFrame, *, shared_alone: bool = False) -> _Parts:
    """Give the parts; `shared_alone` leaves out numbers that one record alone has."""
    snils = coded(facts, "snils_hash")
    wanted = snils.shared() if shared_alone else np.ones(len(snils.distinct), dtype=bool)
    last, first, middle = (coded(facts, f"{part}_key") for part in ("last", "first", "middle"))
    days = birth_days(facts)
    year = birth_years(facts)
    calendar = pd.Series(np.where(days == NO_DAY, 0, days).astype("datetime64[D]"))
    in_year = (calendar.dt.month * 100 + calendar.dt.day).to_numpy(np.uint64)
    return _Parts(
        snils=hash_texts(_of(snils.distinct.tolist(), wanted))[snils.codes],
        last=last.hashed(),
        first=first.mapped(lambda text: text if len(text) > 1 else "").hashed(),
        middle=middle.hashed(),
        sound=last.mapped(surname_sound).hashed(),
        initial=first.mapped(lambda text: text[:1]).hashed(),
        day=np.where(days == NO_DAY, 0, days + DAY_SHIFT).astype(np.uint64),
        day_of_year=np.where(days == NO_DAY, np.uint64(0), in_year),
        year=year.astype(np.uint64),
        place=places(facts),
    )


def _of(texts: list[str], wanted: npt.NDArray[np.bool_]) -> list[str]:
    return [text if kept else "" for text, kept in zip(texts, wanted.tolist(), strict=True)]


def _kinds(
    facts: pd.DataFrame, parts: _Parts, *, shared_alone: bool = False
) -> Iterator[list[tuple[Int64s, Int64s]]]:
    """Give the keys of each kind with the positions that have them, one kind at a time."""
    held: tuple[str, list[tuple[Int64s, Hashes]]] = ("nothing yet", [])
    for kind in KINDS:
        several = next((name for name in kind.parts if name in SEVERAL), "")
        if several != held[0]:
            held = (several, [*_several(facts, several, shared_alone=shared_alone)])
        yield [_keys(kind, parts, at, hashed) for at, hashed in held[1]]


def _several(
    facts: pd.DataFrame, name: str, *, shared_alone: bool
) -> Iterator[tuple[Int64s, Hashes]]:
    """Give the hashes of a part that a record may have several of; everyone once where none is."""
    everyone = np.arange(len(facts), dtype=np.int64)
    match name:
        case "sounds":
            return _surname_sounds(facts)
        case "roots":
            return _first_roots(facts)
        case "":
            return iter([(everyone, np.empty(0, dtype=np.uint64))])
        case _:
            return _contacts(facts, name, shared_alone=shared_alone)


def _keys(kind: KeyKind, parts: _Parts, at: Int64s, several: Hashes) -> tuple[Int64s, Int64s]:
    """Give keys of the records in which every part is known, the optional ones aside."""
    columns = [several if name in SEVERAL else getattr(parts, name)[at] for name in kind.parts]
    needed = [
        one for one, name in zip(columns, kind.parts, strict=True) if name not in kind.optional
    ]
    known = np.logical_and.reduce([column != NEVER_KEPT for column in needed])
    return mix(*(column[known] for column in columns), salt=kind.salt), at[known]


def _surname_sounds(
    facts: pd.DataFrame,
) -> Iterator[tuple[Int64s, Hashes]]:
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
) -> Iterator[tuple[Int64s, Hashes]]:
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
    facts: pd.DataFrame, column: str, *, shared_alone: bool
) -> Iterator[tuple[Int64s, Hashes]]:
    """Give each subscriber's phone or e-mail address with the positions that state it."""
    found = coded_lists(facts, column)
    is_stated = _is_whole if column == "phones" else bool
    several: list[tuple[int, list[str]]] = []
    first = [""] * len(found.distinct)
    for place, text in enumerate(found.distinct.tolist()):
        if "\n" in text:
            several.append((place, [value for value in text.split("\n") if is_stated(value)]))
        elif is_stated(text):
            first[place] = text
    if shared_alone:
        listed = {value for _, values in several for value in values}
        shared = found.shared() | np.array([text in listed for text in first], dtype=bool)
        first = _of(first, shared)
    ranks = max((len(values) for _, values in several), default=1)
    for rank in range(ranks):
        texts = first if rank == 0 else [""] * len(first)
        for place, values in several:
            texts[place] = values[rank] if len(values) > rank else ""
        hashed = hash_texts(texts)[found.codes]
        at = np.flatnonzero(hashed).astype(np.int64)
        yield at, hashed[at]


def _is_whole(phone: str) -> bool:
    return len(phone) == NATIONAL_PHONE


def candidates(keys: Keys, *, cap: int = CAP) -> Candidates:
    """Give each pair that shares a key, once; O(sum of squared block sizes under the cap)."""
    large = _sizes(keys.key) > cap
    left, right = all_pairs(keys.key[~large], keys.position[~large])
    finer, position = _refined(keys, large)
    too_large = _sizes(finer) > cap
    inner = all_pairs(finer[~too_large], position[~too_large])
    chain = _chain(finer[too_large], position[too_large])
    left, right = _unique(
        np.concatenate([left, inner[0], chain[0]]), np.concatenate([right, inner[1], chain[1]])
    )
    return Candidates(
        left=left,
        right=right,
        refined=_runs(keys.key[large]),
        chained=_runs(finer[too_large]),
    )


def expected_pairs(keys: Keys, *, cap: int) -> int:
    """Give how many pairs `candidates` will look at with this cap, repeats among them."""
    sizes = _sizes(keys.key)
    large = sizes > cap
    inner = _sizes(_refined(keys, large)[0])
    chained = int((inner > cap).sum())
    return int((sizes[~large] - 1).sum() + (inner[inner <= cap] - 1).sum()) // 2 + chained


def _refined(keys: Keys, large: npt.NDArray[np.bool_]) -> tuple[Int64s, Int64s]:
    """Give finer blocks of the large ones, in order, with their positions."""
    block, finer = keys.key[large].view(np.uint64), keys.finer[large].view(np.uint64)
    key, position = mix(block, finer, salt=7), keys.position[large]
    order = np.lexsort((position, key))
    return key[order], position[order]


def _sizes(block: Int64s) -> Int64s:
    """Give for each row the length of its run of equal numbers."""
    starts = _starts(block)
    sizes = np.diff(np.append(starts, len(block)))
    return np.repeat(sizes, sizes).astype(np.int64)


def _runs(block: Int64s) -> int:
    return len(_starts(block))


def _starts(block: Int64s) -> Int64s:
    fresh = np.ones(len(block), dtype=bool)
    fresh[1:] = block[1:] != block[:-1]
    return np.flatnonzero(fresh)


def all_pairs(block: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    """Give all pairs within runs of equal numbers."""
    if not len(block):
        return position, position
    starts = _starts(block)
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
    pairs = (low * width + high)[low != high]
    pairs.sort()
    pairs = pairs[_starts(pairs)]
    return pairs // width, pairs % width
