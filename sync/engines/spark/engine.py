"""A file of records matched on Spark, from raw cells to the pairs that were not told apart.

Texts are normalised, keys made and pairs compared by Spark's workers; blocks are joined by its SQL.
The driver keeps the facts as numbers of distinct texts, and makes people of the edges: what only a
whole file can tell, and clusters, are decided by the code of one process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from hub.errors import FileError
from sync.engines.embedded import largest_cap, told_of_blocks
from sync.engines.encode import Encoded, lacking, looked_at_whole
from sync.engines.notices import Notice
from sync.engines.record_file import categorical, heading, known_columns
from sync.engines.spark import batches, blocks
from sync.matching.decide import Decision, decide
from sync.matching.edges import Edges
from sync.matching.facts import coded
from sync.matching.hashing import Int64s
from sync.matching.mixture import Counted
from sync.matching.model import Model

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS_A_GROUP: Final = 200_000
STATED: Final = ", ".join(
    (
        "file string, row long",
        *(f"{name} string" for name in batches.STATED_TEXTS),
        *(f"{name} long" for name in batches.NUMBERS),
        "active boolean",
    )
)
COMPARED: Final = "left long, right long, pattern long"


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkEngine:
    """Reads and compares on Spark; `tables` is a folder that the driver and all workers see."""

    session: "SparkSession"
    tables: Path

    def read(self, records: Path, *, today: date) -> tuple[pa.Array, Encoded]:
        """Normalise a parquet file, or a folder of such, on the workers; gather on the driver."""
        raw = self._raw(records)
        passed = f"rec_id {raw.schema['rec_id'].dataType.simpleString()}, " if _has_ids(raw) else ""
        stated = raw.mapInArrow(partial(batches.stated, today=today), passed + STATED)
        stated.write.mode("overwrite").parquet(self._at("stated"))
        named = [name for name in raw.columns if name not in ("rec_id", *batches.WHERE)]
        return _gathered(Path(self._at("stated")), lacking(named))

    def compare(self, facts: pd.DataFrame, model: Model) -> "Compared":
        """Find candidates and compare them on the workers; the pairs stand in `compared`."""
        self._store(facts)
        stored = self.session.read.parquet(self._at("facts"))
        blocks_found = self._blocks(stored)
        sizes = blocks.sizes_of(self.session, blocks_found)
        cap = largest_cap(lambda cap: blocks.expected_pairs(sizes, cap=cap), len(facts))
        pairs = _with_sides(blocks.pairs_of(self.session, blocks_found, cap=cap), stored)
        worker = partial(batches.compared, frequencies=model.frequencies)
        pairs.mapInArrow(worker, COMPARED).write.mode("overwrite").parquet(self._at("compared"))
        told = told_of_blocks(
            thinned=blocks.thinned(sizes, cap=cap),
            refined=blocks.refined(sizes, cap=cap),
            chained=blocks.chained(sizes, cap=cap),
            cap=cap,
        )
        return Compared(
            folder=Path(self._at("compared")),
            numbers=blocks.patterns_of(self.session, self._at("compared")),
            notices=[*told],
        )

    def _blocks(self, stored: "DataFrame") -> "DataFrame":
        """Make keys on the workers, store them, and join those that several records have."""
        keys = stored.mapInArrow(batches.keyed, "key long, finer long, record long, described long")
        keys.write.mode("overwrite").parquet(self._at("keys"))
        kept = blocks.blocks_of(self.session, self.session.read.parquet(self._at("keys")))
        kept.write.mode("overwrite").parquet(self._at("blocks"))
        return self.session.read.parquet(self._at("blocks"))

    def _at(self, name: str) -> str:
        return str(self.tables / name)

    def _raw(self, records: Path) -> "DataFrame":
        """Give the known columns of the records, and where each row stands."""
        if not records.is_dir() and records.read_bytes()[:4] != b"PAR1":
            raise FileError(
                f"Spark читает parquet, а {records.name} не таков: сохраните записи как parquet.",
                code="match.file",
            )
        raw = self.session.read.parquet(str(records))
        raw = raw.selectExpr("*", "_metadata.file_path as file", "_metadata.row_index as row")
        named = raw.toDF(*(heading(name) for name in raw.columns[:-2]), *batches.WHERE)
        return named.select(*known_columns(records, named.columns), *batches.WHERE)

    def _store(self, facts: pd.DataFrame) -> None:
        """Write facts where the workers find them, each record by its position."""
        folder = self.tables / "facts"
        folder.mkdir(parents=True, exist_ok=True)
        parquet.write_table(stored(facts), folder / "facts.parquet", row_group_size=ROWS_A_GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Compared pairs in a folder of parquet, and how many have each pattern."""

    folder: Path
    numbers: Counted
    notices: list[Notice]

    @property
    def pairs(self) -> int:
        """Give how many pairs were compared."""
        return int(self.numbers.pairs.sum())

    def counted(self) -> Counted:
        """Give the distinct patterns and how often each occurs."""
        return self.numbers

    def edges(self, model: Model) -> Edges:
        """Read the pairs that the model does not tell apart; each pattern is decided once."""
        patterns = np.sort(self.numbers.patterns)
        score = model.score(patterns)
        decision = decide(patterns, score, model)
        wanted = patterns[decision != Decision.APART].tolist()
        kept = parquet.read_table(self.folder, filters=[("pattern", "in", wanted)])
        kept = kept.sort_by([("left", "ascending"), ("right", "ascending")])
        at = np.searchsorted(patterns, kept.column("pattern").to_numpy())
        return Edges(
            left=kept.column("left").to_numpy(),
            right=kept.column("right").to_numpy(),
            score=score[at],
            decision=decision[at],
        )


