"""`python -m tests.bench.matching.spark`: batch, push and Spark on the same pairs, and what differs.

A labelled file is matched by one process and by Spark; every candidate of the one is looked for among
those of the other, with its pattern, score and decision; and so many are compared singly, as a push does.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from hub.demo.labelled.files import SETTINGS, labelled, write_labelled
from sync.engines.embedded import compare, find_candidates, match, people
from sync.engines.encode import Encoded, encode
from sync.engines.file_run import numbered
from sync.engines.learning import learn, suited
from sync.engines.record_file import read_records
from sync.engines.spark.engine import SparkEngine
from sync.engines.spark.session import session_of
from sync.matching.decide import decide
from sync.matching.hashing import Int64s
from sync.matching.model import HAND_MODEL, Model
from sync.matching.pairing import Judge
from sync.matching.single import Single
from tests.bench.matching.sides import TODAY

Row = tuple[int, int, int, int, str]  # two rows of the file, pattern, score, decision


def main() -> None:
    """Print, setting by setting, how many pairs were compared and how many differ."""
    asked = _arguments()
    with session_of(asked.master) as session, tempfile.TemporaryDirectory() as name:
        for setting in asked.setting or SETTINGS:
            folder = Path(name) / setting
            write_labelled(folder, labelled(asked.records, setting=setting, seed=asked.seed))
            engine = SparkEngine(session=session, tables=folder / "tables")
            for line in _lines(as_parquet(folder), engine, asked.pushes):
                sys.stdout.write(f"{setting:8} {line}\n")
                sys.stdout.flush()


def as_parquet(folder: Path) -> Path:
    """Write records.csv as parquet, every cell a text."""
    table = csv.read_csv(folder / "records.csv")
    texts = [column.cast(pa.string()).fill_null("") for column in table.columns]
    parquet.write_table(pa.table(texts, table.column_names), folder / "records.parquet")
    return folder / "records.parquet"


def _lines(records: Path, engine: SparkEngine, pushes: int) -> Iterator[str]:
    encoded = encode(read_records(records), today=TODAY)
    model = learn(encoded.facts, suited(HAND_MODEL, encoded.facts), version="bench").model
    rows, of_push = of_batch(encoded, model), differing_singly(encoded, model, pushes)
    began = time.perf_counter()
    again = encode(read_records(records), today=TODAY)
    here = match(again.facts, model)
    done = time.perf_counter()
    _, there = engine.read(records, today=TODAY)
    compared = engine.compare(there.facts, model)
    edges, pairs = compared.edges(model), compared.pairs
    matched = people(there.facts, edges, pairs=pairs, notices=compared.notices)
    took = time.perf_counter() - done
    differ = len(rows ^ of_spark(engine.tables, there, model))
    moved = int((of_file(again, here.labels) != of_file(there, matched.labels)).sum())
    yield (
        f"{len(encoded.facts)} records, {len(rows)} pairs: {differ} differ on Spark, {of_push} of "
        f"{min(pushes, len(rows))} singly; {moved} records among other people; "
        f"{done - began:.1f} s in one process, {took:.1f} s on Spark"
    )


def of_batch(encoded: Encoded, model: Model) -> set[Row]:
    """Give every candidate of one process."""
    found, _ = find_candidates(encoded.facts)
    pattern = compare(encoded.facts, found, model)
    score = model.score(pattern)
    return set(
        _rows(encoded, found.left, found.right, (pattern, score, decide(pattern, score, model)))
    )


def of_spark(tables: Path, encoded: Encoded, model: Model) -> set[Row]:
    """Give every candidate that Spark compared."""
    table = parquet.read_table(tables / "compared")
    left, right, pattern = (table.column(name).to_numpy() for name in ("left", "right", "pattern"))
    score = model.score(pattern)
    return set(_rows(encoded, left, right, (pattern, score, decide(pattern, score, model))))


def _rows(
    encoded: Encoded, left: Int64s, right: Int64s, said: Sequence[npt.NDArray[np.generic]]
) -> Iterator[Row]:
    one, other = encoded.rows[left], encoded.rows[right]
    low, high = np.minimum(one, other), np.maximum(one, other)
    return zip(low.tolist(), high.tolist(), *(column.tolist() for column in said), strict=True)


def of_file(encoded: Encoded, labels: Int64s) -> Int64s:
    """Give the person of each row of the file, numbered as they first appear."""
    found = np.empty(len(labels), dtype=np.int64)
    found[encoded.rows] = labels
    return numbered(found)


def differing_singly(encoded: Encoded, model: Model, pairs: int) -> int:
    """Give how many of the first pairs a push would score or decide otherwise."""
    found, _ = find_candidates(encoded.facts)
    left, right = found.left[:pairs], found.right[:pairs]
    pattern = compare(encoded.facts, found, model)[:pairs]
    score = model.score(pattern)
    expected = zip(pattern.tolist(), score.tolist(), decide(pattern, score, model), strict=True)
    singles, judge = _singles(encoded.facts), Judge(model)
    singly = (
        judge.compare(singles[a], [singles[b]])[0]
        for a, b in zip(right.tolist(), left.tolist(), strict=True)
    )
    return sum(
        one != (other.pattern, other.score, other.decision)
        for one, other in zip(expected, singly, strict=True)
    )


def _singles(facts: pd.DataFrame) -> list[Single]:
    names, columns = list(map(str, facts.columns)), facts.astype(object)
    rows = columns.itertuples(index=False, name=None)
    return [Single.of(dict(zip(names, row, strict=True))) for row in rows]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.spark")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--pushes", type=int, default=25_000)
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--setting", action="append", choices=SETTINGS, help="may repeat")
    parser.add_argument("--master", default="local[2]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
