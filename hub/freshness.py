"""Who is silent, and since when: lists and sources that were expected by now and have not come.

How often a list is expected is data: a row of `cadence` for the organisation, else for an authority
above it, else the rule CADENCE of the day. A source says of itself how often it is to be heard.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from hub.database import ReadSession, WriteSession
from hub.errors import InputError

WORDS: Final = {
    "STAFF": "список работников",
    "PUPILS": "список обучающихся",
    "MENTOR_BASE": "база наставников",
    "MENTEE_BASE": "база наставляемых",
}
# Of a source {t}, on the day {today}: whether it is silent, since when, and what to say to its keeper.
IS_SILENT: Final = "({t}.every_days is not null and coalesce({t}.heard_on + {t}.every_days, '-infinity') < {today})"
SILENT_SINCE: Final = f"case when {IS_SILENT} then {{t}}.heard_on + {{t}}.every_days end"
REMINDER: Final = f"""case when {IS_SILENT} then {{t}}.title || case
    when {{t}}.heard_on is null then ': сведений ещё не было.'
    else ': последние сведения получены ' || to_char({{t}}.heard_on, 'DD.MM.YYYY')
        || ', новые ожидались к ' || to_char({{t}}.heard_on + {{t}}.every_days, 'DD.MM.YYYY') || '.' end
    || ' Проверьте выгрузку и связь: без новых сведений показатели охвата устаревают.' end"""
_WORD: Final = " ".join(f"when '{kind}' then '{word}'" for kind, word in WORDS.items())


def silent(today: str) -> str:
    """Write the query of who is silent on a day: one row for each organisation and kind of list.

    It gives `organisation_id`, `kind`, `last_stated` (null: never), `every_days`, `silent_since`
    (null: never gave one) and `reminder`; `today` is a placeholder of a date.
    """
    return f"""
    select s.*, o.sort_key, o.short_name,
        o.short_name || ': ' || case s.kind {_WORD} else s.kind end || case
            when s.last_stated is null then ' ещё не присылали.'
            else ' — последний на ' || to_char(s.last_stated, 'DD.MM.YYYY')
                || ', новый ожидался к ' || to_char(s.silent_since, 'DD.MM.YYYY') || '.' end
        || ' Пришлите его: так показатели охвата останутся верными.' as reminder
    from (
        select e.organisation_id, e.kind, e.every_days, max(l.stated_as_of) as last_stated,
               max(l.stated_as_of) + e.every_days as silent_since
        from (
            select o.id as organisation_id, k.kind, coalesce(
                (select c.every_days from cadence c
                 where c.organisation_id = o.id and c.kind = k.kind),
                (select min(c.every_days) from cadence c
                 join organisation_place p on p.authority_id = c.organisation_id
                 where p.organisation_id = o.id and c.kind = k.kind
                   and p.starts <= {today} and p.ends > {today}),
                k.days::int) as every_days
            from indicator_rule r
            cross join lateral jsonb_each_text(r.parameters -> 'lists') as k (kind, days)
            join organisation o on r.parameters -> 'organisation_kinds' ? o.kind
                and o.starts <= {today} and o.ends > {today} and o.parent_id is null
            where r.code = 'CADENCE' and r.starts <= {today} and r.ends > {today}
        ) e
        left join stated_list l on l.organisation_id = e.organisation_id and l.kind = e.kind
            and l.stated_as_of <= {today}
        group by e.organisation_id, e.kind, e.every_days
    ) s
    join organisation o on o.id = s.organisation_id
    where s.silent_since is null or s.silent_since < {today}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A list that was expected by now: whose, of which kind, when the last one was."""

    organisation: str
    kind: str
    last_stated: date | None
    every_days: int
    silent_since: date | None
    reminder: str


async def who_is_silent(session: ReadSession, *, today: date) -> list[Silence]:
    """Give what is overdue, who never gave anything first, then the longest silence first."""
    rows = await session.raw.fetch(
        "select short_name as organisation, kind, last_stated, every_days, silent_since, reminder"
        f" from ({silent('$1::date')}) t order by silent_since nulls first, sort_key, kind",
        today,
    )
    return [Silence(**dict(row)) for row in rows]


async def expect(
    session: WriteSession, organisation: str, kind: str, every_days: int | None
) -> None:
    """Say how often an organisation, or whoever is beneath it, gives a list; None: as the rule says.

    Raises InputError where not exactly one organisation bears the short name.
    """
    ids = await session.raw.fetch(
        "select id from organisation where short_name = $1 limit 2", organisation
    )
    if len(ids) != 1:
        raise InputError(
            "Организация с таким кратким именем не одна или не найдена: назовите точно.",
            code="organisation.unclear",
        )
    if every_days is None:
        await session.raw.execute(
            "delete from cadence where organisation_id = $1 and kind = $2", ids[0]["id"], kind
        )
        return
    await session.raw.execute(
        "insert into cadence (organisation_id, kind, every_days) values ($1, $2, $3)"
        " on conflict (organisation_id, kind) do update set every_days = excluded.every_days",
        ids[0]["id"],
        kind,
        every_days,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSource:
    """A source that was to be heard by now: since when it is silent, and a text for its keeper."""

    code: str
    title: str
    every_days: int
    heard_on: date | None
    silent_since: date | None
    reminder: str


async def silent_sources(session: ReadSession, *, today: date) -> list[SilentSource]:
    """Give the sources that are overdue, who was never heard first, then the longest silence."""
    rows = await session.raw.fetch(
        f"select code, title, every_days, heard_on, {_of('s', SILENT_SINCE)} as silent_since,"
        f" {_of('s', REMINDER)} as reminder from source s where {_of('s', IS_SILENT)}"
        " order by silent_since nulls first, code",
        today,
    )
    return [SilentSource(**dict(row)) for row in rows]


def _of(alias: str, said: str) -> str:
    return said.replace("{t}", alias).replace("{today}", "$1::date")


async def heard(session: WriteSession, source_id: UUID, *, on: date) -> None:
    """Write that a source has told something on a day; told again it costs no write."""
    await session.raw.execute(
        "update source set heard_on = $2 where id = $1 and heard_on is distinct from $2",
        source_id,
        on,
    )


async def expect_source(session: WriteSession, code: str, every_days: int | None) -> bool:
    """Say how often a source is to be heard; None: nobody waits. Tells whether there is such one."""
    found = await session.raw.fetchval(
        "update source set every_days = $2 where code = $1 returning code", code, every_days
    )
    return found is not None
