"""Names of many records: plain ones are placed by columns, the rest one by one by `names`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from sync.matching.facts import Coded
from sync.matching.hashing import Int64s
from sync.matching.lexicon import first_names, fold_yo, word_set
from sync.matching.normalise.columns import Mask, flags, is_nothing, recoded
from sync.matching.normalise.folding import (
    fold_first,
    fold_last,
    fold_middle,
    is_patronymic,
    turkic,
)
from sync.matching.normalise.letters import clean_text
from sync.matching.normalise.names import (
    FILLS,
    NAME_CELLS,
    Name,
    normalise_name,
    sex_of,
    stated_sex,
)
from sync.matching.normalise.outcome import Rule, cells_of, outcomes_of, texts_of

_PLAIN = re.compile(r"[А-ЯЁа-яё]{2,}(?:-[А-ЯЁа-яё]{2,})*")
_CYRILLIC = re.compile(r"[А-ЯЁа-яё]*(?:[ \-][А-ЯЁа-яё]+)*")
_THREE_WORDS = "^[А-ЯЁа-яё]+ [А-ЯЁа-яё]+ [А-ЯЁа-яё]+$"
_KEYS = ("last_key", "first_key", "middle_key", "previous_last_key", "sex")
_FULL_NAME = 3


def name_columns(raw: pd.DataFrame, today: date) -> dict[str, Coded]:
    """Give the columns of _KEYS for all rows; what `normalise_name` gives for each, exactly."""
    parts = _Cells.of(raw)
    fields = _plain_fields(parts)
    odd = np.flatnonzero(~fields.plain)
    rule = Rule(reads=NAME_CELLS, fills=FILLS, apply=normalise_name)
    codes, outcomes = outcomes_of(rule, raw.iloc[odd], today)
    columns = {}
    for name in _KEYS:
        place = FILLS.index(name)
        listed = [str(one.values[place] or "") for one in outcomes]  # noqa: PD011 - a dataclass
        columns[name] = _overlaid(fields.columns[name], odd, codes.astype(np.int64), listed)
    return columns


def _overlaid(plain: Coded, rows: Int64s, codes: Int64s, values: list[str]) -> Coded:
    """Give the plain column with the values of some rows put in their place."""
    merged = plain.codes.copy()
    merged[rows] = codes + len(plain.distinct)
    return recoded(merged, [*plain.distinct.tolist(), *values])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The cells of names by distinct values; those of whole names are split where they are plain."""

    last: Coded
    first: Coded
    middle: Coded
    gender: Coded
    odd: Mask  # rows that the rule must see whatever their parts are

    @classmethod
    def of(cls, raw: pd.DataFrame) -> "_Cells":
        stated = [_coded(raw, name) for name in ("last_name", "first_name", "middle_name")]
        nothing = [flags(one.distinct.tolist(), is_nothing)[one.codes] for one in stated]
        empty = nothing[0] & nothing[1] & nothing[2]
        previous = _coded(raw, "previous_last_name").stands()
        full = _Whole.of(raw)
        columns = [_either(one, full, at, empty) for at, one in enumerate(stated)]
        return cls(
            last=columns[0],
            first=columns[1],
            middle=columns[2],
            gender=_coded(raw, "gender"),
            odd=previous | (empty & ~full.split),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """Cells that hold a whole name: the parts of each row's, by distinct parts, and whether it has any."""

    parts: list[str]
    places: list[Int64s]  # of last, first and middle name of each distinct cell; 0 is nothing
    codes: Int64s
    split: Mask

    @classmethod
    def of(cls, raw: pd.DataFrame) -> "_Whole":
        codes, stated = texts_of(raw, "full_name")
        usual = compute.match_substring_regex(stated, _THREE_WORDS)
        at = np.flatnonzero(usual.to_numpy(zero_copy_only=False))
        parts, words = _words_of(stated.filter(usual))
        places = np.zeros((len(stated), _FULL_NAME), dtype=np.int64)
        places[at] = _placed(parts, words)
        odd = np.flatnonzero(~usual.to_numpy(zero_copy_only=False))
        for row, cell in zip(odd.tolist(), stated.take(pa.array(odd)).to_pylist(), strict=True):
            if found := _three(_cleaned(cell)):
                places[row] = range(len(parts), len(parts) + _FULL_NAME)
                parts += found
        split = (places != 0).any(axis=1)[codes]
        return cls(parts=parts, places=[*places.T], codes=codes.astype(np.int64), split=split)


def _words_of(texts: pa.Array) -> tuple[list[str], Int64s]:
    """Give the distinct words of texts of three words, after "", and the three of each text."""
    words = compute.split_pattern(texts, " ").flatten().dictionary_encode()
    numbers = words.indices.to_numpy(zero_copy_only=False).astype(np.int64) + 1
    return ["", *words.dictionary.to_pylist()], numbers.reshape(-1, _FULL_NAME)


def _placed(parts: list[str], words: Int64s) -> Int64s:
    """Give last, first and middle name of texts of three words as `_three` does, 0 where it refuses."""
    patronymic = flags(parts, lambda part: is_patronymic(fold_yo(part)))[words]
    lower = flags(parts, str.islower)[words]
    told = ~lower[:, 2] | lower.all(axis=1)
    as_written, turned = told & patronymic[:, 2], told & ~patronymic[:, 2] & patronymic[:, 1]
    found = np.where(as_written[:, None], words, words[:, [2, 0, 1]])
    return np.where((as_written | turned)[:, None], found, 0)


def _coded(raw: pd.DataFrame, name: str) -> Coded:
    codes, cells = cells_of(raw, name)
    distinct = np.empty(len(cells), dtype=object)
    distinct[:] = [*map(_cleaned, cells)]
    return Coded(codes=codes.astype(np.int64), distinct=distinct)


def _cleaned(cell: str) -> str:
    return cell if _CYRILLIC.fullmatch(cell) else clean_text(cell)


def _three(text: str) -> tuple[str, str, str] | None:
    """Split a cell that holds a name in a usual order, in one case, and nothing else."""
    parts = text.split(" ")
    if len(parts) > _FULL_NAME and fold_yo(parts[-1]) in turkic():
        parts[-2:] = [" ".join(parts[-2:])]
    if len(parts) == len(("last", "first")):
        return _two(*parts)
    if len(parts) != _FULL_NAME or (parts[2].islower() and not text.islower()):
        return None
    one, two, three = parts
    if is_patronymic(fold_yo(three)):
        return one, two, three
    return (three, one, two) if is_patronymic(fold_yo(two)) else None


def _two(one: str, two: str) -> tuple[str, str, str] | None:
    if is_patronymic(fold_yo(two)) or not two:
        return None
    return (two, one, "") if _is_first(one) and not _is_first(two) else (one, two, "")


def _either(stated: Coded, full: _Whole, place: int, use_full: Mask) -> Coded:
    """Give the stated column, and where it is empty the part of the whole name."""
    values = [*stated.distinct.tolist(), *full.parts]
    whole = full.places[place][full.codes] + len(stated.distinct)
    codes, used = pd.factorize(np.where(use_full, whole, stated.codes))
    return recoded(codes.astype(np.int64), [values[at] for at in used.tolist()])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    plain: Mask
    columns: dict[str, Coded]


def _plain_fields(cells: _Cells) -> _Fields:
    last, first, middle = (one.distinct.tolist() for one in (cells.last, cells.first, cells.middle))
    plain_last = flags(last, _is_plain)[cells.last.codes]
    plain_first = flags(first, _is_plain_first)[cells.first.codes]
    plain_middle = flags(middle, _is_plain_middle)[cells.middle.codes]
    known_first = flags(first, _is_first)[cells.first.codes]
    surname_first = flags(last, _is_first)[cells.last.codes] & ~known_first
    plain = plain_last & plain_first & plain_middle & ~surname_first & ~cells.odd
    columns = {
        "last_key": cells.last.mapped(fold_last),
        "first_key": cells.first.mapped(fold_first),
        "middle_key": cells.middle.mapped(_folded_middle),
        "previous_last_key": cells.last.mapped(lambda _: ""),
        "sex": _sexes(cells),
    }
    return _Fields(plain=plain, columns=columns)


def _is_plain(part: str) -> bool:
    """Tell whether a part is one word that no rule would drop, split or join."""
    folded = fold_yo(part)
    return (
        bool(_PLAIN.fullmatch(part))
        and folded not in word_set("names", "notes")
        and folded not in word_set("names", "empty")
        and not folded.endswith(turkic())
    )


def _is_plain_first(part: str) -> bool:
    return _is_plain(part) and not is_patronymic(fold_yo(part))


def _is_plain_middle(part: str) -> bool:
    head, _, tail = part.partition(" ")
    fathers = bool(tail) and fold_yo(tail) in turkic() and bool(_PLAIN.fullmatch(head))
    return is_nothing(part) or _is_plain(part) or (fathers and "-" not in head)


def _is_first(part: str) -> bool:
    return fold_yo(part) in first_names().canonical


def _folded_middle(part: str) -> str:
    return "" if is_nothing(part) else fold_middle(part)


def _sexes(cells: _Cells) -> Coded:
    """Give the sex stated, else by the patronymic, the first name or the surname."""
    codes = _sex_codes(cells.gender, stated_sex)
    for column, guess in (
        (cells.middle, lambda text: sex_of(Name(middle=text)) if not is_nothing(text) else None),
        (cells.first, lambda text: sex_of(Name(first=text))),
        (cells.last, lambda text: sex_of(Name(last=text))),
    ):
        codes = np.where(codes == 0, _sex_codes(column, guess), codes)
    return Coded(codes=codes, distinct=np.array(["", "MALE", "FEMALE"], dtype=object))


def _sex_codes(column: Coded, guess: Callable[[str], str | None]) -> Int64s:
    codes = {None: 0, "MALE": 1, "FEMALE": 2}
    found = [codes[guess(text)] for text in column.distinct.tolist()]
    return np.array(found, dtype=np.int64)[column.codes]