def stored(facts: pd.DataFrame) -> pa.Table:
    """Give facts as the table that workers read: each record by its position."""
    texts = {name: _dictionary(facts, name) for name in batches.FACT_TEXTS}
    numbers = {name: facts[name].to_numpy(np.int64) for name in batches.NUMBERS}
    return pa.table({"record": np.arange(len(facts)), **texts, **numbers})


def _has_ids(raw: "DataFrame") -> bool:
    return "rec_id" in raw.columns


def _gathered(folder: Path, lacks: Iterable[Notice]) -> tuple[pa.Array, Encoded]:
    """Give the ids and the facts of normalised rows, in the order of the files they came from."""
    texts = [*batches.STATED_TEXTS, "file"]
    table = parquet.read_table(folder, read_dictionary=texts)
    table = table.take(_file_order(table))
    facts = pd.DataFrame(
        {
            **{name: categorical(table.column(name)) for name in batches.STATED_TEXTS},
            **{name: table.column(name).to_numpy() for name in batches.NUMBERS},
            "active": table.column("active").to_numpy(),
        }
    )
    named = "rec_id" in table.column_names
    ids = table.column("rec_id").combine_chunks() if named else pa.array(np.arange(len(facts)))
    del table
    return ids, looked_at_whole(facts, lacks=lacks)


def _file_order(table: pa.Table) -> Int64s:
    """Give the rows in the order of their files' names and, within one, of the file."""
    file = pd.Series(categorical(table.column("file"))).cat.remove_unused_categories()
    names = file.cat.reorder_categories(sorted(file.cat.categories)).cat.codes.to_numpy()
    return np.lexsort((table.column("row").to_numpy(), names)).astype(np.int64)


def _dictionary(facts: pd.DataFrame, name: str) -> pa.Array:
    column = coded(facts, name)
    codes = pa.array(column.codes.astype(np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(column.distinct, pa.string()))


def _with_sides(pairs: "DataFrame", facts: "DataFrame") -> "DataFrame":
    """Give each pair with the facts of both its records."""
    sides = []
    for prefix in ("l_", "r_"):
        renamed = [f"{name} as {prefix}{name}" for name in (*batches.FACT_TEXTS, *batches.NUMBERS)]
        sides.append(facts.selectExpr(f"record as {prefix}record", *renamed))
    left, right = sides
    both = pairs.join(left, pairs["left"] == left["l_record"])
    return both.join(right, pairs["right"] == right["r_record"])
