"""The child that opens an old Excel book within limits and tells its texts line by line.

A sheet is told as an object, its rows as lists of texts, its end as null. It imports little, for
each book starts one.
"""

import json
import sys
from typing import IO

import python_calamine as calamine

from connectors.table_file.cells import text_of

MOST_MEMORY = 1 << 30
MOST_SECONDS = 60
PASSWORD = 3


def tell(path: str, out: IO[str]) -> None:
    """Write the sheets of a book to `out`, one line a row."""
    with open(path, "rb") as stream:  # noqa: PTH123  # pathlib costs a tenth of the child's life
        book = calamine.CalamineWorkbook.from_filelike(stream)
    for meta in book.sheets_metadata:
        if meta.typ is calamine.SheetTypeEnum.WorkSheet:
            _tell_sheet(book, meta, out)


def _tell_sheet(
    book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata, out: IO[str]
) -> None:
    sheet = book.get_sheet_by_name(meta.name)
    hidden = meta.visible is not calamine.SheetVisibleEnum.Visible
    announced = {
        "name": meta.name,
        "hidden": hidden,
        "left": sheet.start[1] if sheet.start else 0,
        "merges": sheet.merged_cell_ranges or [],
    }
    out.write(json.dumps(announced) + "\n")
    if not hidden:
        for row in sheet.iter_rows():
            out.write(json.dumps([text_of(cell) for cell in row]) + "\n")
    out.write("null\n")


def main() -> int:
    """Tell the book named on the command line; answer PASSWORD if one is needed to open it."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        tell(sys.argv[1], sys.stdout)
    except calamine.PasswordError:
        return PASSWORD
    return 0


if __name__ == "__main__":
    sys.exit(main())
