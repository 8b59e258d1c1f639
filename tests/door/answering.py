"""What an answer must be, computed slowly: graphql-core over plain rows, a resolver a field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    Node,
    SelectionNode,
    build_schema,
    execute_sync,
    get_directive_values,
    parse,
)
from graphql import print_schema as print_core

from schema.root import build_schema as build_hub_schema
from tests.door.evaluator import (
    PREFIXES,
    Arguments,
    Listing,
    Resolve,
    Thing,
    World,
    cursor,
    find_node,
    snake,
    written,
)
from tests.door.evaluator_coverage import COVERAGE
from tests.door.evaluator_delta import DELTA
from tests.door.evaluator_evidence import EVIDENCE
from tests.door.evaluator_federation import FEDERATION
from tests.door.evaluator_law import LAW
from tests.door.evaluator_lists import LISTS
from tests.door.evaluator_members import COVERAGE_MEMBERS
from tests.door.evaluator_mentoring import MENTORING
from tests.door.evaluator_organisations import ORGANISATIONS
from tests.door.evaluator_parts import PARTS
from tests.door.evaluator_people import PEOPLE
from tests.door.evaluator_review import REVIEW
from tests.door.evaluator_sync import SYNC
from tests.door.evaluator_words import WORDS
from tests.door.tables import Row

# With what only gateways ask.
SCHEMA = build_schema(print_core(build_hub_schema()._schema))  # noqa: SLF001 - it has no public name


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
    if kind is SCHEMA.query_type:
        world = replace(world, selected=frozenset(selected(info.field_nodes, info)))
    special = RESOLVERS.get((kind.name, info.field_name))
    if special is not None:
        return special(world, source.row, arguments)
    return plain(source, info.field_name)


def selected(nodes: Iterable[Node], info: GraphQLResolveInfo[World]) -> Iterator[str]:
    """Name what is selected below these, with its path in dots."""
    for node in nodes:
        below = getattr(node, "selection_set", None)
        for part in below.selections if below else ():
            if is_included(part, info):
                yield from named(part, info)


def named(part: SelectionNode, info: GraphQLResolveInfo[World]) -> Iterator[str]:
    if isinstance(part, FragmentSpreadNode):
        yield from selected([info.fragments[part.name.value]], info)
    elif isinstance(part, FieldNode):
        yield part.name.value
        yield from (f"{part.name.value}.{name}" for name in selected([part], info))
    else:
        yield from selected([part], info)


def is_included(part: SelectionNode, info: GraphQLResolveInfo[World]) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, part, info.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, part, info.variable_values)
    return not (skip and skip["if"]) and (include is None or include["if"])


def plain(thing: Thing, name: str) -> object:
    if name == "id":
        return f"{PREFIXES[thing.kind]}-{thing.row['id']}"
    column = {"positionName": "position_text"}.get(name, snake(name))
    if column not in thing.row:
        raise LookupError(f"Nobody says what {thing.kind}.{name} holds: add it to RESOLVERS")
    return written(thing.row[column])


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

# Roots with an evaluator of their own, and the test that asks them.
APART = {
    **dict.fromkeys(("changes", "feed"), "tests/door/test_changes.py"),
    "auditEvents": "tests/door/test_audited.py",
    "clients": "tests/door/test_granting.py",
    **dict.fromkeys(("webhooks", "webhookDeliveries"), "tests/door/test_webhooks.py"),
    "findings": "tests/door/test_findings.py",
    "publications": "tests/door/test_publications.py",
    "rateLimit": "tests/door/test_rates.py",
    **dict.fromkeys(("importFile", "imports"), "tests/door/test_imports.py"),
    "silences": "tests/door/test_changing.py",
    **dict.fromkeys(("simulation", "simulations"), "tests/door/test_changing.py"),
    **dict.fromkeys(
        ("menteeBaseRows", "mentorBaseRows", "pupilRows", "staffRows"), "tests/door/test_exports.py"
    ),
}

# A new root: write what it must answer in a room of its own, and name the room here.
RESOLVERS: Mapping[tuple[str, str], Resolve] = {
    **NODES,
    **FEDERATION,
    **PEOPLE,
    **PARTS,
    **ORGANISATIONS,
    **MENTORING,
    **EVIDENCE,
    **LISTS,
    **LAW,
    **REVIEW,
    **WORDS,
    **SYNC,
    **COVERAGE,
    **COVERAGE_MEMBERS,
    **DELTA,
}
ROOTS = frozenset(name for kind, name in RESOLVERS if kind == "Query")
