"""What a gateway must be answered, over plain rows: objects by the keys that it knows."""

from collections.abc import Mapping
from typing import Any

from schema.root import print_subgraph
from tests.door.evaluator import (
    PREFIXES,
    Arguments,
    Resolve,
    Thing,
    World,
    find_node,
    visible,
)
from tests.door.tables import Row

ASKED = "asked by"  # of the row of an object that was named by a number


def entities(world: World, _: Row, arguments: Arguments) -> object:
    return [entity(world, named) for named in arguments["representations"]]


def entity(world: World, named: object) -> Thing | None:
    if not isinstance(named, Mapping) or named.get("__typename") not in ENTITIES:
        return None
    kind, text = named["__typename"], named.get("id")
    if isinstance(text, str):
        return find_node(world, text) if text.startswith(f"{PREFIXES[kind]}-") else None
    system, number = named.get("sourceSystem"), named.get("externalId")
    if kind not in BY_NUMBER or not isinstance(system, str) or not isinstance(number, str):
        return None
    found = visible(world, kind, BY_NUMBER[kind](world, system, number))
    return found and Thing(kind, {**found.row, ASKED: (system, number)})


def cards(world: World) -> list[Row]:
    """List the cards that the viewer sees, in the order in which one stands for a person."""
    found = [
        {**row, "system": source["code"], "number": version["stated_id"]}
        for row in world.all("record", is_card=True)
        if (source := world.one("source", id=row["source_id"]))
        and (version := world.one("record_version", record_id=row["id"]))
        and world.sees("Organisation", {"id": row["organisation_id"]})
    ]
    return sorted(found, key=lambda row: (row["ended_on"] is not None, row["system"], row["id"]))


def person_of_card(world: World, system: str, number: str) -> Row | None:
    bearing = [row for row in cards(world) if (row["system"], row["number"]) == (system, number)]
    link = world.one("link", record_id=bearing[0]["id"]) if bearing else None
    return link and world.one("person", id=link["person_id"])


def organisation_of(world: World, system: str, number: str) -> Row | None:
    found = world.one("organisation_identifier", system=system, value=number)
    return found and world.one("organisation", id=found["organisation_id"])


ENTITIES = frozenset({"Person", "Organisation", "Mentorship", "Programme"})
BY_NUMBER = {"Person": person_of_card, "Organisation": organisation_of}


def person_number(part: int) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        own = {link["record_id"] for link in world.all("link", person_id=row["id"])}
        first = [
            (card["system"], card["number"])
            for card in cards(world)
            if card["id"] in own and card["current_version_id"]
        ]
        return named(row, first)[part]

    return find


def organisation_number(part: int) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.all("organisation_identifier", organisation_id=row["id"])
        return named(row, sorted((each["system"], each["value"]) for each in found))[part]

    return find


def named(row: Row, first: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    asked: tuple[Any, Any] | None = row.get(ASKED)
    return asked or next(iter(first), (None, None))


FEDERATION: Mapping[tuple[str, str], Resolve] = {
    ("Query", "_entities"): entities,
    ("Query", "_service"): lambda *_: Thing("_Service", {"sdl": print_subgraph()}),
    ("Person", "sourceSystem"): person_number(0),
    ("Person", "externalId"): person_number(1),
    ("Organisation", "sourceSystem"): organisation_number(0),
    ("Organisation", "externalId"): organisation_number(1),
}
