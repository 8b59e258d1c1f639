"""What 1С says in words of its own when it refuses: `odata.error` with a number."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from connectors.client.failure import SourceConfigError, SourceError, SourceTransientError

NOT_PUBLISHED, NO_RIGHTS = "8", "20"
_LONGEST = 1 << 16
_CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "6": ("source.refused", "1С не понимает адреса. Проверьте base_url и имена объектов."),
        NOT_PUBLISHED: (
            "source.not_published",
            "Объект не опубликован. Попросите администратора 1С включить его в состав OData",
        ),
        "9": ("source.refused", "1С не нашла записи, о которой спрошено. Запустите чтение снова."),
        "14": (
            "source.refused",
            "1С не понимает параметра запроса: нужна платформа 8.3.8 или новее.",
        ),
        NO_RIGHTS: (
            "source.denied",
            "У пользователя 1С нет прав на эти данные. Дайте ему права или включите allowed_only.",
        ),
    }
)


class OnecRefusedError(SourceConfigError):
    """1С отказала в запросе. Попросите её администратора проверить публикацию и права."""

    code = "source.refused"

    def __init__(self, message: str, *, code: str, number: str) -> None:
        super().__init__(message, code=code)
        self.number = number


def failure_of(status: int, body: bytes) -> SourceError | None:
    """Give the failure that an answer names, None where it names none.

    What 1С writes beside the number may hold anything, so it is not repeated.
    """
    number = _number(body)
    if number is None:
        return None
    if number in _CODES:
        code, message = _CODES[number]
        return OnecRefusedError(message, code=code, number=number)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        text = f"1С ответила ошибкой {number}. Хаб повторит чтение позже."
        return SourceTransientError(text, code="source.unavailable")
    text = f"1С отказала в запросе с ошибкой {number}. Проверьте настройки источника."
    return OnecRefusedError(text, code="source.refused", number=number)


def _number(body: bytes) -> str | None:
    if b"odata.error" not in body[:_LONGEST]:
        return None
    try:
        error = json.loads(body)["odata.error"]
        return str(error["code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
