"""What a file is by its content, whatever its name says, and whether it may be opened at all."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO

from connectors.table_file.dbase import is_dbase
from connectors.table_file.failure import (
    UnreadableTableError,
    damaged,
    password_protected,
    too_much_inside,
)

HEAD_BYTES = 8192
CHUNK_BYTES = 1 << 20
MOST_MEMBERS = 2_000
# A list of members longer than this is not read: it alone would take seconds and much memory.
LONGEST_LIST = MOST_MEMBERS * 400

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "file.not_a_table", "Это документ PDF"),
    (b"{\\rtf", "file.not_a_table", "Это документ RTF"),
    (b"\x89PNG", "file.not_a_table", "Это картинка"),
    (b"\xff\xd8\xff", "file.not_a_table", "Это картинка"),
    (b"GIF8", "file.not_a_table", "Это картинка"),
    (b"SQLite format 3", "file.not_a_table", "Это база данных"),
    (b"\x1f\x8b", "file.archive", "Это архив gzip"),
    (b"7z\xbc\xaf\x27\x1c", "file.archive", "Это архив 7z"),
    (b"Rar!", "file.archive", "Это архив RAR"),
    (b"BZh", "file.archive", "Это архив bzip2"),
    (b"\xfd7zXZ", "file.archive", "Это архив xz"),
)
_MARKUP = re.compile(
    rb"^\s*(?:<!--.{0,4000}?-->\s*|<\?xml[^>]{0,200}>\s*(?=<!doctype\s+html|<html))*"
    rb"(?:<!doctype\s+html|<html|<head|<meta|<table|<body|<div|<style|<title|<h[1-6]\b|<p>)",
    re.IGNORECASE | re.DOTALL,
)
_WEB_ARCHIVE = re.compile(rb"^\s*mime-version:", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml|^\s*<[a-z]+[\s>]", re.IGNORECASE)
# The end of an archive: a signature, eight bytes, then the number of members and the list's length.
_END_OF_ZIP = b"PK\x05\x06"
_END_FIELDS = struct.Struct("<10xHI")
_END_BYTES = 22 + 65_535
_JSON = re.compile(rb'^\s*(?:\{\s*["}]|\[\s*[\[{"])')


# What the zip reader raises on broken bytes; its own error is only one of them.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    LookupError,
    OSError,
    ValueError,
)


class Container(StrEnum):
    """The kinds of files that hold a table the hub reads."""

    TEXT = "TEXT"
    XLSX = "XLSX"
    XLS = "XLS"
    XLSB = "XLSB"
    ODS = "ODS"
    HTML = "HTML"
    DBF = "DBF"
    ZIP = "ZIP"


def recognise(path: Path) -> Container:
    """Say what the file is; raise UnreadableTableError for all that is no table."""
    if not path.is_file():
        raise UnreadableTableError(
            "Файла нет. Выберите файл и загрузите его снова.", code="file.missing"
        )
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\x1a"):
        raise UnreadableTableError(
            "Файл пуст. Откройте его, проверьте, что таблица на месте, и сохраните снова.",
            code="file.empty",
        )
    if head.startswith(b"PK"):
        return _in_zip(path)
    if head.startswith(_OLE):
        return _in_ole(path)
    if is_dbase(head):
        return Container.DBF
    _refuse_foreign(head)
    return Container.HTML if _MARKUP.match(_bare(head)) else Container.TEXT


def _refuse_foreign(head: bytes) -> None:
    for signature, code, what in _SIGNATURES:
        if head.startswith(signature):
            advice = "Распакуйте его" if code == "file.archive" else "Сохраните таблицу как .xlsx"
            raise UnreadableTableError(
                f"{what}, а не таблица. {advice} и загрузите снова.", code=code
            )
    text = _bare(head)
    if _WEB_ARCHIVE.match(text):
        raise UnreadableTableError(
            "Это веб-архив под именем таблицы. "
            "Откройте его в Excel, сохраните как «Книга Excel (.xlsx)» и загрузите снова.",
            code="file.html",
        )
    if _MARKUP.match(text):
        return
    if _XML.match(text) or _JSON.match(text):
        raise UnreadableTableError(
            "Это файл XML или JSON, а не таблица. Сохраните таблицу как .xlsx и загрузите снова.",
            code="file.not_a_table",
        )


def _bare(head: bytes) -> bytes:
    """Give the beginning of a text without its mark, two-byte letters as one."""
    return head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").replace(b"\x00", b"")


def _in_zip(path: Path) -> Container:
    _refuse_long_list(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mime = _mime_of(archive) if "mimetype" in names else b""
            manifest = archive.read("META-INF/manifest.xml") if _has_manifest(archive) else b""
    except BROKEN_ZIP as error:
        raise damaged() from error
    if b"opendocument.spreadsheet" in mime:
        if b"encryption-data" in manifest:
            raise password_protected()
        return Container.ODS
    if "xl/workbook.xml" in names:
        return Container.XLSX
    if "xl/workbook.bin" in names:
        return Container.XLSB
    _refuse_document(names)
    return Container.ZIP


def _refuse_long_list(path: Path) -> None:
    """Raise UnreadableTableError for an archive of too many members before its list is read."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or at + _END_FIELDS.size > len(tail):
        raise damaged()
    members, length = _END_FIELDS.unpack_from(tail, at)
    if members > MOST_MEMBERS or length > LONGEST_LIST:
        raise too_much_inside()


def _mime_of(archive: zipfile.ZipFile) -> bytes:
    with archive.open("mimetype") as stream:
        return stream.read(200)


def _has_manifest(archive: zipfile.ZipFile) -> bool:
    name = "META-INF/manifest.xml"
    return name in archive.namelist() and archive.getinfo(name).file_size < CHUNK_BYTES


def _refuse_document(names: set[str]) -> None:
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise UnreadableTableError(
            "Это документ Word или PowerPoint. Перенесите таблицу в Excel и загрузите снова.",
            code="file.not_a_table",
        )
    if "META-INF/manifest.xml" in names or "[Content_Types].xml" in names:
        raise UnreadableTableError(
            "Это файл другой программы, а не таблица. Сохраните таблицу как .xlsx и загрузите "
            "снова.",
            code="file.not_a_table",
        )


def _in_ole(path: Path) -> Container:
    """Tell an old Excel book from Word and from an encrypted book by the names of its streams."""
    found = {
        name
        for chunk in chunks_of(path)
        for name in ("EncryptedPackage", "WordDocument", "Workbook", "Book")
        if name.encode("utf-16-le") in chunk
    }
    if "EncryptedPackage" in found:
        raise password_protected()
    if found & {"Workbook", "Book"}:
        return Container.XLS
    if "WordDocument" in found:
        raise UnreadableTableError(
            "Это документ Word. Перенесите таблицу в Excel и загрузите снова.",
            code="file.not_a_table",
        )
    raise damaged()


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece, each piece beginning with the end of the one before."""
    with path.open("rb") as stream:
        yield from overlapping(stream)


def overlapping(stream: IO[bytes], overlap: int = 64) -> Iterator[bytes]:
    """Yield a stream piece by piece so that no short word is cut in all pieces it touches."""
    tail = b""
    while piece := stream.read(CHUNK_BYTES):
        yield tail + piece
        tail = (tail + piece)[-overlap:]
