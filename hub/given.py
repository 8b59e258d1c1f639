"""A text that a person gives to a command as a file: in UTF-8, or said what is wrong with it."""

from pathlib import Path

from hub.errors import InputError


def text_of(path: Path) -> str:
    """Read a file; raises InputError where it does not open or is of another encoding."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"Файл {path.name} не открывается.", code="file.missing") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"Файл {path.name} записан не в UTF-8. Сохраните его в этой кодировке.",
            code="file.not_utf8",
        ) from error
