"""The competitor's way for one record, run by its own interpreter: a record of one row against all stored.

`predict_between` is what it offers for that: the stored records on one side, the new one on the other.
"""

import json
import sys
import time

import pyarrow.parquet as pq
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from tests.bench.matching.splink_side import learn, settings

FREQUENT = ("last", "first")  # compared with an eye to how frequent they are


def main(records: str, pushes: str) -> None:
    """Learn from the stored records, push some of them singly and tell the milliseconds of each."""
    table, database = pq.read_table(records), DuckDBAPI()
    stored = database.register(table)
    linker = Linker(stored, settings(set(table.column_names)), log_level=None)
    learn(linker)
    for column in FREQUENT:
        linker.table_management.compute_tf_table(column)
    step = max(1, table.num_rows // int(pushes))
    took = []
    for at in range(0, table.num_rows, step):
        new = table.slice(at, 1)
        began = time.perf_counter()
        found = linker.inference.predict_between(stored, database.register(new))
        found.as_duckdbpyrelation().fetchall()
        took.append((time.perf_counter() - began) * 1000)
        found.drop_table_from_database_and_remove_from_cache()
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
