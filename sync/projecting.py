"""The transactions in which evidence becomes people: of a run, a word, ranks, a model, another's own.

Each takes what is pending through the stations of `pipeline`, one at a time in the whole hub, and
leaves a changeset that says what came of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

import numpy as np

from hub.coverage.rollup import request_refresh
from hub.database import Database, WriteSession
from hub.records import ChangesetId
from hub.seal import Sealer
from sync import changeset
from sync.brake.holding import NOBODY, Passing, brake
from sync.changeset import Difference
from sync.evidence.pending import Ids, read_pending
from sync.evidence.retracted import Retracted
from sync.evidence.spoiled import project_sound
from sync.matching.model import Model
from sync.people.component import connected
from sync.people.source_ranks import to_choose_anew
from sync.people.words import next_word, settle_word
from sync.pipeline import Progress, carry

PROJECTING = "projection"


async def project(
    database: Database,
    changeset_id: ChangesetId,
    *,
    sealer: Sealer,
    today: date,
    passing: Passing = NOBODY,
    progress: Progress = lambda _station: None,
) -> Difference:
    """Bring people and mentorships up to the evidence, in one transaction.

    Units that would change too much are held, but those that `passing` names. A row that cannot be
    projected is set aside alone. Waits for another projection to end. Costs what the change
    touches, not what is stored.
    """

    async def projected(session: WriteSession) -> Difference:
        await session.lock(PROJECTING)
        held = await brake(session, changeset_id, passing, today=today)
        pending = await read_pending(session.raw)
        difference = Difference(held=held)
        if len(pending.all):
            carried = partial(
                carry,
                session,
                changeset_id=changeset_id,
                sealer=sealer,
                today=today,
                progress=progress,
            )
            done, aside = await project_sound(
                session, pending, carried, sealer=sealer, changeset_id=changeset_id
            )
            difference = replace(changeset.summed(done), held=held, set_aside=aside)
        await changeset.finish(session, changeset_id, difference)
        await request_refresh(session)
        return difference

    return await database.lasting(projected)


async def project_taken_out(
    session: WriteSession,
    changeset_id: ChangesetId,
    records: Ids,
    *,
    former: UUID,
    sealer: Sealer,
    today: date,
) -> Difference:
    """Bring people up to records that are another person's now, within the transaction that said so.

    `former` is whose they were and who is no more. No brake: it was demanded by law.
    """
    pending = (await read_pending(session.raw)).among(records)
    retracted = Retracted(people=frozenset({former}))
    difference = await carry(
        session, pending, changeset_id, sealer=sealer, today=today, retracted=retracted
    )
    await changeset.apply(session, changeset_id, difference)
    await request_refresh(session)
    return difference


async def project_within(
    session: WriteSession,
    changeset_id: ChangesetId,
    *,
    retracted: Retracted,
    sealer: Sealer,
    today: date,
    passing: Passing = NOBODY,
    source_id: UUID | None = None,
) -> Difference:
    """Bring people up to evidence that came or was taken out in the same transaction.

    The same stations as `project`; of one source alone where it is named, and what others landed
    meanwhile is left to their runs. Expects the lock PROJECTING to be held since before that.
    """
    held = await brake(session, changeset_id, passing, today=today, source_id=source_id)
    pending = await read_pending(session.raw, source_id)
    difference = Difference(held=held)
    if len(pending.all) or retracted.people or retracted.mentorships:
        difference = await carry(
            session, pending, changeset_id, sealer=sealer, today=today, retracted=retracted
        )
    await changeset.apply(session, changeset_id, difference)
    await request_refresh(session)
    return replace(difference, held=held)


async def obey(database: Database, *, sealer: Sealer, today: date) -> Difference | None:
    """Bring people up to the word that has waited longest, as a change of its own.

    Only the component of its records is clustered anew; what evidence is pending of them comes
    along. Gives None where no word waits. Waits for another projection to end.
    """

    async def obeyed(session: WriteSession) -> Difference | None:
        await session.lock(PROJECTING)
        word = await next_word(session)
        if word is None:
            return None
        changeset_id = await changeset.begin(session, "REVIEW", actor=word.actor)
        await settle_word(session, word, changeset_id)
        return await _follow(session, changeset_id, word.records, sealer=sealer, today=today)

    return await database.lasting(obeyed)


async def obey_waiting(database: Database, *, sealer: Sealer, today: date) -> list[Difference]:
    """Obey every word that waits, the oldest first; gives what each changed.

    A process killed between two leaves the rest waiting; two at once obey each word once.
    """
    done: list[Difference] = []
    while (difference := await obey(database, sealer=sealer, today=today)) is not None:
        done.append(difference)
    return done


async def obey_ranks(
    database: Database, *, sealer: Sealer, today: date, actor: str
) -> Difference | None:
    """Choose anew among what sources say of whom their changed ranks concern, as a change of its own.

    Gives None where nobody is left to be chosen anew: another projection may have done it already.
    Waits for one to end.
    """

    async def obeyed(session: WriteSession) -> Difference | None:
        await session.lock(PROJECTING)
        records = await to_choose_anew(session)
        if not len(records):
            return None
        changeset_id = await changeset.begin(session, "RANKS", actor=actor)
        return await _follow(session, changeset_id, records, sealer=sealer, today=today)

    return await database.lasting(obeyed)


async def _follow(
    session: WriteSession, changeset_id: ChangesetId, records: Ids, *, sealer: Sealer, today: date
) -> Difference:
    """Bring the components of the records up to what was said, with what evidence is pending of them."""
    held = await brake(session, changeset_id, NOBODY, today=today)
    pending = await read_pending(session.raw)
    pending = pending.among(await connected(session.raw, records))
    difference = await carry(
        session, pending, changeset_id, sealer=sealer, today=today, also=records
    )
    difference = replace(difference, held=held)
    await changeset.finish(session, changeset_id, difference)
    await request_refresh(session)
    return difference


async def rematch(
    database: Database,
    choose: Callable[[WriteSession], Awaitable[Model]],
    *,
    sealer: Sealer,
    today: date,
    actor: str,
) -> Difference:
    """Match everybody anew by the model that `choose` makes active, as a change of its own.

    Ids stay with whoever stays together; a word given meanwhile waits and is obeyed after. Waits
    for another projection to end. Costs what is stored.
    """
    async with database.writing() as session:
        await session.lock(PROJECTING)
        model = await choose(session)
        changeset_id = await changeset.begin(session, "MODEL", actor=actor)
        held = await brake(session, changeset_id, NOBODY, today=today)
        pending = await read_pending(session.raw)
        rows = await session.raw.fetch("select record_id from record_facts order by record_id")
        everybody = np.array([row[0] for row in rows], dtype=np.int64)
        difference = await carry(
            session, pending, changeset_id, sealer=sealer, today=today, again=everybody
        )
        await session.raw.execute(
            "update link set model_version = $1 where model_version <> $1", model.version
        )
        difference = replace(difference, held=held)
        await changeset.finish(session, changeset_id, difference)
        await request_refresh(session)
        return difference
