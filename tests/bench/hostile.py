"""What files made to exhaust the reader cost: `python -m tests.bench.hostile [--gigabytes 1]`.

Each file is read in a process of its own; its memory is what that process took beyond one that reads
a list of one person (Linux tells it). Prints figures and passes no judgement.
"""

import argparse
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connectors.protocol import Checkpoint
from connectors.school_file import SchoolFile
from hub.records import Batch, Rejected
from tests.bench.figures import Figure, Section, told

MEGABYTE: Final = 1 << 20
HEADER: Final = "ФИО;Дата рождения;Должность\n"
ROW: Final = "Вьюгин Лев Ильич;01.02.1980;учитель\n"
LONGEST_ZEROS: Final = 500  # MB
LINE: Final = 100  # MB
COLUMNS: Final = 10_000
KILOBYTE: Final = 1024


def one_person(path: Path) -> None:
    """Write a list of one person: what reading costs at least."""
    path.write_text(HEADER + ROW, encoding="utf-8")


def book_of_zeros(path: Path) -> None:
    """Write half a gigabyte of zeros as a book of some kilobytes."""
    _zeros(path, "xl/sharedStrings.xml", {"xl/workbook.xml": "<workbook/>"})


def archive_of_zeros(path: Path) -> None:
    """Write half a gigabyte of zeros as a table in an archive."""
    _zeros(path, "people.csv", {"other.csv": HEADER + ROW})


def archive_of_many(path: Path) -> None:
    """Write an archive of a hundred thousand tables."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}.csv", b"")


def way_out(path: Path) -> None:
    """Write an archive that names a place outside itself."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", HEADER + ROW)
        archive.writestr("../../people.csv", HEADER + ROW)


def long_line(path: Path) -> None:
    """Write one person, then a line that does not end."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER + ROW)
        for _ in range(LINE):
            stream.write("x" * MEGABYTE)


def long_tag(path: Path) -> None:
    """Write a web page whose tag does not end."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<table><tr><td ")
        for _ in range(LINE):
            stream.write("x" * MEGABYTE)


def many_columns(path: Path) -> None:
    """Write ten thousand columns."""
    wide = ";".join(["ФИО", *(f"Столбец {number}" for number in range(COLUMNS))])
    path.write_text(wide + "\n" + ROW, encoding="utf-8")


CASES: Final[Mapping[str, Callable[[Path], None]]] = {
    "одна строка": one_person,
    "книга с нулями": book_of_zeros,
    "архив с нулями": archive_of_zeros,
    "архив из 100 000 таблиц": archive_of_many,
    "архив с путём наружу": way_out,
    "строка в 100 МБ": long_line,
    "тег в 100 МБ": long_tag,
    "10 000 столбцов": many_columns,
}


def _zeros(path: Path, member: str, others: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in others.items():
            archive.writestr(name, content)
        with archive.open(member, "w") as stream:
            for _ in range(LONGEST_ZEROS):
                stream.write(bytes(MEGABYTE))


def _large(path: Path, gigabytes: float) -> None:
    many = ROW * 20_000
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER)
        for _ in range(int(gigabytes * (1 << 30) / len(many.encode()))):
            stream.write(many)


def read(path: Path) -> None:
    """Read a file as the child does: print how it ended, how many rows, seconds and kilobytes."""
    begun, rows, codes = time.perf_counter(), 0, []
    for item in SchoolFile(path).fetch():
        match item:
            case Batch():
                rows += len(item.frame)
            case Rejected():
                codes.append(f"{item.code}:{item.place.row or ''}")
            case Checkpoint():
                pass
    print(rows, ",".join(codes) or "-", f"{time.perf_counter() - begun:.3f}", _peak())  # noqa: T201


def _peak() -> int:
    """Give the most kilobytes that this process held; what rusage says is partly its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def _measured(path: Path) -> tuple[int, str, float, int]:
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.hostile", "--read", str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return int(said[0]), said[1], float(said[2]), int(said[3])


def _figures(gigabytes: float) -> Section:
    figures: list[Figure] = []
    least = 0
    cases = dict(CASES)
    if gigabytes:
        cases[f"файл в {gigabytes:g} ГБ"] = lambda path: _large(path, gigabytes)
    for name, write in cases.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            write(path)
            rows, codes, seconds, peak = _measured(path)
        least = least or peak
        note = f"{(peak - least) / KILOBYTE:.0f} МБ сверх; строк {rows}; {codes}"
        figures.append(Figure(name=name, value=seconds, unit="с", note=note))
    return Section(title="Файлы, которые должны исчерпать читателя", figures=tuple(figures))


def main() -> None:
    """Measure, or be the child that reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=0.0)
    parser.add_argument("--read", type=Path)
    given = parser.parse_args()
    if given.read:
        read(given.read)
    else:
        print(told([_figures(given.gigabytes)]))  # noqa: T201


if __name__ == "__main__":
    main()
