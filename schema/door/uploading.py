"""Files in over HTTP: `PUT /imports?name=…` takes a school's file, looks at it and says what it is.

The body goes to a private file a piece at a time and is gone with the request; what is kept is
sealed. Nothing is accepted here: that is `importAccept`.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final  # JSON
from zoneinfo import ZoneInfo

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.access import Permit, Viewer, see_as
from hub.audit.events import Action, Entity, by_viewer
from hub.clock import today_in
from hub.database import Database
from hub.errors import InputError
from hub.records import FileKind
from hub.seal import Sealer
from schema.compiler.ids import make_id
from schema.context import FILE_COST, DenialsNoted, allowed, charged, noted, viewer_of
from schema.door.sending import NO_STORE, refused_response
from schema.errors import ErrorCode, RequestRefused, bad_input
from schema.faults import faults_refused, refusal
from schema.files.imports import GIVERS, NOT_A_GIVER, PREFIX
from sync.uploads.accepting import told
from sync.uploads.examiner import Examiner, TooHardError
from sync.uploads.keeping import Received, Upload, keep

PATH: Final = "/imports"
AT_ONCE: Final = 8
MOST_BYTES: Final = 50_000_000
SILENCE_S: Final = 15.0
TOTAL_S: Final = 300.0
LONGEST_NAME: Final = 200
_BAD_NAME = re.compile(r"^\.|[/\\\x00-\x1f\x7f]")
Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many files come at once, how large, and how slowly: a pause and the whole, in seconds."""

    at_once: int = AT_ONCE
    most_bytes: int = MOST_BYTES
    silence_s: float = SILENCE_S
    total_s: float = TOTAL_S


def import_routes(sealer: Sealer, zone: ZoneInfo, bounds: Bounds | None = None) -> list[BaseRoute]:
    """Make the route; the application's state gives `web`, `writer` and `examiner`."""
    imports = Imports(sealer, zone, bounds or Bounds())
    return [Route(PATH, imports.put, methods=["PUT"])]


