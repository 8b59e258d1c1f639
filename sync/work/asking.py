"""Asking for a run of a source, and taking the request back."""

from typing import Final
from uuid import UUID

from hub import jobs
from hub.database import WriteSession
from hub.errors import ConflictError, InputError
from sync.runs import run as runs
from sync.runs.log import note
from sync.runs.run import GIVEN, Mode, RunState
from sync.work.duties import SYNC

ALREADY: Final = (
    "Чтение этого источника уже ждёт очереди или идёт: {0}. Дождитесь его или отмените: "
    "python -m hub sync cancel {0}"
)


class UnknownRunError(InputError):
    """Такого чтения нет. Посмотрите номера: python -m hub sync list."""

    code = "sync.run_unknown"


class NeverReadError(InputError):
    """Этот источник не читают: его файлы и карточки присылают сами."""

    code = "source.never_read"


class EndedRunError(ConflictError):
    """Это чтение уже закончилось: отменять нечего."""

    code = "conflict.run_ended"


def key_of(code: str) -> str:
    """Name the queue's one place of a source."""
    return f"{SYNC}:{code}"


async def ask(session: WriteSession, code: str, *, mode: Mode, actor: str) -> UUID:
    """Put a run of a source into the queue and give its id.

    Raises UnknownSourceError, NeverReadError, and ConflictError while a run of the source waits or
    is at work.
    """
    await session.lock(key_of(code))
    if await session.raw.fetchval("select kind from source where code = $1", code) in GIVEN:
        raise NeverReadError
    if open_run := await _open_run(session, code):
        raise ConflictError(ALREADY.format(open_run), code="conflict.run_open")
    run_id = await runs.request(session, code, mode=mode, actor=actor)
    await note(session, run_id, "run.queued", f"Чтение поставлено в очередь: {mode}.")
    await jobs.enqueue_once(session, SYNC, {"run": str(run_id), "source": code}, key=key_of(code))
    return run_id


async def ask_unless_asked(
    session: WriteSession, code: str, *, mode: Mode, actor: str
) -> UUID | None:
    """Put a run into the queue unless one waits or is at work already."""
    try:
        return await ask(session, code, mode=mode, actor=actor)
    except ConflictError:
        return None


async def cancel(session: WriteSession, run_id: UUID) -> RunState:
    """Ask a run to end: one that waits ends at once, one at work after its page.

    Gives where it stands then. Raises UnknownRunError and EndedRunError.
    """
    code = await session.raw.fetchval(
        "select s.code from sync_run r join source s on s.id = r.source_id where r.id = $1", run_id
    )
    if code is None:
        raise UnknownRunError
    if not await runs.ask_to_cancel(session, run_id):
        raise EndedRunError
    state = RunState(await session.raw.fetchval("select state from sync_run where id = $1", run_id))
    if state is RunState.CANCELLED:
        await jobs.withdraw(session, key_of(code))
        await note(session, run_id, "run.cancelled", "Чтение отменено до начала.")
    else:
        await note(session, run_id, "run.cancel_asked", "Чтение закончится после этой страницы.")
    return state


async def _open_run(session: WriteSession, code: str) -> UUID | None:
    """Find the run of a source that has a job in the queue, at work or waiting."""
    found: UUID | None = await session.raw.fetchval(
        "select (convert_from(payload, 'UTF8')::jsonb ->> 'run')::uuid"
        f" from {jobs.SCHEMA}.pgqueuer where dedupe_key = $1 and status in ('queued', 'picked')",
        key_of(code),
    )
    return found


__all__ = [
    "EndedRunError",
    "Mode",
    "NeverReadError",
    "UnknownRunError",
    "ask",
    "ask_unless_asked",
    "cancel",
]
