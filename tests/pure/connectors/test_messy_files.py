"""Every layout, dialect, encoding and container of one table gives the same people."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.records import FileKind
from tests.pure.connectors import messy
from tests.pure.connectors.reading import take

NAMES = (
    "full_name",
    "last_name",
    "first_name",
    "middle_name",
    "mentor_full_name",
    "mentee_full_name",
)
SEEDS = range(24)


def write_text(table: messy.Messy, chance: random.Random, path: Path) -> messy.Messy:
    encoding = chance.choice(messy.ENCODINGS)
    if not encoding.startswith("utf"):
        table = messy.simplified(table, encoding)
    text = messy.to_text(
        table,
        chance.choice(messy.DELIMITERS),
        chance.choice(messy.NEWLINES),
        declared=chance.random() < 0.1,
        quoted=chance.random() < 0.2,
    )
    path.write_bytes(text.encode(encoding))
    return table


def book_writer(write: Callable[[messy.Messy, Path], None]) -> Callable[..., messy.Messy]:
    def written(table: messy.Messy, _chance: random.Random, path: Path) -> messy.Messy:
        write(table, path)
        return table

    return written


WRITERS = {
    "csv": write_text,
    "xlsx": book_writer(messy.to_xlsx),
    "xls": book_writer(messy.to_xls),
    "ods": book_writer(messy.to_ods),
}


@pytest.mark.parametrize("extension", WRITERS)
@pytest.mark.parametrize("kind", FileKind)
def test_columns_are_recognised_and_no_name_is_misread(
    tmp_path: Path, extension: str, kind: FileKind
) -> None:
    columns = wrong = 0
    for seed in SEEDS:
        chance = random.Random(seed)  # noqa: S311  # picks layouts, guards nothing
        path = tmp_path / f"{seed}.{extension}"
        table = WRITERS[extension](messy.make(seed, kind), chance, path)

        batch = take(path).batch

        assert kind == batch.kind
        expected = {column.field for column in table.columns if column.field}
        wrong += len(expected ^ (set(batch.frame.columns) - {"sheet", "row"}))
        columns += len(table.columns)
        stated = [
            {name: row[name] for name in NAMES if name in row} for row in table.people.values()
        ]
        read = batch.frame.reindex(columns=list(stated[0])).to_dict("records")
        assert stated == read
    assert wrong <= columns / 100


@pytest.mark.parametrize("kind", FileKind)
def test_every_cell_and_its_row_are_those_of_the_book(tmp_path: Path, kind: FileKind) -> None:
    for seed in range(100, 130):
        table = messy.make(seed, kind)
        messy.to_xlsx(table, tmp_path / "book.xlsx")

        frame = take(tmp_path / "book.xlsx").batch.frame

        assert list(table.people) == list(frame["row"])
        assert list(table.people.values()) == frame.drop(columns=["sheet", "row"]).to_dict(
            "records"
        )
        assert {"Лист1"} == set(frame["sheet"])


@pytest.mark.parametrize("encoding", messy.ENCODINGS)
@pytest.mark.parametrize("delimiter", messy.DELIMITERS)
def test_each_encoding_with_each_delimiter_reads_alike(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "table.txt"
    for seed in range(8):
        table = messy.simplified(messy.make(seed, FileKind.STAFF), encoding)
        text = messy.to_text(table, delimiter, "\r\n", declared=False, quoted=False)
        path.write_bytes(text.encode(encoding))

        rows = take(path).batch.frame.drop(columns=["sheet", "row"]).to_dict("records")

        assert list(table.people.values()) == rows
