"""Whatever cannot be taken says so: which code, where, and what to do."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.pure.connectors import messy
from tests.pure.connectors.reading import take, take_text

STAFF = "ФИО;Дата рождения;Должность\nВьюгин Лев Ильич;01.02.1980;учитель\n"


def zipped(names: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return stream.getvalue()


def ole(stream_name: str) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return head + b"\x00" * 504 + stream_name.encode("utf-16-le") + b"\x00" * 400


def book(rows: list[list[str]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as written:
        sheet = written.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return stream.getvalue()


ENCRYPTED_ODS = {
    "mimetype": messy.ODS_MIME.encode(),
    "content.xml": b"\x00\x01",
    "META-INF/manifest.xml": b"<manifest:encryption-data/>",
}
FILES = {
    "empty": (b"", "file.empty"),
    "only spaces": (b" \r\n \r\n", "file.empty"),
    "empty book": (book([]), "file.empty"),
    "pdf": (b"%PDF-1.7 ...", "file.not_a_table"),
    "rtf": (b"{\\rtf1 ...", "file.not_a_table"),
    "picture": (b"\x89PNG\r\n\x1a\n....", "file.not_a_table"),
    "json": (b'[{"name": "x"}]', "file.not_a_table"),
    "xml": (b'<?xml version="1.0"?><a/>', "file.not_a_table"),
    "binary": (bytes(range(256)) * 40, "file.not_a_table"),
    "word": (zipped({"word/document.xml": b"<w/>"}), "file.not_a_table"),
    "old word": (ole("WordDocument"), "file.not_a_table"),
    "binary book": (zipped({"xl/workbook.bin": b"."}), "file.damaged"),
    "html": (b"<html><body><p>1</p></body></html>", "file.html"),
    "html with mark": (b"\xef\xbb\xbf<!DOCTYPE html><table></table>", "file.empty"),
    "web archive": (b"MIME-Version: 1.0\r\n\r\n<table></table>", "file.html"),
    "archive": (zipped({"table.csv": b"a;b"}), "file.no_header"),
    "archive of nothing": (zipped({"folder/": b""}), "file.empty"),
    "gzip": (b"\x1f\x8b\x08\x00....", "file.archive"),
    "encrypted book": (ole("EncryptedPackage"), "file.password"),
    "encrypted ods": (zipped(ENCRYPTED_ODS), "file.password"),
    "cut book": (book([["ФИО", "Должность"], ["а", "б"]])[:-200], "file.damaged"),
    "old book without inside": (ole("Workbook"), "file.damaged"),
    "ole of nothing": (ole("Nothing"), "file.damaged"),
    "no russian": (bytes([0xB0, 0xB4, 0xB1, 0xB7, 0x0A]) * 50, "file.encoding"),
    "letter": ("Уважаемые коллеги!\nНаправляем список.\n".encode(), "file.no_header"),
    "numbers": (b"1;2;3\n4;5;6\n7;8;9\n1;1;1\n", "file.no_header"),
    "no names": (
        "Должность;Предмет;Стаж;Телефон\nучитель;физика;3;1\n".encode(),
        "file.no_name_column",
    ),
    "unknown kind": ("ФИО;Дата рождения\nВьюгин Лев;01.02.1980\n".encode(), "file.unknown_kind"),
    "too wide": (b";".join(f"x{at}".encode() for at in range(1_500)), "file.too_wide"),
}


@pytest.mark.parametrize(("content", "code"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_table_is_refused_with_its_code(
    tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "table.xls"
    path.write_bytes(content)

    taken = take(path)

    assert [code] == taken.codes
    assert not taken.batches
    assert taken.rejected[0].place.file == "table.xls"
    assert "агруз" in taken.rejected[0].message or "охранит" in taken.rejected[0].message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert ["file.missing"] == take(tmp_path / "нет.csv").codes
    assert ["file.missing"] == take(tmp_path).codes


def test_a_row_without_a_name_is_refused_and_the_rest_is_taken(tmp_path: Path) -> None:
    taken = take_text(tmp_path, STAFF + ";03.04.1985;учитель\nЁлкин Глеб;;воспитатель\n")

    assert ["row.no_name"] == taken.codes
    assert 3 == taken.rejected[0].place.row
    assert {"birth_date": "03.04.1985", "position": "учитель"} == taken.rejected[0].payload
    assert [2, 4] == list(taken.batch.frame["row"])


def test_a_row_with_more_cells_than_headers_is_refused(tmp_path: Path) -> None:
    taken = take_text(tmp_path, STAFF + "Ёлкин Глеб;03.04.1985;учитель;физики\n")

    assert [("row.shifted", 3)] == [(one.code, one.place.row) for one in taken.rejected]
    assert [2] == list(taken.batch.frame["row"])


def test_a_row_in_another_encoding_is_refused_and_the_rest_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    good = "Вьюгин Лев Ильич;01.02.1980;учитель\n" * 9_000
    broken = "Ёлкин Глеб;03.04.1985;учитель\n".encode("cp1251")
    path.write_bytes(("ФИО;Дата рождения;Должность\n" + good).encode() + broken)

    taken = take(path)

    assert [("row.encoding", 9_002)] == [(one.code, one.place.row) for one in taken.rejected]
    assert 9_000 == len(taken.rows)


def test_no_message_holds_a_persons_data(tmp_path: Path) -> None:
    taken = take_text(tmp_path, STAFF + ";03.04.1985;секретная должность\n")

    assert "секретная" not in taken.rejected[0].message
    assert "секретная" in taken.rejected[0].payload["position"]
