"""Why a source could not be read, by who repairs it; no error holds what the source said."""

from enum import StrEnum
from typing import ClassVar

from hub.errors import InputError


class Failure(StrEnum):
    """Who repairs a failure: the source's owner or ours, time alone, or the hub's makers."""

    CONFIG = "CONFIG"
    TRANSIENT = "TRANSIENT"
    SYSTEM = "SYSTEM"


class SourceError(InputError):
    """Источник не удалось прочитать."""

    code = "source.failed"
    failure: ClassVar[Failure] = Failure.SYSTEM


class SourceConfigError(SourceError):
    """Настройки источника неверны. Исправьте их и повторите проверку."""

    code = "source.config"
    failure = Failure.CONFIG


class SourceTransientError(SourceError):
    """Источник сейчас не отвечает как следует. Хаб повторит чтение позже."""

    code = "source.unavailable"
    failure = Failure.TRANSIENT

    def __init__(self, message: str, *, code: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class SourceSpentError(SourceError):
    """На чтение источника больше нет времени или запросов. Следующее чтение продолжит с места."""

    code = "source.deadline"
    failure = Failure.TRANSIENT


class SourceSystemError(SourceError):
    """Источник отвечает не так, как условлено. Сообщите администратору хаба."""

    code = "source.unexpected"


class TokenRefusedError(SourceConfigError):
    """Источник не принял ключ доступа. Проверьте логин и пароль или ключ в настройках источника."""

    code = "source.denied"
