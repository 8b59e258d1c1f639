"""What goes wrong while a request is answered: a code for the client, a type for the log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import structlog
from graphql import GraphQLError

from hub.errors import DatabaseError, HubError
from schema.errors import ErrorCode, RequestRefused, failure

CURSOR_EXPIRED: Final = "HF001"  # what feed_holds() raises
EXPIRED: Final = (
    "Лента так далеко назад не помнит, или база восстановлена из копии. Возьмите новый снимок и "
    "продолжайте с его курсора."
)
# The database does not answer, has no room or no connection left, or is being stopped: time helps.
AWAY: Final = (
    OSError,
    DatabaseError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was ended between two statements
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
)
_log = structlog.get_logger()
Json = Any  # a part of an answer


@contextmanager
def faults_refused() -> Iterator[None]:
    """Turn what the database or a room of the hub raises into a refusal with a code."""
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise refusal(
            ErrorCode.QUERY_TIMED_OUT,
            "Запрос выполнялся слишком долго. Уменьшите страницы или сузьте условия.",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        ) from error
    except AWAY as error:
        _log.warning("graphql.unavailable", error=type(error).__name__)
        raise refusal(
            ErrorCode.UNAVAILABLE,
            "База данных не отвечает. Повторите через минуту.",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        ) from error
    except (HubError, asyncpg.PostgresError) as error:
        if getattr(error, "sqlstate", None) == CURSOR_EXPIRED:
            raise refusal(
                ErrorCode.CURSOR_EXPIRED, EXPIRED, status=HTTPStatus.BAD_REQUEST
            ) from error
        # The driver's text quotes values: only its type is kept.
        _log.error("graphql.failed", error=type(error).__name__)
        raise refusal(
            ErrorCode.INTERNAL,
            "Хаб не смог ответить. Сообщите администратору номер запроса.",
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
        ) from error


def refusal(code: ErrorCode, message: str, *, status: int) -> RequestRefused:
    """Make a refusal of one error under an HTTP status."""
    return RequestRefused([failure(code, message)], status=status)


def written(errors: Sequence[GraphQLError]) -> Sequence[Mapping[str, Json]]:
    """Give errors as an answer shows them: code, message and the number of the request."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id")
    shown: list[Mapping[str, Json]] = []
    for error in errors:
        formatted = dict(error.formatted)
        formatted["extensions"] = {
            **(error.extensions or {"code": ErrorCode.INTERNAL.value}),
            "correlationId": correlation,
        }
        shown.append(formatted)
    return shown
