"""Who stands behind a number of coverage, by the fragments that count it."""

import strawberry

from hub.coverage import Measure, members
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.coverage.question import MEMBER_ARGUMENTS, place_of, shape_of
from schema.mentoring.mentorship import Mentorship, Programme
from schema.node import GlobalNode
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.person import Person
from schema.scope.places import SEEN_MENTORSHIP, SEEN_PERSON


@declare.bound(
    "Кто стоит за числом. Имена видны по сегодняшним правам: кого вы больше не видите, "
    "тот стоит в списке без имени."
)
class CoverageMember:
    """A member of a list behind a number."""

    key: strawberry.ID = declare.column("Ключ строки списка.", "{t}.id")
    title: str = declare.column(
        "Имя или название; у пары — наставник, у группы — все наставники.", "{t}.title"
    )
    detail: str = declare.column("Учреждение; у пары — наставляемый.", "{t}.detail")
    person: Person | None = declare.one(
        "Человек; у пары — наставник. Вне области видимости — null.",
        Rows(source="person {t}", where=("{t}.id = {p}.person_id",), scope=(SEEN_PERSON,)),
    )
    mentee: Person | None = declare.one(
        "Наставляемый пары. Вне области видимости — null.",
        Rows(source="person {t}", where=("{t}.id = {p}.mentee_id",), scope=(SEEN_PERSON,)),
    )
    mentorship: Mentorship | None = declare.one(
        "Наставничество, если считаются группы. Вне области видимости — null.",
        Rows(
            source="mentorship {t}",
            where=("{t}.id = {p}.mentorship_id",),
            scope=(SEEN_MENTORSHIP,),
        ),
    )
    programme: Programme | None = declare.one(
        "Программа, если считаются программы.",
        Rows(source="programme {t}", where=("{t}.id = {p}.programme_id",)),
    )
    organisation: Organisation | None = declare.one(
        "Учреждение, если считаются учреждения. Вне области видимости — null.",
        ITS_ORGANISATION,
    )
    counted: list[GlobalNode | None] = declare.many(
        "Кто или что посчитано, какого бы вида ни было: у пары двое, у прочих один. Вне области "
        "видимости — null.",
        Rows(
            source="(values (1, 'Person', {p}.person_id), (2, 'Person', {p}.mentee_id),"
            " (3, 'Mentorship', {p}.mentorship_id), (4, 'Programme', {p}.programme_id),"
            " (5, 'Organisation', {p}.organisation_id)) {t}(number, kind, key)",
            where=("{t}.key is not null",),
            order=(Key("{t}.number", "int"),),
            is_a="{t}.kind",
            key="{t}.key",
        ),
    )


def member_rows(call: Call) -> Rows:
    """Compose the list behind a number, by the same fragments that count it."""
    measure = Measure(str(call.arguments["measure"].choice))
    in_row = call.arguments["row"].given
    queries = members(shape_of(call), measure, place_of(call), in_row=in_row)
    return Rows(
        source="coverage_member {t}",
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "text")),
        ctes=tuple(queries),
    )


COVERAGE_MEMBERS = declare.page("Кто стоит за числом охвата.", member_rows, MEMBER_ARGUMENTS)
