"""Writing people: their links, the ids that ended, and what stands about them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import insert_frame, is_few
from sync.directory import Directory
from sync.identity import Identities, assign
from sync.people.component import Component
from sync.people.standing import write_golden
from sync.places import places_of, places_of_people
from sync.projection import remember_owners

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWritten:
    """Who was looked at and who changed; ids of people that are no more are among both."""

    ids: list[UUID]  # the person of each record of the component
    affected: frozenset[UUID]
    known: frozenset[UUID]  # who of them was there before
    changed: frozenset[UUID]
    gone: frozenset[UUID]
    places_before: dict[UUID, list[UUID]]
    identities: Identities


async def write_people(
    session: WriteSession,
    component: Component,
    directory: Directory,
    *,
    retracted: frozenset[UUID],
    model_version: str,
    today: date,
    changeset_id: ChangesetId,
) -> PeopleWritten:
    """Give the component's clusters their ids and write what stands about each person.

    `retracted` are people of whom records were taken out.

    Leaves the temporary table `affected_person(id)` for the stations that follow.
    """
    connection = session.raw
    identities = assign(component.clustering.labels, component.previous)
    person_ids = [identities.ids[label] for label in component.clustering.labels.tolist()]
    known = {old for old in component.previous if old is not None} | retracted
    affected = set(person_ids) | known
    await remember_owners(connection, "affected_person", affected)
    before = await _seen(session, known, today=today)
    await _write_links(connection, component, person_ids, model_version, changeset_id)
    await _write_aliases(connection, component, person_ids, identities, changeset_id)
    changed = await write_golden(
        connection,
        component,
        np.array(person_ids, dtype=object),
        directory,
        changeset_id,
        known=known,
    )
    gone = await connection.fetch(NO_MORE) if known else []
    return PeopleWritten(
        ids=person_ids,
        affected=frozenset(affected),
        known=frozenset(known),
        changed=frozenset(changed),
        gone=frozenset(row["id"] for row in gone),
        places_before=before,
        identities=identities,
    )


async def _seen(session: WriteSession, known: set[UUID], *, today: date) -> dict[UUID, list[UUID]]:
    """Say who saw those that were known before."""
    if not is_few(len(known)):
        return await places_of(session, today=today)
    return await places_of_people(session, [*known], today=today) if known else {}


NO_MORE = """
delete from person p using affected_person a
where p.id = a.id and not exists (select from link where person_id = p.id)
returning p.id
"""


async def _write_links(
    connection: Connection,
    component: Component,
    person_ids: list[UUID],
    model_version: str,
    changeset_id: ChangesetId,
) -> None:
    moved = [new != old for new, old in zip(person_ids, component.previous, strict=True)]
    links = pd.DataFrame({"record_id": component.facts["record_id"], "person_id": person_ids})[
        np.array(moved, dtype=bool)
    ]
    if links.empty:
        return
    await connection.execute(
        "delete from link where record_id = any($1)", links["record_id"].tolist()
    )
    links = links.assign(model_version=model_version, changeset_id=changeset_id)
    await insert_frame(connection, "link", links, list(links.columns))


async def _write_aliases(
    connection: Connection,
    component: Component,
    person_ids: list[UUID],
    identities: Identities,
    changeset_id: ChangesetId,
) -> None:
    """Let ids that ended answer for whoever bears one of their records now, and say what happened.

    An id follows a record: when a merger is undone the id that ended in it answers for the part
    that its records went to, not for the one that kept the other id.
    """
    if not any(
        old not in (None, new) for new, old in zip(person_ids, component.previous, strict=True)
    ):
        return
    anchors = _anchors(component, identities)
    merged = [(old, new, anchors[old], changeset_id) for old, new in identities.merged.items()]
    await connection.executemany(
        "update person_alias set person_id = $2, kind = 'MERGED', changeset_id = $3"
        " where person_id = $1",
        [(old, new, number) for old, new, _, number in merged],
    )
    await connection.executemany(
        "insert into person_alias (alias_id, person_id, kind, record_id, changeset_id)"
        " values ($1, $2, 'MERGED', $3, $4)",
        merged,
    )
    await connection.execute(FOLLOWED, component.facts["record_id"].tolist(), changeset_id)
    lineage = [(new, old, "MERGED", changeset_id) for old, new in identities.merged.items()]
    lineage += [(new, old, "SPLIT", changeset_id) for new, old in identities.split.items()]
    await connection.executemany(
        "insert into person_lineage (person_id, other_id, kind, changeset_id)"
        " values ($1, $2, $3, $4)",
        lineage,
    )


FOLLOWED = """
update person_alias a set person_id = l.person_id, kind = 'SPLIT', changeset_id = $2
from link l where l.record_id = a.record_id and l.record_id = any($1)
    and l.person_id <> a.person_id
"""


def _anchors(component: Component, identities: Identities) -> dict[UUID, int]:
    """Choose for each id that ended the least of its records that its heir took."""
    found: dict[UUID, int] = {}
    labels = component.clustering.labels.tolist()
    records = component.facts["record_id"].tolist()
    for record, label, old in sorted(zip(records, labels, component.previous, strict=True)):
        if old in identities.merged and identities.ids[label] == identities.merged[old]:
            found.setdefault(old, int(record))
    return found
