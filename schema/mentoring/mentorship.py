"""Mentorships and programmes: who mentors whom, in which form, and what the other party may see."""

from datetime import date

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Node, Rows
from schema.compiler.call import Call
from schema.connection import Connection
from schema.lists.mentorships import MENTORSHIP_LIST_ARGUMENTS, programme_mentorships
from schema.lists.organisations import NAME_ORDER, ORGANISATION_ARGUMENTS
from schema.lists.programmes import programme_organisations
from schema.node import GlobalNode
from schema.organisations.organisation import MentorshipRef, Organisation, PersonRef
from schema.scope.places import SEEN_MENTORSHIP, SEEN_ORGANISATION, SEEN_PERSON
from schema.words.mentoring import (
    SEEN_PROGRAMME,
    STATUS,
    AffiliationKind,
    Confirmation,
    MemberRole,
    MentorshipKind,
    MentorshipStatus,
    ProgrammeStatus,
)


@declare.bound(
    "Программа наставничества учебного года.",
    node=Node(
        "programme",
        Rows(source="programme {t}", where=("{t}.id = {id}",), scope=(SEEN_PROGRAMME,)),
    ),
    keys=("id",),
)
class Programme(GlobalNode):
    """A programme; it names nobody."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", "programme")
    title: str = declare.column("Название.", "{t}.title")
    academic_year: int = declare.column("Учебный год по году его начала.", "{t}.academic_year")
    status: ProgrammeStatus = declare.column("Состояние.", "{t}.status")
    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    lead_organisation: Organisation | None = declare.one(
        "Ведущее учреждение; вне области видимости — null.",
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.lead_organisation_id",),
            scope=(SEEN_ORGANISATION,),
        ),
    )
    organisations: Connection[Organisation] = declare.page(
        "Учреждения программы, ведущее и участвующие, в вашей области видимости.",
        programme_organisations,
        ORGANISATION_ARGUMENTS,
    )
    mentorships: Connection[MentorshipRef] = declare.page(
        "Наставничество по программе в вашей области видимости.",
        programme_mentorships,
        MENTORSHIP_LIST_ARGUMENTS,
    )


MEMBER_ORDER = (
    Key("({t}.role = 'MENTEE')", "boolean"),
    Key("{t}.display_name", "text"),
    Key("{t}.id", "bigint"),
)


def member_rows(call: Call) -> Rows:
    """Read the members of the mentorship above; the domain itself keeps them few."""
    where = ["{t}.mentorship_id = {p}.id"]
    if call.arguments["role"].given:
        where.append(f"{{t}}.role = {call.bind(call.arguments['role'], 'text')}")
    if call.arguments["activeOn"].given:
        day = call.bind(call.arguments["activeOn"], "date")
        where.append(f"{{t}}.starts <= {day} and {{t}}.ends > {day}")
    return Rows(source="mentorship_member {t}", where=tuple(where), order=MEMBER_ORDER)


@declare.bound(
    "Участник наставничества. Имя, учреждение и должность видны всегда, когда видно само "
    "наставничество; остальное — только о человеке в вашей области видимости."
)
class MentorshipMember:
    """A person's part in a mentorship; the other party shows name, organisation and position."""

    role: MemberRole = declare.column("Роль.", "{t}.role")
    display_name: str = declare.column("Фамилия, имя и отчество.", "{t}.display_name")
    organisation_name: str = declare.column(
        "Учреждение; пустая строка, если неизвестно.", "{t}.organisation_name"
    )
    position_name: str = declare.column(
        "Должность; пустая строка, если неизвестна.", "{t}.position_text"
    )
    affiliation_kind: AffiliationKind = declare.column(
        "Чем связан с учреждением.", "{t}.affiliation_kind"
    )
    moved: bool = declare.column("Сегодня числится в другом учреждении.", "{t}.moved")
    starts: date | None = declare.column("С какого дня участвует.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    host_organisation: Organisation | None = declare.one(
        "Где проходит наставничество; вне области видимости — null.",
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.host_organisation_id",),
            scope=(SEEN_ORGANISATION,),
        ),
    )
    person: PersonRef | None = declare.one(
        "Человек; вне области видимости — null.",
        Rows(source="person {t}", where=("{t}.id = {p}.person_id",), scope=(SEEN_PERSON,)),
    )


