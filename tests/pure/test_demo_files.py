"""The region's files: written the same each time, read back whole, with their dirt counted."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from connectors.school_file import SchoolFile
from hub.demo.agreement import pairwise
from hub.demo.dirt import DirtRates
from hub.demo.files import DemoFile, expected_rejections, truth_frame, write_files, write_truth
from hub.demo.region import Region, make_region
from hub.demo.sheets import Cell, Grid, Merge, extension_of, write_grid
from hub.demo.style import FORMATS
from hub.records import Batch, Completeness, FileKind, Rejected

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(people=3_000, today=TODAY)


@pytest.fixture(scope="module")
def files(region: Region, tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    return write_files(region, tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def batches(files: Sequence[DemoFile]) -> dict[str, list[Batch]]:
    return {
        file.path.name: [item for item in SchoolFile(file.path).fetch() if isinstance(item, Batch)]
        for file in files
    }


def _rows(path: Path) -> list[list[object]]:
    if path.suffix in {".xls", ".xlsx"}:
        book = CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [list(row) for row in sheet]
    raw = path.read_bytes()
    for encoding in ("utf-16", "utf-8-sig", "cp1251"):
        if encoding == "utf-16" and raw[:2] != b"\xff\xfe":
            continue
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        delimiter = "\t" if path.suffix == ".txt" else ";"
        return [list(row) for row in csv.reader(text.splitlines(), delimiter=delimiter)]
    raise AssertionError(path)


@pytest.mark.parametrize("table_format", sorted(set(FORMATS)))
def test_each_format_gives_back_what_was_written(table_format: str, tmp_path: Path) -> None:
    path = tmp_path / f"table.{extension_of(table_format)}"
    rows: list[list[Cell]] = [
        ["Список № 1", None],
        ["Фамилия", "Дата"],
        ["Ёлкин «Ё»", date(2010, 2, 1)],
        [5, "=нет"],
    ]
    merges = (Merge(top=0, left=0, bottom=0, right=1),)

    write_grid(path, Grid(rows=rows, merges=merges), table_format)

    read = _rows(path)
    assert "Список № 1" == read[0][0]
    assert "Ёлкин «Ё»" == read[2][0]
    assert str(read[2][1]) in {"01.02.2010", "2010-02-01", "2010-02-01 00:00:00"}
    assert "=нет" == read[3][1]


def test_the_same_region_writes_the_same_bytes(tmp_path: Path) -> None:
    small = make_region(people=150, today=TODAY)

    first = write_files(small, tmp_path / "first")
    second = write_files(small, tmp_path / "second")

    assert [f.path.read_bytes() for f in first] == [f.path.read_bytes() for f in second]
    assert [f.truth for f in first] == [f.truth for f in second]


def test_every_file_is_understood_as_what_it_is(
    files: Sequence[DemoFile], batches: dict[str, list[Batch]]
) -> None:
    for file in files:
        read = batches[file.path.name]

        assert {file.kind} == {batch.kind for batch in read}, file.path.name
        assert {file.stated_as_of} == {batch.stated_as_of for batch in read}, file.path.name
        assert () == tuple(name for batch in read for name in batch.unmapped), file.path.name
        if file.kind in {FileKind.MENTOR_BASE, FileKind.MENTEE_BASE}:
            assert {file.academic_year} == {batch.academic_year for batch in read}


def test_every_true_row_is_read_and_no_other(
    files: Sequence[DemoFile], batches: dict[str, list[Batch]]
) -> None:
    for file in files:
        frames = [batch.frame for batch in batches[file.path.name]]

        read = {(s, int(r)) for f in frames for s, r in zip(f["sheet"], f["row"], strict=True)}

        assert {(file.sheet, row) for row, _, _ in file.truth} == read, file.path.name


def test_asserted_figures_are_read(
    files: Sequence[DemoFile], batches: dict[str, list[Batch]]
) -> None:
    for file in files:
        read = {(f.metric, f.value) for batch in batches[file.path.name] for f in batch.figures}

        assert set(file.figures) == read, file.path.name


def test_true_rows_hold_their_people(region: Region, files: Sequence[DemoFile]) -> None:
    held = total = 0
    for file in files:
        rows = _rows(file.path)
        for row, _, person in file.truth:
            surnames = {region.people.last[person], region.people.previous_last[person]} - {""}
            text = _folded(" ".join(map(str, rows[row - 1])))
            total += 1
            held += any(_folded(surname) in text for surname in surnames)

    assert held / total > 0.98


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("\n", " ")


def test_rows_without_a_name_are_rejected_where_they_were_planted(
    files: Sequence[DemoFile],
) -> None:
    planted = {(n, u.row) for n, u in expected_rejections(files) if u.kind == "NO_NAME"}

    rejected = {
        (file.path.name, item.place.row)
        for file in files
        for item in SchoolFile(file.path).fetch()
        if isinstance(item, Rejected)
    }

    assert planted
    assert planted == rejected


def test_no_number_fails_its_checksum_but_by_intention(
    files: Sequence[DemoFile], batches: dict[str, list[Batch]]
) -> None:
    planted = {(n, u.row) for n, u in expected_rejections(files) if u.kind == "BAD_SNILS"}

    failing = {
        (name, int(row))
        for name, read in batches.items()
        for batch in read
        if "snils" in batch.frame
        for row, text in zip(batch.frame["row"], batch.frame["snils"], strict=True)
        if (digits := re.sub(r"\D", "", text.removesuffix(".0"))) and not _passes(digits)
    }

    assert planted
    assert planted == failing


def _passes(digits: str) -> bool:
    padded = digits.zfill(11)
    total = sum(int(digit) * weight for digit, weight in zip(padded, range(9, 0, -1), strict=False))
    return total % 101 % 100 == int(padded[9:])


def test_impossible_dates_stand_where_they_were_planted(files: Sequence[DemoFile]) -> None:
    by_name = {file.path.name: file for file in files}
    planted = [(n, u.row) for n, u in expected_rejections(files) if u.kind == "IMPOSSIBLE_DATE"]

    assert planted
    for name, row in planted:
        assert any("31.02." in str(cell) for cell in _rows(by_name[name].path)[row - 1])


def test_without_dirt_nothing_is_unreadable(tmp_path: Path) -> None:
    small = make_region(people=150, today=TODAY)
    clean = DirtRates(**dict.fromkeys(DirtRates.__slots__, 0.0))

    written = write_files(small, tmp_path, rates=clean)

    assert [] == list(expected_rejections(written))


def test_the_late_file_of_four_years_ago_comes_last(
    region: Region, files: Sequence[DemoFile]
) -> None:
    second = region.registry.organisations[region.organised.planted["SECOND"]]

    late = [file for file in files if file.late]

    assert [files[-1]] == late
    assert (second.id, 2022, date(2022, 9, 1)) == (
        late[0].organisation_id,
        late[0].academic_year,
        late[0].stated_as_of,
    )


def test_the_late_file_names_a_former_surname(region: Region, files: Sequence[DemoFile]) -> None:
    married = region.cases["LATE_FILE"].people[0]

    row = next(row for row, _, person in files[-1].truth if person == married)

    text = _folded(" ".join(map(str, _rows(files[-1].path)[row - 1])))
    assert _folded(region.people.previous_last[married]) in text
    assert _folded(region.people.last[married]) not in text


def test_a_childs_card_shows_the_mothers_number(
    region: Region, files: Sequence[DemoFile], batches: dict[str, list[Batch]]
) -> None:
    mother, child = region.cases["MOTHERS_SNILS"].people
    shown = {}
    for file in files:
        for row, part, person in file.truth:
            if part == 0 and person in {mother, child} and file.academic_year == 2026:
                frame = pd.concat([batch.frame for batch in batches[file.path.name]])
                text = frame.loc[frame["row"].astype(int) == row, "snils"].iloc[0]
                shown[person] = re.sub(r"\D", "", text.removesuffix(".0")).zfill(11)

    assert shown[mother] == shown[child] == f"{int(region.people.snils[mother]):011d}"


def test_lists_are_full_and_bases_partial(files: Sequence[DemoFile]) -> None:
    said = Counter((file.kind, file.completeness) for file in files)

    assert {
        (FileKind.STAFF, Completeness.FULL),
        (FileKind.PUPILS, Completeness.FULL),
        (FileKind.MENTOR_BASE, Completeness.PARTIAL),
        (FileKind.MENTEE_BASE, Completeness.PARTIAL),
    } == set(said)


def test_truth_is_written_apart_and_read_back(files: Sequence[DemoFile], tmp_path: Path) -> None:
    path = write_truth(files, tmp_path / "truth")

    read = pd.read_csv(path, keep_default_na=False)

    assert truth_frame(files).to_dict("list") == read.to_dict("list")


def test_agreement_counts_pairs_of_records() -> None:
    place = {"file": "f", "sheet": "", "part": 0}
    truth = pd.DataFrame(
        [{**place, "row": row, "person": person} for row, person in enumerate("aaabb")]
    )
    clusters = pd.DataFrame([{**place, "row": row, "cluster": c} for row, c in enumerate("xxyyy")])

    agreement = pairwise(truth, clusters)

    # Joined: 12, 34, 35, 45; true: 12, 13, 23, 45.
    assert (4, 4, 2) == (agreement.joined, agreement.true, agreement.right)
    assert (0.5, 0.5) == (agreement.precision, agreement.recall)


def test_dates_of_workbooks_are_dates(tmp_path: Path) -> None:
    path = tmp_path / "dates.xlsx"

    write_grid(path, Grid(rows=[[date(2026, 9, 1)]]), "xlsx")

    assert _rows(path)[0][0] in {date(2026, 9, 1), datetime(2026, 9, 1)}  # noqa: DTZ001 - no zone in a cell
