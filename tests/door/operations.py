"""Random valid operations over the published schema: fields, arguments, fragments, directives."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_leaf_type,
    is_required_argument,
)

from tests.door.reach import arguments_of

Value = Any  # any JSON
OFTEN = (
    "people", "organisations", "nodes", "mentorships", "mentors", "mentees",
    "coverage", "coverageMembers", "syncRuns",
)  # fmt: skip
PAGING = ("first", "last", "after", "before", "orderBy")
BOOLEAN = GraphQLNonNull(GraphQLBoolean)
SIZES = (0, 1, 2, 3, 7, 20)


@dataclass(frozen=True, kw_only=True)
class Pools:
    """Values that arguments are drawn from: they hit rows of the test region."""

    ids: Mapping[str, Sequence[str]]  # by type, with former, foreign and broken ones
    cursors: Mapping[str, Sequence[str]]  # by list
    inputs: Mapping[str, Sequence[Value]]  # by "Input.field", by argument, or of a whole input


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A document, its variables, and the fields, arguments and choices it uses."""

    text: str
    variables: Mapping[str, Value]
    used: frozenset[str]


def generate(
    schema: GraphQLSchema,
    pools: Pools,
    seed: int,
    *,
    roots: Collection[str],
    asked: Collection[str] = (),
) -> Operation:
    """Draw one operation of some of these root fields, rather of what nobody has `asked` yet."""
    draw = Random(seed)  # noqa: S311 - test data, no secret
    return _Author(schema, pools, draw, sorted(roots), asked).operation()


