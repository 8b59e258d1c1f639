"""Territories and organisations: who they are and to whom they answer."""

from datetime import date
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Node, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.connection import Connection
from schema.node import GlobalNode, Status
from schema.places import SEEN_ORGANISATION

NAME_ORDER = (Key("{t}.sort_key", "text"), Key("{t}.id", "uuid"))


@declare.choice(
    "Уровень территории.",
    {
        "REGION": "Регион.",
        "DISTRICT": "Район или городской округ.",
        "SETTLEMENT": "Поселение.",
    },
)
class TerritoryLevel(StrEnum):
    """How large a territory is."""

    REGION = "REGION"
    DISTRICT = "DISTRICT"
    SETTLEMENT = "SETTLEMENT"


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


@declare.bound("Номер, под которым учреждение знает другая система.")
class OrganisationIdentifier:
    """A value by which some system knows an organisation."""

    system: str = declare.column("Система: OGRN, INN, AIS_KADRY и другие.", "{t}.system")
    value: str = declare.column("Значение в этой системе.", "{t}.value")


@declare.bound(
    "Учреждение: школа, детский сад, колледж, орган управления, центр или партнёр.",
    node=Node(
        "organisation",
        Rows(source="organisation {t}", where=("{t}.id = {id}",), scope=(SEEN_ORGANISATION,)),
    ),
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


@strawberry.input(description="Номер в другой системе.")
class IdentifierInput:
    """How another system names an organisation."""

    system: str = strawberry.field(description="Система: OGRN, INN, AIS_KADRY и другие.")
    value: str = strawberry.field(description="Значение в этой системе.")


@strawberry.input(description="Какие учреждения показать; условия складываются.")
class OrganisationFilter:
    """What narrows the list of organisations."""

    kind: str | None = strawberry.field(default=strawberry.UNSET, description="Вид учреждения.")
    status: Status | None = strawberry.field(
        default=strawberry.UNSET, description="Действует или закрыто."
    )
    territory: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Территория или то, что в неё входит."
    )
    department: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Орган управления, чьё это учреждение."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="Номер в другой системе."
    )


def territory_condition(call: Call, column: str) -> str:
    """Compose that a territory column is the filter's territory or within it."""
    key = call.bind(call.arguments["filter"].part("territory"), "uuid", convert=key_of("territory"))
    return (
        f"{column} in (with recursive inside(id) as (select {key} union"
        " select y.id from territory y join inside on y.parent_id = inside.id)"
        " select id from inside)"
    )


def organisation_bound(call: Call, name: str) -> str:
    """Return the placeholder of the organisation that a part of the filter names."""
    argument = call.arguments["filter"].part(name)
    return call.bind(argument, "uuid", convert=key_of("organisation"))


def department_condition(call: Call, column: str) -> str:
    """Compose that an organisation stands today under the filter's department."""
    key = organisation_bound(call, "department")
    return (
        f"exists (select from organisation_place fp where fp.organisation_id = {column}"
        f" and fp.authority_id = {key} and fp.starts <= {{today}} and fp.ends > {{today}})"
    )


def organisation_rows(call: Call) -> Rows:
    """Read the organisations of the scope, narrowed by the filter."""
    chosen = call.arguments["filter"]
    where: list[str] = []
    if chosen.part("kind").given:
        where.append(f"{{t}}.kind = {call.bind(chosen.part('kind'), 'text')}")
    if chosen.part("status").given:
        where.append(f"{{t}}.status = {call.bind(chosen.part('status'), 'text')}")
    if chosen.part("territory").given:
        where.append(territory_condition(call, "{t}.territory_id"))
    if chosen.part("department").given:
        where.append(department_condition(call, "{t}.id"))
    if chosen.part("identifier").given:
        where.append(identifier_condition(call, "{t}.id"))
    return Rows(
        source="organisation {t}",
        where=tuple(where),
        scope=(SEEN_ORGANISATION,),
        order=NAME_ORDER,
    )


def identifier_condition(call: Call, column: str) -> str:
    """Compose that an organisation is the one another system knows by the filter's number."""
    identifier = call.arguments["filter"].part("identifier")
    system = call.bind(identifier.part("system"), "text")
    value = call.bind(identifier.part("value"), "text")
    return (
        f"{column} = (select fi.organisation_id from organisation_identifier fi"
        f" where fi.system = {system} and fi.value = {value})"
    )


OrganisationConnection = Connection[Organisation]
TerritoryConnection = Connection[Territory]
TERRITORY_ROWS = Rows(source="territory {t}", order=NAME_ORDER)
ORGANISATION_FILTER = declare.argument(
    "filter", OrganisationFilter | None, "Какие учреждения показать."
)
