"""The list of organisations: which are in it, in which order, narrowed by which conditions."""

from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.lists.prefix import begins
from schema.node import Status
from schema.scope.places import SEEN_ORGANISATION

NAME_ORDER = (Key("{t}.sort_key", "text"), Key("{t}.id", "uuid"))
_TERRITORY_NAME = (
    "coalesce((select oy.sort_key from territory oy where oy.id = {t}.territory_id), '')"
)


@declare.choice(
    "Порядок списка учреждений.",
    {
        "NAME_ASC": "По названию, от А.",
        "NAME_DESC": "По названию, от Я.",
        "TERRITORY_ASC": "По территории, внутри неё по названию.",
    },
)
class OrganisationOrder(StrEnum):
    """By which columns organisations are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    TERRITORY_ASC = "TERRITORY_ASC"


@strawberry.input(description="Номер в другой системе.")
class IdentifierInput:
    """How another system names an organisation."""

    system: str = strawberry.field(description="Система: OGRN, INN, AIS_KADRY и другие.")
    value: str = strawberry.field(description="Значение в этой системе.")


@strawberry.input(description="Какие учреждения показать; условия складываются.")
class OrganisationFilter:
    """What narrows the list of organisations."""

    kind: str | None = declare.optional("Вид учреждения.")
    status: Status | None = declare.optional("Действует или закрыто.")
    territory: strawberry.ID | None = declare.optional("Территория или то, что в неё входит.")
    department: strawberry.ID | None = declare.optional("Орган управления, чьё это учреждение.")
    identifier: IdentifierInput | None = declare.optional("Номер в другой системе.")
    name_prefix: str | None = declare.optional("Начало названия; регистр и ё не важны.")


ORGANISATION_ARGUMENTS = (
    declare.argument("filter", OrganisationFilter | None, "Какие учреждения показать."),
    declare.argument("order_by", OrganisationOrder | None, "Порядок; по умолчанию NAME_ASC."),
)


def organisation_rows(call: Call) -> Rows:
    """Read the organisations of the scope, narrowed by the filter."""
    return narrowed_organisations(call, ())


def narrowed_organisations(call: Call, conditions: tuple[str, ...]) -> Rows:
    """Read the organisations of the scope that meet conditions, narrowed by the filter."""
    order = call.arguments["orderBy"].choice
    by_territory = (
        (Key(_TERRITORY_NAME, "text"),) if order is OrganisationOrder.TERRITORY_ASC else ()
    )
    return Rows(
        source="organisation {t}",
        where=(*conditions, *_filtered(call)),
        scope=(SEEN_ORGANISATION,),
        order=(*by_territory, *NAME_ORDER),
        descending=order is OrganisationOrder.NAME_DESC,
    )


def _filtered(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    found = [
        f"{{t}}.{name} = {call.bind(chosen.part(name), 'text')}"
        for name in ("kind", "status")
        if chosen.part(name).given
    ]
    if chosen.part("territory").given:
        found.append(territory_condition(call, "{t}.territory_id"))
    if chosen.part("department").given:
        found.append(department_condition(call, "{t}.id"))
    if chosen.part("identifier").given:
        found.append(identifier_condition(call, "{t}.id"))
    if chosen.part("namePrefix").given:
        found.append(begins(call, chosen.part("namePrefix"), "{t}.sort_key"))
    return found


def territory_condition(call: Call, column: str) -> str:
    """Compose that a territory column is the filter's territory or within it."""
    key = call.bind(call.arguments["filter"].part("territory"), "uuid", convert=key_of("territory"))
    return inside_territory(key, column)


def inside_territory(key: str, column: str) -> str:
    """Compose that a territory column is a territory or within it."""
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


def identifier_condition(call: Call, column: str) -> str:
    """Compose that an organisation is the one another system knows by the filter's number."""
    identifier = call.arguments["filter"].part("identifier")
    system = call.bind(identifier.part("system"), "text")
    value = call.bind(identifier.part("value"), "text")
    return (
        f"{column} = (select fi.organisation_id from organisation_identifier fi"
        f" where fi.system = {system} and fi.value = {value})"
    )


def place_asked(call: Call, organisation: str, territory: str) -> list[str]:
    """Compose what the filter asks of a place: organisation, number, department, territory."""
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("organisation").given:
        found.append(f"{organisation} = {organisation_bound(call, 'organisation')}")
    if chosen.part("identifier").given:
        found.append(identifier_condition(call, organisation))
    if chosen.part("department").given:
        found.append(department_condition(call, organisation))
    if chosen.part("territory").given:
        found.append(territory_condition(call, territory))
    return found


def seen_as(call: Call, column: str) -> list[str]:
    """Compose that an organisation is within the scope; nothing for a region-wide viewer."""
    return [] if call.viewer.region_wide else [SEEN_ORGANISATION.replace("{t}.id", column)]
