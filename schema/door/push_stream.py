"""Streams of what partners push: a line of JSON a card or a mentorship, a line of JSON its answer.

`POST /push/staff` takes lines of what `StaffCardInput` holds, `POST /push/mentorships` of what
`MentorshipCardInput` holds. Lines are taken in portions, each a request of its own
under the stream's key: a stream that broke off is sent again, and what was taken answers the same.
The answers are sent once the last line was taken: a client that does not read while it writes
would wait for ever.
"""

import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, Final, Generic, TypeVar

from graphql import GraphQLError, GraphQLInputType, Undefined, coerce_input_value
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from hub.access import Permit, Role, Viewer
from hub.audit.events import Action, by_viewer
from hub.errors import HubError
from schema.compiler import about
from schema.compiler.arguments import Value
from schema.compiler.documents import MAX_ERRORS
from schema.compiler.ids import make_id
from schema.compiler.misfits import misfits
from schema.compiler.run import Engine
from schema.context import allowed, charged, noted, viewer_of
from schema.door.sending import NO_STORE, refused_response
from schema.errors import ErrorCode, RequestRefused, bad_input
from schema.faults import faults_refused, refusal
from schema.push.cards import item_of
from schema.push.mentorships import pair_of
from schema.push.requests import NOT_A_PARTNER
from sync.push.cards import LONGEST, Counter, Pusher, push_cards
from sync.push.mentorships import push_pairs
from sync.push.requests import NAMING

NDJSON: Final = "application/x-ndjson"
KEY: Final = "Idempotency-Key"
PORTION: Final = 500
LONGEST_LINE: Final = 64 * 1024
BLOCK: Final = 64 * 1024
Json = Any  # a card or an answer
One = TypeVar("One")  # what is said of one card or mentorship


@dataclass(frozen=True, slots=True)
class Taking(Generic[One]):
    """What a stream takes: where, the input that a line holds, and how it is read and pushed."""

    path: str
    holds: str
    read: Callable[[Value], One]
    push: Callable[[Counter, Pusher, Sequence[One], str], Awaitable[Sequence[Json]]]


STAFF: Final = Taking(
    "/push/staff",
    "StaffCardInput",
    item_of,
    lambda counter, pusher, items, key: push_cards(counter, pusher, items, key=key),
)
MENTORSHIPS: Final = Taking(
    "/push/mentorships",
    "MentorshipCardInput",
    pair_of,
    lambda counter, pusher, items, key: push_pairs(counter, pusher, items, key=key),
)


def push_routes(engine: Engine) -> list[BaseRoute]:
    """Make the routes; the application's state gives `web`, `entrance` and `counter`."""
    return [_route(engine, STAFF), _route(engine, MENTORSHIPS)]


def _route(engine: Engine, taking: Taking[One]) -> Route:
    return Route(taking.path, PushStream(engine, taking).post, methods=["POST"])


