"""The columns of an export: what is selected of a row, flattened, under headers in Russian."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from schema.compiler.bindings import Page
from schema.compiler.plan import TYPENAME, Operation, Selected
from schema.compiler.run import Engine
from schema.errors import ErrorCode, RequestRefused, failure
from schema.exports.paging import MORE, PAGING, Paged

Json = Any  # a decoded part of an answer
MAX_COLUMNS = 200
_LABEL_ENDS = (". ", "; ", ": ")


class Kind(StrEnum):
    """How a value is written: as itself, as a day, an instant, a flag or a choice in words."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DAY = "DAY"
    INSTANT = "INSTANT"
    FLAG = "FLAG"
    CHOICE = "CHOICE"


_KINDS = {
    "Int": Kind.NUMBER,
    "Float": Kind.NUMBER,
    "Boolean": Kind.FLAG,
    "Date": Kind.DAY,
    "DateTime": Kind.INSTANT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the way to its value in a row, its header, and how the value is written.

    `several` says that a list lies on the way, so the cell holds its values joined; `labels` are
    the words of a choice by its code.
    """

    path: tuple[str, ...]
    header: str
    kind: Kind = Kind.TEXT
    several: bool = False
    labels: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """The name of the column for machines: the fields of the query, dotted."""
        return ".".join(step for step in self.path if step not in _PLUMBING)


_PLUMBING = frozenset({"nodes", "edges", "node"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an export selects: its columns, and the conditions that narrow its list."""

    columns: tuple[Column, ...]
    conditions: Mapping[str, str]


def selection_of(engine: Engine, paged: Paged) -> Selection:
    """Read what an export selects; raises RequestRefused where no column stands in it."""
    prepared, given = engine.prepare(paged.rows, None, paged.page(None))
    operation = Operation(engine.schema, prepared.document, prepared.operation, given)
    [root] = operation.roots()
    conditions = {
        name: _shown(argument.sample)
        for name, argument in root.arguments.items()
        if argument.given and name not in PAGING
    }
    return Selection(columns=_columns(engine, operation, root), conditions=conditions)


def _shown(value: Json) -> str:
    """Show a condition as JSON would, without what is not given."""
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if part is not None}
    return json.dumps(value, ensure_ascii=False, default=str)


def _columns(engine: Engine, operation: Operation, root: Selected) -> tuple[Column, ...]:
    [connection] = operation.kinds(root)
    [nodes] = [one for one in operation.below(root, connection) if one.name == "nodes"]
    walker = _Walker(engine, operation)
    found = [part for kind in operation.kinds(nodes) for part in walker.below(nodes, kind, _TOP)]
    if not 0 < len(found) <= MAX_COLUMNS:
        message = f"В выгрузке должно быть от 1 до {MAX_COLUMNS} столбцов: выберите поля строк."
        error = failure(ErrorCode.EXPORT_NOT_A_LIST, message)
        raise RequestRefused([error], status=HTTPStatus.BAD_REQUEST)
    return _distinct(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Above:
    """What lies above a field on its way from the row."""

    path: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    several: bool = False


_TOP = _Above()


class _Walker:
    """Walks what is selected below a row."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        self._bindings = engine.bindings
        self._operation = operation

    def below(self, parent: Selected, kind: GraphQLObjectType, above: _Above) -> Iterator[Column]:
        for child in self._operation.below(parent, kind):
            if child.name != TYPENAME and child.key != MORE:
                yield from self._field(kind, child, above)

    def _field(self, kind: GraphQLObjectType, child: Selected, above: _Above) -> Iterator[Column]:
        label = header_of(kind.fields[child.name].description or child.name)
        path = (*above.path, child.key)
        listed = is_list_type(get_nullable_type(child.type))
        if is_leaf_type(get_named_type(child.type)):
            yield _leaf(child, path, (*above.headers, label), several=above.several or listed)
            return
        inner = replace(above, path=path, headers=(*above.headers, label))
        paged = isinstance(self._bindings[kind.name].fields.get(child.name), Page)
        for below in self._operation.kinds(child):
            if paged:
                yield from self._page(child, below, replace(inner, several=True))
            else:
                several = above.several or listed
                yield from self.below(child, below, replace(inner, several=several))

    def _page(
        self, parent: Selected, connection: GraphQLObjectType, above: _Above
    ) -> Iterator[Column]:
        """Walk the rows of a nested connection; its cursors and page info are no columns."""
        for child in self._operation.below(parent, connection):
            inner = replace(above, path=(*above.path, child.key))
            if child.name == "totalCount":
                yield _leaf(child, inner.path, (*above.headers, "сколько всего"), several=False)
            for kind in self._operation.kinds(child):
                if child.name == "nodes":
                    yield from self.below(child, kind, inner)
                elif child.name == "edges":
                    yield from self._nodes_of_edges(child, kind, inner)

    def _nodes_of_edges(
        self, edges: Selected, edge: GraphQLObjectType, above: _Above
    ) -> Iterator[Column]:
        for child in self._operation.below(edges, edge):
            if child.name == "node":
                [kind] = self._operation.kinds(child)
                yield from self.below(child, kind, replace(above, path=(*above.path, child.key)))


def _leaf(
    child: Selected, path: tuple[str, ...], headers: Sequence[str], *, several: bool
) -> Column:
    named = get_named_type(child.type)
    labels = None
    kind = _KINDS.get(named.name, Kind.TEXT)
    if isinstance(named, GraphQLEnumType):
        kind = Kind.CHOICE
        labels = {
            code: header_of(value.description or code) for code, value in named.values.items()
        }
    return Column(path=path, header=_joined(headers), kind=kind, several=several, labels=labels)


def header_of(description: str) -> str:
    """Shorten a field's description to what stands in a header: its first clause."""
    text = f"{description} "
    ends = [text.find(end) for end in _LABEL_ENDS]
    return text[: min((end for end in ends if end > 0), default=len(text))].strip()


def _joined(headers: Sequence[str]) -> str:
    first, *rest = headers
    return ": ".join([first, *(_lowered(one) for one in rest)])


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _distinct(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Tell columns of one header apart by the names of their fields."""
    count = Counter(column.header for column in columns)
    return tuple(
        replace(column, header=f"{column.header} ({column.name})")
        if count[column.header] > 1
        else column
        for column in columns
    )
