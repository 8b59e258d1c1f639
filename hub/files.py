"""Files of a command: texts that are given to it, and places where it writes, looked at beforehand."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import ConfigError, InputError


def text_of(path: Path) -> str:
    """Read a given file; raises InputError where it does not open or is not in UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"Файл {path.name} не открывается.", code="file.missing") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"Файл {path.name} записан не в UTF-8. Сохраните его в этой кодировке.",
            code="file.not_utf8",
        ) from error


def require_places(places: Iterable[Path | None], *, given: Iterable[Path | None] = ()) -> None:
    """Look before long work whether its results can be written, each to a place of its own.

    Raises InputError where a place is a given file or another's, ConfigError where it has no folder
    that may be written to.
    """
    taken = [path.resolve() for path in given if path]
    for place in (path for path in places if path):
        if place.resolve() in taken:
            raise InputError(
                f"Файл {place} уже назван в этой команде: результат стёр бы его. Назовите другой.",
                code="file.same",
            )
        if not os.access(place.parent, os.W_OK | os.X_OK) or place.is_dir():
            raise ConfigError(
                f"Файл {place} записать нельзя: папки нет или она закрыта. Создайте её или укажите "
                "другую.",
                code="file.unwritable",
            )
        taken.append(place.resolve())


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Lend a file beside the place, and put it there once it is whole.

    Raises ConfigError where it cannot be written; what stood there before then stays as it was.
    """
    part = place.with_name(f"{place.name}.part")
    try:
        yield part
        part.replace(place)
    except OSError as error:
        raise ConfigError(
            f"Файл {place} не записан: {error.strerror}. Освободите место или укажите другую папку; "
            "прежний файл, если был, остался как есть.",
            code="file.unwritable",
        ) from error
    finally:
        part.unlink(missing_ok=True)
