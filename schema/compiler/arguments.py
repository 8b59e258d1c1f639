"""Arguments of a selected field: how each value is taken from a request's coerced variables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLScalarType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)
from graphql.pyutils import UndefinedType
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

# A coerced GraphQL value is of any type its scalars give, and variables hold such values.
Value = Any
Variables = Mapping[str, Value]
Take = Callable[[Variables], Value]


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that a request gives, directly or through a variable.

    `sample` comes from the request that was compiled first. A plan serves every request of the
    same shape, so only what the shape fixes may decide the SQL: `given` and `choice`.
    """

    sample: Value
    take: Take
    parts: "Mapping[str, Argument] | None" = None

    @property
    def given(self) -> bool:
        """Whether a value stands here that is not null."""
        return self.sample is not None

    @property
    def choice(self) -> Enum | bool | None:
        """The enum member or boolean that may decide the SQL; null where none is given."""
        if self.sample is None or isinstance(self.sample, Enum | bool):
            return self.sample
        raise TypeError("Only enums and booleans are part of a plan's shape")

    @property
    def choices(self) -> frozenset[Enum]:
        """The enum members of a list, which may decide the SQL; none where no list is given."""
        return frozenset(item for item in self.sample or () if isinstance(item, Enum))

    def part(self, name: str) -> "Argument":
        """Return a field of an input object; an absent one is not given."""
        if self.parts is not None:
            return self.parts.get(name, ABSENT)
        if not isinstance(self.sample, dict) or name not in self.sample:
            return ABSENT
        take = self.take
        return Argument(self.sample[name], lambda variables: take(variables)[name])


ABSENT = Argument(None, lambda _: None)


def shape(value: Value) -> object:
    """Reduce a coerced value to what may decide the SQL of a plan; hashable."""
    if value is None or isinstance(value, Enum | bool):
        return value
    if isinstance(value, dict):
        return tuple(sorted((name, shape(part)) for name, part in value.items()))
    if isinstance(value, list):
        return ("list", *{shape(item) for item in value if isinstance(item, Enum | bool | dict)})
    return type(value)


def read_arguments(
    declared: Mapping[str, GraphQLArgument],
    written: Mapping[str, ValueNode],
    variables: Variables,
) -> Mapping[str, Argument]:
    """Resolve every declared argument; those left out are not given."""
    return {name: _read(declared[name], written.get(name), variables) for name in declared}


def _read(
    declared: GraphQLArgument | GraphQLInputField, node: ValueNode | None, variables: Variables
) -> Argument:
    missing = isinstance(node, VariableNode) and node.name.value not in variables
    if node is None or missing:
        return _constant(coerce_default_value(declared))
    return _value(node, declared.type, variables)


def _value(node: ValueNode, kind: GraphQLInputType, variables: Variables) -> Argument:
    if isinstance(node, VariableNode):
        name = node.name.value
        return Argument(variables.get(name), lambda given: given.get(name))
    nullable = get_nullable_type(kind)
    if isinstance(node, ObjectValueNode) and isinstance(nullable, GraphQLInputObjectType):
        return _object(node, nullable, variables)
    if isinstance(node, ListValueNode) and is_list_type(nullable) and _mentions_variable(node):
        item = cast("GraphQLInputType", nullable.of_type)
        return _list([_value(value, item, variables) for value in node.values])
    if isinstance(nullable, GraphQLScalarType) and _mentions_variable(node):
        return _free(node, nullable, variables)
    return _constant(coerce_input_literal(node, kind))


def _free(node: ValueNode, kind: GraphQLScalarType, variables: Variables) -> Argument:
    """Take an object or a list that a scalar reads as it likes, variables inside included."""

    def take(given: Variables) -> Value:
        return kind.coerce_input_value(value_from_ast_untyped(node, dict(given)))

    return Argument(take(variables), take)


def _object(node: ObjectValueNode, kind: GraphQLInputObjectType, variables: Variables) -> Argument:
    written = {field.name.value: field.value for field in node.fields}
    parts = {
        name: _read(field, written.get(name), variables) for name, field in kind.fields.items()
    }
    # What is left out stays left out: an action may tell it from a null.
    said = {name: part for name, part in parts.items() if part is not ABSENT}
    return Argument(
        {name: part.sample for name, part in parts.items()},
        lambda given: {name: part.take(given) for name, part in said.items()},
        parts,
    )


def _list(items: Iterable[Argument]) -> Argument:
    kept = tuple(items)
    return Argument(
        [item.sample for item in kept], lambda given: [item.take(given) for item in kept]
    )


def _constant(value: Value | UndefinedType) -> Argument:
    if value is Undefined:
        return ABSENT
    return Argument(value, lambda _: value)


def _mentions_variable(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(map(_mentions_variable, node.values))
    if isinstance(node, ObjectValueNode):
        return any(_mentions_variable(field.value) for field in node.fields)
    return isinstance(node, VariableNode)
