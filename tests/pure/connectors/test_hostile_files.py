"""Files made to exhaust the reader are refused fast, with flat memory, and name the place."""

import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from hub.records import FileKind
from tests.pure.connectors import messy
from tests.pure.connectors.reading import take, take_text

MEGABYTE = 1 << 20
HEADER = "ФИО;Дата рождения;Должность\n"
ROW = "Вьюгин Лев Ильич;01.02.1980;учитель\n"


def far_book(path: Path, row: int, column: int) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "ФИО")
        sheet.write(row, column, "x")


@pytest.mark.parametrize(("row", "column"), [(1_000_000, 1_000), (1_048_575, 30), (900, 16_383)])
def test_one_far_cell_does_not_make_the_reader_allocate_all_before_it(
    tmp_path: Path, row: int, column: int
) -> None:
    far_book(tmp_path / "far.xlsx", row, column)

    assert ["file.too_large"] == take(tmp_path / "far.xlsx").codes


def test_a_far_cell_hidden_in_repeated_rows_of_ods_is_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>ФИО</text:p></table:table-cell>'
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    rows = (
        f"<table:table-row>{cell}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1000000">{blank}</table:table-row>'
        f"<table:table-row>{blank}{cell}</table:table-row>"
    )
    messy.write_ods(rows, tmp_path / "far.ods")

    assert ["file.too_large"] == take(tmp_path / "far.ods").codes


def test_empty_rows_and_columns_repeated_to_the_end_of_an_ods_are_harmless(tmp_path: Path) -> None:
    cells = [
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in ("ФИО", "Должность", "Вьюгин Лев", "учитель")
    ]
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    rows = (
        f"<table:table-row>{cells[0]}{cells[1]}{blank}</table:table-row>"
        f"<table:table-row>{cells[2]}{cells[3]}{blank}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048570">{blank}</table:table-row>'
    )
    messy.write_ods(rows, tmp_path / "table.ods")

    assert ["Вьюгин Лев"] == list(take(tmp_path / "table.ods").batch.frame["full_name"])


def test_a_book_that_declares_gigabytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"\x00" * (64 * MEGABYTE))

    tracemalloc.start()
    taken = take(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert ["file.bomb"] == taken.codes
    assert peak < 10 * MEGABYTE


def test_a_book_that_claims_billions_of_strings_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "claim.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", '<sst uniqueCount="4294967295"><si/></sst>')

    assert ["file.bomb"] == take(path).codes


def test_an_old_book_whose_chains_run_in_circles_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "circle.xls"
    messy.to_xls(messy.make(1, FileKind.STAFF), path)
    book = bytearray(path.read_bytes())
    # Every sector's successor in the allocation table becomes sector 0.
    table = 512 * (1 + int.from_bytes(book[76:80], "little"))
    book[table : table + 512] = bytes(512)
    path.write_bytes(book)

    assert ["file.damaged"] == take(path).codes


def test_a_book_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook>" + b" " * 100_000)
    size = (100_010).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))

    assert ["file.damaged"] == take(path).codes


def test_a_line_without_an_end_is_refused_with_its_number_and_rows_before_it_land(
    tmp_path: Path,
) -> None:
    path = tmp_path / "line.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER + ROW * 100)
        for _ in range(20):
            stream.write("а" * MEGABYTE)

    tracemalloc.start()
    taken = take(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [("file.line_too_long", 102)] == [(one.code, one.place.row) for one in taken.rejected]
    assert 100 == len(taken.rows)
    assert peak < 30 * MEGABYTE


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak_of(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_text(HEADER + ROW * rows, encoding="utf-8")
        tracemalloc.start()
        for batch in take(path).batches:
            assert len(batch.frame) <= 10_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    kept = 10_000 * 600
    assert peak_of(60_000) < peak_of(20_000) + 4 * kept + 10 * MEGABYTE


def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    lines = [f'Вьюгин Лев;01.02.1980;"учитель {number}\n' for number in range(200)]

    taken = take_text(tmp_path, HEADER + "".join(lines))

    assert 200 == len(taken.rows)
    assert "учитель 7" == taken.rows[7]["position"]


def test_formulas_are_text_and_formulas_of_a_book_give_their_value(tmp_path: Path) -> None:
    taken = take_text(tmp_path, HEADER + '=HYPERLINK("http://x");"=""01.02.1980""";\'+учитель\n')

    assert '=HYPERLINK("http://x")' == taken.rows[0]["full_name"]
    assert "01.02.1980" == taken.rows[0]["birth_date"]
    assert "+учитель" == taken.rows[0]["position"]


def test_sixteen_thousand_empty_columns_do_not_matter(tmp_path: Path) -> None:
    tail = ";" * 16_000
    text = "\n".join(line + tail for line in (HEADER + ROW * 50).splitlines())

    assert 50 == len(take_text(tmp_path, text).rows)


def test_a_file_name_with_a_path_in_it_stays_a_name(tmp_path: Path) -> None:
    path = tmp_path / "..%2f..%2fetc\npasswd.csv"
    path.write_text(HEADER + ROW, encoding="utf-8")

    assert path.name == take(path).batch.file
