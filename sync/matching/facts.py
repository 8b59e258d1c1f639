"""The frame the matcher takes: one row a record, normalised, with no state identifier in clear.

Columns: those of `hub.tables.evidence.RecordFacts` that are read here

    last_key first_key middle_key previous_last_key   folded names, "" where unknown; a name of
                                                      one letter is an initial
    birth_date (date | None)  birth_year (int | None)  sex (MALE | FEMALE | None)
    snils_hash (bytes | None)  phones emails (lists of str)  contact_owner (SELF | REPRESENTATIVE)
    organisation_id  affiliation_organisation_id
    role (STAFF | PUPIL | OTHER)  employment_kind

and

    record_id (int64)  source_id  kind (RecordKind)  active (bool: not ended, not dismissed)
    content_hash external_id (bytes, optional)   break ties by what was said, not by arrival

`survive` reads the display names too, and stated_as_of (date) and, where it stands, source_rank
(int, smaller is believed first). The row's position in the frame names the record in
every array of this package; the index is not read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any  # what a column holds

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.hashing import Int64s, hash_texts

Texts = npt.NDArray[np.object_]
NO_DAY = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column as numbers of its distinct values: what is done to a value is done once."""

    codes: Int64s
    distinct: Texts

    def gathered(self) -> Texts:
        """Give the value of each row."""
        return self.distinct[self.codes]

    def mapped(self, function: Callable[[str], str]) -> "Coded":
        """Give the column with a function applied; values may stop being distinct."""
        return Coded(codes=self.codes, distinct=_objects(map(function, self.distinct.tolist())))

    def hashed(self) -> npt.NDArray[np.uint64]:
        """Give the stable hash of each row's text, 0 for an empty one."""
        return hash_texts(self.distinct.tolist())[self.codes]

    def shared(self) -> npt.NDArray[np.bool_]:
        """Tell for each distinct value whether at least two rows hold it."""
        return np.bincount(self.codes, minlength=len(self.distinct)) > 1

    def stands(self) -> npt.NDArray[np.bool_]:
        """Tell which rows hold anything at all."""
        return np.asarray(self.distinct != "", dtype=bool)[self.codes]


def cut(facts: pd.DataFrame, rows: Int64s) -> pd.DataFrame:
    """Give some rows as facts of their own: their distinct values are all that they hold."""
    return pd.DataFrame({name: _cut(column, rows) for name, column in facts.items()})


def _cut(column: "pd.Series[Any]", rows: Int64s) -> object:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.array.take(rows)  # cells that Arrow holds stay there
    used, codes = np.unique(column.cat.codes.to_numpy()[rows], return_inverse=True)
    return pd.Categorical.from_codes(codes, categories=column.cat.categories[used])


def coded(facts: pd.DataFrame, column: str) -> Coded:
    """Give a column of texts by distinct values, "" where nothing stands; ids become texts.

    A categorical column costs nothing: its categories are the distinct values.
    """
    values = facts[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        at, found = values.cat.codes.to_numpy(), values.cat.categories.to_numpy(dtype=object)
        if len(at) and at.min() >= 0 and all(type(value) is str for value in found[:1]):
            return Coded(codes=at.astype(np.int64), distinct=found)
    else:
        at, found = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    codes = np.where(at < 0, len(found), at).astype(np.int64)
    return Coded(codes=codes, distinct=_objects([*map(_text, found), ""]))


def coded_lists(facts: pd.DataFrame, column: str) -> Coded:
    """Give a column of lists as texts of one element a line, by distinct values."""
    values = facts[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        return coded(facts, column)
    joined = ["\n".join(value) if isinstance(value, list) else "" for value in values.to_list()]
    codes, distinct = pd.factorize(_objects(joined))
    return Coded(codes=codes.astype(np.int64), distinct=_objects(distinct))


def texts(facts: pd.DataFrame, column: str) -> Texts:
    """Give a column as plain texts, "" where nothing stands; ids become their usual text."""
    return coded(facts, column).gathered()


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _objects(values: Iterable[object]) -> Texts:
    listed = list(values)
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found


def birth_days(facts: pd.DataFrame) -> Int64s:
    """Give birth dates as days since 1970, NO_DAY where unknown; whole numbers are such days."""
    if facts["birth_date"].dtype == np.int64:
        return facts["birth_date"].to_numpy(np.int64)
    values = pd.to_datetime(facts["birth_date"], errors="coerce").to_numpy("datetime64[D]")
    days = values.astype(np.int64)
    return np.where(np.isnat(values), NO_DAY, days)


def birth_years(facts: pd.DataFrame) -> Int64s:
    """Give birth years, of the date where there is one, 0 where unknown."""
    days = birth_days(facts)
    if facts["birth_year"].dtype == np.int64:
        years = facts["birth_year"].to_numpy(np.int64)
        return np.where(days != NO_DAY, of_days(days, _years), years)
    stated = pd.to_numeric(facts["birth_year"], errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    return np.where(days != NO_DAY, of_days(days, _years), np.nan_to_num(stated).astype(np.int64))


def of_days(days: Int64s, part: Callable[[npt.NDArray[np.datetime64]], Int64s]) -> Int64s:
    """Give a part of each day's date, of 1970-01-01 where the day is unknown; each date once."""
    known = np.where(days == NO_DAY, 0, days)
    least, most = int(known.min(initial=0)), int(known.max(initial=0))
    parts = part(np.arange(least, most + 1).astype("datetime64[D]"))
    return np.asarray(parts[known - least], dtype=np.int64)


def _years(calendar: npt.NDArray[np.datetime64]) -> Int64s:
    return calendar.astype("datetime64[Y]").astype(np.int64) + 1970


def places(facts: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Give where each record places its person, as a hash: the workplace it names, else its own."""
    named = coded(facts, "affiliation_organisation_id").hashed()
    return np.where(named != 0, named, coded(facts, "organisation_id").hashed())


def is_weak(facts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which records state neither a birth date or year nor a СНИЛС (COUNTING, facts, 4)."""
    has_snils = coded(facts, "snils_hash").stands()
    return np.asarray(~has_snils & (birth_years(facts) == 0), dtype=bool)


def content_order(facts: pd.DataFrame) -> Int64s:
    """Give each record's rank by what it says; record ids decide only between equal contents.

    A frame that stands in this order already says so by a column content_rank.
    """
    if "content_rank" in facts.columns:
        return facts["content_rank"].to_numpy(np.int64)
    columns = ["last_key", "first_key", "middle_key", "birth_date", "snils_hash", "content_hash"]
    columns += ["organisation_id", "source_id", "kind", "external_id"]
    ranks = [_ranked(coded(facts, name)) for name in columns if name in facts.columns]
    order = np.lexsort((facts["record_id"].to_numpy(np.int64), *reversed(ranks)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _ranked(column: Coded) -> Int64s:
    """Give the place of each row's text among the texts of the column."""
    return np.unique(column.distinct, return_inverse=True)[1].astype(np.int64)[column.codes]
