"""Who a request comes from: its credential, its scope, and the pool that the viewer reads through."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from uuid import UUID

import asyncpg
from starlette.requests import HTTPConnection

from hub.access import Admitted, Permit, Viewer
from hub.audit.events import Event
from hub.entrance import Entrance
from hub.errors import AccessError
from hub.rates import Allowance, RateLimitedError
from hub.tokens import IssuerSilentError
from schema.errors import ErrorCode, RequestRefused, failure

SCOPE_HEADER = "Hub-Scope"
# Who asks is known, and may not: any other reason is a credential that proves nobody.
FORBIDDEN = frozenset({"access.no_grant", "access.not_permitted"})
FILE_COST = 1_000  # of a file that is made or looked at, however long it is
_SCOPE = SCOPE_HEADER.lower().encode()
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


async def viewer_of(request: HTTPConnection) -> Viewer:
    """Return the viewer behind a request; raises RequestRefused with 401, 403 or 429."""
    return (await meet(request)).viewer


def known(request: HTTPConnection) -> Admitted | None:
    """Return the viewer behind a request if they were met; asks nobody.

    Whoever reads for one of them must let the statement confirm the standing: see `Engine.answer`.
    """
    entrance: Entrance = request.state.entrance
    try:
        return entrance.known(_credential(request), _scope(request))
    except AccessError as error:
        raise _refusal(error) from error


async def meet(request: HTTPConnection) -> Admitted:
    """Read the rights of who asks; raises RequestRefused with 401, 403 or 429."""
    entrance: Entrance = request.state.entrance
    caller = request.client.host if request.client else ""
    try:
        return await entrance.meet(_credential(request), _scope(request), caller=caller)
    except AccessError as error:
        raise _refusal(error) from error


async def charged(request: HTTPConnection, viewer: Viewer, cost: int) -> Allowance:
    """Take a cost out of the viewer's bucket; raises RequestRefused with 429 where it is empty."""
    entrance: Entrance = request.state.entrance
    try:
        return await entrance.charge(viewer, cost)
    except AccessError as error:
        raise _refusal(error) from error


def pool_of(request: HTTPConnection, viewer: Viewer) -> asyncpg.Pool:
    """Return the pool of the database role through which a viewer reads."""
    pool: asyncpg.Pool = request.state.web_region if viewer.is_region_wide else request.state.web
    return pool


def header(request: HTTPConnection, name: bytes) -> str | None:
    """Return a header by its name in small letters, in a fifth of the time Starlette takes."""
    given: bytes | None = dict(request.scope["headers"]).get(name)
    return None if given is None else given.decode("latin-1")


def _credential(request: HTTPConnection) -> str:
    match = _BEARER.fullmatch(header(request, b"authorization") or "")
    if match is None:
        raise AccessError(
            "Нужен ключ доступа: заголовок Authorization: Bearer hub_….", code="access.key_missing"
        )
    return match[1]


def _scope(request: HTTPConnection) -> UUID | None:
    given = header(request, _SCOPE)
    if given is None:
        return None
    try:
        return UUID(given.removeprefix("organisation-"))
    except ValueError as error:
        raise AccessError(
            f"В заголовке {SCOPE_HEADER} должен стоять идентификатор учреждения.",
            code="access.no_grant",
        ) from error


def noted(request: HTTPConnection, event: Event) -> None:
    """Keep an event for the audit."""
    entrance: Entrance = request.state.entrance
    entrance.note(event)


@dataclass(frozen=True, slots=True)
class DenialsNoted:
    """Within it, what a known viewer is refused is written into the audit."""

    request: HTTPConnection
    viewer: Viewer
    operation: str

    async def __aenter__(self) -> None:
        """Do nothing yet."""

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if isinstance(error, RequestRefused) and error.status == HTTPStatus.FORBIDDEN:
            entrance: Entrance = self.request.state.entrance
            await entrance.denied(self.viewer, self.operation, _reasons(error))


def allowed(viewer: Viewer, permit: Permit) -> None:
    """Raise RequestRefused with 403 unless the viewer's credential may be used for this."""
    try:
        viewer.need(permit)
    except AccessError as error:
        raise _refusal(error) from error


def _reasons(refused: RequestRefused) -> str:
    told = [one.extensions or {} for one in refused.errors]
    return ",".join(sorted({str(one.get("reason") or one.get("code")) for one in told}))


def _refusal(error: AccessError) -> RequestRefused:
    if isinstance(error, RateLimitedError):
        return _limited(error)
    if isinstance(error, IssuerSilentError):
        silent = failure(ErrorCode.UNAVAILABLE, error.message, reason=error.reason)
        return RequestRefused([silent], status=HTTPStatus.SERVICE_UNAVAILABLE)
    forbidden = error.reason in FORBIDDEN
    code = ErrorCode.FORBIDDEN if forbidden else ErrorCode.UNAUTHENTICATED
    return RequestRefused(
        [failure(code, error.message, reason=error.reason)],
        status=HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.UNAUTHORIZED,
    )


def _limited(error: RateLimitedError) -> RequestRefused:
    wait_s = error.retry_after_s
    return RequestRefused(
        [failure(ErrorCode.RATE_LIMITED, error.message, reason=error.reason, retryAfter=wait_s)],
        status=HTTPStatus.TOO_MANY_REQUESTS,
        retry_after_s=wait_s,
    )
