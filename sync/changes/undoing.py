"""Taking one change back: the front room. What later changes said stays said.

Only evidence is taken out; people and pairs follow from what is left. A change that took another
back is itself taken back by putting the evidence in again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np

from hub.database import Database, WriteSession
from hub.errors import ConflictError, InputError
from hub.records import ChangesetId
from sync.brake.holding import Passing, close_waiting
from sync.changeset import Difference, UnknownChangesetError
from sync.evidence.retracted import Retracted
from sync.evidence.undone import put_back, withdraw
from sync.files.opened import SOURCE_CODE
from sync.mentoring.pairs import forget_programmes
from sync.projecting import PROJECTING, project_within
from sync.push import log
from sync.push.card import fold
from sync.push.landing import Desk, land_cards, retract_left
from sync.push.landing_pairs import land_apart
from sync.region import Region

OF_EVIDENCE: Final = frozenset({"IMPORT", "SYNC", "PUSH", "UNDO"})


class NotUndoableError(InputError):
    """Так отменяются файлы, обмены и присланное. Ответ на вопрос отменяется в разборе совпадений."""

    code = "changeset.not_undoable"


class UndoneAlreadyError(ConflictError):
    """Это изменение уже отменено."""

    code = "conflict.changeset_undone"


class AtWorkError(ConflictError):
    """Это изменение ещё идёт. Дождитесь конца или отмените чтение: python -m hub sync cancel."""

    code = "conflict.changeset_at_work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What is to be taken back, by whom and why; `reason` holds no personal data."""

    changeset_id: ChangesetId
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The change that took another back, and what that changed."""

    changeset_id: ChangesetId
    difference: Difference


async def undo(
    database: Database,
    desired: Desired,
    region: Region,
    *,
    undo_id: ChangesetId | None = None,
) -> Undone:
    """Take exactly one change back, as a change of its own.

    `undo_id` names the change that was opened for it. A source that was read is paused and will be
    read from the beginning: else it would say the same again by itself. Raises UnknownChangesetError,
    NotUndoableError, UndoneAlreadyError, AtWorkError, and ConflictError while its source is read.
    """
    async with _alone(database, desired), database.writing() as session:
        await session.lock(PROJECTING)
        held = await _require_undoable(session, desired.changeset_id)
        number = undo_id or await open_undo(session, desired)
        difference = await _undo(session, held, number, desired, region)
        await close_waiting(session)
        return Undone(changeset_id=number, difference=difference)


async def undo_opened(database: Database, undo_id: ChangesetId, region: Region) -> None:
    """Take back what an opened change is to take back; where it cannot be, close that change."""
    async with database.reading() as session:
        row = await session.raw.fetchrow(
            "select undoes, actor, reason from changeset where id = $1 and state = 'STAGED'",
            undo_id,
        )
    if row is None:
        return
    desired = Desired(
        changeset_id=ChangesetId(row["undoes"]), actor=row["actor"], reason=row["reason"]
    )
    try:
        await undo(database, desired, region, undo_id=undo_id)
    except (NotUndoableError, UndoneAlreadyError):
        async with database.writing() as session:
            await session.raw.execute(
                "update changeset set state = 'FAILED' where id = $1", undo_id
            )


async def open_undo(session: WriteSession, desired: Desired) -> ChangesetId:
    """Open the change that will take another back."""
    number = await session.raw.fetchval(
        "insert into changeset (kind, state, actor, summary, undoes, reason)"
        " values ('UNDO', 'STAGED', $1, '{}', $2, $3) returning id",
        desired.actor,
        desired.changeset_id,
        desired.reason,
    )
    return ChangesetId(number)


@asynccontextmanager
async def _alone(database: Database, desired: Desired) -> AsyncIterator[None]:
    """Keep runs of the change's source out meanwhile."""
    async with database.reading() as session:
        code = await session.raw.fetchval(SOURCE_OF, desired.changeset_id)
    async with database.holding(f"source:{code or SOURCE_CODE}"):
        yield


SOURCE_OF: Final = """
select s.code from changeset c
join sync_run r on r.changeset_id in (c.id, c.undoes) join source s on s.id = r.source_id
where c.id = $1 limit 1
"""


async def _require_undoable(session: WriteSession, changeset_id: ChangesetId) -> asyncpg.Record:
    held = await session.raw.fetchrow(
        "select c.id, c.kind, c.state, c.undoes, exists (select from sync_run r"
        " where r.changeset_id = c.id and r.state = 'RUNNING') as is_at_work"
        " from changeset c where c.id = $1 for update",
        changeset_id,
    )
    if held is None:
        raise UnknownChangesetError
    if held["kind"] not in OF_EVIDENCE:
        raise NotUndoableError
    if held["state"] == "UNDONE":
        raise UndoneAlreadyError
    if held["is_at_work"] or (held["kind"] == "UNDO" and held["state"] != "APPLIED"):
        raise AtWorkError
    return held


