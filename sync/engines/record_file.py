"""Records of a file, parquet or csv, as columns of distinct raw texts; clusters written back."""

import csv
import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from hub.errors import FileError
from hub.files import replacing
from sync.matching.hashing import Int64s
from sync.matching.normalise.outcome import in_one

COLUMNS = (
    "rec_id",
    "source",
    "source_id",
    "last_name",
    "first_name",
    "middle_name",
    "full_name",
    "previous_last_name",
    "birth_date",
    "sex",
    "snils",
    "phone",
    "email",
    "org_code",
    "org_name",
    "municipality",
    "role",
    "position",
    "status",
    "updated_at",
)
NAMING = ("rec_id", "source_id")  # columns in which nearly every cell differs
NOT_READ = ("updated_at",)
_DELIMITERS = ",;\t|"
_WINDOWS = "cp1251"
_SNIFFED = 1 << 20
_BLOCK = 1 << 22  # bytes of a csv file; threads each hold several, and cost more than they spare


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Raw cells by column, coded in Arrow, and the number or text that names each record.

    `skipped` lines of the file had more or fewer cells than its header.
    """

    ids: pa.Array
    cells: pd.DataFrame
    skipped: int = 0
    unknown: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.cells)


def read_records(path: Path) -> Records:
    """Read a parquet or csv file; raise FileError where it is neither or holds no known column.

    Any column may be missing. Memory is one number a cell, and each distinct text once.
    """
    table, skipped = _read_table(path)
    table = table.rename_columns([heading(name) for name in table.column_names])
    names, count = table.column_names, table.num_rows
    known = known_columns(path, names)
    held = dict(zip(names, table.columns, strict=True))
    del table  # each column is given up for the one that its cells become
    ids = _plain_array(held.pop("rec_id")) if "rec_id" in known else pa.array(np.arange(count))
    cells = {name: _cells(name, held.pop(name)) for name in known if name != "rec_id"}
    frame = pd.DataFrame(cells, index=pd.RangeIndex(count))
    unknown = tuple(name for name in names if name not in COLUMNS)
    give_back()
    return Records(ids=ids, cells=frame, skipped=skipped, unknown=unknown)


def known_columns(path: Path, names: Sequence[str]) -> list[str]:
    """Give the columns that are read; raise FileError where none of them is a name."""
    known = [name for name in dict.fromkeys(names) if name in COLUMNS]
    if not {"last_name", "first_name", "full_name"} & {*known}:
        raise FileError(
            f"В файле {path.name} нет ни last_name, ни full_name: сравнивать нечего. Назовите "
            "столбцы так, как перечислено в docs/matching.md.",
            code="match.columns",
        )
    return known


def heading(name: str) -> str:
    """Give the name of a column as it is compared."""
    return name.strip().strip("\ufeff").lower().replace(" ", "_")


def _read_table(path: Path) -> tuple[pa.Table, int]:
    with _readable(path) as is_parquet:
        if is_parquet:
            return parquet.read_table(path, columns=[*_read(path)], read_dictionary=_texts(path)), 0
        return _read_csv(path)


@contextmanager
def _readable(path: Path) -> Iterator[bool]:
    """Say whether a file is parquet; raise FileError where reading it shows that it is no table."""
    try:
        with path.open("rb") as stream:
            is_parquet = stream.read(4) == b"PAR1"
        yield is_parquet
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise FileError(
            f"Файл {path.name} не читается ни как parquet, ни как csv. Сохраните его заново: "
            "csv в UTF-8 с запятой или точкой с запятой.",
            code="match.file",
        ) from error
    except OSError as error:
        raise FileError(f"Файла {path} нет или он закрыт.", code="file.missing") from error


def _read(path: Path) -> Iterator[str]:
    """Give the columns of a parquet file that are worth reading."""
    names = parquet.read_schema(path).names
    return (name for name in names if heading(name) not in NOT_READ)


def _texts(path: Path) -> list[str]:
    """Give the columns that hold a text time and again."""
    schema = parquet.read_schema(path)
    texts = [part.name for part in schema if pa.types.is_string(part.type)]
    return [name for name in texts if heading(name) not in NAMING]


def _read_csv(path: Path) -> tuple[pa.Table, int]:
    encoding, header = _look(path)
    delimiter = max(_DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    known = [name for name in names if heading(name) in COLUMNS and heading(name) not in NOT_READ]
    skipped = 0

    def skip(_row: object) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    if not known:
        return pa.table({}), 0
    kinds = {
        name: pa.string() if heading(name) in NAMING else pa.dictionary(pa.int32(), pa.string())
        for name in known
    }
    table = arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(encoding=encoding, block_size=_BLOCK, use_threads=False),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=kinds, include_columns=known, strings_can_be_null=False
        ),
    )
    return table, skipped


def _look(path: Path) -> tuple[str, str]:
    """Give the encoding and the header line of a csv file."""
    with path.open("rb") as stream:
        raw = stream.read(_SNIFFED)
    whole = raw.rpartition(b"\n")[0] if len(raw) == _SNIFFED else raw
    try:
        text, encoding = whole.decode("utf-8-sig"), "utf8"
    except UnicodeDecodeError:
        text, encoding = whole.decode(_WINDOWS), _WINDOWS
    return encoding, text.partition("\n")[0].rstrip("\r")


def _cells(name: str, column: pa.ChunkedArray) -> object:
    """Give a column of cells: texts stay in Arrow, each distinct one once; others become texts."""
    if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
        return pd.arrays.ArrowExtensionArray(in_one(column))
    if pa.types.is_string(column.type) and name in NAMING:
        return pd.arrays.ArrowExtensionArray(column.fill_null(""))
    return categorical(column)


def categorical(column: pa.Array | pa.ChunkedArray) -> pd.Categorical:
    """Give a column as numbers of distinct texts; -1 where nothing stands."""
    whole = in_one(column)
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    is_text = pa.types.is_string(whole.dictionary.type)
    found = (
        whole.dictionary.to_numpy(zero_copy_only=False).tolist()
        if is_text
        else whole.dictionary.to_pylist()
    )
    if is_text and None not in found:
        found = found if "" in found else [*found, ""]
        codes[codes < 0] = found.index("")
        return pd.Categorical.from_codes(codes, categories=pd.Index(found, dtype=object))
    texts = found if is_text else map(_as_cell, found)
    numbers, distinct = pd.factorize(np.array([*texts, ""], dtype=object))
    codes = numbers[np.where(codes < 0, len(found), codes)]
    return pd.Categorical.from_codes(codes, categories=pd.Index(distinct, dtype=object))


def _as_cell(value: object) -> str:
    """Give a typed cell as the text a person would have written."""
    match value:
        case str():
            return value
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return "" if np.isnan(value) else f"{value:.0f}" if value.is_integer() else str(value)
        case _:
            return str(value)


def _plain_array(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def give_back() -> None:
    """Return to the system what was taken for a while and nobody holds any more."""
    pa.default_memory_pool().release_unused()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # of glibc alone
        trim(0)


def write_clusters(path: Path, ids: pa.Array, labels: Int64s) -> None:
    """Write rec_id and cluster_id, parquet or csv by the name's ending."""
    _write(path, pa.table({"rec_id": ids, "cluster_id": pa.array(labels)}))


