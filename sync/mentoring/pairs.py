"""Rows of bases into claims and programmes: who says that whom mentors whom, in what, since when."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pandas as pd

from hub.database import WriteSession
from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import column, each, read_frame, rows_of
from sync.directory import Directory
from sync.evidence.pending import Ids
from sync.identity import new_id
from sync.matching.normalise.dates import parse_date
from sync.mentoring.claims import academic_year
from sync.mentoring.forms import form_code

Connection = asyncpg.Connection


async def write_claims(
    session: WriteSession,
    restated: Ids,
    *,
    directory: Directory,
    today: date,
    changeset_id: ChangesetId,
) -> None:
    """Make the claims and programmes that the restated rows of bases state.

    A row is restated whenever new evidence of it came, so a programme named only in an older
    version is found whatever the order of arrival.
    """
    connection = session.raw
    rows = await _statements(connection, restated)
    if rows.empty:
        return
    rows["academic_year"] = each(rows["stated_as_of"], academic_year)
    rows["title_key"] = each(rows["program"], title_key)
    rows["programme_id"] = column(await _programmes(connection, rows, changeset_id), rows.index)
    await _partners(connection, rows, directory, changeset_id)
    current = rows[rows["is_current"]].drop_duplicates(["record_id", "mention_id"])
    claims = _claims(current, directory, today)
    await _write(connection, claims.assign(changeset_id=changeset_id))


# A claim says what its row said when it named that person last.
STATEMENTS = """
select r.id as record_id, m.id as mention_id, r.kind, r.organisation_id, m.first_stated,
       m.last_stated, v.stated_as_of,
       dense_rank() over (partition by r.id, m.id
           order by v.stated_as_of = m.last_stated desc, v.stated_at desc, v.content_hash desc
       ) = 1 as is_current,
       coalesce(v.payload ->> 'mentoring_form', '') as form,
       coalesce(v.payload ->> 'joined_at', '') as joined_at,
       coalesce(v.payload ->> 'left_at', '') as left_at,
       coalesce(v.payload ->> 'program', '') as program,
       case r.kind when 'MENTOR' then theirs.affiliation_organisation_id
            else mine.affiliation_organisation_id end as mentee_unit_id,
       coalesce(case r.kind when 'MENTOR' then v.payload else said.payload end
            ->> 'organization', '') as workplace
from record r
join record_version v on v.record_id = r.id
join record m on m.stated_by = r.id
left join record_version said on said.record_id = m.id and said.stated_as_of = v.stated_as_of
join record_facts mine on mine.record_id = r.id
join record_facts theirs on theirs.record_id = m.id
where r.id = any($1) and r.kind in ('MENTOR', 'MENTEE')
order by r.id, m.id, v.id, said.id
"""
COLUMNS = (
    "record_id",
    "mention_id",
    "kind",
    "organisation_id",
    "first_stated",
    "last_stated",
    "stated_as_of",
    "is_current",
    "form",
    "joined_at",
    "left_at",
    "program",
    "mentee_unit_id",
    "workplace",
)


async def _statements(connection: Connection, restated: Ids) -> pd.DataFrame:
    frame = await read_frame(connection, STATEMENTS, restated, names=COLUMNS)
    return frame.assign(is_current=frame["is_current"].astype(bool))


def title_key(title: str) -> str:
    """Fold a programme's title: case, ё, quotes and spaces do not tell programmes apart."""
    bare = title.casefold().replace("ё", "е").translate(_QUOTES)
    return " ".join(bare.split()).strip(" .,-")


_QUOTES = str.maketrans(dict.fromkeys("«»\"“”„'", " "))


async def _programmes(
    connection: Connection, rows: pd.DataFrame, changeset_id: ChangesetId
) -> list[UUID | None]:
    """Find or make the programme of each statement: (organisation, academic year, title)."""
    key = ["organisation_id", "academic_year", "title_key"]
    named = rows[rows["title_key"] != ""]
    titles = named.groupby(key, sort=True)["program"].min().reset_index()
    await connection.executemany(
        "insert into programme (id, lead_organisation_id, academic_year, title_key, title, status,"
        " starts, ends, sort_key, changeset_id)"
        " values ($1, $2, $3, $4, $5, 'RUNNING', $6, $7, $4, $8)"
        " on conflict (lead_organisation_id, academic_year, title_key) do update"
        " set title = least(programme.title, excluded.title)"
        " where programme.title > excluded.title",
        [
            (new_id(), *line, date(line[1], 9, 1), date(line[1] + 1, 9, 1), changeset_id)
            for line in rows_of(titles, *key, "program")
        ],
    )
    found = await connection.fetch(
        "select id, lead_organisation_id, academic_year, title_key from programme"
        " where lead_organisation_id = any($1)",
        titles["organisation_id"].unique().tolist(),
    )
    await connection.execute(
        "insert into programme_organisation (programme_id, organisation_id, role, changeset_id)"
        " select id, lead_organisation_id, 'LEAD', changeset_id from programme"
        " where lead_organisation_id = any($1) on conflict do nothing",
        titles["organisation_id"].unique().tolist(),
    )
    ids = {(r["lead_organisation_id"], r["academic_year"], r["title_key"]): r["id"] for r in found}
    return [ids.get(line) for line in zip(*(rows[name] for name in key), strict=True)]


