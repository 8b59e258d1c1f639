"""Why a file or one of its sheets cannot be read as a table."""

from hub.errors import FileError
from hub.records import HeaderColumn


class UnreadableTableError(FileError):
    """Файл не удалось прочитать как таблицу. Сохраните его как .xlsx и загрузите снова."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        sheet: str = "",
        row: int | None = None,
        columns: tuple[HeaderColumn, ...] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.sheet = sheet
        self.row = row
        self.columns = columns
