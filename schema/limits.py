"""How much one operation may ask for: one linear pass, each fragment measured once.

`cost` is how many objects the answer may hold: a field with a selection is one object, or as many
as it names by a list, times the page sizes above it. A size that stands in a variable is taken from
the request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from schema.errors import ErrorCode, RequestRefused, failure

PAGE_DEFAULT = 50
PAGE_LIMIT = 100
ENTITY_LIMIT = 1_000
LISTS = ("ids", "representations")  # the arguments that name objects one by one
Variables = Mapping[str, Any]  # of page sizes and lengths, as the request sent them: any JSON
Cost = Callable[[Variables], int]
HUGE = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest operation that is answered."""

    characters: int = 64_000  # valid texts are kept, so none may be large
    tokens: int = 4_000
    depth: int = 12
    aliases: int = 30
    root_fields: int = 20
    directives: int = 20
    cost: int = 10_000


LIMITS = Limits()
_WORDS = {
    "depth": "вложенность",
    "aliases": "число псевдонимов",
    "root_fields": "число корневых полей",
    "directives": "число директив",
    "cost": "объём ответа (произведение размеров страниц)",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a selection; `cost` depends on the variables of a request."""

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    cost: Cost = field(default=lambda _: 0)
    sized_by: frozenset[str] = frozenset()  # the variables that stand for page sizes


def measure(
    document: DocumentNode, operation: OperationDefinitionNode, paged: Mapping[str, int]
) -> Measure:
    """Measure an operation; `paged` names the fields that are connections and their largest page."""
    fragments = {
        part.name.value: part
        for part in document.definitions
        if isinstance(part, FragmentDefinitionNode)
    }
    defaults = {
        part.variable.name.value: part.default_value
        for part in operation.variable_definitions or ()
    }
    ruler = _Ruler(fragments, defaults, paged)
    measured = ruler.selection(operation.selection_set)
    return replace(measured, sized_by=frozenset(ruler.sizes))


def bounded(measured: Measure, variables: Variables) -> int:
    """Return what an operation costs; raises RequestRefused naming each limit that it passes."""
    # Of the variables only sizes are looked at and kept: the rest may be large or personal.
    given = {name: _size(variables[name]) for name in measured.sized_by if name in variables}
    sizes = {
        "depth": measured.depth,
        "aliases": measured.aliases,
        "root_fields": measured.root_fields,
        "directives": measured.directives,
        "cost": measured.cost(given),
    }
    errors = [
        failure(
            ErrorCode.QUERY_TOO_COMPLEX,
            f"Запрос слишком велик: {_WORDS[name]} больше {getattr(LIMITS, name)}. "
            "Разделите его на несколько или уменьшите страницы.",
            limit=name,
            max=getattr(LIMITS, name),
        )
        for name, size in sizes.items()
        if size > getattr(LIMITS, name)
    ]
    if errors:
        raise RequestRefused(errors)
    return sizes["cost"]


class _Ruler:
    """Measures selections; a fragment's measure is kept, so repeated spreads cost nothing."""

    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        defaults: Mapping[str, ValueNode | None],
        paged: Mapping[str, int],
    ) -> None:
        self._fragments = fragments
        self._defaults = defaults
        self._paged = paged
        self._kept: dict[str, Measure] = {}
        self.sizes: set[str] = set()

    def selection(self, selected: SelectionSetNode) -> Measure:
        return _sum([self._one(node) for node in selected.selections])

    def _one(self, node: SelectionNode) -> Measure:
        directives = len(node.directives or ())
        if isinstance(node, FieldNode):
            return self._field(node, directives)
        if isinstance(node, InlineFragmentNode):
            inner = self.selection(node.selection_set)
        elif isinstance(node, FragmentSpreadNode):
            inner = self._fragment(node.name.value)
        else:
            inner = Measure()
        return _sum([inner, Measure(directives=directives)])

    def _field(self, node: FieldNode, directives: int) -> Measure:
        inner = self.selection(node.selection_set) if node.selection_set else Measure()
        if node.name.value.startswith("__"):
            # The schema is small and has a depth rule of its own; tools ask for it 13 levels deep.
            inner = Measure(aliases=inner.aliases, directives=inner.directives)
        own = 1 if node.selection_set else 0
        times = self._times(node)
        below = inner.cost
        named = self._named(node)
        return Measure(
            depth=inner.depth + 1,
            aliases=inner.aliases + (1 if node.alias else 0),
            root_fields=1,
            directives=inner.directives + directives,
            cost=lambda variables: min(
                HUGE, named(variables) * (own + times(variables) * below(variables))
            ),
        )

    def _fragment(self, name: str) -> Measure:
        if name not in self._kept:
            self._kept[name] = Measure()  # a cycle ends here; validation names it
            if name in self._fragments:
                self._kept[name] = _once(self.selection(self._fragments[name].selection_set))
        return self._kept[name]

    def _times(self, node: FieldNode) -> Cost:
        written = {argument.name.value: argument.value for argument in node.arguments or ()}
        size = written.get("last", written.get("first"))
        most = self._paged.get(node.name.value, PAGE_LIMIT)
        if isinstance(size, IntValueNode):
            number = _page(int(size.value) if len(size.value) < len(str(HUGE)) else HUGE, most)
            return lambda _: number
        if isinstance(size, VariableNode):
            return self._from_variable(size.name.value, most)
        fixed = PAGE_DEFAULT if node.name.value in self._paged else 1
        return lambda _: fixed

    def _named(self, node: FieldNode) -> Cost:
        """Count the objects that a list names; one where none is given."""
        written = {argument.name.value: argument.value for argument in node.arguments or ()}
        listed = next((written[name] for name in LISTS if name in written), None)
        if isinstance(listed, VariableNode):
            return self._length(listed.name.value)
        number = len(listed.values) if isinstance(listed, ListValueNode) else 1
        return lambda _: max(1, number)

    def _length(self, name: str) -> Cost:
        self.sizes.add(name)
        default = self._defaults.get(name)
        missing = len(default.values) if isinstance(default, ListValueNode) else 1
        return lambda variables: max(1, min(HUGE, variables.get(name, missing) or 1))

    def _from_variable(self, name: str, most: int) -> Cost:
        self.sizes.add(name)
        default = self._defaults.get(name)
        missing = int(default.value) if isinstance(default, IntValueNode) else PAGE_DEFAULT

        def times(variables: Variables) -> int:
            given = variables.get(name, missing)
            return _page(given, most) if isinstance(given, int) else PAGE_DEFAULT

        return times


def _size(given: object) -> int | None:
    """Reduce a variable to the size that it gives: a number, or the length of a list."""
    if isinstance(given, list):
        return len(given)
    return given if isinstance(given, int) else None


def _page(size: int, most: int) -> int:
    # What is larger is refused as a value; here it only must not overflow the product.
    return max(1, min(size, most))


def _once(measured: Measure) -> Measure:
    """Keep the cost of a fragment per set of variables, so nested spreads stay linear."""
    kept: list[tuple[Variables, int]] = []

    def cost(variables: Variables) -> int:
        if not kept or kept[0][0] is not variables:
            kept[:] = [(variables, measured.cost(variables))]
        return kept[0][1]

    return Measure(
        measured.depth, measured.aliases, measured.root_fields, measured.directives, cost
    )


def _sum(parts: Sequence[Measure]) -> Measure:
    costs = [part.cost for part in parts]
    return Measure(
        depth=max((part.depth for part in parts), default=0),
        aliases=min(HUGE, sum(part.aliases for part in parts)),
        root_fields=min(HUGE, sum(part.root_fields for part in parts)),
        directives=min(HUGE, sum(part.directives for part in parts)),
        cost=lambda variables: min(HUGE, sum(cost(variables) for cost in costs)),
    )