class Imports:
    """The endpoint: authenticate, receive, look, keep, answer."""

    def __init__(self, sealer: Sealer, zone: ZoneInfo, bounds: Bounds) -> None:
        self._sealer = sealer
        self._zone = zone
        self._bounds = bounds
        self._free = bounds.at_once

    async def put(self, request: Request) -> Response:
        """Take one file; every refusal is JSON with a code."""
        try:
            with faults_refused():
                viewer = await viewer_of(request)
                async with DenialsNoted(request, viewer, "import"):
                    allowed(viewer, Permit.SUBMIT)
                    _refuse_others(viewer)
                await charged(request, viewer, FILE_COST)
                declared = _declared(request.query_params)
                async with self._slot():
                    return await self._taken(request, viewer, declared)
        except RequestRefused as error:
            return refused_response(error)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if not self._free:
            message = "Сейчас загружают другие файлы. Повторите через минуту."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise refusal(ErrorCode.UPLOAD_BUSY, message, status=status)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    async def _taken(self, request: Request, viewer: Viewer, declared: "Declared") -> Response:
        with TemporaryDirectory(prefix="hub-upload-") as folder:
            path = Path(folder) / declared.name
            digest, size = await self._receive(request, path)
            received = Received(
                path=path,
                sha256=digest,
                size=size,
                organisation_id=viewer.authority_id,
                client_id=viewer.client_id,
            )
            report = await self._looked_at(request, received, declared)
            kept = await self._kept(request, received, report)
        given = by_viewer(
            viewer, Action.IMPORT, "import", entity=Entity.UPLOAD, entity_ids=[kept.id]
        )
        noted(request, given)
        status = HTTPStatus.CREATED if kept.is_new else HTTPStatus.OK
        return JSONResponse(_answer(kept, report), status_code=status, headers=NO_STORE)

    async def _receive(self, request: Request, path: Path) -> tuple[str, int]:
        """Write the body into a file; gives its SHA-256 and size."""
        if request.headers.get("Content-Encoding", "identity") != "identity":
            message = "Файл нужно прислать как есть, без сжатия при передаче."
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            raise refusal(ErrorCode.BAD_REQUEST, message, status=status)
        self._refuse_size(_stated_length(request))
        try:
            async with asyncio.timeout(self._bounds.total_s):
                digest, size = await self._written(request, path)
        except TimeoutError as error:
            message = "Файл передаётся слишком медленно. Проверьте связь и загрузите его снова."
            status = HTTPStatus.REQUEST_TIMEOUT
            raise refusal(ErrorCode.UPLOAD_TOO_SLOW, message, status=status) from error
        except ClientDisconnect as error:
            message = "Передача файла прервалась: ничего не сохранено."
            raise refusal(ErrorCode.BAD_REQUEST, message, status=HTTPStatus.BAD_REQUEST) from error
        if not size:
            raise RequestRefused([bad_input("Файл пуст: в теле запроса ничего нет.")])
        return digest, size

    async def _written(self, request: Request, path: Path) -> tuple[str, int]:
        digest, size, pieces = sha256(), 0, aiter(request.stream())
        with path.open("wb") as stream:
            while (piece := await self._next(pieces)) is not None:
                size += len(piece)
                self._refuse_size(size)
                digest.update(piece)
                stream.write(piece)
        return digest.hexdigest(), size

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        async with asyncio.timeout(self._bounds.silence_s):
            return await anext(pieces, None)

    def _refuse_size(self, size: int) -> None:
        most = self._bounds.most_bytes
        if size > most:
            raise refusal(
                ErrorCode.PAYLOAD_TOO_LARGE,
                f"Файл больше {most // 1_000_000} МБ. Разделите его или сохраните как CSV.",
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )

    async def _looked_at(
        self, request: Request, received: Received, declared: "Declared"
    ) -> Mapping[str, Json]:
        examiner: Examiner = request.state.examiner
        given = {"path": received.path, **declared.given}
        try:
            found: Mapping[str, Json] = await examiner.look(
                given, owner=received.organisation_id, today=self._today()
            )
        except TooHardError as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise refusal(ErrorCode.UPLOAD_TOO_HARD, error.message, status=status) from error
        return found

    async def _kept(
        self, request: Request, received: Received, report: Mapping[str, Json]
    ) -> Upload:
        writer: Database = request.state.writer
        async with writer.writing() as session:
            await see_as(session, received.organisation_id, self._today())
            return await keep(session, received, report, self._sealer)

    def _today(self) -> date:
        return today_in(self._zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the address says of a file: its name, and what else it is looked at by."""

    name: str
    given: Mapping[str, Json]


def _declared(query: Mapping[str, str]) -> Declared:
    name = query.get("name", "")
    if not name or len(name) > LONGEST_NAME or _BAD_NAME.search(name):
        message = "Назовите файл в адресе: ?name=работники.xlsx, без папок и не длиннее 200 знаков."
        raise RequestRefused([bad_input(message)])
    try:
        given = {
            "kind": FileKind(query["kind"]) if query.get("kind") else None,
            "period": int(query["period"]) if query.get("period") else None,
            "stated_as_of": date.fromisoformat(query["asOf"]) if query.get("asOf") else None,
            "columns": told(_columns(query.get("columns", "{}"))),
        }
    except InputError as error:
        raise RequestRefused([bad_input(error.message)]) from error
    except ValueError as error:
        message = (
            "Не понято сказанное о файле: kind — STAFF, PUPILS, MENTOR_BASE или MENTEE_BASE; "
            "period — год (2026); asOf — дата (2026-09-01); columns — объект JSON «заголовок: поле»."
        )
        raise RequestRefused([bad_input(message)]) from error
    return Declared(name=name, given=given)


def _columns(text: str) -> Mapping[str, str]:
    sent: Json = json.loads(text)
    if not isinstance(sent, dict) or not all(isinstance(field, str) for field in sent.values()):
        raise ValueError(text)
    return sent


def _refuse_others(viewer: Viewer) -> None:
    if viewer.role not in GIVERS:
        raise refusal(ErrorCode.FORBIDDEN, NOT_A_GIVER, status=HTTPStatus.FORBIDDEN)


def _stated_length(request: Request) -> int:
    stated = request.headers.get("Content-Length", "0")
    return int(stated) if stated.isdecimal() else 0


def _answer(kept: Upload, report: Mapping[str, Json]) -> Json:
    upload_id = make_id(PREFIX, kept.id)
    return {
        "id": upload_id,
        "state": kept.state,
        "report": report,
        "links": {
            "state": {
                "href": "/graphql",
                "query": f'{{ importFile(id: "{upload_id}") {{ state rows rejectedCount }} }}',
            },
            "accept": {
                "href": "/graphql",
                "query": (
                    f'mutation {{ importAccept(input: {{ id: "{upload_id}" }})'
                    " { importFile { state } errors { code message } } }"
                ),
            },
        },
    }
