"""Nodes by their global ids: one of a known type, one of any type, many of any types."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphql import GraphQLOutputType, get_named_type, get_nullable_type, is_list_type

from schema.compiler.arguments import Value
from schema.compiler.bindings import AnyById, ById, ManyById, Node, Rows
from schema.compiler.call import Call
from schema.compiler.composing import Composing
from schema.compiler.ids import key_of, listed, split_id
from schema.compiler.plan import Selected
from schema.compiler.scalars import absent
from schema.compiler.sql import Sql, json_list, literal

NONE = Sql("'null'")
_SQL_TYPES = {"Boolean": "boolean", "Int": "bigint", "DateTime": "timestamptz"}


def node(emitter: Composing, binding: ById | AnyById | ManyById, child: Selected, row: Call) -> Sql:
    """Compose a field that finds nodes."""
    match binding:
        case ById():
            return _by_id(emitter, child, row)
        case AnyById():
            return _any_by_id(emitter, child, row)
        case ManyById():
            return _many_by_id(emitter, child, row)


def _by_id(emitter: Composing, child: Selected, row: Call) -> Sql:
    """Compose the node of the field's own type; an unknown id is null, a foreign one as well."""
    (kind,) = emitter.operation.kinds(child)
    node = node_of(emitter, kind.name)
    call = emitter.child_call(child, row)
    key = call.bind(child.arguments["id"], "uuid", convert=key_of(node.prefix))
    return emitter.single(child, call, at(node.rows, key))


def _any_by_id(emitter: Composing, child: Selected, row: Call) -> Sql:
    """Compose a node whose type its id names."""
    call = emitter.child_call(child, row)
    prefix = call.bind(child.arguments["id"], "text", convert=_prefix)
    key = call.bind(child.arguments["id"], "uuid", convert=_key)
    return branches(emitter, child, call, prefix, key)


def _many_by_id(emitter: Composing, child: Selected, row: Call) -> Sql:
    """Compose the nodes that a list of ids names, a null for each that is not found."""
    call = emitter.child_call(child, row)
    asked = call.alias
    prefixes = call.bind(child.arguments["ids"], "text[]", convert=_each(_prefix))
    keys = call.bind(child.arguments["ids"], "uuid[]", convert=_each(_key))
    body = branches(emitter, child, call, Sql(f"{asked}.prefix"), Sql(f"{asked}.key"))
    rows = f"unnest({prefixes}, {keys}) with ordinality {asked}(prefix, key, n)"
    return json_list(body, f"{asked}.n", after=f"from {rows}")


def at(rows: Rows, key: Sql) -> Rows:
    """Look rows up by a key: `{id}` in their conditions."""
    return replace(
        rows,
        source=rows.source.replace("{id}", key),
        where=tuple(part.replace("{id}", key) for part in rows.where),
        scope=tuple(part.replace("{id}", key) for part in rows.scope),
    )


def sql_type(kind: GraphQLOutputType) -> str:
    """Name the SQL type of a viewer's or a request's value of a GraphQL type."""
    name = _SQL_TYPES.get(get_named_type(kind).name, "text")
    return f"{name}[]" if is_list_type(get_nullable_type(kind)) else name


def branches(emitter: Composing, child: Selected, call: Call, prefix: Sql, key: Sql) -> Sql:
    """Compose an object of the type that a prefix names, found by its key; else null."""
    cases = []
    for kind in emitter.operation.kinds(child):
        node = node_of(emitter, kind.name)
        own = replace(call, alias=call.binds.alias(), parent=call.alias, up=call)
        fields = emitter.operation.below(child, kind)
        found = emitter.single_of(kind, fields, own, at(node.rows, key), absent=NONE)
        cases.append(f"when {literal(node.prefix)} then {found}")
    return Sql(f"case {prefix} {' '.join(cases)} else 'null' end")


def variants(
    emitter: Composing,
    child: Selected,
    row: Call,
    joins: list[Sql] | None,
    rows: Rows,
    driving: str,
) -> Sql:
    """Compose the object of a row that says of which type it is."""
    nothing = absent(_item(child.type))
    cases = []
    for kind in emitter.operation.kinds(child):
        fields = emitter.operation.below(child, kind)
        if rows.key:
            own = replace(row, alias=row.binds.alias(), parent=row.alias, up=row)
            key = row.fill(rows.key, row=driving)
            found = emitter.single_of(
                kind, fields, own, at(node_of(emitter, kind.name).rows, key), absent=nothing
            )
        else:
            found = emitter.object(kind, fields, row, joins)
        cases.append(f"when {literal(kind.name)} then {found}")
    is_a = row.fill(rows.is_a, row=driving)
    return Sql(f"case {is_a} {' '.join(cases)} else {nothing} end")


def _item(kind: GraphQLOutputType) -> GraphQLOutputType:
    """Return the type of what a field, or each item of its list, is."""
    nullable = get_nullable_type(kind)
    return _item(nullable.of_type) if is_list_type(nullable) else kind


def node_of(emitter: Composing, name: str) -> Node:
    """Return how a type's objects are found."""
    node = emitter.bindings[name].node
    if node is None:
        raise TypeError(f"{name} is declared without a node")
    return node


def _prefix(value: Value) -> str | None:
    return split_id(str(value))[0]


def _key(value: Value) -> object:
    return split_id(str(value))[1]


def _each(convert: Callable[[Value], object]) -> Callable[[Value], Sequence[object]]:
    return lambda value: [convert(item) for item in listed(value)]
