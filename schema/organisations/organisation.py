"""Territories and organisations: who they are and to whom they answer."""

from datetime import date
from typing import Annotated

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Node, Rows
from schema.connection import Connection
from schema.lists.mentorships import MENTORSHIP_LIST_ARGUMENTS
from schema.lists.organisations import NAME_ORDER, ORGANISATION_ARGUMENTS
from schema.lists.people import PERSON_ARGUMENTS, people_beneath
from schema.lists.programmes import PROGRAMME_ARGUMENTS
from schema.node import GlobalNode, Status
from schema.organisations.parts import (
    HOSTED_ARGUMENTS,
    STAFF_ARGUMENTS,
    SUBORDINATE_ARGUMENTS,
    hosted_mentees,
    hosted_mentors,
    hosted_mentorships,
    organisations_beneath,
    organisations_inside,
    programmes_of,
    staff_rows,
)
from schema.references import ORGANISATION_REFERENCE, organisation_number
from schema.scope.places import SEEN_ORGANISATION
from schema.words.organisations import SubordinationKind, TerritoryLevel

# The types below them are declared in rooms that read organisations.
PersonRef = Annotated["Person", strawberry.lazy("schema.people.person")]  # type: ignore[name-defined]  # noqa: F821 - resolved by Strawberry when the schema is built
MentorshipRef = Annotated["Mentorship", strawberry.lazy("schema.mentoring.mentorship")]  # type: ignore[name-defined]  # noqa: F821 - as above
ProgrammeRef = Annotated["Programme", strawberry.lazy("schema.mentoring.mentorship")]  # type: ignore[name-defined]  # noqa: F821 - as above
OrganisationRef = Annotated["Organisation", strawberry.lazy("schema.organisations.organisation")]


