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
    empty = _empty(records.ids)
    if empty:
        yield Notice(cause="id.missing", count=empty, text="строк без rec_id: их не найти в ответе")
    repeated = len(records.ids) - compute.count_distinct(records.ids, mode="all").as_py()
    if repeated - max(0, empty - 1):
        yield Notice(
            cause="id.repeated",
            count=repeated - max(0, empty - 1),
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


def _empty(ids: pa.Array) -> int:
    if not pa.types.is_string(ids.type):
        return int(ids.null_count)
    return int(ids.null_count) + int(compute.sum(compute.equal(ids, "")).as_py() or 0)


def _broken(column: "pd.Series[Any]") -> int:
    """Count distinct texts that hold a line break."""
    if isinstance(column.dtype, pd.ArrowDtype):
        held = pa.array(column.array)
        texts = held.dictionary if pa.types.is_dictionary(held.type) else held
    else:
        texts = pa.array(column.cat.categories, pa.string())
    return int(compute.sum(compute.match_substring(texts, "\n")).as_py() or 0)
