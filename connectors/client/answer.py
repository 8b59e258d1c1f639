"""What an answer over HTTP means: JSON with the source's clock, or a failure of some class."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from connectors.client.failure import (
    SourceConfigError,
    SourceTransientError,
    TokenRefusedError,
)

_BROKEN = object()
_NOW = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

Json = object
_HALF = "Источник оборвал ответ на середине. Хаб повторит чтение позже."
_PAGE = (
    "Вместо данных источник прислал страницу для браузера. Если это повторяется, проверьте путь в "
    "настройках и работает ли источник за своим веб-сервером."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The JSON of an answer, and the source's clock when it was given, if it says."""

    body: Json
    at: datetime | None


def broken_off(error: httpx.TransportError | httpx.DecodingError) -> SourceTransientError:
    """Give the failure that a break of the exchange means."""
    if isinstance(error, httpx.TimeoutException):
        text = "Источник не ответил вовремя. Хаб повторит чтение позже; проверьте, не перегружен ли он."
        return SourceTransientError(text, code="source.timed_out")
    if isinstance(error, httpx.NetworkError | httpx.ProxyError):
        text = "До источника нет связи. Проверьте его адрес и сеть; хаб повторит чтение позже."
        return SourceTransientError(text, code="source.unreachable")
    return SourceTransientError(_HALF, code="source.half_answer")


def answer_of(response: httpx.Response, body: bytes) -> Answer:
    """Turn an answer into JSON or into the failure it means."""
    _require_success(response.status_code, response.headers)
    if _is_page(response.headers, body):
        raise SourceTransientError(_PAGE, code="source.page")
    parsed = _parsed(body)
    if parsed is _BROKEN:
        raise SourceTransientError(_HALF, code="source.half_answer")
    return Answer(body=parsed, at=instant(response.headers.get("Date", "")))


def _require_success(status: int, headers: httpx.Headers) -> None:
    if status == HTTPStatus.UNAUTHORIZED:
        raise TokenRefusedError
    if status == HTTPStatus.FORBIDDEN:
        text = "Источник не даёт прав на эти данные. Попросите его оператора открыть их хабу."
        raise SourceConfigError(text, code="source.denied")
    if status in _NOW:
        text = "Источник занят и просит подождать. Хаб повторит чтение позже."
        wait = _seconds(headers.get("Retry-After", ""))
        raise SourceTransientError(text, code="source.busy", retry_after_s=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        text = f"Источник ответил ошибкой {status}. Хаб повторит чтение позже."
        raise SourceTransientError(text, code="source.unavailable")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        text = f"Источник ответил {status}. Проверьте адрес и пути в его настройках."
        raise SourceConfigError(text, code="source.refused")


def _is_page(headers: httpx.Headers, body: bytes) -> bool:
    return "html" in headers.get("Content-Type", "") or body.lstrip()[:1] == b"<"


def _parsed(body: bytes) -> Json:
    """Give the JSON or _BROKEN: the parser's own error carries the body, so it ends here."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _BROKEN


def _seconds(text: str) -> float | None:
    """Read Retry-After: seconds or an HTTP date; None where it says neither."""
    if text.strip().isdecimal():
        return float(text)
    until = instant(text)
    return None if until is None else max(0.0, (until - datetime.now(UTC)).total_seconds())


def instant(text: str) -> datetime | None:
    """Read an HTTP date; None where it is none."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
