"""What an answer must be, computed slowly: graphql-core over plain rows, a resolver a field.

It knows the tables, COUNTING and the published schema, and nothing of the compiler: no binding,
no SQL beyond `select *`, its own scope, masks, order and paging.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from graphql import (
    ExecutionResult,
    GraphQLObjectType,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    parse,
)

from hub.access import Purpose, Viewer
from hub.seal import Sealer
from schema.root import print_schema

Row = Mapping[str, Any]  # a column of any type
SCHEMA = build_schema(print_schema())
TABLES = (
    "changeset", "contact", "employment", "enrolment", "experience", "link", "mentoring_form", "mentorship",
    "mentorship_alias", "mentorship_member", "mentorship_place", "organisation",
    "organisation_identifier", "organisation_place", "participation_fact", "person",
    "person_alias", "person_field", "person_identifier", "person_name", "person_place",
    "programme", "programme_organisation", "qualification", "question", "record", "record_version",
    "rejection", "source", "source_file", "subordination", "suspension", "territory",
)  # fmt: skip


class Tables:
    """All rows of all tables, found by the values of a column."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = rows
        self._found: dict[tuple[str, str], dict[object, list[Row]]] = {}

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._rows[table]

    def having(self, table: str, column: str, value: object) -> Sequence[Row]:
        index = self._found.get((table, column))
        if index is None:
            index = self._found[table, column] = {}
            for row in self._rows[table]:
                index.setdefault(row[column], []).append(row)
        return index.get(value, ())


async def read_tables(owner: asyncpg.Connection) -> Tables:
    """Fetch every row of every table that the schema shows."""
    return Tables(
        {
            table: [dict(row) for row in await owner.fetch(f"select * from {table}")]
            for table in TABLES
        }
    )


@dataclass(frozen=True, kw_only=True)
class World:
    """All rows, seen by one viewer on one day."""

    tables: Tables
    viewer: Viewer
    today: date
    sealer: Sealer

    def all(self, table: str, **equal: object) -> list[Row]:
        first, *others = equal.items()
        return [
            row
            for row in self.tables.having(table, *first)
            if all(row[column] == value for column, value in others)
        ]

    def one(self, table: str, **equal: object) -> Row | None:
        return next(iter(self.all(table, **equal)), None)

    def in_force(self, row: Row) -> bool:
        return bool(row["starts"] <= self.today < row["ends"])

    def places(self, table: str, **equal: object) -> list[Row]:
        scope = self.viewer.authority_id
        return self.all(table, **equal, authority_id=scope)

    def sees(self, kind: str, row: Row) -> bool:
        if self.viewer.is_region_wide or kind == "Territory":
            return True
        key = row["id"]
        if kind == "Person":
            return any(map(self.in_force, self.places("person_place", person_id=key)))
        if kind == "Mentorship":
            return bool(self.places("mentorship_place", mentorship_id=key))
        if kind == "Organisation":
            return any(map(self.in_force, self.places("organisation_place", organisation_id=key)))
        return self.sees_programme(key)

    def sees_programme(self, key: UUID) -> bool:
        shared = self.all("programme_organisation", programme_id=key)
        pairs = self.all("mentorship", programme_id=key)
        return any(
            self.sees("Organisation", {"id": row["organisation_id"]}) for row in shared
        ) or any(self.sees("Mentorship", row) for row in pairs)


@dataclass(frozen=True)
class Thing:
    """A row that is an object of a GraphQL type."""

    kind: str
    row: Row


@dataclass(frozen=True)
class Listing:
    """A page of things and what surrounds it."""

    things: Sequence[Thing]
    total: int
    has_next: bool
    has_previous: bool


Arguments = Mapping[str, Any]  # as graphql-core coerces them
Place = tuple[Any, Any]  # a sort key of any ordered type, and an id
Order = Callable[[Row], Place]
Resolve = Callable[[World, Row, Arguments], object]
PREFIXES = {
    "Person": "person",
    "Organisation": "organisation",
    "Territory": "territory",
    "Mentorship": "mentorship",
    "Programme": "programme",
}


def evaluate(world: World, query: str, variables: Mapping[str, Any]) -> ExecutionResult:
    """Answer an operation."""
    result = execute_sync(
        SCHEMA,
        parse(query),
        root_value=Thing("Query", {}),
        context_value=world,
        variable_values=dict(variables),
        field_resolver=resolve,
        type_resolver=lambda thing, _info, _kind: thing.kind,
    )
    assert isinstance(result, ExecutionResult)
    return result


