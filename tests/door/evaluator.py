"""Plain rows as one viewer sees them, and pages of them: what the evaluator's resolvers share.

It knows the tables, COUNTING and the published schema, and nothing of the compiler: no binding,
no SQL beyond `select *`, its own scope, masks, order and paging.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hub.access import Role, Viewer
from hub.seal import Sealer
from tests.door.tables import Row, Tables

PREFIXES = {
    "Person": "person",
    "Organisation": "organisation",
    "Territory": "territory",
    "Mentorship": "mentorship",
    "Programme": "programme",
}


@dataclass(frozen=True, kw_only=True)
class World:
    """All rows, seen by one viewer on one day."""

    tables: Tables
    viewer: Viewer
    today: date
    sealer: Sealer
    selected: frozenset[str] = frozenset()  # of the root that is being answered, dotted names

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
        return list(filter(self.may_be_told, self.all(table, **equal, authority_id=scope)))

    def may_be_told(self, place: Row) -> bool:
        """Tell whether a viewer may hear of whose place it is: to a partner nobody who withdrew."""
        if self.viewer.role is not Role.PARTNER_SYSTEM:
            return True
        if "person_id" in place:
            return self.may_transfer(place["person_id"])
        if "mentorship_id" not in place:
            return True
        members = self.all("mentorship_member", mentorship_id=place["mentorship_id"])
        return all(self.may_transfer(one["person_id"]) for one in members)

    def may_transfer(self, person: UUID) -> bool:
        records = [row["record_id"] for row in self.all("link", person_id=person)]
        given = [
            row
            for record in records
            for row in self.all("consent", record_id=record, purpose="TRANSFER")
        ]
        return not any(map(self.is_withdrawn, given)) or any(map(self.holds, given))

    def is_withdrawn(self, consent: Row) -> bool:
        return consent["withdrawn_on"] is not None and consent["withdrawn_on"] <= self.today

    def holds(self, consent: Row) -> bool:
        lapses = consent["lapses_on"] or date.max
        return (
            not self.is_withdrawn(consent)
            and consent["signed_on"] <= self.today < consent["ends"]
            and self.today < lapses
        )

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


def written(value: object) -> object:
    if isinstance(value, datetime):  # PostgreSQL writes no trailing noughts of a second
        return re.sub(r"(\.\d*?)0+(?=[+-])", r"\1", value.isoformat())
    if isinstance(value, date):
        return None if value in {date.min, date.max} else value.isoformat()
    return value


def snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def cursor(thing: Thing) -> str:
    return f"cursor of {thing.row['id']}"


def key_in(text: str) -> UUID:
    """Read the uuid at the end of a global id."""
    return UUID(text.partition("-")[2])


def place_in(cursor: str) -> UUID | int | str:
    """Read the id at the end of a cursor, past its signature and its sort key."""
    last = values_in(cursor)[-1]
    if "." in last:  # a pair, named by both
        return ".".join(str(UUID(part)) for part in last.split("."))
    return UUID(last) if "-" in last[1:] else abs(int(last))


def values_in(cursor: str) -> Sequence[str]:
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return raw[16:].decode().split("\x1f")


def page(
    kind: str,
    rows: Sequence[Row],
    everything: Sequence[Row] | None,
    arguments: Arguments,
    order: Order,
    *,
    descending: bool = False,
) -> Listing:
    """Cut a page; a cursor may stand at any row of the table, listed here or not.

    Without a table rows are ordered by texts, and the cursor itself says where it stands.
    """
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


def _mark(everything: Sequence[Row] | None, cursor_text: str | None, order: Order) -> Place | None:
    if cursor_text is None:
        return None
    if everything is None:
        sort_key, key_text = values_in(cursor_text)
        return sort_key, key_text
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


def related(kind: str, table: str, column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        return visible(world, kind, world.one(table, id=row[column]))

    return find


def unscoped(kind: str, table: str, column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.one(table, id=row[column])
        return Thing(kind, found) if found else None

    return find


def within(world: World, territory: str) -> set[UUID]:
    found = {key_in(territory)}
    for _ in world.tables["territory"]:
        found |= {row["id"] for row in world.tables["territory"] if row["parent_id"] in found}
    return found


def placed(world: World, table: str, column: str, key: object, authority: object) -> bool:
    rows = world.all(table, **{column: key, "authority_id": authority})
    return any(map(world.in_force, filter(world.may_be_told, rows)))


def find_alias(world: World, table: str, key: UUID) -> UUID:
    """Give whom an id names now."""
    alias = world.one(f"{table}_alias", alias_id=key)
    return alias[f"{table}_id"] if alias is not None and alias.get("kind") != "GONE" else key


def identified(world: World, identifier: Arguments) -> object:
    found = world.one("organisation_identifier", **identifier)
    return found["organisation_id"] if found else None


def short_name(world: World, row: Row, _: Arguments) -> object:
    found = world.one("organisation", id=row["organisation_id"])
    return found["short_name"] if found else None