def write_table(path: Path, columns: Sequence[tuple[str, Iterable[object]]]) -> None:
    """Write named columns, parquet or csv by the name's ending."""
    _write(path, pa.table({name: pa.array(list(values)) for name, values in columns}))


def _write(path: Path, table: pa.Table) -> None:
    with replacing(path) as part:
        if path.suffix == ".parquet":
            parquet.write_table(table, part)
        else:
            arrow_csv.write_csv(table, part, arrow_csv.WriteOptions(quoting_style="needed"))


def read_columns(path: Path, names: Sequence[str]) -> list[npt.NDArray[np.object_]]:
    """Read named columns as texts; raise FileError where one is missing."""
    with _readable(path) as is_parquet:
        table = parquet.read_table(path) if is_parquet else _read_plain(path)
    table = table.rename_columns([heading(name) for name in table.column_names])
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise FileError(
            f"В файле {path.name} нет столбцов {', '.join(missing)}.", code="match.columns"
        )
    return [
        np.array([_as_cell(value) for value in table.column(name).to_pylist()], dtype=object)
        for name in names
    ]


def _read_plain(path: Path) -> pa.Table:
    """Read a small csv file of any columns as texts."""
    encoding, header = _look(path)
    delimiter = max(_DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    return arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(encoding=encoding),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
