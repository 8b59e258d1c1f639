"""A document with one list, rewritten so that its pages can be asked in turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

from schema.compiler.bindings import Page
from schema.compiler.run import Engine
from schema.errors import ErrorCode, RequestRefused, failure
from schema.limits import LIMITS, PAGE_LIMIT

Values = Mapping[str, Any]  # variables as a request sent them: any JSON
FIRST, AFTER = "exportFirst", "exportAfter"
ROWS = "rows"
MORE = "exportMore"  # the page info of a nested list: whether its cell shows all of it
PAGING = frozenset({"first", "after", "last", "before"})
SIZES = (PAGE_LIMIT, 50, 25, 10, 5, 2, 1)
NOT_A_LIST = (
    "Выгрузить можно запрос с одним списком, у которого выбраны nodes { … }: "
    "{ mentors { nodes { displayName } } }."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """A list as documents that export it: `rows` asks for a page, `count` for the whole number.

    `text` is the document as it was asked.
    """

    text: str
    rows: str
    count: str
    variables: Values
    page_size: int

    def page(self, after: str | None) -> Values:
        """Give the variables of the page that follows a cursor."""
        return {**self.variables, FIRST: self.page_size, AFTER: after}


def paged(engine: Engine, text: str, name: str | None, variables: Values) -> Paged:
    """Rewrite a document; raises RequestRefused unless it is valid and asks for one list.

    Whatever pages the document asks for, all rows are exported.
    """
    prepared, _ = engine.prepare(text, name, variables)
    field = _only_list(engine, prepared.operation)
    fragments = {
        part.name.value: part
        for part in prepared.document.definitions
        if isinstance(part, FragmentDefinitionNode)
    }
    marked = _Marked(engine, fragments)
    given = [part for part in field.arguments or () if part.name.value not in PAGING]
    author = _Author(prepared.operation, field.name.value, given, marked)
    rows = author.document(_rows(field))
    return Paged(
        text=text,
        rows=rows,
        count=author.document(None),
        variables=variables,
        page_size=_page_size(engine, rows, variables),
    )


def not_a_list() -> RequestRefused:
    """Make the refusal of a document that is no single list."""
    error = failure(ErrorCode.EXPORT_NOT_A_LIST, NOT_A_LIST)
    return RequestRefused([error], status=HTTPStatus.BAD_REQUEST)


def _only_list(engine: Engine, operation: OperationDefinitionNode) -> FieldNode:
    selections = operation.selection_set.selections
    found = selections[0]
    if len(selections) != 1 or not isinstance(found, FieldNode) or found.directives:
        raise not_a_list()
    if not isinstance(engine.bindings["Query"].fields.get(found.name.value), Page):
        raise not_a_list()
    return found


def _rows(field: FieldNode) -> SelectionSetNode:
    """Gather what is selected of the list's rows, through nodes and through edges alike."""
    chosen: list[SelectionNode] = []
    for part in _fields(field.selection_set):
        if part.name.value == "nodes" and part.selection_set:
            chosen += part.selection_set.selections
        if part.name.value == "edges":
            for inner in _fields(part.selection_set):
                if inner.name.value == "node" and inner.selection_set:
                    chosen += inner.selection_set.selections
    if not chosen:
        raise not_a_list()
    return SelectionSetNode(selections=tuple(chosen))


def _fields(selection: SelectionSetNode | None) -> Iterator[FieldNode]:
    for part in selection.selections if selection else ():
        if isinstance(part, FieldNode):
            yield part


