"""Writing mentorships: claims of the affected mentors joined again, and the facts counts read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import pandas as pd

from hub.database import WriteSession
from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import column
from sync.identity import Identities, assign
from sync.mentoring.claims import ClaimRules, dyads_of, join_claims
from sync.mentoring.reach import reached_claims
from sync.mentoring.statements import (
    DEPARTMENT_SPANS,
    DYAD_TABLE,
    FRESH_FACTS,
    FRESH_MEMBERS,
    FRESH_PLACES,
    MENTOR_UNITS,
)
from sync.outbox import Places, mentorship_places
from sync.projection import Projected, remember_owners, replace_from

Connection = asyncpg.Connection

MEMBER = Projected(
    table="mentorship_member",
    owner="mentorship_id",
    key=("mentorship_id", "person_id", "role"),
    values=(
        "host_organisation_id",
        "moved",
        "affiliation_kind",
        "affiliation_organisation_id",
        "affiliation_text",
        "display_name",
        "organisation_name",
        "position_text",
        "starts",
        "ends",
    ),
)
FACT = Projected(
    table="participation_fact",
    owner="mentorship_id",
    key=("mentorship_id", "mentor_id", "mentee_id", "starts"),
    values=(
        "in_group",
        "form_code",
        "programme_id",
        "host_id",
        "host_department_id",
        "host_territory_id",
        "mentor_organisation_id",
        "mentor_department_id",
        "mentor_territory_id",
        "ends",
    ),
)
PLACE = Projected(
    table="mentorship_place",
    owner="mentorship_id",
    key=("authority_id", "sort_key", "mentorship_id"),
    values=("starts",),
)
SCALARS = (
    "id",
    "form_code",
    "programme_id",
    "kind",
    "status",
    "confirmation",
    "starts",
    "ends",
    "end_assumed",
    "sort_key",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorshipsWritten:
    """Which mentorships were rebuilt and which changed; ended ids are among both."""

    known: frozenset[UUID]  # which of the rebuilt were there before
    changed: frozenset[UUID]
    gone: frozenset[UUID]
    places_before: Places
    merged: Mapping[UUID, UUID]


async def write_mentorships(
    session: WriteSession,
    rules: ClaimRules,
    *,
    retracted: frozenset[UUID],
    root_id: UUID,
    today: date,
    changeset_id: ChangesetId,
) -> MentorshipsWritten:
    """Rebuild every mentorship of each mentor whom the change touches, and the `retracted` ones.

    Those are mentorships of which claims were taken out.

    Expects the temporary table `affected_person`, and adds those to it whose part in a mentorship
    may have changed; leaves `affected_mentorship(id)`.
    """
    connection = session.raw
    read = await reached_claims(connection)
    labels = join_claims(read, rules)
    dyads = dyads_of(read, labels, rules) if len(read) else pd.DataFrame(columns=DYAD_COLUMNS)
    rebuilt = read["rebuilt"].to_numpy(dtype=bool)
    claims, labels = read[rebuilt].reset_index(drop=True), labels[rebuilt]
    identities = assign(labels, claims["mentorship_id"].tolist())
    claims["now"] = column(identities.ids[label] for label in labels.tolist())
    known = set(claims["mentorship_id"].dropna()) | retracted
    affected = set(claims["now"]) | known
    affected |= await _drop_claims_on_oneself(connection)
    await remember_owners(connection, "affected_mentorship", affected)
    if not affected:
        return UNTOUCHED
    before = await mentorship_places(session)
    await _write_claim_ids(connection, claims)
    await _write_aliases(connection, identities, changeset_id)
    dyads["mentorship_id"] = dyads["label"].map(identities.ids)
    dyads = dyads[dyads["mentorship_id"].notna()]
    await _add_members_to_affected(connection, dyads)
    await _lend_dyads(connection, dyads)
    changed, gone = await _write_scalars(connection, changeset_id)
    changed |= await _write_parts(
        connection, root_id=root_id, today=today, changeset_id=changeset_id
    )
    return MentorshipsWritten(
        known=frozenset(known),
        changed=frozenset(changed - gone),
        gone=frozenset(gone),
        places_before=before,
        merged=identities.merged,
    )


UNTOUCHED = MentorshipsWritten(
    known=frozenset(), changed=frozenset(), gone=frozenset(), places_before={}, merged={}
)
DYAD_COLUMNS = ("label", "mentor", "mentee")


async def _drop_claims_on_oneself(connection: Connection) -> set[UUID]:
    """Take claims whose two sides turned out to be one person out of their mentorships."""
    rows = await connection.fetch(
        "update mentorship_claim c set mentorship_id = null"
        " from mentorship_claim held, link lm, link le"
        " where held.id = c.id and held.mentorship_id is not null"
        " and lm.record_id = held.mentor_record_id and le.record_id = held.mentee_record_id"
        " and lm.person_id = le.person_id and lm.person_id in (select id from affected_person)"
        " returning held.mentorship_id"
    )
    return {row["mentorship_id"] for row in rows}


async def _write_aliases(
    connection: Connection, identities: Identities, changeset_id: ChangesetId
) -> None:
    """Point ids that ended at their heirs, also those that pointed at an id that ends now."""
    heirs = list(identities.merged.items())
    await connection.executemany(
        "update mentorship_alias set mentorship_id = $2 where mentorship_id = $1", heirs
    )
    await connection.executemany(
        "insert into mentorship_alias (alias_id, mentorship_id, changeset_id) values ($1, $2, $3)"
        " on conflict (alias_id) do update set mentorship_id = excluded.mentorship_id",
        [(old, new, changeset_id) for old, new in heirs],
    )


async def _add_members_to_affected(connection: Connection, dyads: pd.DataFrame) -> None:
    """Join runs of one pair may move another mentee of the group: their places follow."""
    await connection.execute(
        "insert into affected_person select person_id from mentorship_member"
        " where mentorship_id in (select id from affected_mentorship)"
        " union select unnest($1::uuid[]) on conflict do nothing",
        pd.unique(dyads["mentee"]).tolist(),
    )


async def _write_claim_ids(connection: Connection, claims: pd.DataFrame) -> None:
    moved = claims[claims["now"] != claims["mentorship_id"]]
    await connection.execute(
        "update mentorship_claim c set mentorship_id = moved.now"
        " from unnest($1::bigint[], $2::uuid[]) as moved (id, now) where c.id = moved.id",
        moved["id"].tolist(),
        moved["now"].tolist(),
    )


async def _lend_dyads(connection: Connection, dyads: pd.DataFrame) -> None:
    """Give the dyads to the statements that follow."""
    await connection.execute(DYAD_TABLE)
    if len(dyads):
        await copy_frame(connection, "dyad", dyads, LENT)
    await connection.execute("analyze dyad")


LENT = (
    "mentorship_id",
    "mentor",
    "mentee",
    "form_code",
    "programme_id",
    "host_organisation_id",
    "starts",
    "ends",
    "end_assumed",
    "by_mentors",
    "by_mentees",
    "sources",
    "disputed",
    "affiliation_id",
    "affiliation_text",
)

FRESH_SCALARS = """
select d.mentorship_id as id, min(d.form_code) as form_code,
       (array_agg(d.programme_id order by d.starts desc, pr.academic_year, pr.title_key,
                  pr.lead_organisation_id)
            filter (where d.programme_id is not null))[1] as programme_id,
       case when count(distinct d.mentee) > 1 then 'GROUP' else 'PAIR' end as kind,
       'CONFIRMED' as status,
       case when bool_or(d.disputed) then 'DISPUTED'
            when max(d.sources) > 1 then 'MULTI_SOURCE'
            when bool_and(d.by_mentors and d.by_mentees) then 'BOTH_SIDES'
            else 'ONE_SIDED' end as confirmation,
       min(d.starts) as starts, max(d.ends) as ends,
       (array_agg(d.end_assumed order by d.ends desc, d.end_assumed))[1] as end_assumed,
       min(p.sort_key) as sort_key
