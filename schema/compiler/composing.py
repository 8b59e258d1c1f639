"""What the composers of objects, pages and nodes share: rows as SQL, objects field by field."""

from collections.abc import Callable, Sequence
from typing import Protocol

from graphql import GraphQLObjectType

from schema.compiler.bindings import Bindings, Rows, RowsOf
from schema.compiler.call import Call
from schema.compiler.plan import Operation, Selected
from schema.compiler.request import Complaints
from schema.compiler.sql import Piece, Sql, Text, concat


class Composing(Protocol):
    """Whoever composes objects: pages and nodes ask it for what stands inside them."""

    operation: Operation
    bindings: Bindings
    complaints: list[Complaints]

    def object(
        self,
        kind: GraphQLObjectType,
        fields: Sequence[Selected],
        row: Call,
        joins: list[Sql] | None,
    ) -> Sql:
        """Compose one object over a row."""

    def whole(
        self, child: Selected, row: Call, joins: list[Sql] | None, rows: Rows, driving: str = ""
    ) -> Sql:
        """Compose the object of a row, of whichever type it is."""

    def single(self, child: Selected, call: Call, rows: Rows) -> Sql:
        """Compose one object as a subselect."""

    def single_of(
        self,
        kind: GraphQLObjectType,
        fields: Sequence[Selected],
        call: Call,
        rows: Rows,
        *,
        absent: Sql,
    ) -> Sql:
        """Compose one object of a known type as a subselect, or what stands for no row."""

    def only(self, child: Selected) -> tuple[GraphQLObjectType, Sequence[Selected]]:
        """Return the one object type of a field and what is selected of it."""

    def child_call(self, child: Selected, row: Call) -> Call:
        """Open the call of a field below a row."""


def object_of(fields: Sequence[Selected], compose: Callable[[Selected], Sequence[Piece]]) -> Sql:
    """Write an object whose fields are composed one by one."""
    pieces: list[Piece] = [Text("{")]
    for index, field in enumerate(fields):
        pieces.append(Text(f'{"," if index else ""}"{field.key}":'))
        pieces += compose(field)
    return concat([*pieces, Text("}")])


def rows_of(rows: RowsOf, call: Call) -> Rows:
    """Return declared rows, composed for the call where they depend on it."""
    return rows(call) if callable(rows) else rows


def from_where(call: Call, rows: Rows, joins: Sequence[Sql]) -> Sql:
    """Compose FROM, the joins of the row's fields, and WHERE."""
    return Sql(f"from {call.fill(rows.source)} {' '.join(joins)} where {conditions(call, rows)}")


def conditions(call: Call, rows: Rows) -> Sql:
    """Compose all conditions of the rows, those of the scope included where they bind."""
    parts = rows.where if call.viewer.region_wide else (*rows.where, *rows.scope)
    return Sql(" and ".join(call.fill(part) for part in parts) or "true")


def with_ctes(call: Call, rows: Rows) -> str:
    """Compose WITH for the subselect that reads the rows."""
    if not rows.ctes:
        return ""
    return f"with {', '.join(f'{name} as ({call.fill(query)})' for name, query in rows.ctes)} "