def resolve(source: object, info: GraphQLResolveInfo[World], **arguments: object) -> object:
    if isinstance(source, Listing):
        return listing_field(source, info.field_name)
    if isinstance(source, tuple):
        return source[1] if info.field_name == "node" else cursor(source[1])
    assert isinstance(source, Thing)
    world: World = info.context
    kind: GraphQLObjectType = info.parent_type
    special = RESOLVERS.get((kind.name, info.field_name))
    if special is not None:
        return special(world, source.row, arguments)
    return plain(source, info.field_name)


def plain(thing: Thing, name: str) -> object:
    if name == "id":
        return f"{PREFIXES[thing.kind]}-{thing.row['id']}"
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return written(thing.row[{"position_name": "position_text"}.get(snake, snake)])


def written(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return None if value in {date.min, date.max} else value.isoformat()
    return value


def cursor(thing: Thing) -> str:
    return f"cursor of {thing.row['id']}"


def listing_field(listing: Listing, name: str) -> object:
    things = listing.things
    ends = (cursor(things[0]), cursor(things[-1])) if things else (None, None)
    return {
        "nodes": things,
        "edges": [("edge", thing) for thing in things],
        "totalCount": listing.total,
        "pageInfo": listing,
        "hasNextPage": listing.has_next,
        "hasPreviousPage": listing.has_previous,
        "startCursor": ends[0],
        "endCursor": ends[1],
    }[name]


def key_in(text: str) -> UUID:
    """Read the uuid at the end of a global id."""
    return UUID(text.partition("-")[2])


def place_in(cursor: str) -> UUID | int:
    """Read the id at the end of a cursor, past its signature and its sort key."""
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    last = raw[16:].decode().split("\x1f")[-1]
    return UUID(last) if "-" in last[1:] else abs(int(last))


def page(
    kind: str,
    rows: Sequence[Row],
    everything: Sequence[Row],
    arguments: Arguments,
    order: Order,
    *,
    descending: bool = False,
) -> Listing:
    """Cut a page; a cursor may stand at any row of the table, listed here or not."""
    listed = sorted(rows, key=order, reverse=descending)
    past = _mark(everything, arguments.get("after"), order)
    until = _mark(everything, arguments.get("before"), order)
    before_window = [row for row in listed if past and _reached(order(row), past, descending)]
    after_window = [row for row in listed if until and _reached(until, order(row), descending)]
    window = [row for row in listed if row not in before_window and row not in after_window]
    first, last = arguments.get("first"), arguments.get("last")
    if last is not None:
        taken = window[max(0, len(window) - last) :]
        return Listing(things(kind, taken), len(listed), bool(after_window), len(window) > last)
    limit = 50 if first is None else first
    taken = window[:limit]
    return Listing(things(kind, taken), len(listed), len(window) > limit, bool(before_window))


def _mark(everything: Sequence[Row], cursor_text: str | None, order: Order) -> Place | None:
    if cursor_text is None:
        return None
    key = place_in(cursor_text)
    return next(order(row) for row in everything if row["id"] == key)


def _reached(low: Place, high: Place, descending: bool) -> bool:  # noqa: FBT001 - a direction
    return low >= high if descending else low <= high


def by_name(row: Row) -> Place:
    return (row["sort_key"], str(row["id"]))


def things(kind: str, rows: Sequence[Row]) -> list[Thing]:
    return [Thing(kind, row) for row in rows]


def visible(world: World, kind: str, row: Row | None) -> Thing | None:
    return Thing(kind, row) if row is not None and world.sees(kind, row) else None


def related(kind: str, table: str, column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        return visible(world, kind, world.one(table, id=row[column]))

    return find


def of_person(kind: str, table: str, *order: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.all(table, person_id=row["id"])
        return things(kind, sorted(found, key=lambda each: tuple(each[name] for name in order)))

    return find


def masked(purpose: Purpose, *names: str) -> Resolve:
    return lambda world, _row, _: [] if purpose in world.viewer.purposes else list(names)


def find_node(world: World, text: str) -> Thing | None:
    prefix, _, number = text.partition("-")
    kinds = {short: kind for kind, short in PREFIXES.items()}
    if prefix not in kinds or len(number) != 36:
        return None
    kind, key = kinds[prefix], UUID(number)
    alias = world.one(f"{prefix}_alias", alias_id=key) if kind in {"Person", "Mentorship"} else None
    if alias is not None and alias.get("kind") != "GONE":
        key = alias[f"{prefix}_id"]
    return visible(world, kind, world.one(prefix, id=key))


def within(world: World, territory: str) -> set[UUID]:
    found = {key_in(territory)}
    for _ in world.tables["territory"]:
        found |= {row["id"] for row in world.tables["territory"] if row["parent_id"] in found}
    return found


def placed(world: World, table: str, column: str, key: object, authority: object) -> bool:
    rows = world.all(table, **{column: key, "authority_id": authority})
    return any(map(world.in_force, rows))


def identified(world: World, identifier: Arguments) -> object:
    found = world.one("organisation_identifier", **identifier)
    return found["organisation_id"] if found else None


def people(world: World, _: Row, arguments: Arguments) -> object:
    scope = world.viewer.authority_id
    found = [
        row
        for row in world.tables["person"]
        if placed(world, "person_place", "person_id", row["id"], scope)
        and is_wanted(world, row, arguments.get("filter") or {})
    ]
    order = arguments.get("orderBy") or "NAME_ASC"
    name = "changed_at" if order.startswith("CHANGED") else "sort_key"
    return page(
        "Person",
        found,
        world.tables["person"],
        arguments,
        lambda row: (row[name], str(row["id"])),
        descending=order.endswith("DESC"),
    )


def is_wanted(world: World, row: Row, chosen: Arguments) -> bool:
    key = row["id"]
    authorities: list[object] = [
        key_in(chosen[name]) for name in ("department", "organisation") if chosen.get(name)
    ]
    if chosen.get("identifier"):
        authorities.append(identified(world, chosen["identifier"]))
    prefix = chosen.get("namePrefix")
    return (
        all(
            is_beneath(world, each) and placed(world, "person_place", "person_id", key, each)
            for each in authorities
        )
        and (not chosen.get("territory") or is_in_territory(world, key, chosen["territory"]))
        and (not chosen.get("role") or has_role(world, key, chosen["role"]))
        and (prefix is None or row["sort_key"].startswith(prefix.casefold().replace("ё", "е")))
    )


def is_beneath(world: World, authority: object) -> bool:
    """Tell whether the viewer may know who belongs to an authority."""
    scope = world.viewer.authority_id
    return world.viewer.is_region_wide or placed(
        world, "organisation_place", "organisation_id", authority, scope
    )


def is_in_territory(world: World, person: UUID, territory: str) -> bool:
    inside = within(world, territory)
    units = [
        row
        for table in ("employment", "enrolment")
        for row in world.all(table, person_id=person)
        if world.in_force(row)
    ]
    schools = [world.one("organisation", id=row["organisation_id"]) for row in units]
    return any(school is not None and school["territory_id"] in inside for school in schools)


def has_role(world: World, person: UUID, role: str) -> bool:
    table, column = {
        "STAFF": ("employment", "person_id"),
        "PUPIL": ("enrolment", "person_id"),
        "MENTOR": ("participation_fact", "mentor_id"),
        "MENTEE": ("participation_fact", "mentee_id"),
    }[role]
    return any(map(world.in_force, world.all(table, **{column: person})))


def organisations(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    found = [
        row
        for row in world.tables["organisation"]
        if world.sees("Organisation", row) and is_wanted_organisation(world, row, chosen)
    ]
    return page("Organisation", found, world.tables["organisation"], arguments, by_name)


def is_wanted_organisation(world: World, row: Row, chosen: Arguments) -> bool:
    department = chosen.get("department")
    return (
        all(row[name] == chosen[name] for name in ("kind", "status") if chosen.get(name))
        and (
            not chosen.get("territory") or row["territory_id"] in within(world, chosen["territory"])
        )
        and (
            not department
            or placed(world, "organisation_place", "organisation_id", row["id"], key_in(department))
        )
        and (not chosen.get("identifier") or row["id"] == identified(world, chosen["identifier"]))
    )


def department(world: World, row: Row, _: Arguments) -> object:
    answers = world.all("subordination", organisation_id=row["id"], kind="PRIMARY")
    today = [each["authority_id"] for each in answers if world.in_force(each)]
    return visible(world, "Organisation", world.one("organisation", id=today[0])) if today else None


def mentorships(world: World, row: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    members = [
        member["mentorship_id"]
        for member in world.all("mentorship_member", person_id=row["id"])
        if not chosen.get("role") or member["role"] == chosen["role"]
    ]
    day = date.fromisoformat(chosen["activeOn"]) if chosen.get("activeOn") else None
    found = [
        each
        for each in world.tables["mentorship"]
        if each["id"] in members
        and world.sees("Mentorship", each)
        and (not chosen.get("formCode") or each["form_code"] == chosen["formCode"])
        and (day is None or each["starts"] <= day < each["ends"])
    ]
    return page("Mentorship", found, world.tables["mentorship"], arguments, by_name)


def members(world: World, row: Row, _: Arguments) -> object:
    found = world.all("mentorship_member", mentorship_id=row["id"])
    ordered = sorted(
        found, key=lambda each: (each["role"] == "MENTEE", each["display_name"], each["id"])
    )
    return things("MentorshipMember", ordered)


def suspensions(world: World, row: Row, _: Arguments) -> object:
    found = world.all("suspension", mentorship_id=row["id"])
    return things("Suspension", sorted(found, key=lambda each: (each["starts"], each["id"])))


def display_name(_: World, row: Row, __: Arguments) -> object:
    parts = (row["last_name"], row["first_name"], row["middle_name"])
    return " ".join(part for part in parts if part)


def short_name(world: World, row: Row, _: Arguments) -> object:
    found = world.one("organisation", id=row["organisation_id"])
    return found["short_name"] if found else None


def birth_date(world: World, row: Row, _: Arguments) -> object:
    return written(row["birth_date"]) if Purpose.BIRTH_DATES in world.viewer.purposes else None


def contact_value(world: World, row: Row, _: Arguments) -> object:
    value: str = row["value"]
    if Purpose.CONTACTS in world.viewer.purposes:
        return value
    return f"***@{value.split('@')[1]}" if row["kind"] == "EMAIL" else f"***{value[-2:]}"


def identifier_value(world: World, row: Row, _: Arguments) -> object:
    if Purpose.IDENTIFIERS in world.viewer.purposes:
        return world.sealer.open(row["value_sealed"])
    stated = world.one(
        "person_field", person_id=row["person_id"], field="snils", record_id=row["record_id"]
    )
    return stated["value"] if stated else "***"


def records(world: World, row: Row, _: Arguments) -> object:
    linked = [each["record_id"] for each in world.all("link", person_id=row["id"])]
    found = [
        described(world, each, each["current_version_id"])
        for each in sorted(world.tables["record"], key=lambda each: each["id"])
        if each["id"] in linked and sees_evidence(world, each)
    ]
    return things("SourceRecord", found)


def sees_evidence(world: World, record: Row) -> bool:
    return world.sees("Organisation", {"id": record["organisation_id"]})


def described(world: World, record: Row, version_id: int | None) -> Row:
    source = world.one("source", id=record["source_id"]) or {}
    version = world.one("record_version", id=version_id) or {}
    file = world.one("source_file", id=version.get("source_file_id")) or {}
    return {
        **record,
        "source_code": source.get("code"),
        "source_title": source.get("title"),
        "file_name": file.get("name"),
        "sheet": version.get("sheet"),
        "row": version.get("row"),
    }


def provenance(world: World, row: Row, _: Arguments) -> object:
    found = sorted(world.all("person_field", person_id=row["id"]), key=lambda each: each["field"])
    return things("FieldProvenance", [with_place(world, each) for each in found])


def with_place(world: World, chosen: Row) -> Row:
    nothing = dict.fromkeys(("source_code", "source_title", "file_name", "sheet", "row"))
    record = world.one("record", id=chosen["record_id"])
    if record is None or not sees_evidence(world, record):
        return {**nothing, **chosen}
    place = described(world, record, chosen["record_version_id"])
    return {**{name: place[name] for name in nothing}, **chosen}


def provenance_value(world: World, row: Row, _: Arguments) -> object:
    if row["field"] == "birth_date" and Purpose.BIRTH_DATES not in world.viewer.purposes:
        return row["value"][:4]
    return row["value"]


def is_current(world: World, row: Row, _: Arguments) -> object:
    return world.in_force(row)


def form_name(world: World, row: Row, _: Arguments) -> object:
    found = world.one("mentoring_form", code=row["form_code"])
    return found["label"] if found else None


def programme_organisations(world: World, row: Row, _: Arguments) -> object:
    shared = [
        each["organisation_id"]
        for each in world.all("programme_organisation", programme_id=row["id"])
    ]
    found = [
        each
        for each in world.tables["organisation"]
        if each["id"] in shared and world.sees("Organisation", each)
    ]
    return things("Organisation", sorted(found, key=by_name))


def unscoped(kind: str, table: str, column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.one(table, id=row[column])
        return Thing(kind, found) if found else None

    return find


def viewer(world: World, _: Row, __: Arguments) -> object:
    who = world.viewer
    return Thing(
        "Viewer",
        {
            "name": who.client_name,
            "role": who.role.value,
            "purposes": sorted(purpose.value for purpose in who.purposes),
            "is_region_wide": who.is_region_wide,
            "organisation_id": who.authority_id,
        },
    )


def by_id(world: World, _: Row, arguments: Arguments) -> object:
    return find_node(world, arguments["id"])


RESOLVERS: dict[tuple[str, str], Resolve] = {
    ("Query", "viewer"): viewer,
    ("Query", "node"): by_id,
    ("Query", "nodes"): lambda world, _, arguments: [
        find_node(world, each) for each in arguments["ids"]
    ],
    ("Query", "person"): by_id,
    ("Query", "mentorship"): by_id,
    ("Query", "programme"): by_id,
    ("Query", "organisation"): by_id,
    ("Query", "people"): people,
    ("Query", "organisations"): organisations,
    ("Query", "territories"): lambda world, _, arguments: page(
        "Territory", world.tables["territory"], world.tables["territory"], arguments, by_name
    ),
    ("Viewer", "organisation"): unscoped("Organisation", "organisation", "organisation_id"),
    ("Territory", "parent"): unscoped("Territory", "territory", "parent_id"),
    ("Organisation", "territory"): unscoped("Territory", "territory", "territory_id"),
    ("Organisation", "parent"): related("Organisation", "organisation", "parent_id"),
    ("Organisation", "department"): department,
    ("Organisation", "identifiers"): lambda world, row, _: things(
        "OrganisationIdentifier",
        sorted(
            world.all("organisation_identifier", organisation_id=row["id"]),
            key=lambda each: (each["system"], each["value"]),
        ),
    ),
    ("Person", "displayName"): display_name,
    ("Person", "birthDate"): birth_date,
    ("Person", "maskedFields"): masked(Purpose.BIRTH_DATES, "birthDate"),
    ("Person", "names"): of_person(
        "PersonName", "person_name", "last_name", "first_name", "middle_name"
    ),
    ("Person", "identifiers"): of_person(
        "PersonIdentifier", "person_identifier", "type", "value_hash"
    ),
    ("Person", "contacts"): of_person("Contact", "contact", "kind", "value"),
    ("Person", "employments"): of_person("Employment", "employment", "starts", "id"),
    ("Person", "enrolments"): of_person("Enrolment", "enrolment", "starts", "id"),
    ("Person", "experience"): of_person("Experience", "experience", "kind"),
    ("Person", "qualifications"): of_person("Qualification", "qualification", "category"),
    ("Person", "provenance"): provenance,
    ("Person", "records"): records,
    ("Person", "mentorships"): mentorships,
    ("PersonIdentifier", "value"): identifier_value,
    ("PersonIdentifier", "maskedFields"): masked(Purpose.IDENTIFIERS, "value"),
    ("Contact", "value"): contact_value,
    ("Contact", "maskedFields"): masked(Purpose.CONTACTS, "value"),
    ("Employment", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Employment", "organisationName"): short_name,
    ("Employment", "isCurrent"): is_current,
    ("Enrolment", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Enrolment", "organisationName"): short_name,
    ("Enrolment", "isCurrent"): is_current,
    ("SourceRecord", "organisationName"): short_name,
    ("FieldProvenance", "value"): provenance_value,
    ("Mentorship", "formName"): form_name,
    ("Mentorship", "programme"): unscoped("Programme", "programme", "programme_id"),
    ("Mentorship", "members"): members,
    ("Mentorship", "suspensions"): suspensions,
    ("MentorshipMember", "hostOrganisation"): related(
        "Organisation", "organisation", "host_organisation_id"
    ),
    ("MentorshipMember", "person"): related("Person", "person", "person_id"),
    ("Programme", "leadOrganisation"): related(
        "Organisation", "organisation", "lead_organisation_id"
    ),
    ("Programme", "organisations"): programme_organisations,
}
