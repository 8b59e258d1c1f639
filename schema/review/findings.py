"""«Не сошлось»: places where sources disagree, each with its reason, its people and its sources."""

from datetime import date

import strawberry

from schema.compiler import declare
from schema.compiler.arguments import Argument
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.coverage.question import PERIOD, period_bound
from schema.lists.organisations import NAME_ORDER, IdentifierInput, place_asked
from schema.mentoring.mentorship import MEMBER_ORDER, Mentorship, MentorshipMember
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.evidence import SourceRecord
from schema.people.person import Person
from schema.review.disagreements import KINDS, REASON, FindingKind
from schema.scope.places import SEEN_MENTORSHIP, SEEN_ORGANISATION, SEEN_PERSON, SEEN_STATED


@declare.bound("Число без имён, как его утверждает учреждение.")
class StatedFigure:
    """A number without names and where it stands."""

    metric: str = declare.column("Что сосчитано: PAIRS, MENTORS, MENTEES.", "{t}.metric")
    value: int = declare.column("Число.", "{t}.value::bigint")
    stated_as_of: date = declare.column("На какой день.", "{t}.stated_as_of")
    source_title: str | None = declare.column("Название источника.", "{t}s.title")
    file_name: str | None = declare.column("Файл; null, если число не из файла.", "{t}f.name")


# Who is where is what a mentor's dismissal or a stranger to the host is told from.
_POSTS = "'MENTOR_DISMISSED', 'HOST_UNKNOWN', 'MENTEE_MOVED'"
_RECORDS = f"""{{t}}.id = any (array(
    select c.record_id from mentorship_claim c where c.mentorship_id = any ({{p}}.mentorship_ids)
    union
    select unnest({{p}}.record_ids)
    union
    select l.record_id from link l join record k on k.id = l.record_id
    where {{p}}.kind in ({_POSTS}) and l.person_id = any ({{p}}.person_ids)
      and k.kind in ('STAFF', 'PUPIL')))"""


@declare.bound(
    "Замечание: где источники не сошлись. Оно стоит у принимающего учреждения, а заявленное число — "
    "у того, кто его заявил."
)
class Finding:
    """A place where sources disagree."""

    key: strawberry.ID = declare.column(
        "Ключ замечания.", "concat_ws('.', {t}.kind, {t}.organisation_id, {t}.subject)"
    )
    kind: FindingKind = declare.column("В чём не сошлись.", "{t}.kind")
    reason: str = declare.column("Что с чем не сходится.", REASON)
    since: date | None = declare.column("С какого дня; null — неизвестно.", "{t}.since")
    asserted: int | None = declare.column("Сколько заявлено.", "{t}.asserted")
    named: int | None = declare.column("Сколько названо поимённо.", "{t}.named")
    organisation: Organisation | None = declare.one(
        "У какого учреждения; вне области видимости — null.",
        ITS_ORGANISATION,
    )
    members: list[MentorshipMember] = declare.many(
        "Участники наставничества, которых касается: сначала наставники.",
        Rows(
            source="mentorship_member {t}",
            where=(
                "{t}.mentorship_id = any ({p}.mentorship_ids)",
                "{t}.person_id = any ({p}.person_ids)",
            ),
            order=MEMBER_ORDER,
        ),
    )
    people: list[Person] = declare.many(
        "Люди, о которых речь, в вашей области видимости.",
        Rows(
            source="person {t}",
            where=("{t}.id = any ({p}.person_ids)",),
            scope=(SEEN_PERSON,),
            order=NAME_ORDER,
        ),
    )
    mentorships: list[Mentorship] = declare.many(
        "Какого наставничества касается.",
        Rows(
            source="mentorship {t}",
            where=("{t}.id = any ({p}.mentorship_ids)",),
            scope=(SEEN_MENTORSHIP,),
            order=NAME_ORDER,
        ),
    )
    records: list[SourceRecord] = declare.many(
        "Записи, которые об этом говорят, с файлом, листом и строкой; вне области видимости не "
        "показаны.",
        Rows(
            source=(
                "record {t} join source {t}s on {t}s.id = {t}.source_id"
                " left join record_version {t}v on {t}v.id = {t}.current_version_id"
                " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
            ),
            where=(_RECORDS,),
            scope=(SEEN_STATED,),
            order=(Key("{t}.id", "bigint"),),
        ),
    )
    figure: StatedFigure | None = declare.one(
        "Заявленное число, если о нём речь.",
        Rows(
            source=(
                "stated_figure {t} left join source_file {t}f on {t}f.id = {t}.source_file_id"
                " left join source {t}s on {t}s.id = {t}f.source_id"
            ),
            where=("{t}.id = {p}.figure_id",),
        ),
    )


@strawberry.input(description="Какие замечания показать; условия складываются.")
class FindingFilter:
    """What narrows the list of findings."""

    kind: FindingKind | None = declare.optional("В чём не сошлись.")
    organisation: strawberry.ID | None = declare.optional("Учреждение.")
    identifier: IdentifierInput | None = declare.optional(
        "То же учреждение по номеру в другой системе."
    )
    department: strawberry.ID | None = declare.optional(
        "Орган управления, чьё это учреждение сегодня."
    )
    territory: strawberry.ID | None = declare.optional(
        "Территория учреждения или то, что в неё входит."
    )


FINDING_ARGUMENTS = (
    PERIOD,
    declare.argument("filter", FindingFilter | None, "Какие замечания показать."),
)


def finding_rows(call: Call) -> Rows:
    """Read the findings organisation by organisation, so that a page reads only its own ones."""
    queries = "\n      union all".join(_kinds(call.arguments["filter"].part("kind")))
    for name in ("lo", "hi", "stated_from"):
        if f"{{{name}}}" in queries:
            queries = queries.replace(f"{{{name}}}", period_bound(call, name))
    return Rows(
        source=(
            "organisation {t}o cross join lateral (select {t}o.sort_key as place,"
            f" {{t}}o.id as organisation_id, n.* from ({queries}) n) {{t}}"
        ),
        where=tuple(place_asked(call, "{t}o.id", "{t}o.territory_id")),
        scope=(SEEN_ORGANISATION.replace("{t}.id", "{t}o.id"),),
        order=(
            Key("{t}.place", "text"),
            Key("{t}.organisation_id", "uuid"),
            Key("{t}.kind", "text"),
            Key("{t}.subject", "text"),
        ),
    )


def _kinds(kind: Argument) -> list[str]:
    wanted = kind.choice
    return [query for name, query in KINDS.items() if wanted in {None, name}]
