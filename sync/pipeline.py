"""The way of a record, told once: no other file knows this order.

Evidence lands page by page (`intake`), each page committed. What follows from it is computed from
the database's own state and written in one transaction: a run that dies leaves evidence that the
next run projects. Who begins such a transaction, and when, stands in `projecting`.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

import numpy as np

from hub.database import WriteSession
from hub.filling import refresh_statistics
from hub.records import ChangesetId
from hub.seal import Sealer
from sync import outbox
from sync.changeset import Difference
from sync.columns import is_few
from sync.directory import cached_directory
from sync.evidence.pending import Ids, Pending, settle
from sync.evidence.retracted import NOTHING_RETRACTED, Retracted
from sync.matching.model import Model
from sync.mentoring.mentorships import UNTOUCHED as NO_PAIRS
from sync.mentoring.mentorships import MentorshipsWritten, write_mentorships
from sync.mentoring.pairs import write_claims
from sync.people.comparing import recompare
from sync.people.component import recluster
from sync.people.concern import concern_of, states_pairs
from sync.people.disputes import ask_disputes
from sync.people.facts import MUCH, refresh_facts
from sync.people.match import Moved, left_keys
from sync.people.models import active_model
from sync.people.questions import write_questions
from sync.people.ranking import rank_questions
from sync.people.writing import PeopleWritten, write_people
from sync.places import places_of, places_of_people, write_places
from sync.rules import read_claim_rules

NOBODYS: Ids = np.empty(0, dtype=np.int64)
Progress = Callable[[str], None]  # is told the station that begins


async def carry(  # noqa: PLR0913 - what is taken through the stations, and whose words
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
    """Take what is pending, and the records `also`, through all stations; compare `again` anew.

    `retracted` names whose evidence was taken out. Gives what came of it; the caller keeps it.
    """
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
    changed = await _compared(session, pending, moved, model, again, today, changeset_id)
    progress("people")
    concerned = np.union1d(np.union1d(changed, retracted.neighbours), also)
    component = await recluster(session, concerned, today=today)
    people = await write_people(
        session,
        component,
        directory,
        retracted=retracted.people,
        model_version=model.version,
        today=today,
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
        today=today,
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
            today=today,
            changeset_id=changeset_id,
        )
        await ask_disputes(session, model, today=today, changeset_id=changeset_id)
    if is_asked or pairs is not NO_PAIRS:
        await rank_questions(session, today=today)
    said = await _announce(
        session,
        pending,
        people,
        pairs,
        root_id=directory.root_id,
        today=today,
        changeset_id=changeset_id,
    )
    # What was remembered for this projection: another in the same transaction begins anew.
    await session.raw.execute("discard temp")
    return said


async def _compared(
    session: WriteSession,
    pending: Pending,
    moved: Moved,
    model: Model,
    again: Ids,
    today: date,
    changeset_id: ChangesetId,
) -> Ids:
    """Compare what was restated, and `again`; gives everyone whose cluster may have changed."""
    if not len(moved.key) and not len(again):
        return pending.all
    changed = await recompare(
        session, pending, moved, model, again=again, today=today, changeset_id=changeset_id
    )
    if max(len(pending.restated), len(again)) > MUCH:
        await refresh_statistics(session.raw, "edge")
    return changed


async def _announce(
    session: WriteSession,
    pending: Pending,
    people: PeopleWritten,
    pairs: MentorshipsWritten,
    *,
    root_id: UUID,
    today: date,
    changeset_id: ChangesetId,
) -> Difference:
    """Write who may see what, then the events; the evidence is projected."""
    before = people.places_before
    if pairs is not NO_PAIRS:
        before = {**await places_of(session, today=today), **before}
    changed = await write_places(
        session,
        set(people.changed),
        root_id=root_id,
        changeset_id=changeset_id,
        is_few=is_few(len(people.affected)) and pairs is NO_PAIRS,
        is_new=not people.known and pairs is NO_PAIRS,
    )
    changed -= people.gone
    events = await _announce_people(
        session, people, changed, before, today=today, changeset_id=changeset_id
    )
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
    *,
    today: date,
    changeset_id: ChangesetId,
) -> int:
    merged, split = people.identities.merged, people.identities.split
    operations = [(person, "SPLIT" if person in split else "UPSERT") for person in changed]
    operations += [(old, "MERGED" if old in merged else "DELETE") for old in people.gone]
    return await outbox.announce(
        session,
        "PERSON",
        operations,
        before=before,
        after=partial(places_of_people, session, today=today),
        others={**merged, **split},
        changeset_id=changeset_id,
    )


async def _announce_mentorships(
    session: WriteSession, pairs: MentorshipsWritten, changeset_id: ChangesetId
) -> int:
    operations = [(pair, "UPSERT") for pair in pairs.changed]
    operations += [(old, "MERGED" if old in pairs.merged else "DELETE") for old in pairs.gone]
    return await outbox.announce(
        session,
        "MENTORSHIP",
        operations,
        before=pairs.places_before,
        after=partial(outbox.places_of_mentorships, session),
        others=pairs.merged,
        changeset_id=changeset_id,
    )
