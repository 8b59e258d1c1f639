"""Random valid operations over the published schema: fields, arguments, fragments, directives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_interface_type,
    is_leaf_type,
)

Value = Any  # any JSON
# Roots with rules and tests of their own.
APART = ("coverage", "findings")
OFTEN = ("people", "organisations", "nodes", "mentorships", "mentors", "mentees")
SIZES = (0, 1, 2, 3, 7, 20)


@dataclass(frozen=True, kw_only=True)
class Pools:
    """Values that arguments are drawn from: they hit rows of the test region."""

    ids: Mapping[str, Sequence[str]]  # by type, with former, foreign and broken ones
    cursors: Mapping[str, Sequence[str]]  # by list
    inputs: Mapping[str, Sequence[Value]]  # by "Input.field"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A document, its variables, and the fields and arguments it uses."""

    text: str
    variables: Mapping[str, Value]
    used: frozenset[str]


def generate(schema: GraphQLSchema, pools: Pools, seed: int) -> Operation:
    """Draw one operation."""
    return _Author(schema, pools, Random(seed)).operation()  # noqa: S311 - test data, no secret


@dataclass
class _Author:
    schema: GraphQLSchema
    pools: Pools
    draw: Random
    variables: dict[str, tuple[str, Value]] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    aliases: int = 0

    def operation(self) -> Operation:
        query = self.schema.query_type
        assert query is not None
        names = [name for name in query.fields if not name.startswith(APART)]
        weights = [3 if name in OFTEN else 1 for name in names]
        chosen = set(self.draw.choices(names, weights, k=self.draw.choice((1, 1, 2, 3))))
        fields = [self.field(query, name, 4) for name in sorted(chosen)]
        body = self.wrapped(query, fields)
        head = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.variables.items())
        text = f"query Drawn{f'({head})' if head else ''} {{ {body} }}"
        return Operation(
            text="\n".join([text, *self.fragments]),
            variables={name: value for name, (_, value) in self.variables.items()},
            used=frozenset(self.used),
        )

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        chosen = [
            name
            for name, definition in kind.fields.items()
            if self.draw.random() < self.appetite(definition, depth)
        ]
        fields = [self.field(kind, name, depth - 1) for name in chosen]
        if not fields or self.draw.random() < 0.1:
            fields.append("__typename")
        return self.wrapped(kind, fields)

    def appetite(self, definition: GraphQLField, depth: int) -> float:
        if is_leaf_type(get_named_type(definition.type)):
            return 0.45
        named = get_named_type(definition.type).name
        if named.endswith(("Edge", "Info")):
            return 0.5
        return 0.4 if depth > 0 else 0.0

    def wrapped(self, kind: GraphQLObjectType, fields: list[str]) -> str:
        """Put some of the fields into a fragment, inline or named, sometimes twice."""
        if len(fields) < 2 or self.draw.random() > 0.25:
            return " ".join(fields)
        cut = self.draw.randrange(1, len(fields))
        inside, outside = " ".join(fields[:cut]), " ".join(fields[cut:])
        if self.draw.random() < 0.5:
            return f"... on {kind.name} {{ {inside} }} {outside}"
        name = f"Part{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind.name} {{ {inside} }}")
        again = f"...{name}" if self.draw.random() < 0.3 else ""
        return f"...{name} {outside} {again}"

    def field(
        self, kind: GraphQLObjectType, name: str, depth: int, *, aliased: bool = False
    ) -> str:
        definition = kind.fields[name]
        self.used.add(f"{kind.name}.{name}")
        head = f"{self.alias(aliased=aliased)}{name}{self.arguments(kind, name, definition)}"
        head += self.directive()
        if is_leaf_type(get_named_type(definition.type)):
            return head
        body = self.below(definition, depth)
        if self.draw.random() < 0.1:  # the same field again: both selections are merged
            return f"{head} {{ {body} }} {head} {{ {self.below(definition, 0)} }}"
        return f"{head} {{ {body} }}"

    def alias(self, *, aliased: bool) -> str:
        if self.aliases >= 25 or not (aliased or self.draw.random() < 0.1):
            return ""
        self.aliases += 1
        return f"a{self.aliases}: "

    def below(self, definition: GraphQLField, depth: int) -> str:
        named = get_named_type(definition.type)
        if not is_interface_type(named):
            assert isinstance(named, GraphQLObjectType)
            return self.selection(named, depth)
        parts = ["__typename", "id"]
        for kind in self.draw.sample(self.schema.get_possible_types(named), k=2):
            leaves = [n for n, f in kind.fields.items() if is_leaf_type(get_named_type(f.type))]
            chosen = self.draw.sample(leaves, k=2)
            fields = [self.field(kind, each, 0, aliased=True) for each in chosen]
            parts.append(f"... on {kind.name} {{ {' '.join(fields)} }}")
        return " ".join(parts)

    def directive(self) -> str:
        if self.draw.random() > 0.06:
            return ""
        name = self.draw.choice(("include", "skip"))
        value = self.draw.random() < 0.5
        return f" @{name}(if: {self.given('Boolean!', value)})"

    def arguments(self, kind: GraphQLObjectType, name: str, definition: GraphQLField) -> str:
        values: dict[str, str] = {}
        if "first" in definition.args:
            values |= self.paging(f"{kind.name}.{name}", definition)
        for argument, make in (
            ("id", self.node_id), ("ids", self.node_ids), ("filter", self.filter),
            ("asOf", self.day),
        ):  # fmt: skip
            if argument in definition.args:
                values |= make(kind.name, name, definition)
        self.used |= {f"{kind.name}.{name}({argument})" for argument in values}
        listed = ", ".join(f"{argument}: {value}" for argument, value in values.items())
        return f"({listed})" if listed else ""

    def paging(self, listing: str, definition: GraphQLField) -> dict[str, str]:
        values: dict[str, str] = {}
        size = "last" if self.draw.random() < 0.3 else "first"
        if self.draw.random() < 0.9:
            values[size] = self.given("Int", self.draw.choice(SIZES))
        if "orderBy" in definition.args and self.draw.random() < 0.5:
            orders = get_named_type(definition.args["orderBy"].type)
            assert isinstance(orders, GraphQLEnumType)
            order = self.draw.choice(list(orders.values))
            values["orderBy"] = self.given(orders.name, order, bare=True)
            listing += f"({order})"
        for edge in ("after", "before"):
            if self.draw.random() < 0.12 and (known := self.pools.cursors.get(listing)):
                values[edge] = self.given("String", self.draw.choice(known))
        return values

    def node_id(self, _: str, name: str, definition: GraphQLField) -> dict[str, str]:
        named = get_named_type(definition.type).name
        known = self.pools.ids["Node" if name == "node" else named]
        return {"id": self.given("ID!", self.draw.choice(known))}

    def node_ids(self, _: str, __: str, ___: GraphQLField) -> dict[str, str]:
        return {"ids": self.given("[ID!]!", self.draw.choices(self.pools.ids["Node"], k=4))}

    def day(self, _: str, __: str, ___: GraphQLField) -> dict[str, str]:
        if self.draw.random() < 0.5:
            return {}
        return {"asOf": self.given("Date", self.draw.choice(self.pools.inputs["asOf"]))}

    def filter(self, _: str, __: str, definition: GraphQLField) -> dict[str, str]:
        if self.draw.random() < 0.5:
            return {}
        named = get_named_type(definition.args["filter"].type)
        assert isinstance(named, GraphQLInputObjectType)
        share = 1.2 / len(named.fields)
        value: dict[str, Value] = {}
        for each in named.fields:
            if self.draw.random() < share:
                value[each] = self.draw.choice(self.pools.inputs[f"{named.name}.{each}"])
                self.used.add(f"{named.name}.{each}")
        if self.draw.random() < 0.5:
            return {"filter": self.variable(named.name, value)}
        parts = [f"{e}: {self.inner(named, e, v)}" for e, v in value.items()]
        return {"filter": f"{{ {', '.join(parts)} }}"}

    def inner(self, named: GraphQLInputObjectType, each: str, value: Value) -> str:
        kind = named.fields[each].type
        inner = get_named_type(kind)
        if isinstance(value, dict):
            return (
                "{ "
                + ", ".join(f"{k}: {self.given('String!', v)}" for k, v in value.items())
                + " }"
            )
        bare = hasattr(inner, "values")
        return self.given(str(kind), value, bare=bare)

    def given(self, kind: str, value: Value, *, bare: bool = False) -> str:
        """Write a value as a literal or as a variable."""
        if self.draw.random() < 0.5:
            return self.variable(kind, value)
        return str(value) if bare else json.dumps(value, ensure_ascii=False)

    def variable(self, kind: str, value: Value) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (kind, value)
        return f"${name}"


def every_place(schema: GraphQLSchema) -> set[str]:
    """Name every field and argument that operations should reach."""
    found: set[str] = set()
    waiting: list[GraphQLObjectType] = [schema.query_type] if schema.query_type else []
    seen: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if kind.name in seen:
            continue
        seen.add(kind.name)
        for name, definition in kind.fields.items():
            if kind is schema.query_type and name.startswith(APART):
                continue
            found |= {f"{kind.name}.{name}"}
            found |= {f"{kind.name}.{name}({argument})" for argument in definition.args}
            waiting += _object_types(schema, definition)
    return found


def _object_types(schema: GraphQLSchema, definition: GraphQLField) -> Sequence[GraphQLObjectType]:
    named = get_named_type(definition.type)
    if is_interface_type(named):
        return list(schema.get_possible_types(named))
    return [named] if isinstance(named, GraphQLObjectType) else []
