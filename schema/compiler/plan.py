"""An operation as a tree: fragments opened, repeated fields merged, arguments resolved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from schema.compiler.arguments import Argument, Variables, read_arguments

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of a response: its key, its definition, its arguments and what is asked below."""

    key: str
    name: str
    type: GraphQLOutputType
    arguments: Mapping[str, Argument]
    nodes: tuple[FieldNode, ...]


@dataclass(slots=True)
class _Collected:
    nodes: list[FieldNode] = field(default_factory=list)


class Operation:
    """One operation of a validated document under one set of variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Variables,
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._root = operation
        self._fragments = {
            part.name.value: part
            for part in document.definitions
            if isinstance(part, FragmentDefinitionNode)
        }

    def roots(self) -> Sequence[Selected]:
        """List the selected root fields in the order of the response."""
        return self._select(self.root_type, [self._root.selection_set])

    @property
    def root_type(self) -> GraphQLObjectType:
        """The type of the root fields."""
        found = self._schema.get_root_type(self._root.operation)
        if found is None:
            raise TypeError(f"The schema has no {self._root.operation.value} type")
        return found

    def below(self, parent: Selected, kind: GraphQLObjectType) -> Sequence[Selected]:
        """List what is selected below a field when its object is of a type."""
        sets = [node.selection_set for node in parent.nodes if node.selection_set]
        return self._select(kind, sets)

    def kinds(self, parent: Selected) -> Sequence[GraphQLObjectType]:
        """List the object types that a field may return."""
        named = get_named_type(parent.type)
        if is_abstract_type(named):
            return tuple(self._schema.get_possible_types(named))
        return (named,) if isinstance(named, GraphQLObjectType) else ()

    def dotted(self, parent: Selected) -> frozenset[str]:
        """Name every field selected below, with its path in dots."""
        return frozenset(self._dotted(parent, ""))

    def _dotted(self, parent: Selected, prefix: str) -> Iterator[str]:
        for kind in self.kinds(parent):
            for child in self.below(parent, kind):
                yield prefix + child.name
                yield from self._dotted(child, f"{prefix}{child.name}.")

    def _select(
        self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode]
    ) -> Sequence[Selected]:
        found: dict[str, _Collected] = {}
        entered: set[str] = set()
        for selection in sets:
            self._collect(kind, selection, found, entered)
        return tuple(self._selected(kind, key, part.nodes) for key, part in found.items())

    def _selected(self, kind: GraphQLObjectType, key: str, nodes: Sequence[FieldNode]) -> Selected:
        first = nodes[0]
        name = first.name.value
        definition = self._definition(kind, name)
        written = {argument.name.value: argument.value for argument in first.arguments or ()}
        arguments = read_arguments(definition.args, written, self._variables)
        return Selected(key, name, definition.type, arguments, tuple(nodes))

    def _definition(self, kind: GraphQLObjectType, name: str) -> GraphQLField:
        definition = self._schema.get_field(kind, name)
        if definition is None:
            raise TypeError(f"{kind.name} has no field {name}: the document is not validated")
        return definition

    def _collect(
        self,
        kind: GraphQLObjectType,
        selection: SelectionSetNode,
        found: dict[str, _Collected],
        entered: set[str],
    ) -> None:
        for node in selection.selections:
            if not self._included(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                found.setdefault(key, _Collected()).nodes.append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(kind, node):
                    self._collect(kind, node.selection_set, found, entered)
            elif isinstance(node, FragmentSpreadNode):
                self._collect_spread(kind, node, found, entered)

    def _collect_spread(
        self,
        kind: GraphQLObjectType,
        node: FragmentSpreadNode,
        found: dict[str, _Collected],
        entered: set[str],
    ) -> None:
        name = node.name.value
        fragment = self._fragments[name]
        if name not in entered and self._applies(kind, fragment):
            entered.add(name)
            self._collect(kind, fragment.selection_set, found, entered)

    def _applies(
        self, kind: GraphQLObjectType, fragment: InlineFragmentNode | FragmentDefinitionNode
    ) -> bool:
        condition = fragment.type_condition
        if condition is None or condition.name.value == kind.name:
            return True
        named = self._schema.get_type(condition.name.value)
        return is_abstract_type(named) and self._schema.is_sub_type(named, kind)

    def _included(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            written = {
                argument.name.value: argument.value for argument in directive.arguments or ()
            }
            condition = read_arguments(GraphQLSkipDirective.args, written, self._variables)["if"]
            if condition.choice is (directive.name.value == GraphQLSkipDirective.name):
                return False
        return True
