"""dlt's merge of rows that stand in a file, as a process in an environment of dlt's own.

`python dlt_merge.py ROWS ADDRESS FOLDER`: ROWS has a JSON object a line with the key `external_id`.
Prints the seconds from dlt's own iterator to the commit.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = 10_000


def pages(rows: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """Yield rows as a source yields them."""
    for at in range(0, len(rows), PAGE):
        yield rows[at : at + PAGE]


def main(file: Path, address: str, folder: str) -> None:
    """Merge the rows into a table of the database, read before the clock starts."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt  # type: ignore[import-not-found]  # in an environment of its own

    rows: list[dict[str, Any]] = [json.loads(line) for line in file.open(encoding="utf-8")]
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(credentials=address),
        dataset_name="bench",
    )
    begun = time.perf_counter()
    pipeline.run(
        pages(rows),
        table_name="record",
        write_disposition="merge",
        primary_key="external_id",
    )
    json.dump({"seconds": time.perf_counter() - begun}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
