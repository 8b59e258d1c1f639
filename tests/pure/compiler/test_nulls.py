"""A null where a value must stand goes up as graphql-core would take it, with the same paths."""

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
    parse,
    validate,
)

from schema.compiler.nulls import MARK, completed
from schema.compiler.plan import Operation

SCHEMA = build_schema("""
    interface Named { name: String! }
    type A implements Named { name: String! other: Int! twin: A friend: A! friends: [A!]! any: [Named!] }
    type B implements Named { name: String! other: Int! twin: B friend: A  friends: [A]!  any: [Named]! }
    union Either = A | B
    type Query { a: A must: A! list: [A!] named: Named lists: [[Either!]!] texts: [String!]! }
""")
DOCUMENT = parse("""
    query Q($skip: Boolean = false) {
      a { ...F texts: name } must { name twin { other } friend { n: name friends { name } } }
      list { name ... @skip(if: $skip) { twin { friend { other } } } }
      named { __typename ... on A { friend { name } any { name } } ... on B { name whoever: any { name } } }
      lists { ... on A { name friends { other } } ... on B { name some: friends { name } twin { name } } }
      texts
    }
    fragment F on A { friends { name other } any { ... on Named { name } ... on A { other } } }
""")
Json = Any  # a made value


def drawn(kind: GraphQLOutputType, draw: random.Random, depth: int) -> Json:
    """Draw a value of a type, with a hole here and there, whether the type allows it or not."""
    if draw.random() < 0.06:
        return None
    if isinstance(kind, GraphQLNonNull):
        return drawn(kind.of_type, draw, depth)
    if is_list_type(kind):
        return [drawn(kind.of_type, draw, depth) for _ in range(draw.randrange(3))]
    if is_abstract_type(kind):
        return drawn(draw.choice(SCHEMA.get_possible_types(kind)), draw, depth)
    if is_object_type(kind):
        fields = {
            name: drawn(field.type, draw, depth + 1) if depth < 6 else None
            for name, field in kind.fields.items()
        }
        return {"__typename": kind.name, **fields}
    return 7 if get_named_type(kind).name == "Int" else "имя\u0004"


def selected(operation: Operation, kind: GraphQLObjectType, value: Json) -> Mapping[str, Json]:
    """Write what is asked of a drawn object, its holes as they are: what PostgreSQL would build."""
    roots = operation.roots() if kind is SCHEMA.query_type else None
    assert roots is not None
    return {root.key: shown(operation, root, value[root.name]) for root in roots}


def shown(operation: Operation, field: Any, value: Json) -> Json:  # noqa: ANN401 - a Selected
    if isinstance(value, list):
        return [shown(operation, field, item) for item in value]
    if not isinstance(value, dict):
        return value
    (kind,) = [one for one in operation.kinds(field) if one.name == value["__typename"]]
    below = operation.below(field, kind)
    return {child.key: shown(operation, child, value[child.name]) for child in below}


def test_the_document_is_valid() -> None:
    assert [] == validate(SCHEMA, DOCUMENT)


@pytest.mark.parametrize("seed", range(150))
def test_nulls_go_up_as_the_specification_says(seed: int) -> None:
    query = SCHEMA.query_type
    assert query is not None
    world = drawn(GraphQLNonNull(query), random.Random(seed), 0)  # noqa: S311 - test data, no secret
    if world is None:
        return
    [asked] = [one for one in DOCUMENT.definitions if isinstance(one, OperationDefinitionNode)]
    operation = Operation(SCHEMA, DOCUMENT, asked, {"skip": seed % 2 == 0})
    raw = (
        json.dumps({"data": selected(operation, query, world)})
        .encode()
        .replace(b"null", b"null" + MARK)
    )

    body, errors = completed(operation, raw)

    expected = execute_sync(SCHEMA, DOCUMENT, world, variable_values={"skip": seed % 2 == 0})
    assert expected.data == json.loads(body)["data"]
    told = {tuple(error.path or ()) for error in expected.errors or ()}
    found = [tuple(error.path or ()) for error in errors]
    assert len(found) == len(set(found))
    assert set(found) <= told
    assert bool(found) is bool(told)
    assert {"VALUE_MISSING"} >= {str((error.extensions or {})["code"]) for error in errors}