class _Author:
    """Writes documents that ask for the list: a page of its rows, or their number."""

    def __init__(
        self,
        operation: OperationDefinitionNode,
        name: str,
        arguments: Sequence[ArgumentNode],
        marked: "_Marked",
    ) -> None:
        self._operation = operation
        self._name = name
        self._arguments = arguments
        self._marked = marked

    def document(self, rows: SelectionSetNode | None) -> str:
        arguments = [print_ast(part) for part in self._arguments]
        parts: list[Node] = [*self._arguments]
        declared = []
        body = "totalCount"
        if rows is not None:
            selected, fragments = self._marked.selection(rows, self._name)
            parts += [selected, *fragments]
            arguments += [f"first: ${FIRST}", f"after: ${AFTER}"]
            declared += [f"${FIRST}: Int = 1", f"${AFTER}: String"]
            body = f"nodes {print_ast(selected)} pageInfo {{ hasNextPage endCursor }}"
        used = _used_variables(parts)
        declared += [
            print_ast(part)
            for part in self._operation.variable_definitions or ()
            if part.variable.name.value in used
        ]
        head = f"query Export({', '.join(declared)})" if declared else "query Export"
        listed = f"({', '.join(arguments)})" if arguments else ""
        below = [print_ast(part) for part in parts if isinstance(part, FragmentDefinitionNode)]
        return "\n".join([f"{head} {{ {ROWS}: {self._name}{listed} {{ {body} }} }}", *below])


class _Marked:
    """Adds to each nested list whether it goes on, so that no cell is cut in silence."""

    def __init__(self, engine: Engine, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._engine = engine
        self._fragments = fragments

    def selection(
        self, rows: SelectionSetNode, name: str
    ) -> tuple[SelectionSetNode, list[FragmentDefinitionNode]]:
        """Mark a selection of the list's rows and the fragments that it reaches."""
        reached = self._reached(rows)
        field = FieldNode(
            name=NameNode(value=name),
            selection_set=SelectionSetNode(
                selections=(FieldNode(name=NameNode(value="nodes"), selection_set=rows),)
            ),
        )
        query = OperationDefinitionNode(
            operation=OperationType.QUERY, selection_set=SelectionSetNode(selections=(field,))
        )
        document = DocumentNode(definitions=(query, *(self._fragments[one] for one in reached)))
        types = TypeInfo(self._engine.schema)
        marked = visit(document, TypeInfoVisitor(types, _Marker(types, self._engine)))
        [nodes] = _fields(next(_fields(marked.definitions[0].selection_set)).selection_set)
        return nodes.selection_set or rows, list(marked.definitions[1:])

    def _reached(self, rows: Node) -> list[str]:
        reached: list[str] = []
        waiting: list[Node] = [rows]
        while waiting:
            used = _Used()
            visit(waiting.pop(), used)
            fresh = sorted(used.fragments - set(reached))
            reached += fresh
            waiting += [self._fragments[name] for name in fresh]
        return reached


class _Marker(Visitor):
    """Adds the page info to the lists below the exported one."""

    def __init__(self, types: TypeInfo, engine: Engine) -> None:
        super().__init__()
        self._types = types
        self._bindings = engine.bindings

    def leave_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        parent = self._types.get_parent_type()
        own = self._bindings.get(parent.name) if parent else None
        binding = own.fields.get(node.name.value) if own else None
        if parent is None or parent.name == "Query" or not isinstance(binding, Page):
            return None
        more = FieldNode(
            name=NameNode(value="pageInfo"),
            alias=NameNode(value=MORE),
            selection_set=SelectionSetNode(
                selections=(FieldNode(name=NameNode(value="hasNextPage")),)
            ),
        )
        below = node.selection_set.selections if node.selection_set else ()
        return replace(node, selection_set=SelectionSetNode(selections=(*below, more)))


class _Used(Visitor):
    """Collects the variables and fragments that a part of a document uses."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.fragments.add(node.name.value)


def _used_variables(parts: Sequence[Node]) -> set[str]:
    used = _Used()
    for part in parts:
        visit(part, used)
    return used.variables


def _page_size(engine: Engine, text: str, variables: Values) -> int:
    """Give the largest page that the limit of cost allows."""
    prepared, _ = engine.prepare(text, None, {**variables, FIRST: 1})
    cost = prepared.measure.cost
    return next(
        (size for size in SIZES if cost({**variables, FIRST: size}) <= LIMITS.cost), SIZES[-1]
    )
