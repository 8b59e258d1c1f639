"""What a normalising rule gives back, and how a rule is run over a frame or over one record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

FEW = 1_000  # rows: so few are sooner walked than made columns of numbers
Codes = npt.NDArray[np.intp]
Found = tuple[str, str]  # (field, code) of something a person should look at


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The values a rule gives for its columns, in their order, and what it found wrong."""

    values: tuple[object, ...]
    issues: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pure function of a few raw cells that fills a few columns."""

    reads: tuple[str, ...]
    fills: tuple[str, ...]
    apply: Callable[[tuple[str, ...], date], Outcome]


def run_rule(rule: Rule, raw: pd.DataFrame, today: date) -> tuple[dict[str, object], pd.DataFrame]:
    """Give the rule's columns for all rows and its findings (row, field, code).

    Each distinct combination of cells is normalised once and gathered.
    """
    codes, outcomes = outcomes_of(rule, raw, today)
    rows = [outcome.values for outcome in outcomes]  # noqa: PD011 - a dataclass, no frame
    columns: dict[str, object] = {}
    for place, name in enumerate(rule.fills):
        values = np.empty(len(outcomes), dtype=object)
        values[:] = [row[place] for row in rows]
        columns[name] = values[codes]
    return columns, _findings(outcomes, codes, raw.index)


def outcomes_of(rule: Rule, raw: pd.DataFrame, today: date) -> tuple[Codes, list[Outcome]]:
    """Give the outcome of each distinct combination of cells, and which is each row's."""
    if len(raw) <= FEW:
        codes, distinct = _encode_few([_texts_of(raw, name) for name in rule.reads])
    else:
        codes, distinct = _encode([cells_of(raw, name) for name in rule.reads])
    return codes, [rule.apply(combination, today) for combination in distinct]


def run_rule_once(rule: Rule, raw: Mapping[str, object], today: date) -> Outcome:
    """Give the rule's outcome for one record."""
    return rule.apply(tuple(as_text(raw.get(name)) for name in rule.reads), today)


def as_text(value: object) -> str:
    """Give a raw cell as text; whatever stands for nothing is an empty string."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value)


def cells_of(raw: pd.DataFrame, name: str) -> tuple[Codes, list[str]]:
    """Give a column of cells as numbers of its distinct texts; a column not there is empty."""
    if name in raw.columns and isinstance(raw[name].dtype, pd.ArrowDtype):
        codes, stated = texts_of(raw, name)
        return codes, stated.to_numpy(zero_copy_only=False).tolist()
    if name not in raw.columns:
        return np.zeros(len(raw), dtype=np.intp), [""]
    if isinstance(raw[name].dtype, pd.CategoricalDtype):
        at = raw[name].cat.codes.to_numpy(np.intp)
        texts = [
            value if type(value) is str else as_text(value)
            for value in raw[name].cat.categories.tolist()
        ]
        return np.where(at < 0, len(texts), at), [*texts, ""]
    codes, distinct = pd.factorize(raw[name].to_numpy(dtype=object), use_na_sentinel=False)
    return codes, [as_text(value) for value in distinct]


def texts_of(raw: pd.DataFrame, name: str) -> tuple[Codes, pa.Array]:
    """Give what `cells_of` gives, the texts in Arrow: where nothing makes them Python's, the better."""
    if name not in raw.columns or not isinstance(raw[name].dtype, pd.ArrowDtype):
        codes, cells = cells_of(raw, name)
        return codes, pa.array(cells, pa.string())
    whole = in_one(pa.array(raw[name]))
    texts = whole.dictionary.cast(pa.string())
    at = whole.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return at.astype(np.intp), pa.concat_arrays([texts, pa.array([""], pa.string())])


def in_one(column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Give a column of texts coded by one list of distinct ones.

    Arrow's own combining compares that list with itself for each chunk.
    """
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if not isinstance(column, pa.ChunkedArray):
        return column
    chunks = column.unify_dictionaries().chunks if column.num_chunks > 1 else column.chunks
    if len(chunks) == 1:
        return chunks[0]
    numbers = [pa.array([], pa.int32()), *(chunk.indices.cast(pa.int32()) for chunk in chunks)]
    texts = chunks[0].dictionary if chunks else pa.array([], pa.string())
    return pa.DictionaryArray.from_arrays(pa.concat_arrays(numbers), texts)


def _texts_of(raw: pd.DataFrame, name: str) -> list[str]:
    """Give the text of each row's cell; a column not there is empty."""
    if name not in raw.columns:
        return [""] * len(raw)
    return [value if type(value) is str else as_text(value) for value in raw[name].tolist()]


def _encode_few(cells: list[list[str]]) -> tuple[Codes, list[tuple[str, ...]]]:
    """Number the distinct combinations of cells of a few rows."""
    rows = list(zip(*cells, strict=True))
    numbers = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    return np.array([numbers[row] for row in rows], dtype=np.intp), list(numbers)


def _encode(
    cells: list[tuple[Codes, list[str]]],
) -> tuple[Codes, list[tuple[str, ...]]]:
    """Number the distinct combinations of cells that occur."""
    codes = cells[0][0]
    combinations: list[tuple[str, ...]] = [(text,) for text in cells[0][1]]
    for more, texts in cells[1:]:
        wide = codes.astype(np.int64) * len(texts) + more
        codes, pairs = pd.factorize(wide)
        combinations = [
            (*combinations[pair // len(texts)], texts[pair % len(texts)]) for pair in pairs.tolist()
        ]
    return codes, combinations


def _findings(outcomes: list[Outcome], codes: Codes, index: pd.Index) -> pd.DataFrame:
    troubled = {number: o.issues for number, o in enumerate(outcomes) if o.issues}
    if not troubled:
        return pd.DataFrame({"row": [], "field": [], "code": []}, dtype=object)
    names = index.to_list()
    rows = np.flatnonzero(np.isin(codes, list(troubled)))
    found = [(names[row], field, code) for row in rows for field, code in troubled[int(codes[row])]]
    return pd.DataFrame(found, columns=["row", "field", "code"], dtype=object)
