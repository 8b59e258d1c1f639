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


def damaged() -> UnreadableTableError:
    """Give the refusal of a file whose inside does not hold together."""
    return UnreadableTableError(
        "Файл повреждён или загружен не до конца. "
        "Откройте его на своём компьютере, сохраните заново и загрузите снова.",
        code="file.damaged",
    )


def password_protected() -> UnreadableTableError:
    """Give the refusal of a file that opens with a password only."""
    return UnreadableTableError(
        "Файл закрыт паролем. Снимите пароль, сохраните файл и загрузите снова.",
        code="file.password",
    )


def too_much_inside() -> UnreadableTableError:
    """Give the refusal of a file that would grow beyond measure once opened."""
    return UnreadableTableError(
        "Внутри файла неправдоподобно много данных, он не открыт. "
        "Скопируйте таблицу в новую книгу, сохраните и загрузите снова.",
        code="file.bomb",
    )