@declare.bound(
    "Территория: муниципальное образование или регион. Названия повторяются, код ОКТМО — нет.",
    node=Node("territory", Rows(source="territory {t}", where=("{t}.id = {id}",))),
)
class Territory(GlobalNode):
    """A territory; territories are no secret, so no scope narrows them."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", "territory")
    oktmo: str = declare.column("Код ОКТМО.", "{t}.oktmo")
    name: str = declare.column("Название.", "{t}.name")
    level: TerritoryLevel = declare.column("Уровень.", "{t}.level")
    tile_column: int | None = declare.column("Столбец на плиточной карте.", "{t}.tile_column")
    tile_row: int | None = declare.column("Строка на плиточной карте.", "{t}.tile_row")
    parent: "Territory | None" = declare.one(
        "Территория, в которую эта входит.",
        Rows(source="territory {t}", where=("{t}.id = {p}.parent_id",)),
    )
    organisations: Connection[OrganisationRef] = declare.page(
        "Учреждения территории и того, что в неё входит, в вашей области видимости.",
        organisations_inside,
        ORGANISATION_ARGUMENTS,
    )


@declare.bound("Номер, под которым учреждение знает другая система.")
class OrganisationIdentifier:
    """A value by which some system knows an organisation."""

    system: str = declare.column("Система: OGRN, INN, AIS_KADRY и другие.", "{t}.system")
    value: str = declare.column("Значение в этой системе.", "{t}.value")


@declare.bound("Подчинение учреждения органу управления.")
class Subordination:
    """To which authority an organisation answers, how and when."""

    kind: SubordinationKind = declare.column("Вид подчинения.", "{t}.kind")
    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    authority_name: str = declare.column(
        "Краткое наименование органа управления.",
        "(select o.short_name from organisation o where o.id = {t}.authority_id)",
    )
    authority: OrganisationRef | None = declare.one(
        "Орган управления; вне области видимости — null.",
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.authority_id",),
            scope=(SEEN_ORGANISATION,),
        ),
    )


@declare.bound(
    "Учреждение: школа, детский сад, колледж, орган управления, центр или партнёр.",
    node=Node(
        "organisation",
        Rows(source="organisation {t}", where=("{t}.id = {id}",), scope=(SEEN_ORGANISATION,)),
        ORGANISATION_REFERENCE,
    ),
    keys=("id", "sourceSystem externalId"),
)
class Organisation(GlobalNode):
    """An organisation within the viewer's scope."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", "organisation")
    kind: str = declare.column(
        "Вид: SCHOOL, KINDERGARTEN, COLLEGE, AUTHORITY, PARTNER и другие.", "{t}.kind"
    )
    full_name: str = declare.column("Полное наименование.", "{t}.full_name")
    short_name: str = declare.column("Краткое наименование.", "{t}.short_name")
    number: str = declare.column("Номер; пустая строка, если его нет.", "{t}.number")
    locality: str = declare.column(
        "Населённый пункт; пустая строка, если неизвестен.", "{t}.locality"
    )
    status: Status = declare.column("Действует или закрыто.", "{t}.status")
    source_system: str | None = declare.column(
        "Система, чьим номером названо учреждение: той, по чьему спросили, иначе первая из "
        "identifiers; null, если номера нет.",
        organisation_number("i.system", "system"),
    )
    external_id: str | None = declare.column(
        "Номер учреждения в этой системе.", organisation_number("i.value", "number")
    )
    starts: date | None = declare.column("С какого дня существует.", "{t}.starts")
    ends: date | None = declare.column("С какого дня больше нет.", "{t}.ends")
    territory: Territory | None = declare.one(
        "Территория учреждения.",
        Rows(source="territory {t}", where=("{t}.id = {p}.territory_id",)),
    )
    parent: "Organisation | None" = declare.one(
        "Юридическое лицо, если это филиал или подразделение. Вне области видимости — null.",
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.parent_id",),
            scope=(SEEN_ORGANISATION,),
        ),
    )
    department: "Organisation | None" = declare.one(
        "Орган управления, которому учреждение подчинено сегодня. Вне области видимости — null.",
        Rows(
            source="organisation {t} join subordination {t}s on {t}s.authority_id = {t}.id",
            where=(
                "{t}s.organisation_id = {p}.id and {t}s.kind = 'PRIMARY'",
                "{t}s.starts <= {today} and {t}s.ends > {today}",
            ),
            scope=(SEEN_ORGANISATION,),
        ),
    )
    identifiers: list[OrganisationIdentifier] = declare.many(
        "Номера в других системах.",
        Rows(
            source="organisation_identifier {t}",
            where=("{t}.organisation_id = {p}.id",),
            order=(Key("{t}.system", "text"), Key("{t}.value", "text")),
        ),
    )
    subordinations: list[Subordination] = declare.many(
        "Кому учреждение подчинено, всех видов и дат.",
        Rows(
            source="subordination {t}",
            where=("{t}.organisation_id = {p}.id",),
            order=(Key("{t}.starts", "date"), Key("{t}.id", "bigint")),
        ),
    )
    subordinates: Connection[OrganisationRef] = declare.page(
        "Учреждения, подчинённые этому в этот день, с филиалами; в вашей области видимости.",
        organisations_beneath,
        (*SUBORDINATE_ARGUMENTS, *ORGANISATION_ARGUMENTS),
    )
    people: Connection[PersonRef] = declare.page(
        "Люди этого учреждения и всех, что под ним, сегодня.", people_beneath, PERSON_ARGUMENTS
    )
    staff: Connection[PersonRef] = declare.page(
        "Кто в этот день работает в учреждении или в том, что под ним; видимые вам.",
        staff_rows,
        STAFF_ARGUMENTS,
    )
    mentors: Connection[PersonRef] = declare.page(
        "Кто в этот день наставляет тех, кого принимает учреждение или то, что под ним; видимые "
        "вам. Внешних наставников показывает mentorships.",
        hosted_mentors,
        HOSTED_ARGUMENTS,
    )
    mentees: Connection[PersonRef] = declare.page(
        "Кого в этот день наставляют в учреждении или в том, что под ним; видимые вам.",
        hosted_mentees,
        HOSTED_ARGUMENTS,
    )
    mentorships: Connection[MentorshipRef] = declare.page(
        "Наставничество, которое проходит в учреждении или в том, что под ним сегодня.",
        hosted_mentorships,
        MENTORSHIP_LIST_ARGUMENTS,
    )
    programmes: Connection[ProgrammeRef] = declare.page(
        "Программы, в которых участвует учреждение или то, что под ним сегодня.",
        programmes_of,
        PROGRAMME_ARGUMENTS,
    )


TERRITORY_ROWS = Rows(source="territory {t}", order=NAME_ORDER)
# Whose a row is; outside the viewer's scope nobody's.
ITS_ORGANISATION = Rows(
    source="organisation {t}",
    where=("{t}.id = {p}.organisation_id",),
    scope=(SEEN_ORGANISATION,),
)
