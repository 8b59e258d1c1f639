"""Exports over HTTP: any list of the API, or one that is ready by name, as a file.

`GET /exports` lists the named ones, `GET /exports/{name}?format=xlsx&variable=…` makes one,
`POST /exports` makes one of a document of the caller's own or, with `document`, a named one.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.access import Admitted, Permit
from hub.audit.events import Action, by_viewer
from schema.compiler.run import Engine
from schema.context import FILE_COST, DenialsNoted, allowed, charged, meet, noted, pool_of
from schema.door.asked import well_formed
from schema.door.body import body_of, decoded
from schema.door.negotiation import JSON
from schema.door.sending import NO_STORE, Exported, Slots, refused_response
from schema.door.trusted import Trusted
from schema.errors import ErrorCode, RequestRefused, bad_input
from schema.exports.documents import NamedDocument, named_documents
from schema.exports.formats import FORMATS, format_named
from schema.exports.ready import READY, Ready
from schema.exports.wanted import Wanted, made, named_export, own_export
from schema.faults import faults_refused, refusal

PATH: Final = "/exports"
FORMAT: Final = "format"
Json = Any  # what a client sent, before it is looked at
Understand = Callable[[Request, Admitted], Awaitable[Wanted]]


def export_routes(engine: Engine, zone: ZoneInfo) -> list[BaseRoute]:
    """Make the routes; pools come from the application's state: `web`, `web_region`."""
    exports = Exports(engine, zone)
    return [
        Route(PATH, exports.listed, methods=["GET"]),
        Route(PATH, exports.posted, methods=["POST"]),
        Route(PATH + "/{name}", exports.named, methods=["GET"]),
    ]


class Exports:
    """The endpoint: authenticate, understand what is wanted, send it."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone
        self._slots = Slots()
        self._trusted = Trusted()

    async def listed(self, _: Request) -> Response:
        """List the named exports and the formats; they name nobody, so nobody is asked."""
        listed: list[Ready | NamedDocument] = [*READY.values(), *named_documents().values()]
        found = [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "parameters": [asdict(parameter) for parameter in one.parameters],
            }
            for one in listed
        ]
        return JSONResponse({"formats": FORMATS, "exports": found}, headers=NO_STORE)

    async def posted(self, request: Request) -> Response:
        """Export what the body asks for."""
        return await self._answer(request, self._in_body)

    async def named(self, request: Request) -> Response:
        """Export a named list with the values of the address."""
        return await self._answer(request, self._in_address)

    async def _answer(self, request: Request, understand: Understand) -> Response:
        try:
            with faults_refused():
                admitted = await meet(request)
                viewer = admitted.viewer
                async with DenialsNoted(request, viewer, "export"):
                    allowed(viewer, Permit.EXPORT)
                    await charged(request, viewer, FILE_COST)
                    wanted = await understand(request, admitted)
        except RequestRefused as error:
            return refused_response(error)
        pool = pool_of(request, viewer)
        what = request.path_params.get("name", "posted")
        noted(request, by_viewer(viewer, Action.EXPORT, f"export:{what}"))
        return Exported(
            lambda: made(wanted, self._engine, pool, viewer, self._zone),
            self._slots,
            media_type=wanted.format.media_type,
            name=wanted.file_name(self._zone),
            title=wanted.file_title(self._zone),
        )

    async def _in_body(self, request: Request, admitted: Admitted) -> Wanted:
        if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != JSON:
            raise refusal(
                ErrorCode.BAD_REQUEST,
                f"Тело запроса должно быть {JSON}.",
                status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            )
        sent: Json = decoded(await body_of(request))
        if isinstance(sent, dict) and sent.get("document") is not None:
            return self._of_name(str(sent["document"]), sent.get("variables"), sent.get(FORMAT))
        asked = well_formed(sent)
        pool = pool_of(request, admitted.viewer)
        return own_export(
            self._engine,
            await self._trusted.text_of(pool, admitted, asked),
            asked.operation_name,
            asked.variables,
            format_named(sent.get(FORMAT)),
        )

    async def _in_address(self, request: Request, _: Admitted) -> Wanted:
        given = dict(request.query_params)
        wanted_format = given.pop(FORMAT, None)
        return self._of_name(str(request.path_params["name"]), given, wanted_format)

    def _of_name(self, name: str, variables: Json, wanted_format: Json) -> Wanted:
        if not isinstance(variables, Mapping | None):
            raise RequestRefused([bad_input("В поле variables должен стоять объект.")])
        return named_export(self._engine, name, variables or {}, format_named(wanted_format))