class PushStream(Generic[One]):
    """An endpoint: authenticate, take line after line, answer."""

    def __init__(self, engine: Engine, taking: Taking[One]) -> None:
        self._kind: GraphQLInputType = engine.schema.type_map[taking.holds]  # type: ignore[assignment]  # by its name an input
        self._taking = taking

    async def post(self, request: Request) -> Response:
        """Take a stream of cards; what is wrong with a line is in its answer."""
        try:
            with faults_refused(), ExitStack() as opened:
                viewer = await viewer_of(request)
                allowed(viewer, Permit.SUBMIT)
                key = _key(request, viewer)
                answers = opened.enter_context(tempfile.TemporaryFile())
                await self._taken(request, viewer, key, answers)
                opened.pop_all()  # from now on whoever sends the answers closes them
        except RequestRefused as error:
            return refused_response(error)
        return StreamingResponse(_sent(answers), media_type=NDJSON, headers=NO_STORE)

    async def _taken(self, request: Request, viewer: Viewer, key: str, answers: IO[bytes]) -> None:
        number = 0
        async for lines in _portions(request):
            await charged(request, viewer, len(lines))
            found = await self._pushed(request.state.counter, viewer, f"{key}/{number}", lines)
            for entity, ids in about.entities({}, found).items():
                told = by_viewer(
                    viewer, Action.CHANGE, self._taking.path, entity=entity, entity_ids=ids
                )
                noted(request, told)
            for one in found:
                answers.write(json.dumps(_told(one), ensure_ascii=False).encode() + b"\n")
            number += 1

    async def _pushed(
        self, counter: Counter, viewer: Viewer, key: str, lines: Sequence[bytes]
    ) -> Sequence[Json]:
        read = [self._read(line) for line in lines]
        pusher = Pusher(
            client_id=viewer.client_id, name=viewer.client_name, authority_id=viewer.authority_id
        )
        items = [one for one in read if not isinstance(one, Refused)]
        try:
            pushing = self._taking.push
            found = iter(await pushing(counter, pusher, items, key) if items else ())
        except HubError as error:
            raise RequestRefused([bad_input(error.message)]) from error
        return [one.answer if isinstance(one, Refused) else next(found) for one in read]

    def _read(self, line: bytes) -> "One | Refused":
        """Read what a line holds, or say where it holds none of that."""
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            message = f"Строка не разобрана: это объект JSON с полями {self._taking.holds}."
            return Refused.of(None, [(message, "")])
        coerced = coerce_input_value(said, self._kind)
        if coerced is Undefined:
            wrong = misfits(self._kind, said, most=MAX_ERRORS)
            return Refused.of(said, [(one.words, str(one).removeprefix(".")) for one in wrong])
        try:
            return self._taking.read(coerced)
        except GraphQLError as error:
            return Refused.of(None, [(error.message, "")])


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that holds no card: what it is answered."""

    answer: Json

    @classmethod
    def of(cls, said: Json, faults: Sequence[tuple[str, str]]) -> "Refused":
        """Answer a line with what is wrong and where; `said` may give the card's number."""
        number = said.get("externalId") if isinstance(said, dict) else None
        named = number if isinstance(number, str) and len(number) <= LONGEST else None
        errors = [
            {"code": "push.malformed_line", "message": message, "path": [path] if path else []}
            for message, path in faults
        ]
        return cls(
            {
                "externalId": named,
                "status": "REFUSED",
                "changed": [],
                "review": [],
                "errors": errors,
            }
        )


def _told(answer: Json) -> Json:
    """Give an answer as it is sent: people and mentorships by their global ids."""
    return answer | {
        name: make_id(prefix, answer[name]) for name, prefix in NAMING.items() if answer.get(name)
    }


def _key(request: Request, viewer: Viewer) -> str:
    if viewer.role is not Role.PARTNER_SYSTEM:
        raise refusal(ErrorCode.FORBIDDEN, NOT_A_PARTNER, status=HTTPStatus.FORBIDDEN)
    if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != NDJSON:
        message = f"Тело запроса должно быть {NDJSON}: строка JSON на запись."
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        raise refusal(ErrorCode.BAD_REQUEST, message, status=status)
    key = request.headers.get(KEY, "")
    if not key:
        raise RequestRefused([bad_input(f"Нужен заголовок {KEY}: по нему повтор узнаётся.")])
    return key


async def _portions(request: Request) -> AsyncIterator[Sequence[bytes]]:
    """Gather the lines of a body; raises RequestRefused for one that does not end."""
    rest, lines = b"", list[bytes]()
    try:
        async for piece in request.stream():
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise RequestRefused([bad_input("Строка длиннее 64 КБ: это не запись.")])
            lines += [line for line in whole if line.strip()]
            while len(lines) >= PORTION:
                yield lines[:PORTION]
                lines = lines[PORTION:]
    except ClientDisconnect as error:
        raise RequestRefused(
            [bad_input("Передача прервалась: повторите с тем же ключом.")]
        ) from error
    if rest.strip():
        lines.append(rest)
    if lines:
        yield lines


async def _sent(answers: IO[bytes]) -> AsyncIterator[bytes]:
    with answers:
        answers.seek(0)
        while block := answers.read(BLOCK):
            yield block
