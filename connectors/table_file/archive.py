"""Tables packed into one zip archive: each unpacked by itself, none trusted in its name or size."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from connectors.table_file.bombs import refuse_declared
from connectors.table_file.container import BROKEN_ZIP, CHUNK_BYTES
from connectors.table_file.failure import UnreadableTableError, damaged, password_protected

MOST_TABLES = 1_000
# What Windows in Russian writes names in where it does not mark them as UTF-8.
NAMES = "cp866"

_ENCRYPTED = 0x1
_SYMLINK, _KIND_OF_FILE = 0o120000, 0o170000
_ASIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def tables_in(path: Path) -> list[zipfile.ZipInfo]:
    """List the files of an archive in its order, without what systems leave in it.

    Raises UnreadableTableError for an archive that would grow beyond measure, and for one that
    names places outside itself: nobody packs a school's tables so.
    """
    try:
        with _opened(path) as archive:
            refuse_declared(archive)
            members = [one for one in archive.infolist() if not one.is_dir()]
    except BROKEN_ZIP as error:
        raise damaged() from error
    for member in members:
        _refuse_path(member)
    tables = [one for one in members if not _is_aside(one.filename)]
    if len(tables) > MOST_TABLES:
        raise UnreadableTableError(
            f"В архиве больше {MOST_TABLES} файлов. Разделите его и загрузите части по одной.",
            code="file.too_large",
        )
    return tables


@contextmanager
def unpacked(path: Path, member: zipfile.ZipInfo) -> Iterator[Path]:
    """Lend a file of an archive while the block runs, in a folder that only we can open.

    The file has no name of its own there. Raises UnreadableTableError where it does not open.
    """
    if member.flag_bits & _ENCRYPTED:
        raise password_protected()
    with TemporaryDirectory() as folder:
        target = Path(folder) / "table"
        try:
            _unpack(path, member, target)
        except BROKEN_ZIP as error:
            raise damaged() from error
        yield target


def _unpack(path: Path, member: zipfile.ZipInfo, target: Path) -> None:
    with _opened(path) as archive, archive.open(member) as source, target.open("wb") as out:
        while piece := source.read(CHUNK_BYTES):
            out.write(piece)


def _opened(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path, metadata_encoding=NAMES)


def _refuse_path(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    rooted = posix.is_absolute() or bool(windows.anchor)
    is_link = member.external_attr >> 16 & _KIND_OF_FILE == _SYMLINK
    if rooted or ".." in windows.parts or is_link or not name.isprintable():
        raise UnreadableTableError(
            "В архиве записаны пути за его пределы, он не открыт. Упакуйте сами таблицы и "
            "загрузите архив снова.",
            code="file.archive_path",
        )


def _is_aside(name: str) -> bool:
    plain = PurePosixPath(name).name
    return name.startswith(_ASIDE) or plain in _ASIDE or plain.startswith(("~$", ".~"))
