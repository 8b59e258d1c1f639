"""The way of a record, told once: no other file knows this order.

Evidence lands page by page (`intake`), each page committed. What follows from it is computed from
the database's own state and written in one transaction: a run that dies leaves evidence that the
next run projects.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np

from hub.coverage.rollup import request_refresh
from hub.database import Database, WriteSession, refresh_statistics
from hub.records import ChangesetId
from hub.seal import Sealer
from sync import changeset, outbox
from sync.brake.holding import NOBODY, Passing, brake
from sync.changeset import Difference
from sync.columns import is_few
from sync.directory import cached_directory
from sync.evidence.pending import Ids, Pending, read_pending, settle
from sync.evidence.retracted import NOTHING_RETRACTED, Retracted
from sync.matching.model import Model
from sync.mentoring.mentorships import UNTOUCHED as NO_PAIRS
from sync.mentoring.mentorships import MentorshipsWritten, write_mentorships
from sync.mentoring.pairs import write_claims
from sync.people.comparing import recompare
from sync.people.component import connected, recluster
from sync.people.concern import concern_of, states_pairs
from sync.people.disputes import ask_disputes
from sync.people.facts import MUCH, refresh_facts
from sync.people.match import Moved, left_keys
from sync.people.models import active_model
from sync.people.questions import write_questions
from sync.people.ranking import rank_questions
from sync.people.words import next_word, settle_word
from sync.people.writing import PeopleWritten, write_people
from sync.places import places_of, write_places
from sync.rules import read_claim_rules

PROJECTING = "projection"
NOBODYS: Ids = np.empty(0, dtype=np.int64)
Progress = Callable[[str], None]  # is told the station that begins


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

    Units that would change too much are held, but those that `passing` names. Waits for another
    projection to end. Costs what the change touches, not what is stored.
    """
    async with database.writing() as session:
        await session.lock(PROJECTING)
        held = await brake(session, changeset_id, passing, today=today)
        pending = await read_pending(session.raw)
        difference = Difference(held=held)
        if len(pending.all):
            difference = await _project(
                session, pending, changeset_id, sealer=sealer, today=today, progress=progress
            )
            difference = replace(difference, held=held)
        await changeset.finish(session, changeset_id, difference)
        await request_refresh(session)
        return difference


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
    difference = await _project(
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
        difference = await _project(
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
    async with database.writing() as session:
        await session.lock(PROJECTING)
        word = await next_word(session)
        if word is None:
            return None
        changeset_id = await changeset.begin(session, "REVIEW", actor=word.actor)
        await settle_word(session, word, changeset_id)
        held = await brake(session, changeset_id, NOBODY, today=today)
        pending = await read_pending(session.raw)
        pending = pending.among(await connected(session.raw, word.records))
        difference = await _project(
            session, pending, changeset_id, sealer=sealer, today=today, also=word.records
        )
        difference = replace(difference, held=held)
        await changeset.finish(session, changeset_id, difference)
        await request_refresh(session)
        return difference


async def obey_waiting(database: Database, *, sealer: Sealer, today: date) -> list[Difference]:
    """Obey every word that waits, the oldest first; gives what each changed.

    A process killed between two leaves the rest waiting; two at once obey each word once.
    """
    done: list[Difference] = []
    while (difference := await obey(database, sealer=sealer, today=today)) is not None:
        done.append(difference)
    return done


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
        difference = await _project(
            session, pending, changeset_id, sealer=sealer, today=today, again=everybody
        )
        await session.raw.execute(
            "update link set model_version = $1 where model_version <> $1", model.version
        )
        difference = replace(difference, held=held)
        await changeset.finish(session, changeset_id, difference)
        await request_refresh(session)
        return difference


async def _project(  # noqa: PLR0913 - what is taken through the stations, and whose words
    session: WriteSession,
    pending: Pending,
    changeset_id: ChangesetId,
    *,
    sealer: Sealer,
    today: date,
    progress: Progress = lambda _station: None,
    retracted: Retracted = NOTHING_RETRACTED,
    also: Ids = NOBODYS,
    again: Ids = NOBODYS,
) -> Difference:
    """Take what is pending, and the records `also`, through all stations; compare `again` anew."""
    directory = await cached_directory(session.raw)
    rules = await read_claim_rules(session, on=today)
    model = await active_model(session.raw)
    moved = Moved() if retracted is NOTHING_RETRACTED else await left_keys(session.raw)
    if len(pending.restated):
        progress("facts")
        moved += await refresh_facts(
            session,
            pending,
            directory=directory,
            sealer=sealer,
            today=today,
            changeset_id=changeset_id,
        )
    progress("comparing")
    changed = await _compared(session, pending, moved, model, again, changeset_id)
    progress("people")
    concerned = np.union1d(np.union1d(changed, retracted.neighbours), also)
    component = await recluster(session, concerned)
    people = await write_people(
        session,
        component,
        directory,
        retracted=retracted.people,
        model_version=model.version,
        changeset_id=changeset_id,
    )
    if len(concerned) > MUCH:
        await refresh_statistics(session.raw, "link", "person", "employment", "enrolment")
    concern = await concern_of(session, component)
    is_asked = await write_questions(
        session,
        component,
        people.ids,
        is_asked=concern.is_asked or bool(retracted.people),
        changeset_id=changeset_id,
    )
    pairs = NO_PAIRS
    if concern.is_named or states_pairs(component) or retracted.mentorships:
        progress("mentorships")
        await write_claims(
            session, pending.restated, directory=directory, today=today, changeset_id=changeset_id
        )
        pairs = await write_mentorships(
            session,
            rules,
            retracted=retracted.mentorships,
            root_id=directory.root_id,
            changeset_id=changeset_id,
        )
        await ask_disputes(session, model, changeset_id=changeset_id)
    if is_asked or pairs is not NO_PAIRS:
        await rank_questions(session)
    return await _announce(session, pending, people, pairs, directory.root_id, changeset_id)


async def _compared(
    session: WriteSession,
    pending: Pending,
    moved: Moved,
    model: Model,
    again: Ids,
    changeset_id: ChangesetId,
) -> Ids:
    """Compare what was restated, and `again`; gives everyone whose cluster may have changed."""
    if not len(moved.key) and not len(again):
        return pending.all
    changed = await recompare(
        session, pending, moved, model, again=again, changeset_id=changeset_id
    )
    if max(len(pending.restated), len(again)) > MUCH:
        await refresh_statistics(session.raw, "edge")
    return changed


async def _announce(
    session: WriteSession,
    pending: Pending,
    people: PeopleWritten,
    pairs: MentorshipsWritten,
    root_id: UUID,
    changeset_id: ChangesetId,
) -> Difference:
    """Write who may see what, then the events; the evidence is projected."""
    before = people.places_before
    if pairs is not NO_PAIRS:
        before = {**await places_of(session), **before}
    changed = await write_places(
        session,
        set(people.changed),
        root_id=root_id,
        changeset_id=changeset_id,
        is_few=is_few(len(people.affected)) and pairs is NO_PAIRS,
        is_new=not people.known and pairs is NO_PAIRS,
    )
    changed -= people.gone
    events = await _announce_people(session, people, changed, before, changeset_id)
    events += await _announce_mentorships(session, pairs, changeset_id)
    await settle(session.raw, pending)
    return _difference(pending, people, changed, pairs, events)


def _difference(
    pending: Pending,
    people: PeopleWritten,
    changed: set[UUID],
    pairs: MentorshipsWritten,
    events: int,
) -> Difference:
    split = set(people.identities.split)
    merged = set(people.identities.merged)
    return Difference(
        records=len(pending.all),
        people_added=len(changed - people.known - split),
        people_changed=len(changed & people.known),
        people_split=len(changed & split),
        people_merged=len(people.gone & merged),
        people_removed=len(people.gone - merged),
        mentorships_added=len(pairs.changed - pairs.known),
        mentorships_changed=len(pairs.changed & pairs.known),
        mentorships_removed=len(pairs.gone),
        events=events,
    )


async def _announce_people(
    session: WriteSession,
    people: PeopleWritten,
    changed: set[UUID],
    before: outbox.Places,
    changeset_id: ChangesetId,
) -> int:
    merged, split = people.identities.merged, people.identities.split
    operations = [(person, "SPLIT" if person in split else "UPSERT") for person in changed]
    operations += [(old, "MERGED" if old in merged else "DELETE") for old in people.gone]
    if not operations:
        return 0
    return await outbox.announce(
        session,
        "PERSON",
        operations,
        before=before,
        after=await places_of(session),
        others={**merged, **split},
        changeset_id=changeset_id,
    )


async def _announce_mentorships(
    session: WriteSession, pairs: MentorshipsWritten, changeset_id: ChangesetId
) -> int:
    operations = [(pair, "UPSERT") for pair in pairs.changed]
    operations += [(old, "MERGED" if old in pairs.merged else "DELETE") for old in pairs.gone]
    if not operations:
        return 0
    return await outbox.announce(
        session,
        "MENTORSHIP",
        operations,
        before=pairs.places_before,
        after=await outbox.mentorship_places(session),
        others=pairs.merged,
        changeset_id=changeset_id,
    )
