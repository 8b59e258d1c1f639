"""Parts of keys of which a record may have several: sounds of its surnames, roots of its name, contacts."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import coded, coded_lists
from sync.matching.hashing import Hashes, Int64s, hash_text, hash_texts
from sync.matching.key_kinds import NATIONAL_PHONE
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound


def several_of(
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


def only(texts: list[str], wanted: npt.NDArray[np.bool_]) -> list[str]:
    """Give the texts that are wanted, and nothing in the place of others."""
    return [text if kept else "" for text, kept in zip(texts, wanted.tolist(), strict=True)]


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
        first = only(first, shared)
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
