"""Where sources disagree, as SQL: the kinds of findings, each counted within one organisation.

Every kind is a query over the pairs that the organisation `{t}o` hosts in a period; the other words
in braces are `lo`, `hi` and `stated_from` (bound dates). The columns are the same for all of them:
`kind`, `subject` (tells findings of a kind apart within the organisation), `mentorship_ids` and
`person_ids` concerned, `record_ids` where no mentorship leads to them, `figure_id`, `since`,
`asserted` and `named`.
"""

from collections.abc import Mapping
from enum import StrEnum

from schema.compiler import declare


@declare.choice(
    "В чём источники не сошлись.",
    {
        "ONE_SIDED": "Пару назвала только одна сторона: база наставников или база наставляемых.",
        "DISPUTED": "Базы называют одному наставляемому разных наставников.",
        "ASSERTED_NOT_NAMED": "Заявленное число и число названных поимённо различаются.",
        "HOST_ENDED": "Принимающее учреждение закрыто, а пара действует.",
        "MENTOR_DISMISSED": "Наставник нигде больше не работает, а пара действует.",
        "HOST_UNKNOWN": "Ни наставник, ни наставляемый не числятся в принимающем учреждении.",
        "MENTEE_MOVED": "Наставляемый сегодня числится в другом учреждении.",
        "SAME_PERSON": "Строка базы называет наставником и наставляемым одного человека.",
        "END_ASSUMED": "Конец пары назначен хабом: источники его не назвали.",
    },
)
class FindingKind(StrEnum):
    """In what sources disagree."""

    ONE_SIDED = "ONE_SIDED"
    DISPUTED = "DISPUTED"
    ASSERTED_NOT_NAMED = "ASSERTED_NOT_NAMED"
    HOST_ENDED = "HOST_ENDED"
    MENTOR_DISMISSED = "MENTOR_DISMISSED"
    HOST_UNKNOWN = "HOST_UNKNOWN"
    MENTEE_MOVED = "MENTEE_MOVED"
    SAME_PERSON = "SAME_PERSON"
    END_ASSUMED = "END_ASSUMED"


_HOSTED = "f.host_id = {t}o.id and f.starts < {hi} and f.ends > {lo}"
_PARTIES = "array_agg(distinct f.mentor_id) || array_agg(distinct f.mentee_id)"
_ONE = "array[f.mentorship_id]"


def _finding(  # noqa: PLR0913 - the columns of a finding, each by its name
    kind: FindingKind,
    *,
    subject: str,
    since: str,
    mentorships: str = _ONE,
    people: str,
    records: str = "null::bigint[]",
    figure: str = "null::bigint",
    asserted: str = "null::int",
    named: str = "null::int",
) -> str:
    """Write what a kind selects; all kinds have the same columns in the same order."""
    return f"""
      select '{kind}' as kind, {subject} as subject, {mentorships} as mentorship_ids,
             {people} as person_ids, {records} as record_ids, {figure} as figure_id, {since} as since,
             {asserted} as asserted, {named} as named"""


def _of_mentorship(kind: FindingKind, since: str, where: str) -> str:
    """Write a kind of which a mentorship hosted here is the subject, whatever its dyads."""
    columns = _finding(kind, subject="f.mentorship_id::text", since=since, people=_PARTIES)
    return f"""{columns}
      from participation_fact f join mentorship m on m.id = f.mentorship_id
      where {_HOSTED} and {where}
      group by f.mentorship_id"""


# Both mentors stand in the finding, also the one whose pair ended before the period did.
_DISPUTED = f"""{
    _finding(
        FindingKind.DISPUTED,
        subject="f.mentee_id::text",
        since="min(greatest(f.starts, g.starts))",
        mentorships="array_agg(distinct f.mentorship_id) || array_agg(distinct g.mentorship_id)",
        people=f"{_PARTIES} || array_agg(distinct g.mentor_id)",
    )
}
      from participation_fact f
      join mentorship m on m.id = f.mentorship_id and m.confirmation = 'DISPUTED'
      join participation_fact g on g.mentee_id = f.mentee_id and g.host_id = f.host_id
          and g.mentor_id <> f.mentor_id and g.starts < f.ends and g.ends > f.starts
      join mentorship n on n.id = g.mentorship_id and n.confirmation = 'DISPUTED'
      where {_HOSTED}
      group by f.mentee_id"""

# The latest figure that speaks of the period, as coverage takes it, beside who is named.
_ASSERTED = f"""{
    _finding(
        FindingKind.ASSERTED_NOT_NAMED,
        subject="g.metric",
        since="g.stated_as_of",
        mentorships="'{}'::uuid[]",
        people="'{}'::uuid[]",
        figure="g.id",
        asserted="g.value::int",
        named="n.named",
    )
}
      from (select distinct on (s.metric) s.id, s.metric, s.value, s.stated_as_of
            from stated_figure s
            where s.organisation_id = {{t}}o.id and s.starts < {{hi}} and s.ends > {{lo}}
              and s.stated_as_of >= {{stated_from}} and s.stated_as_of < {{hi}}
            order by s.metric, s.stated_as_of desc) g
      cross join lateral (
          select case g.metric when 'MENTORS' then count(distinct f.mentor_id)
                               when 'MENTEES' then count(distinct f.mentee_id)
                               else count(distinct (f.mentor_id, f.mentee_id)) end::int as named
          from participation_fact f where {_HOSTED}) n
      where n.named <> g.value"""