@dataclass
class _Author:
    schema: GraphQLSchema
    pools: Pools
    draw: Random
    roots: Sequence[str]
    asked: Collection[str]
    variables: dict[str, tuple[str, Value]] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    aliases: int = 0

    def operation(self) -> Operation:
        query = self.schema.query_type
        assert query is not None
        weights = [3 if self.is_tempting(query, name) else 1 for name in self.roots]
        chosen = set(self.draw.choices(self.roots, weights, k=self.draw.choice((1, 1, 2, 3))))
        fields = [self.field(query, name, 4) for name in sorted(chosen)]
        body = self.wrapped(query, fields)
        head = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.variables.items())
        text = f"query Drawn{f'({head})' if head else ''} {{ {body} }}"
        return Operation(
            text="\n".join([text, *self.fragments]),
            variables={name: value for name, (_, value) in self.variables.items()},
            used=frozenset(self.used),
        )

    def is_new(self, place: str) -> bool:
        return place not in self.asked and place not in self.used

    def is_tempting(self, query: GraphQLObjectType, name: str) -> bool:
        return name in OFTEN or any(
            self.is_new(place) for place in arguments_of(f"Query.{name}", query.fields[name])
        )

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        chosen = [
            name
            for name, definition in kind.fields.items()
            if self.draw.random() < self.appetite(f"{kind.name}.{name}", definition, depth)
        ]
        fields = [self.field(kind, name, depth - 1) for name in chosen]
        if not fields or self.draw.random() < 0.1:
            fields.append("__typename")
        return self.wrapped(kind, fields)

    def appetite(self, place: str, definition: GraphQLField, depth: int) -> float:
        if is_leaf_type(get_named_type(definition.type)):
            return 0.8 if self.is_new(place) else 0.45
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
        if not is_abstract_type(named):
            assert isinstance(named, GraphQLObjectType)
            return self.selection(named, depth)
        parts = ["__typename", "id"] if is_interface_type(named) else ["__typename"]
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
        return f" @{name}(if: {self.given(BOOLEAN, value)})"

    def arguments(self, kind: GraphQLObjectType, name: str, definition: GraphQLField) -> str:
        place = f"{kind.name}.{name}"
        values = self.paging(place, definition) if "first" in definition.args else {}
        for argument, described in definition.args.items():
            must = is_required_argument(described)
            if argument not in PAGING and (must or self.draw.random() < 0.5):
                values[argument] = self.argument(f"{place}({argument})", definition, described)
        self.used |= {f"{place}({argument})" for argument in values}
        listed = ", ".join(f"{argument}: {value}" for argument, value in values.items())
        return f"({listed})" if listed else ""

    def argument(self, place: str, definition: GraphQLField, described: GraphQLArgument) -> str:
        if place.endswith("(id)"):
            kind = get_named_type(definition.type).name
            return self.given(described.type, self.draw.choice(self.pools.ids[kind]))
        if place.endswith("(ids)"):
            return self.given(described.type, self.draw.choices(self.pools.ids["Node"], k=4))
        return self.given(described.type, self.value(place, described.type))

    def paging(self, place: str, definition: GraphQLField) -> dict[str, str]:
        values, listing = {}, place
        size = "last" if self.draw.random() < 0.3 else "first"
        if self.draw.random() < 0.9:
            values[size] = self.given(definition.args[size].type, self.draw.choice(SIZES))
        if "orderBy" in definition.args and self.draw.random() < 0.5:
            orders = definition.args["orderBy"].type
            order = self.value(f"{listing}(orderBy)", orders)
            values["orderBy"] = self.given(orders, order)
            listing += f"({order})"
        for edge in ("after", "before"):
            share = 0.5 if self.is_new(f"{place}({edge})") else 0.12
            if self.draw.random() < share and (known := self.pools.cursors.get(listing)):
                values[edge] = self.given(definition.args[edge].type, self.draw.choice(known))
        return values

    def value(self, place: str, kind: GraphQLType) -> Value:
        """Draw a value for an argument or a field of an input."""
        named = get_named_type(kind)
        if (fresh := self.fresh(named)) and self.draw.random() < 0.6:
            return self.noted(named, self.draw.choice(fresh))
        known = self.pools.inputs.get(place) or self.pools.inputs.get(named.name)
        if known is not None:
            return self.noted(named, self.draw.choice(known))
        if is_enum_type(named):
            return self.noted(named, self.draw.choice(list(named.values)))
        if is_input_object_type(named):
            return self.noted(named, self.parts(named))
        raise LookupError(f"No values to draw for {place}: add some to tests/door/drawing.py")

    def parts(self, named: GraphQLInputObjectType) -> dict[str, Value]:
        """Draw some of an input's fields, one or two of them as a rule."""
        usual = 1.2 / len(named.fields)
        return {
            name: self.value(f"{named.name}.{name}", described.type)
            for name, described in named.fields.items()
            if self.draw.random() < (0.5 if self.is_wanted(named, name) else usual)
        }

    def is_wanted(self, named: GraphQLInputObjectType, name: str) -> bool:
        """Tell whether an input's field, or a choice it offers, has not been asked for yet."""
        offered = get_named_type(named.fields[name].type)
        return self.is_new(f"{named.name}.{name}") or bool(self.fresh(offered))

    def fresh(self, named: GraphQLNamedType) -> list[str]:
        """List the choices of an enumeration that nobody has asked for yet."""
        choices = list(named.values) if is_enum_type(named) else []
        return [choice for choice in choices if self.is_new(f"{named.name}.{choice}")]

    def noted(self, named: GraphQLNamedType, value: Value) -> Value:
        """Remember the inputs' fields and the choices that a value uses."""
        if isinstance(value, list):
            return [self.noted(named, each) for each in value]
        if is_enum_type(named):
            self.used.add(f"{named.name}.{value}")
        if is_input_object_type(named):
            for name, part in value.items():
                self.used.add(f"{named.name}.{name}")
                self.noted(get_named_type(named.fields[name].type), part)
        return value

    def given(self, kind: GraphQLType, value: Value) -> str:
        """Write a value as a literal or as a variable."""
        if self.draw.random() < 0.5:
            return self.variable(str(kind), value)
        named = get_named_type(kind)
        if is_input_object_type(named):
            parts = (
                f"{name}: {self.given(named.fields[name].type, value[name])}" for name in value
            )
            return f"{{ {', '.join(parts)} }}"
        if is_enum_type(named):
            return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
        return self.literal(value)

    def literal(self, value: Value) -> str:
        """Write a value of no declared shape, some of its parts as variables."""
        if isinstance(value, list):
            return f"[{', '.join(map(self.literal, value))}]"
        if isinstance(value, dict):
            return f"{{ {', '.join(f'{n}: {self.part(p)}' for n, p in value.items())} }}"
        return json.dumps(value, ensure_ascii=False)

    def part(self, value: Value) -> str:
        is_drawn = isinstance(value, str) and self.draw.random() < 0.1
        return self.variable("String!", value) if is_drawn else self.literal(value)

    def variable(self, kind: str, value: Value) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (kind, value)
        return f"${name}"