from dyad d join person p on p.id = d.mentor left join programme pr on pr.id = d.programme_id
group by d.mentorship_id
"""


async def _write_scalars(
    connection: Connection, changeset_id: ChangesetId
) -> tuple[set[UUID], set[UUID]]:
    names = ", ".join(SCALARS)
    updates = ", ".join(f"{name} = excluded.{name}" for name in SCALARS[1:])
    rows = await connection.fetch(
        f"insert into mentorship ({names}, changeset_id)"
        f" select {names}, $1 from ({FRESH_SCALARS} except select {names} from mentorship"
        "  where id in (select id from affected_mentorship)) new order by id"
        f" on conflict (id) do update set {updates}, changeset_id = excluded.changeset_id,"
        " changed_at = now() returning id",
        changeset_id,
    )
    gone = await connection.fetch(
        "delete from mentorship m using affected_mentorship a where m.id = a.id"
        " and not exists (select from dyad where mentorship_id = m.id) returning m.id"
    )
    return {row["id"] for row in rows}, {row["id"] for row in gone}


async def _write_parts(
    connection: Connection, *, root_id: UUID, today: date, changeset_id: ChangesetId
) -> set[UUID]:
    """Write members, facts and places from the dyads; each is one query over temporary tables.

    A table without statistics is taken for a small one and joined row by row: with forty thousand
    mentorships that is minutes.
    """
    await connection.execute(MENTOR_UNITS)
    await connection.execute(DEPARTMENT_SPANS)
    await connection.execute("analyze mentor_unit, department_span")
    await connection.execute(_like(MEMBER, "fresh_member"))
    await connection.execute(FRESH_MEMBERS, today)
    await connection.execute("analyze fresh_member")
    await connection.execute(FRESH_FACTS)
    await connection.execute(_like(PLACE, "fresh_mentorship_place"))
    await connection.execute(FRESH_PLACES, root_id, today)
    changed: set[UUID] = set()
    fresh = ((MEMBER, "fresh_member"), (FACT, "fresh_fact"), (PLACE, "fresh_mentorship_place"))
    for projected, table in fresh:
        changed |= await replace_from(
            connection,
            projected,
            table,
            owners="affected_mentorship",
            changeset_id=changeset_id,
        )
    return changed


def _like(projected: Projected, name: str) -> str:
    """Write a temporary table of a projected table's columns: one made by a query takes no bind."""
    columns = ", ".join(projected.columns)
    return (
        f"create temp table {name} on commit drop as"
        f" select {columns} from {projected.table} with no data"
    )
