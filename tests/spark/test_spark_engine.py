"""Spark finds the candidates of one process and scores them to the bit; blocks are counted alike."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import parquet

from hub.cli.match import spark
from hub.demo.labelled.files import labelled, write_labelled
from hub.errors import FileError
from sync.engines.embedded import match
from sync.engines.encode import encode
from sync.engines.file_run import Job, run
from sync.engines.record_file import read_records
from sync.engines.spark.engine import SparkEngine
from sync.engines.spark.session import session_of
from sync.matching.artefact import read_model
from sync.matching.model import HAND_MODEL
from tests.bench.matching.sides import TODAY
from tests.bench.matching.spark import as_parquet, of_batch, of_spark
from tests.day import region_day

QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JDK_JAVA_OPTIONS", QUICK_START)
        with session_of("local[2]") as session:
            yield SparkEngine(session=session, tables=tmp_path_factory.mktemp("tables"))


def _records(folder: Path) -> Path:
    """Write labelled records, half of one setting and half of another, in two files."""
    parts = folder / "records"
    parts.mkdir()
    for at, setting in enumerate(("usual", "third")):
        write_labelled(folder / setting, labelled(1_000, setting=setting, seed=5))
        as_parquet(folder / setting).rename(parts / f"{at}.parquet")
    return parts


def test_spark_and_one_process_make_the_same_of_a_file(tmp_path: Path, engine: SparkEngine) -> None:
    parts = _records(tmp_path)
    whole = parquet.read_table(parts)
    parquet.write_table(whole, tmp_path / "whole.parquet")
    here = encode(read_records(tmp_path / "whole.parquet"), today=TODAY)
    expected = match(here.facts, HAND_MODEL)

    ids, there = engine.read(parts, today=TODAY)
    found = engine.compare(there.facts, HAND_MODEL)

    rows = of_batch(here, HAND_MODEL)
    assert whole.column("rec_id").to_pylist() == ids.to_pylist()
    assert here.notices == there.notices
    assert 2_000 < len(rows)
    assert rows == of_spark(engine.tables, there, HAND_MODEL)
    assert (len(rows), expected.notices) == (found.pairs, found.notices)
    assert 0 < len(found.edges(HAND_MODEL).left) < found.pairs


def test_large_blocks_are_thinned_refined_and_chained_and_told_alike(
    tmp_path: Path, engine: SparkEngine
) -> None:
    years = [1950 if at < 450 else 1951 + at % 40 for at in range(900)]
    born = [f"{1 + at % 28:02d}.05.{year}" for at, year in enumerate(years)]
    frame = pd.DataFrame(
        {
            "full_name": ["Иванова Анна Петровна"] * 900 + ["Барсова Анна Петровна"] * 450,
            "birth_date": [*born, *(f"{1 + at % 2:02d}.05.1950" for at in range(450))],
            "phone": [*(f"8927{at:07}" for at in range(900)), *["89270000000"] * 450],
            "org_code": [str(at % 3) for at in range(1_350)],
        }
    )
    frame.to_parquet(tmp_path / "r.parquet", index=False)
    here = encode(read_records(tmp_path / "r.parquet"), today=TODAY)
    expected = match(here.facts, HAND_MODEL)

    _, there = engine.read(tmp_path / "r.parquet", today=TODAY)
    found = engine.compare(there.facts, HAND_MODEL)

    told = {notice.cause for notice in found.notices}
    assert {"block.thinned", "block.refined", "block.chained"} <= told
    assert expected.notices == found.notices
    assert of_batch(here, HAND_MODEL) == of_spark(engine.tables, there, HAND_MODEL)


@pytest.mark.usefixtures("engine")
def test_the_command_writes_the_people_that_one_process_finds(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(1_500, setting="other", seed=3))
    records = as_parquet(tmp_path)
    run(Job(records=records, out=tmp_path / "here.csv", train=True), today=region_day())

    spark(records, tmp_path / "there.csv", save_model=tmp_path / "model.json")

    assert (tmp_path / "here.csv").read_text() == (tmp_path / "there.csv").read_text()
    assert read_model((tmp_path / "model.json").read_text()).version


def test_what_is_no_parquet_is_refused_in_words(tmp_path: Path, engine: SparkEngine) -> None:
    (tmp_path / "r.csv").write_text("rec_id,full_name\n1,Иванова Анна\n", encoding="utf-8")

    with pytest.raises(FileError, match="parquet") as refused:
        engine.read(tmp_path / "r.csv", today=TODAY)

    assert "match.file" == refused.value.reason
