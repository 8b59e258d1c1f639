"""Who a request comes from: its credential, its scope, and the pool that the viewer reads through."""

import re
from http import HTTPStatus
from uuid import UUID

import asyncpg
from starlette.requests import HTTPConnection

from hub.access import Permit, Viewer
from hub.entrance import Entrance
from hub.errors import AccessError
from schema.errors import ErrorCode, RequestRefused, failure

SCOPE_HEADER = "Hub-Scope"
# Who asks is known, and may not: any other reason is a credential that proves nobody.
FORBIDDEN = frozenset({"access.no_grant", "access.not_permitted"})
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


async def viewer_of(request: HTTPConnection) -> Viewer:
    """Return the viewer behind a request; raises RequestRefused with 401 or 403."""
    entrance: Entrance = request.state.entrance
    try:
        return await entrance.viewer(_credential(request), _scope(request))
    except AccessError as error:
        raise _refusal(error) from error


def pool_of(request: HTTPConnection, viewer: Viewer) -> asyncpg.Pool:
    """Return the pool of the database role through which a viewer reads."""
    pool: asyncpg.Pool = request.state.web_region if viewer.is_region_wide else request.state.web
    return pool


def _credential(request: HTTPConnection) -> str:
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise AccessError(
            "Нужен ключ доступа: заголовок Authorization: Bearer hub_….", code="access.key_missing"
        )
    return match[1]


def _scope(request: HTTPConnection) -> UUID | None:
    given = request.headers.get(SCOPE_HEADER)
    if given is None:
        return None
    try:
        return UUID(given.removeprefix("organisation-"))
    except ValueError as error:
        raise AccessError(
            f"В заголовке {SCOPE_HEADER} должен стоять идентификатор учреждения.",
            code="access.no_grant",
        ) from error


def allowed(viewer: Viewer, permit: Permit) -> None:
    """Raise RequestRefused with 403 unless the viewer's credential may be used for this."""
    try:
        viewer.need(permit)
    except AccessError as error:
        raise _refusal(error) from error


def _refusal(error: AccessError) -> RequestRefused:
    forbidden = error.reason in FORBIDDEN
    code = ErrorCode.FORBIDDEN if forbidden else ErrorCode.UNAUTHENTICATED
    return RequestRefused(
        [failure(code, error.message, reason=error.reason)],
        status=HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.UNAUTHORIZED,
    )
