"""What the lines of a file show of how it was written: ids said twice, quotes that were never closed."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from sync.engines.notices import Notice
from sync.engines.record_file import Records


def told_by_lines(records: Records) -> Iterator[Notice]:
    """Say what may have been lost or doubled when the file was written; linear, of ids and texts."""
    named = _named(records.ids)
    if missing := len(records.ids) - len(named):
        yield Notice(
            cause="id.missing", count=missing, text="строк без rec_id: их не найти в ответе"
        )
    if repeated := len(named) - compute.count_distinct(named).as_py():
        yield Notice(
            cause="id.repeated",
            count=repeated,
            text="строк с rec_id другой строки: в ответе их не различить",
        )
    broken = sum(_broken(records.cells[name]) for name in records.cells)
    if broken:
        yield Notice(
            cause="line.break",
            count=broken,
            text="разных значений с переводом строки внутри: если их быть не должно, в файле не закрыта "
            "кавычка, и строки за ней пропали",
        )


def _named(ids: pa.Array) -> pa.Array:
    """Leave out the ids that are not there."""
    there = ids.drop_null()
    return there.filter(compute.not_equal(there, "")) if pa.types.is_string(there.type) else there


def _broken(column: "pd.Series[Any]") -> int:
    """Count distinct texts that hold a line break."""
    if isinstance(column.dtype, pd.ArrowDtype):
        held = pa.array(column.array)
        texts = held.dictionary if pa.types.is_dictionary(held.type) else held
    else:
        texts = pa.array(column.cat.categories, pa.string())
    return int(compute.sum(compute.match_substring(texts, "\n")).as_py() or 0)