@declare.bound("Дни, в которые наставничество не действует.")
class Suspension:
    """A pause of a mentorship."""

    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")


@declare.bound(
    "Наставничество: пара или группа в одной форме в течение непрерывного времени.",
    node=Node(
        "mentorship",
        Rows(
            source="mentorship {t}",
            where=(
                (
                    "{t}.id = (select coalesce((select a.mentorship_id from mentorship_alias a"
                    " where a.alias_id = {id}), {id}))"
                ),
            ),
            scope=(SEEN_MENTORSHIP,),
        ),
    ),
    keys=("id",),
)
class Mentorship(GlobalNode):
    """A mentorship of which at least one party lies within the scope."""

    id: strawberry.ID = declare.identity(
        "Непрозрачный идентификатор; прежние идентификаторы продолжают отвечать.", "mentorship"
    )
    kind: MentorshipKind = declare.column("Пара или группа.", "{t}.kind")
    form_code: str | None = declare.column(
        "Код формы; null, если источник её не назвал.", "{t}.form_code"
    )
    form_name: str | None = declare.column(
        "Название формы.",
        "(select f.label from mentoring_form f where f.code = {t}.form_code)",
    )
    status: MentorshipStatus = declare.column("Состояние сегодня.", STATUS)
    confirmation: Confirmation = declare.column("Кто подтверждает.", "{t}.confirmation")
    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    end_assumed: bool = declare.column(
        "Конец назначен хабом: источники его не назвали.", "{t}.end_assumed"
    )
    programme: Programme | None = declare.one(
        "Программа; null, если источник её не назвал.",
        Rows(source="programme {t}", where=("{t}.id = {p}.programme_id",)),
    )
    members: list[MentorshipMember] = declare.many(
        "Участники: сначала наставники.",
        member_rows,
        (
            declare.argument("role", MemberRole | None, "Только в этой роли."),
            declare.argument("active_on", date | None, "Только кто участвует в этот день."),
        ),
    )
    suspensions: list[Suspension] = declare.many(
        "Перерывы, по дате начала.",
        Rows(
            source="suspension {t}",
            where=("{t}.mentorship_id = {p}.id",),
            order=(Key("{t}.starts", "date"), Key("{t}.id", "bigint")),
        ),
    )


@strawberry.input(description="Какое наставничество показать; условия складываются.")
class MentorshipFilter:
    """What narrows a person's mentorships."""

    role: MemberRole | None = declare.optional("Роль человека в наставничестве.")
    form_code: str | None = declare.optional("Код формы.")
    active_on: date | None = declare.optional("Наставничество, которое длится в этот день.")


MENTORSHIP_FILTER = declare.argument(
    "filter", MentorshipFilter | None, "Какое наставничество показать."
)


def person_mentorships(call: Call) -> Rows:
    """Read the mentorships of the person above, narrowed by the filter."""
    chosen = call.arguments["filter"]
    member = "tm.mentorship_id = {t}.id and tm.person_id = {p}.id"
    if chosen.part("role").given:
        member += f" and tm.role = {call.bind(chosen.part('role'), 'text')}"
    where = [f"exists (select from mentorship_member tm where {member})"]
    if chosen.part("formCode").given:
        where.append(f"{{t}}.form_code = {call.bind(chosen.part('formCode'), 'text')}")
    if chosen.part("activeOn").given:
        day = call.bind(chosen.part("activeOn"), "date")
        where.append(f"{{t}}.starts <= {day} and {{t}}.ends > {day}")
    return Rows(
        source="mentorship {t}",
        where=tuple(where),
        scope=(SEEN_MENTORSHIP,),
        order=NAME_ORDER,
    )