# A mentor has left when every post is over; who never had one is an external mentor.
_DISMISSED = f"""{
    _finding(
        FindingKind.MENTOR_DISMISSED,
        subject="concat(f.mentorship_id, '.', f.mentor_id)",
        since="min(e.gone)",
        people="array[f.mentor_id]",
    )
}
      from participation_fact f
      cross join lateral (select max(p.ends) as gone from counted_post p
                          where p.person_id = f.mentor_id) e
      where {_HOSTED} and e.gone < f.ends and e.gone < {{hi}}
      group by f.mentorship_id, f.mentor_id"""

_MOVED = f"""{
    _finding(
        FindingKind.MENTEE_MOVED,
        subject="concat(f.mentorship_id, '.', f.mentee_id)",
        since="null::date",
        people="array[f.mentee_id]",
    )
}
      from participation_fact f
      join mentorship_member m on m.mentorship_id = f.mentorship_id
          and m.person_id = f.mentee_id and m.role = 'MENTEE' and m.moved
      where {_HOSTED}
      group by f.mentorship_id, f.mentee_id"""


def _unknown_here() -> str:
    """Write that neither party is known here; party by party, so that each is looked up by id."""
    return "".join(
        f"""
        and not exists (
          select from {table} x join organisation u on u.id = x.organisation_id
          where x.person_id = f.{party} and x.starts < f.ends and x.ends > f.starts
            and u.legal_entity_id = {{t}}o.legal_entity_id)"""
        for party in ("mentee_id", "mentor_id")
        for table in ("counted_study", "counted_post")
    )


# Only where the organisation lists its people at all is their absence from it worth a word.
_UNKNOWN = f"""{
    _finding(
        FindingKind.HOST_UNKNOWN,
        subject="concat_ws('.', f.mentorship_id, f.mentor_id, f.mentee_id)",
        since="min(f.starts)",
        people="array[f.mentor_id, f.mentee_id]",
    )
}
      from participation_fact f
      where {_HOSTED}
        and exists (select from stated_list l
                    where l.organisation_id = {{t}}o.id and l.kind in ('STAFF', 'PUPILS')){
    _unknown_here()
}
      group by f.mentorship_id, f.mentor_id, f.mentee_id"""

# Such a claim makes no mentorship, so nothing else would tell of it. Claims without one are few and
# found by their index; `offset 0` keeps the planner from reading every record of a school instead.
_SAME = f"""{
    _finding(
        FindingKind.SAME_PERSON,
        subject="c.id::text",
        since="c.starts",
        mentorships="'{}'::uuid[]",
        people="array[l.person_id]",
        records="array[c.record_id]",
    )
}
      from (select x.id, x.record_id, x.mentor_record_id, x.mentee_record_id, x.starts,
                   x.last_stated
            from mentorship_claim x where x.mentorship_id is null offset 0) c
      join record r on r.id = c.record_id and r.organisation_id = {{t}}o.id
      join link l on l.record_id = c.mentor_record_id
      join link k on k.record_id = c.mentee_record_id and k.person_id = l.person_id
      where r.kind in ('MENTOR', 'MENTEE')
        and c.starts < {{hi}} and c.last_stated >= {{stated_from}}"""

KINDS: Mapping[FindingKind, str] = {
    FindingKind.ONE_SIDED: _of_mentorship(
        FindingKind.ONE_SIDED, "min(m.starts)", "m.confirmation = 'ONE_SIDED'"
    ),
    FindingKind.DISPUTED: _DISPUTED,
    FindingKind.ASSERTED_NOT_NAMED: _ASSERTED,
    FindingKind.HOST_ENDED: _of_mentorship(
        FindingKind.HOST_ENDED,
        "nullif({t}o.ends, 'infinity')",
        "({t}o.ends < least(f.ends, {hi}) or ({t}o.status = 'CLOSED' and {t}o.ends = 'infinity'))",
    ),
    FindingKind.MENTOR_DISMISSED: _DISMISSED,
    FindingKind.HOST_UNKNOWN: _UNKNOWN,
    FindingKind.MENTEE_MOVED: _MOVED,
    FindingKind.SAME_PERSON: _SAME,
    FindingKind.END_ASSUMED: _of_mentorship(
        FindingKind.END_ASSUMED, "min(m.starts)", "m.end_assumed"
    ),
}

_DAY = "to_char({0}, 'DD.MM.YYYY')"
_METRIC = (
    "case {t}.subject when 'MENTORS' then 'наставников' when 'MENTEES' then 'наставляемых'"
    " else 'пар' end"
)
# Why a finding is one, in a sentence that says what does not agree with what.
REASON = f"""case {{t}}.kind
    when 'ONE_SIDED' then 'Наставничество названо только одной стороной: сверьте базу наставников'
        || ' с базой наставляемых.'
    when 'DISPUTED' then 'Базы называют этому наставляемому разных наставников: оставьте верного.'
    when 'ASSERTED_NOT_NAMED' then 'Заявлено ' || {_METRIC} || ': ' || {{t}}.asserted
        || ', поимённо названо: ' || {{t}}.named || '.'
    when 'HOST_ENDED' then 'Принимающее учреждение закрыто'
        || coalesce(' с ' || {_DAY.format("{t}.since")}, '') || ', а пара ещё действует.'
    when 'MENTOR_DISMISSED' then 'Наставник не работает с ' || {_DAY.format("{t}.since")}
        || ', а пара ещё действует.'
    when 'HOST_UNKNOWN' then 'Ни наставник, ни наставляемый не числятся в этом учреждении.'
    when 'MENTEE_MOVED' then 'Наставляемый сегодня числится в другом учреждении.'
    when 'SAME_PERSON' then 'Наставник и наставляемый этой строки — один человек: исправьте строку.'
    else 'Источники не назвали, когда пара закончится: её конец назначил хаб.' end"""
