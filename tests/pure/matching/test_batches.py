"""What Spark's workers do with Arrow batches is what one process does with columns."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal

from hub.demo.labelled.files import labelled, write_labelled
from sync.engines.embedded import compare, find_candidates
from sync.engines.encode import encode, stated_facts
from sync.engines.record_file import read_records
from sync.engines.spark import batches, blocks
from sync.engines.spark.engine import stored
from sync.matching.alike import described, describing
from sync.matching.blocks import candidates, expected_pairs
from sync.matching.facts import coded
from sync.matching.hashing import Int64s
from sync.matching.keys import Keys, blocking_keys, shared_keys
from sync.matching.model import HAND_MODEL
from tests.pure.matching.labelled import facts_of

TODAY = date(2026, 9, 1)
ROWS = 700  # a batch: neither the whole nor a divisor of it


def _cut(table: pa.Table) -> Iterator[pa.RecordBatch]:
    yield from table.combine_chunks().to_batches(max_chunksize=ROWS)


@pytest.mark.parametrize("setting", ["usual", "other", "third"])
def test_batches_are_normalised_as_the_whole_file_is(tmp_path: Path, setting: str) -> None:
    write_labelled(tmp_path, labelled(3_000, setting=setting, seed=6))
    cells = read_records(tmp_path / "records.csv").cells
    expected = stated_facts(cells, TODAY)
    raw = {name: pa.array(cells[name].astype(object).tolist()) for name in cells.columns}
    where = {"file": pa.array(["r"] * len(cells)), "row": np.arange(len(cells))}

    found = pa.Table.from_batches(batches.stated(_cut(pa.table(raw | where)), TODAY))

    assert_array_equal(np.arange(len(cells)), found.column("row").to_numpy())
    for name in batches.STATED_TEXTS:
        assert coded(expected, name).gathered().tolist() == found.column(name).to_pylist()
    for name in (*batches.NUMBERS, "active"):
        assert expected[name].tolist() == found.column(name).to_pylist()


def test_batches_have_the_keys_of_the_whole_file(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(3_000, setting="other", seed=6))
    facts = encode(read_records(tmp_path / "records.csv"), today=TODAY).facts
    whole = blocking_keys(facts)

    found = pa.Table.from_batches(batches.keyed(_cut(stored(facts))))

    columns = (found.column(name).to_pylist() for name in ("key", "finer", "record", "described"))
    said = described(facts)[whole.position]
    expected = (whole.key, whole.finer, whole.position, said)
    lines = zip(*(column.tolist() for column in expected), strict=True)
    assert sorted(lines) == sorted(zip(*columns, strict=True))


def test_batches_of_pairs_have_the_patterns_of_columns(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(3_000, setting="sparse", seed=6))
    facts = encode(read_records(tmp_path / "records.csv"), today=TODAY).facts
    found, _ = find_candidates(facts)
    pattern = compare(facts, found, HAND_MODEL)
    table = stored(facts)
    sides = {
        prefix + name: table.take(pa.array(at)).column(name)
        for prefix, at in (("l_", found.left), ("r_", found.right))
        for name in (*batches.FACT_TEXTS, *batches.NUMBERS)
    }
    pairs = pa.table({"left": found.left, "right": found.right, **sides})

    compared = pa.Table.from_batches(batches.compared(_cut(pairs), HAND_MODEL.frequencies))

    assert pattern.tolist() == compared.column("pattern").to_pylist()
    assert found.left.tolist() == compared.column("left").to_pylist()


@pytest.mark.parametrize("cap", [1, 2, 5, 60])
def test_blocks_are_counted_by_their_sizes_as_they_are_by_their_keys(cap: int) -> None:
    rows = [
        {"full_name": "Иванова Анна", "birth_date": f"{1 + at % 28}.05.{1960 + at % 7}"}
        for at in range(90)
    ]
    facts = facts_of([*rows, *rows[:9], *rows[:9]])
    keys, describe = shared_keys(facts), describing(facts)
    found = candidates(keys, cap=cap, describe=describe)

    sizes = _sizes(keys, described(facts))

    expected = expected_pairs(keys, cap=cap, describe=describe)
    assert expected == blocks.expected_pairs(sizes, cap=cap)
    assert found.thinned == blocks.thinned(sizes, cap=cap)
    assert found.refined == blocks.refined(sizes, cap=cap)
    assert found.chained == blocks.chained(sizes, cap=cap)


def _sizes(keys: Keys, said: Int64s) -> list[blocks.Sizes]:
    """Count the blocks of keys as BLOCKS and SIZES do."""
    frame = pd.DataFrame({"key": keys.key, "finer": keys.finer, "record": keys.position})
    leader = frame.groupby(["key", said[keys.position]])["record"].transform("min")
    frame["leads"] = leader == frame["record"]
    whole, fine = frame.groupby("key"), frame.groupby(["key", "finer"])
    columns = (
        whole["key"].transform("size"),
        fine["key"].transform("size"),
        whole["leads"].transform("sum"),
        fine["leads"].transform("sum"),
        frame["leads"],
    )
    counted = Counter(zip(*(column.tolist() for column in columns), strict=True))
    names = ("size", "fine_size", "said", "fine_said", "leads")
    return [
        blocks.Sizes(**dict(zip(names, row, strict=True)), records=records)
        for row, records in counted.items()
    ]
