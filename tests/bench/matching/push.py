"""`python -m tests.bench.matching.push`: one record resolved against a million stored ones.

Facts and keys of a labelled file rest in PostgreSQL in the shape of record_facts and record_key;
then records come singly as raw cells: normalised, their keys looked up, the found ones compared.
With `--rival PYTHON` the competitor is asked the same, of records that are normalised already.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import numpy as np
import pandas as pd

from hub.demo.labelled.files import labelled, write_labelled
from hub.embedded import running_server
from hub.settings import CHECKOUT
from sync.matching.facts import NO_DAY, coded
from sync.matching.keys import blocking_keys
from sync.matching.model import HAND_MODEL
from sync.matching.normalise import normalise_one
from sync.matching.pairing import Compared, Judge
from sync.matching.single import Single, keys_of
from tests.bench.matching.sides import TODAY, encoded_of, write_normalised

CAP = 200
RIVALS = 50  # pushes of the competitor: each takes long
TABLES = """
create unlogged table stored_facts (
    record_id bigint, last_key text, first_key text, middle_key text, previous_last_key text,
    birth_date date, birth_year int, sex text, snils_hash bytea, phones text[], emails text[],
    organisation_id text, employment_kind text, source_id text, kind text, role text, active bool
);
create unlogged table stored_key (key bigint, record_id bigint, finer bigint)
"""
INDEXES = """
alter table stored_facts add primary key (record_id);
alter table stored_key add primary key (key, record_id);
vacuum analyze stored_facts;
vacuum analyze stored_key
"""
NEAR = """
with near as (
    select record_id, finer, count(*) over (partition by key) as size
    from stored_key where key = any($1)
)
select * from stored_facts where record_id in
    (select record_id from near where size <= $2 or finer = $3)
"""
TEXTS = ("last_key", "first_key", "middle_key", "previous_last_key")
LATER = ("organisation_id", "employment_kind", "source_id", "kind", "role")
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """How long one record took, in milliseconds by station, and how many it was compared with."""

    normalise: float
    database: float
    compare: float
    candidates: int

    @property
    def total(self) -> float:
        """Give the whole time."""
        return self.normalise + self.database + self.compare


def main() -> None:
    """Store, push and print the percentiles."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs under another account
        write_labelled(folder, labelled(asked.records, setting="usual", seed=asked.seed))
        facts = encoded_of(folder).facts
        with running_server(folder / "server", durable=False) as server:
            pushes = asyncio.run(_measure(server.admin_url, folder, facts, asked.pushes))
        for station in ("total", "normalise", "database", "compare", "candidates"):
            _tell(station, [getattr(one, station) for one in pushes])
        if asked.rival:
            _tell("competitor", _rival(asked.rival, folder, facts))


def _tell(name: str, found: Sequence[float]) -> None:
    p50, p90, p99 = np.percentile(np.array(found), (50, 90, 99))
    sys.stdout.write(f"{name:11} p50 {p50:7.2f}  p90 {p90:7.2f}  p99 {p99:7.2f}\n")


def _rival(python: Path, folder: Path, facts: pd.DataFrame) -> Sequence[float]:
    """Push singly to the competitor; answers the milliseconds of each push."""
    records = folder / "theirs.parquet"
    write_normalised(records, facts)
    command = [str(python), "-m", "tests.bench.matching.splink_single", str(records), str(RIVALS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=CHECKOUT)
    took: Sequence[float] = json.loads(done.stdout.splitlines()[-1])
    return took[len(took) // 5 :]  # as above


async def _measure(address: str, folder: Path, facts: pd.DataFrame, count: int) -> list[Push]:
    connection = await asyncpg.connect(address.replace("postgresql+asyncpg", "postgresql"))
    await connection.execute(TABLES)
    await _store(connection, facts)
    for statement in INDEXES.split(";"):
        await connection.execute(statement)
    raw = pd.read_csv(folder / "records.csv", dtype=str, keep_default_na=False)
    sample = raw.sample(2 * count, random_state=1).to_dict("records")
    judge = Judge(HAND_MODEL)
    near = await connection.prepare(NEAR)
    pushes = [await _push(near, judge, row) for row in sample]
    await connection.close()
    return pushes[count:]  # the first half warms caches, as a running web has them


async def _push(
    near: "asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]",
    judge: Judge,
    row: Mapping[object, object],
) -> Push:
    started = time.perf_counter()
    single = Single.of(_facts(row))
    keys = keys_of(single)
    normalised = time.perf_counter()
    rows = await near.fetch([*keys], CAP, next(iter(keys.values()), 0))
    read = time.perf_counter()
    compared: list[Compared] = judge.compare(single, [Single.of(dict(one)) for one in rows])
    done = time.perf_counter()
    return Push(
        normalise=(normalised - started) * 1000,
        database=(read - normalised) * 1000,
        compare=(done - read) * 1000,
        candidates=len(compared),
    )


def _facts(row: Mapping[object, object]) -> dict[str, object]:
    """Give the facts of a raw record, as a push has them."""
    cells = {str(name): cell for name, cell in row.items()} | {"gender": row["sex"]}
    facts = normalise_one(cells, today=TODAY).facts
    role = str(row["role"]).upper()
    return facts | {
        "snils_hash": str(facts["snils"]).encode() or None,
        "organisation_id": f"#{row['org_code']}",
        "source_id": row["source"],
        "kind": role,
        "role": role,
    }


async def _store(connection: "asyncpg.Connection[asyncpg.Record]", facts: pd.DataFrame) -> None:
    await connection.copy_records_to_table("stored_facts", records=_rows(facts))
    keys = blocking_keys(facts)
    triples = zip(keys.key.tolist(), keys.position.tolist(), keys.finer.tolist(), strict=True)
    await connection.copy_records_to_table("stored_key", records=triples)


def _rows(facts: pd.DataFrame) -> Iterator[Row]:
    epoch = date(1970, 1, 1)
    days = [
        None if day == NO_DAY else epoch + timedelta(days=day)
        for day in facts["birth_date"].tolist()
    ]
    years = [year or None for year in facts["birth_year"].tolist()]
    numbers = [text.encode() or None for text in coded(facts, "snils_hash").gathered()]
    lists = [
        [text.split("\n") if text else [] for text in coded(facts, name).gathered()]
        for name in ("phones", "emails")
    ]
    columns = [
        range(len(facts)),
        *(coded(facts, name).gathered() for name in TEXTS),
        days,
        years,
        [text or None for text in coded(facts, "sex").gathered()],
        numbers,
        *lists,
        *(coded(facts, name).gathered() for name in LATER),
        facts["active"].tolist(),
    ]
    return zip(*columns, strict=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.push")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--pushes", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--rival", type=Path, help="its interpreter, requirements-competitors.txt")
    return parser.parse_args()


if __name__ == "__main__":
    main()
