"""Asking for a source to be read, and taking that back: a worker reads, this puts it into the queue."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

import strawberry

from hub.database import WriteSession
from hub.errors import AccessError, HubError
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.errors import bad_input
from schema.said import UserError, listed
from schema.scope.watching import WATCHERS
from schema.sources.runs import SyncRun
from schema.words.sync import SyncMode
from sync.work import asking

NOT_A_WATCHER: Final = "Читает источники и отменяет чтение оператор или ресурсный центр."


@strawberry.input(description="Какой источник прочитать.")
class SyncRunStartInput:
    """Which source is to be read, and how much of it."""

    source: str = strawberry.field(description="Код источника: sources.code.")
    mode: SyncMode = strawberry.field(
        default=SyncMode.CHANGES, description="Что читать: изменённое или всё заново."
    )


@strawberry.input(description="Какой обмен отменить.")
class SyncRunCancelInput:
    """Which run is to end."""

    key: strawberry.ID = strawberry.field(description="Номер обмена: syncRuns.key.")


@declare.bound("Ответ на просьбу прочитать источник или отменить чтение.")
class SyncRunPayload:
    """What came of asking for a run, or for its end."""

    run: SyncRun | None = declare.one(
        "Обмен: прочитает его работник; null, если просьба не принята.",
        Rows(source="sync_run {t}", where=("{t}.id = ({p}.said ->> 'done')::uuid",)),
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", listed("errors"))


async def start_run(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Put a run of a source into the queue."""
    given, actor = arguments["input"], str(acting.viewer.client_id)
    return await _done(
        acting,
        lambda session: asking.ask(
            session, given["source"], mode=asking.Mode(given["mode"]), actor=actor
        ),
    )


async def cancel_run(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Ask a run to end: at once while it waits, after its page while it is at work."""
    run_id = _uuid(arguments["input"]["key"])

    async def cancelled(session: WriteSession) -> UUID:
        await asking.cancel(session, run_id)
        return run_id

    return await _done(acting, cancelled)


async def _done(acting: Acting, ask: Callable[[WriteSession], Awaitable[UUID]]) -> Outcome:
    """Ask by the worker's role: the web puts jobs in, and takes none out."""
    try:
        if acting.viewer.role not in WATCHERS or acting.counter is None:
            raise AccessError(NOT_A_WATCHER, code="sync.not_allowed")
        async with acting.counter.database.writing() as session:
            done = await ask(session)
    except HubError as error:
        return Outcome(said={}, errors=[error])
    return Outcome(said={"done": str(done)})


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise bad_input("Это не номер обмена: возьмите его из syncRuns.key.") from error


START_INPUT = declare.argument("input", SyncRunStartInput, "Что прочитать.")
STOP_INPUT = declare.argument("input", SyncRunCancelInput, "Что отменить.")
