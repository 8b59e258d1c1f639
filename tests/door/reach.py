"""Every field, argument and choice of the published schema that operations should reach."""

from collections.abc import Collection, Iterator, Sequence

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
)


def every_place(schema: GraphQLSchema, roots: Collection[str]) -> set[str]:
    """Name every field, argument, input field and choice that operations should reach."""
    query = schema.query_type
    assert query is not None
    found: set[str] = set()
    waiting: list[tuple[GraphQLObjectType, Collection[str]]] = [(query, roots)]
    seen: set[str] = set()
    while waiting:
        kind, names = waiting.pop()
        if kind.name in seen:
            continue
        seen.add(kind.name)
        for name in names:
            definition = kind.fields[name]
            found |= {f"{kind.name}.{name}", *arguments_of(f"{kind.name}.{name}", definition)}
            waiting += [(each, each.fields) for each in _object_types(schema, definition)]
    return found


def arguments_of(place: str, definition: GraphQLField) -> Iterator[str]:
    """Name the arguments of a field, the fields of their inputs and the choices they offer."""
    for argument, described in definition.args.items():
        yield f"{place}({argument})"
        yield from _choices(get_named_type(described.type))


def _choices(named: GraphQLNamedType) -> Iterator[str]:
    """Name an input's fields, or what an enumeration offers."""
    if is_enum_type(named):
        yield from (f"{named.name}.{choice}" for choice in named.values)
    if is_input_object_type(named):
        for name, described in named.fields.items():
            yield f"{named.name}.{name}"
            yield from _choices(get_named_type(described.type))


def _object_types(schema: GraphQLSchema, definition: GraphQLField) -> Sequence[GraphQLObjectType]:
    named = get_named_type(definition.type)
    if is_abstract_type(named):
        return list(schema.get_possible_types(named))
    return [named] if isinstance(named, GraphQLObjectType) else []
