"""What Spark's workers do with an Arrow batch: the functions that one process does with columns.

No comparison is written in SQL: functions on texts differ between engines, and these do not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from sync.engines.encode import stated_facts
from sync.engines.record_file import COLUMNS, categorical
from sync.matching.alike import described
from sync.matching.frequencies import Frequencies
from sync.matching.keys import blocking_keys
from sync.matching.levels import patterns

Batches = Iterable[pa.RecordBatch]

TEXTS = (
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "sex",
    "snils_hash",
    "phones",
    "emails",
    "source_id",
    "role",
)
STATED_TEXTS = (*TEXTS, "place_code", "place_name", "employment_kind", "external_id")
FACT_TEXTS = (*TEXTS, "organisation_id", "affiliation_organisation_id", "kind")
NUMBERS = ("birth_date", "birth_year")
WHERE = ("file", "row")


def stated(batches: Batches, today: date) -> Iterator[pa.RecordBatch]:
    """Normalise batches of raw cells; what says where a row stands goes through as it is."""
    for batch in batches:
        known = [name for name in batch.schema.names if name in COLUMNS and name != "rec_id"]
        cells = pd.DataFrame({name: categorical(batch.column(name)) for name in known})
        facts = stated_facts(cells, today)
        passed = [name for name in ("rec_id", *WHERE) if name in batch.schema.names]
        yield pa.record_batch(
            {
                **{name: batch.column(name) for name in passed},
                **{name: _plain(facts[name]) for name in STATED_TEXTS},
                **{name: pa.array(facts[name].to_numpy(np.int64)) for name in NUMBERS},
                "active": pa.array(facts["active"].to_numpy(dtype=bool)),
            }
        )


def keyed(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Give every key of every record of batches of facts: key, finer, record, described."""
    for batch in batches:
        facts = facts_of(batch)
        keys, said = blocking_keys(facts), described(facts)
        record = batch.column("record").to_numpy()
        yield pa.record_batch(
            {
                "key": keys.key,
                "finer": keys.finer,
                "record": record[keys.position],
                "described": said[keys.position],
            }
        )


def compared(batches: Batches, frequencies: Frequencies) -> Iterator[pa.RecordBatch]:
    """Compare batches of pairs, each with the facts of both sides: left, right, pattern."""
    for batch in batches:
        count = batch.num_rows
        sides = [_side(batch, prefix) for prefix in ("l_", "r_")]
        facts = facts_of(pa.concat_tables(sides).combine_chunks())
        at = np.arange(count, dtype=np.int64)
        pattern = patterns(facts, at, at + count, Known(frequencies=frequencies))
        named = {name: batch.column(name) for name in ("left", "right")}
        yield pa.record_batch({**named, "pattern": pattern})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that comparing reads of a model."""

    frequencies: Frequencies


def facts_of(batch: pa.RecordBatch | pa.Table) -> pd.DataFrame:
    """Give the facts of a batch as columns of distinct texts."""
    texts = {name: categorical(batch.column(name)) for name in FACT_TEXTS}
    numbers = {name: batch.column(name).to_numpy() for name in NUMBERS}
    return pd.DataFrame({**texts, **numbers})


def _side(batch: pa.RecordBatch, prefix: str) -> pa.Table:
    names = (*FACT_TEXTS, *NUMBERS)
    return pa.table({name: batch.column(prefix + name) for name in names})


def _plain(column: "pd.Series[str]") -> pa.Array:
    """Give a column of distinct texts as texts, "" where nothing stands."""
    codes = pa.array(column.cat.codes.to_numpy(np.int32))
    distinct = [str(text) for text in column.cat.categories.tolist()]
    return pa.DictionaryArray.from_arrays(
        codes, pa.array(distinct, pa.string())
    ).dictionary_decode()