async def _partners(
    connection: Connection, rows: pd.DataFrame, directory: Directory, changeset_id: ChangesetId
) -> None:
    """Count an external mentor's workplace among the organisations of the programme.

    Each statement names the workplace of its own time: what a later one says does not change it.
    """
    named = rows[rows["programme_id"].notna() & (rows["workplace"] != "")]
    stated = set(rows_of(named, "programme_id", "workplace", "stated_as_of"))
    resolved = {(work, day): directory.resolve_name(work, on=day) for _, work, day in stated}
    pairs = {(programme, resolved[work, day]) for programme, work, day in stated}
    await connection.executemany(
        "insert into programme_organisation (programme_id, organisation_id, role, changeset_id)"
        " values ($1, $2, 'PARTNER', $3) on conflict do nothing",
        [
            (programme, unit, changeset_id)
            for programme, unit in pairs
            if unit is not None and directory.is_external(unit)
        ],
    )


def _claims(rows: pd.DataFrame, directory: Directory, today: date) -> pd.DataFrame:
    """Read the cells of each claim; a day stated without an end is one the source does not know."""
    by_mentors = rows["kind"] == "MENTOR"
    joined = each(rows["joined_at"], lambda text: parse_date(text, today))
    left = each(rows["left_at"], lambda text: parse_date(text, today))
    return pd.DataFrame(
        {
            "record_id": rows["record_id"],
            "mentor_record_id": rows["record_id"].where(by_mentors, rows["mention_id"]),
            "mentee_record_id": rows["mention_id"].where(by_mentors, rows["record_id"]),
            "side": rows["kind"],
            "form_code": each(rows["form"], form_code),
            "programme_id": rows["programme_id"],
            "host_organisation_id": _hosts(rows, directory),
            "starts": joined.where(joined.notna(), rows["first_stated"]),
            "stated_end": each(left, lambda day: day and day + timedelta(days=1)),
            "last_stated": rows["last_stated"],
        }
    )


def _hosts(rows: pd.DataFrame, directory: Directory) -> pd.Series:
    """Host the mentee where the row says they study or work, else where the base is kept."""
    stated = rows["mentee_unit_id"]
    inside = stated.map(lambda unit: unit is not None and not directory.is_external(unit))
    return stated.where(inside, rows["organisation_id"])


WRITE = """
insert into mentorship_claim as held (record_id, mentor_record_id, mentee_record_id, side,
    form_code, programme_id, host_organisation_id, starts, stated_end, last_stated, changeset_id)
select record_id, mentor_record_id, mentee_record_id, side, form_code, programme_id,
       host_organisation_id, starts, stated_end, last_stated, changeset_id
from fresh_claim order by record_id, mentor_record_id, mentee_record_id
on conflict (record_id, mentor_record_id, mentee_record_id) do update
    set form_code = excluded.form_code, programme_id = excluded.programme_id,
        host_organisation_id = excluded.host_organisation_id, starts = excluded.starts,
        stated_end = excluded.stated_end, last_stated = excluded.last_stated,
        changeset_id = excluded.changeset_id
    where (held.form_code, held.programme_id, held.host_organisation_id, held.starts,
           held.stated_end, held.last_stated)
       is distinct from (excluded.form_code, excluded.programme_id, excluded.host_organisation_id,
           excluded.starts, excluded.stated_end, excluded.last_stated)
"""


async def _write(connection: Connection, claims: pd.DataFrame) -> None:
    columns = list(claims.columns)
    await connection.execute(
        f"create temp table fresh_claim on commit drop as select {', '.join(columns)}"
        " from mentorship_claim with no data"
    )
    await copy_frame(connection, "fresh_claim", claims, columns)
    await connection.execute(WRITE)


async def forget_programmes(connection: Connection, organisations: Sequence[UUID]) -> None:
    """Take out programmes that no version of any row of these organisations names any more."""
    rows = await connection.fetch(NAMED, list(organisations))
    named = {
        (row["organisation_id"], academic_year(row["stated_as_of"]), title_key(row["program"]))
        for row in rows
    }
    held = await connection.fetch(
        "select id, lead_organisation_id, academic_year, title_key from programme"
        " where lead_organisation_id = any($1)",
        list(organisations),
    )
    gone = [
        row["id"]
        for row in held
        if (row["lead_organisation_id"], row["academic_year"], row["title_key"]) not in named
    ]
    for table in ("programme_organisation", "programme"):
        column_name = "id" if table == "programme" else "programme_id"
        await connection.execute(f"delete from {table} where {column_name} = any($1)", gone)


NAMED = """
select distinct r.organisation_id, v.stated_as_of, v.payload ->> 'program' as program
from record r join record_version v on v.record_id = r.id
where r.organisation_id = any($1) and r.kind in ('MENTOR', 'MENTEE')
  and coalesce(v.payload ->> 'program', '') <> ''
"""
