"""The hub's errors, one tree; every code has a remedy in docs/errors.md.

    HubError
    ├── ConfigError          settings or environment are wrong; the operator repairs them
    ├── DatabaseError        the database is missing, behind or unreachable
    ├── InputError           what a person or a system sent cannot be taken
    │   ├── FileError        a file cannot be read as a table
    │   └── SourceError      a source does not answer as it should (connectors.client.failure)
    ├── AccessError          who asks is unknown or may not
    └── ConflictError        somebody else holds or changed what is needed

A bad row is not an error: it is a value, `hub.records.Rejected`.
"""

from typing import ClassVar


class HubError(Exception):
    """Что-то пошло не так."""

    code: ClassVar[str] = "hub.error"

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        super().__init__(message or self.__doc__ or "")
        self.reason = code or self.code

    @property
    def message(self) -> str:
        """Say in Russian what happened and what to do; holds no personal data."""
        return str(self.args[0])


class ConfigError(HubError):
    """Настройки хаба неполны или противоречат друг другу."""

    code = "config.invalid"


class DatabaseError(HubError):
    """База данных недоступна или не готова."""

    code = "database.unavailable"


class InputError(HubError):
    """Присланные данные нельзя принять."""

    code = "input.invalid"


class FileError(InputError):
    """Файл не удалось прочитать как таблицу."""

    code = "file.unreadable"


class AccessError(HubError):
    """Доступ не подтверждён или не разрешён."""

    code = "access.denied"


class ConflictError(HubError):
    """Это сейчас меняет кто-то другой."""

    code = "conflict"
