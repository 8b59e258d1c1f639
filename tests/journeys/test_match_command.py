"""The matcher at the command line, as docs/matching.md shows it: no database, files alone."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import CHECKOUT


def match(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "match", *map(str, arguments)],
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert 0 == done.returncode, done.stderr
    return done


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write labelled records and their people as found."""
    folder = tmp_path_factory.mktemp("labelled")
    match("labelled", "--out", folder, "--records", "1000")
    match("file", folder / "records.csv", "--out", folder / "clusters.csv", "--no-train")
    return folder


def test_each_record_of_a_file_belongs_to_one_person(labelled: Path) -> None:
    with (labelled / "records.csv").open(encoding="utf-8") as stream:
        asked = [row["rec_id"] for row in csv.DictReader(stream)]
    with (labelled / "clusters.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))

    assert asked == [row["rec_id"] for row in rows]
    assert 1 < len({row["cluster_id"] for row in rows}) < len(rows)


def test_people_found_are_judged_by_the_truth_and_by_hard_pairs(labelled: Path) -> None:
    given = ("--truth", labelled / "truth.csv", "--hard", labelled / "hard.csv")

    done = match("evaluate", "--clusters", labelled / "clusters.csv", *given, "-o", "json")

    judged = json.loads(done.stdout)
    assert judged
    assert "pairwise" in done.stdout
    assert "twin" in done.stdout


def test_two_records_are_explained_from_a_file_and_as_they_are_given(labelled: Path) -> None:
    one = json.dumps({"full_name": "Выдумкина Вера Ильинична", "birth_date": "02.03.1985"})
    other = json.dumps({"full_name": "Выдумкина Вера Ильинична"})

    from_file = match("explain", "0", "1", "--records", labelled / "records.csv")
    given = match("explain", one, other)

    assert all("фамилия" in done.stdout for done in (from_file, given))
    assert all("бит" in done.stderr for done in (from_file, given))
