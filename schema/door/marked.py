"""A given file back with what is wrong in it marked: `GET /imports/{id}/marked`.

Until it is accepted: then the hub keeps its rows and no longer the file.
"""

from http import HTTPStatus
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from hub.access import Permit, see_as
from hub.audit.events import Action, Entity, by_viewer
from hub.clock import today_in
from hub.database import Database
from hub.errors import FileError, InputError
from schema.compiler.ids import key_of
from schema.context import FILE_COST, DenialsNoted, allowed, charged, noted, viewer_of
from schema.door.sending import NO_STORE, Slots, refused_response
from schema.errors import ErrorCode, RequestRefused, bad_input
from schema.faults import faults_refused, refusal
from schema.files.imports import GIVERS, NOT_A_GIVER, PREFIX
from sync.push.cards import Counter
from sync.uploads.marking import mark_upload

PATH: Final = "/imports/{id}/marked"
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_THERE: Final = (
    "Такого файла нет в вашей области, или он уже принят: пометки делаются до приёма. "
    "Загрузите файл через PUT /imports."
)


def marked_routes(zone: ZoneInfo) -> list[BaseRoute]:
    """Make the route; the application's state gives `writer` and `counter`."""
    return [Route(PATH, Marked(zone).get, methods=["GET"])]


class Marked:
    """The endpoint: authenticate, find within the scope, mark, send."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._slots = Slots()

    async def get(self, request: Request) -> Response:
        """Send a marked workbook; every refusal is JSON with a code."""
        try:
            with faults_refused():
                viewer = await viewer_of(request)
                async with DenialsNoted(request, viewer, "import.marked"):
                    allowed(viewer, Permit.SUBMIT)
                    if viewer.role not in GIVERS:
                        raise refusal(ErrorCode.FORBIDDEN, NOT_A_GIVER, status=HTTPStatus.FORBIDDEN)
                await charged(request, viewer, FILE_COST)
                upload_id = await self._found(request, viewer.authority_id)
                with self._slots.taken():
                    response = await self._sent(request, upload_id)
                noted(
                    request,
                    by_viewer(
                        viewer,
                        Action.EXPORT,
                        "import.marked",
                        entity=Entity.UPLOAD,
                        entity_ids=[upload_id],
                    ),
                )
                return response
        except RequestRefused as error:
            return refused_response(error)

    async def _found(self, request: Request, authority_id: UUID) -> UUID:
        upload_id = key_of(PREFIX)(request.path_params["id"])
        writer: Database = request.state.writer
        async with writer.writing() as session:
            await see_as(session, authority_id, today_in(self._zone))
            found = await session.raw.fetchval("select id from upload where id = $1", upload_id)
        if found is None:
            raise refusal(ErrorCode.BAD_USER_INPUT, NOT_THERE, status=HTTPStatus.NOT_FOUND)
        return UUID(str(found))

    async def _sent(self, request: Request, upload_id: UUID) -> Response:
        counter: Counter = request.state.counter
        folder = Path(mkdtemp(prefix="hub-marked-"))
        to = folder / "marked.xlsx"
        try:
            await mark_upload(
                counter.database,
                upload_id,
                to,
                sealer=counter.sealer,
                today=today_in(self._zone),
            )
        except FileError as error:
            rmtree(folder)
            raise RequestRefused([bad_input(error.message)]) from error
        except InputError as error:
            rmtree(folder)
            raise refusal(
                ErrorCode.BAD_USER_INPUT, NOT_THERE, status=HTTPStatus.NOT_FOUND
            ) from error
        return FileResponse(
            to,
            media_type=WORKBOOK,
            filename="исправить.xlsx",
            headers=NO_STORE,
            background=BackgroundTask(rmtree, folder),
        )