async def _undo(
    session: WriteSession,
    held: asyncpg.Record,
    number: ChangesetId,
    desired: Desired,
    region: Region,
) -> Difference:
    pushed = await _pushed_cards(session, held, number)
    if pushed:
        difference = await _follow_cards(session, pushed, number, region)
    else:
        if held["kind"] == "UNDO":
            retracted = await put_back(session, held["id"])
        else:
            retracted = await withdraw(session, held["id"], undo_id=number)
        difference = await _follow(session, number, retracted, desired, region)
    await session.raw.execute("update changeset set state = 'UNDONE' where id = $1", held["id"])
    if held["kind"] == "UNDO":
        await session.raw.execute(
            "update changeset set state = 'APPLIED' where id = $1", held["undoes"]
        )
        await session.raw.execute(RUNS_AGAIN, held["undoes"])
    else:
        for statement in (RUNS_UNDONE, SOURCES_PAUSED, UPLOADS_UNDONE):
            await session.raw.execute(statement, held["id"])
    return difference


RUNS_UNDONE: Final = "update sync_run set state = 'UNDONE' where changeset_id = $1"
RUNS_AGAIN: Final = (
    "update sync_run set state = case when coalesce((counts ->> 'rejected')::int, 0) > 0"
    " then 'PARTIAL' else 'SUCCEEDED' end where changeset_id = $1 and state = 'UNDONE'"
)
SOURCES_PAUSED: Final = (
    "update source s set paused = true, cursor = null, full_since = null"
    " from sync_run r where r.changeset_id = $1 and s.id = r.source_id"
)
# What was accepted may be given again.
UPLOADS_UNDONE: Final = (
    "update upload set state = 'FAILED', error_code = 'import.undone', error_message ="
    " 'Приём этого файла отменён: загрузите исправленный или этот же файл снова.'"
    " where changeset_id = $1 and state = 'ACCEPTED'"
)


async def _follow(
    session: WriteSession,
    number: ChangesetId,
    retracted: Retracted,
    desired: Desired,
    region: Region,
) -> Difference:
    """Project what is left; whoever takes a change back answers for what that ends."""
    units = await session.raw.fetch(CONCERNED)
    passing = Passing(
        actor=desired.actor,
        units=frozenset((row["source_id"], row["organisation_id"]) for row in units),
    )
    difference = await project_within(
        session,
        number,
        passing=passing,
        retracted=retracted,
        sealer=region.sealer,
        today=region.today,
    )
    await forget_programmes(session.raw, sorted({row["organisation_id"] for row in units}))
    return difference


CONCERNED: Final = """
select distinct source_id, organisation_id from record
where projected_version_id is null or ended_on is distinct from projected_ended_on
"""


async def _pushed_cards(
    session: WriteSession, held: asyncpg.Record, number: ChangesetId
) -> dict[UUID, list[str]]:
    """Take out of the log what a push said, or put it back; answers whose cards it was said of."""
    if held["kind"] == "PUSH":
        renumbered = await session.raw.fetchval(
            "select exists (select from push_rekey where changeset_id = $1)", held["id"]
        )
        if renumbered:
            raise NotUndoableError(
                "Смена номера карточки не отменяется: пришлите карточку под верным номером.",
                code="changeset.renumbered",
            )
        await session.raw.execute(KEEP_PUSHED, number, held["id"])
        rows = await session.raw.fetch(TAKE_PUSHED, held["id"])
        if not rows:
            raise NotUndoableError(
                "Эта отправка ничего не добавила: отменять нечего.", code="changeset.nothing"
            )
    else:
        rows = await session.raw.fetch(PUT_BACK_PUSHED, held["id"])
    found: dict[UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row["source_id"], []).append(row["card"])
    return found


KEEP_PUSHED: Final = """
insert into undone_evidence (changeset_id, relation, said)
select $1, 'push_entry', to_jsonb(e) from push_entry e where e.changeset_id = $2
"""
TAKE_PUSHED: Final = "delete from push_entry where changeset_id = $1 returning source_id, card"
PUT_BACK_PUSHED: Final = """
with kept as (
    delete from undone_evidence where changeset_id = $1 and relation = 'push_entry' returning said
), added as (
    insert into push_entry select said.*
    from kept cross join jsonb_populate_record(null::push_entry, kept.said) said
    on conflict do nothing returning source_id, card
)
select source_id, card from added
"""


async def _follow_cards(
    session: WriteSession, pushed: dict[UUID, list[str]], number: ChangesetId, region: Region
) -> Difference:
    """Fold the cards of what is left of the log; one push is of one source."""
    ((source_id, names),) = pushed.items()
    desk = Desk(
        source_id=source_id,
        source_file_id=await session.raw.fetchval(
            "select id from source_file where source_id = $1", source_id
        ),
        sealer=region.sealer,
        zone=region.zone,
    )
    entries = await log.entries_of(session.raw, source_id, names)
    said = {name: fold(entries.get(name, [])) for name in names}
    cards, paired = await land_apart(session, desk, said, changeset_id=number)
    void = await land_cards(session, desk, cards, changeset_id=number)
    left = await retract_left(session, desk, cards)
    retracted = Retracted(
        people=void.people | left.people | paired.people,
        neighbours=np.union1d(np.union1d(void.neighbours, left.neighbours), paired.neighbours),
        mentorships=paired.mentorships,
    )
    return await project_within(
        session,
        number,
        source_id=source_id,
        retracted=retracted,
        sealer=region.sealer,
        today=region.today,
    )
