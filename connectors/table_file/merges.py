"""Cells merged downwards: what stands in the first row of a merge stands in all of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from connectors.table_file.cells import CellValue
from connectors.table_file.sheets import Merge, Row


def filled_down(rows: Iterator[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """Yield the rows with the value of each one-column merge repeated down to its last row."""
    downwards = [one for one in merges if one.bottom > one.top and one.left == one.right]
    if not downwards:
        return rows
    return map(_Filler(downwards).filled, rows)


class _Filler:
    """Remembers the merges that are open at a row."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._starting: defaultdict[int, list[Merge]] = defaultdict(list)
        for merge in merges:
            self._starting[merge.top].append(merge)
        self._open: dict[int, tuple[int, CellValue]] = {}

    def filled(self, row: Row) -> Row:
        number, cells = row
        self._open = {at: held for at, held in self._open.items() if held[0] >= number}
        starting = self._starting.get(number, ())
        if not self._open and not starting:
            return row
        filled = list(cells)
        for column, (_, value) in self._open.items():
            if column < len(filled) and filled[column] == "":
                filled[column] = value
        for merge in starting:
            if 0 <= merge.left < len(filled):
                self._open[merge.left] = (merge.bottom, filled[merge.left])
        return number, filled
