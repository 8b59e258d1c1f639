"""What an answer must be, computed slowly: graphql-core over plain rows, a resolver a field."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from graphql import (
    ExecutionResult,
    GraphQLObjectType,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    parse,
)

from schema.root import print_schema
from tests.door.evaluator import (
    PREFIXES,
    Arguments,
    Listing,
    Resolve,
    Thing,
    World,
    cursor,
    visible,
    written,
)
from tests.door.evaluator_evidence import EVIDENCE
from tests.door.evaluator_lists import LISTS
from tests.door.evaluator_mentoring import MENTORING
from tests.door.evaluator_organisations import ORGANISATIONS
from tests.door.evaluator_people import PEOPLE
from tests.door.evaluator_review import REVIEW
from tests.door.tables import Row

SCHEMA = build_schema(print_schema())


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


def by_id(world: World, _: Row, arguments: Arguments) -> object:
    return find_node(world, arguments["id"])


NODES: Mapping[tuple[str, str], Resolve] = {
    ("Query", "node"): by_id,
    ("Query", "nodes"): lambda world, _, arguments: [
        find_node(world, each) for each in arguments["ids"]
    ],
    ("Query", "person"): by_id,
    ("Query", "mentorship"): by_id,
    ("Query", "programme"): by_id,
    ("Query", "organisation"): by_id,
}

# A new root: write what it must answer in a room of its own, and name the room here.
RESOLVERS: Mapping[tuple[str, str], Resolve] = {
    **NODES,
    **PEOPLE,
    **ORGANISATIONS,
    **MENTORING,
    **EVIDENCE,
    **LISTS,
    **REVIEW,
}
