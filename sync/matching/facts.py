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

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.hashing import Int64s, hash_column

Texts = npt.NDArray[np.object_]
NO_DAY = np.iinfo(np.int32).min


def texts(facts: pd.DataFrame, column: str) -> Texts:
    """Give a column as plain texts, "" where nothing stands; ids become their usual text."""
    values = facts[column].to_numpy(dtype=object)
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    plain = np.array([_text(value) for value in distinct] + [""], dtype=object)
    return plain[codes]


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def lists(facts: pd.DataFrame, column: str) -> list[list[str]]:
    """Give a column of lists, an empty list where nothing stands."""
    return [value if isinstance(value, list) else [] for value in facts[column].to_list()]


def birth_days(facts: pd.DataFrame) -> Int64s:
    """Give birth dates as days since 1970, NO_DAY where unknown."""
    values = pd.to_datetime(facts["birth_date"], errors="coerce").to_numpy("datetime64[D]")
    days = values.astype(np.int64)
    return np.where(np.isnat(values), NO_DAY, days)


def birth_years(facts: pd.DataFrame) -> Int64s:
    """Give birth years, of the date where there is one, 0 where unknown."""
    stated = pd.to_numeric(facts["birth_year"], errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    days = birth_days(facts)
    of_date = np.where(days == NO_DAY, 0, days).astype("datetime64[D]").astype("datetime64[Y]")
    from_date = of_date.astype(np.int64) + 1970
    return np.where(days != NO_DAY, from_date, np.nan_to_num(stated).astype(np.int64))


def places(facts: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Give where each record places its person, as a hash: the workplace it names, else its own."""
    named = texts(facts, "affiliation_organisation_id")
    return hash_column(np.where(named != "", named, texts(facts, "organisation_id")))


def gather(function: Callable[[str], str], values: Texts) -> Texts:
    """Apply a function to each distinct text once and give the results in place."""
    codes, distinct = pd.factorize(values)
    return np.array([function(str(value)) for value in distinct], dtype=object)[codes]


def is_weak(facts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which records state neither a birth date or year nor a СНИЛС (COUNTING, facts, 4)."""
    has_snils = facts["snils_hash"].notna().to_numpy(dtype=bool)
    return np.asarray(~has_snils & (birth_years(facts) == 0), dtype=bool)


def content_order(facts: pd.DataFrame) -> Int64s:
    """Give each record's rank by what it says; record ids decide only between equal contents."""
    columns = ["last_key", "first_key", "middle_key", "birth_date", "snils_hash", "content_hash"]
    columns += ["organisation_id", "source_id", "kind", "external_id"]
    keys = {name: texts(facts, name) for name in columns if name in facts.columns}
    frame = pd.DataFrame(keys).assign(record_id=facts["record_id"].to_numpy(np.int64))
    order = frame.sort_values([*keys, "record_id"], kind="stable").index.to_numpy(np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank
