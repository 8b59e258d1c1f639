"""Keyset connections: a window of `limit + 1` rows, signed cursors, a count only when asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLObjectType

from schema.compiler.arguments import Argument, Value
from schema.compiler.bindings import Page, Rows
from schema.compiler.call import Call
from schema.compiler.composing import Composing, from_where, object_of, rows_of, with_ctes
from schema.compiler.cursors import payload_sql, signed_sql
from schema.compiler.plan import TYPENAME, Selected
from schema.compiler.request import Request
from schema.compiler.sql import Piece, Sql, Text, concat, from_one_row
from schema.errors import bad_input
from schema.limits import PAGE_DEFAULT

NUMBER = "n__"
_Take = Callable[[Request], object]
Place = tuple[Sql, ...]  # the key values of a cursor; none where no cursor is given


def page(emitter: Composing, binding: Page, name: str, child: Selected, row: Call) -> Sql:
    """Compose a connection field."""
    call = emitter.child_call(child, row)
    rows = rows_of(binding.rows, call)
    window = _window(call, rows, list_name(name, rows), most=binding.most)
    kind, fields = emitter.only(child)
    composer = _Composer(emitter, window)
    body = composer.connection(kind, fields)
    tail = window.source(composer.joins) if composer.reads_rows else ""
    return from_one_row(body, before=with_ctes(call, rows), after=tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """One page of rows: where it starts, which way it goes, how long it is."""

    call: Call
    rows: Rows
    name: str
    limit: Sql
    backward: bool
    after: Place
    before: Place

    @property
    def keys(self) -> Sequence[Sql]:
        return [self.call.fill(key.sql) for key in self.rows.order]

    @property
    def base(self) -> Sql:
        return from_where(self.call, self.rows, ())

    def beyond(self, place: Place, *, forward: bool, inclusive: bool = False) -> Sql:
        """Compose the condition of rows past a cursor in a direction of the list."""
        sign = ">" if forward is not self.rows.descending else "<"
        sign += "=" if inclusive else ""
        return Sql(f"({', '.join(self.keys)}) {sign} ({', '.join(place)})")

    def source(self, joins: Sequence[Sql]) -> str:
        """Compose FROM with the numbered rows of the page, one more than asked for."""
        alias, order = self.call.alias, self._order()
        bounds = [
            self.beyond(place, forward=forward)
            for place, forward in ((self.after, True), (self.before, False))
            if place
        ]
        bounds += self._resumed()
        where = "".join(f" and {bound}" for bound in bounds)
        number = f"row_number() over (order by {order}) as {NUMBER}"
        query = f"select {alias}.*, {number} {self.base}{where} order by {order}"
        return f"from ({query} limit {self.limit} + 1) {alias} {' '.join(joins)}"

    def _resumed(self) -> list[Sql]:
        held = self.rows.resumes
        places = (place for place in (self.after, self.before) if place and held)
        return [Sql(held.format(*place)) for place in places]

    def _order(self) -> str:
        descending = self.rows.descending is not self.backward
        return ", ".join(f"{key} desc" if descending else key for key in self.keys)


def _place(call: Call, rows: Rows, name: str, cursor: Argument) -> Place:
    if not cursor.given:
        return ()
    return tuple(
        Sql(
            f"{call.binds.add(_key_value(name, cursor, len(rows.order), index), 'text')}::{key.type}"
        )
        for index, key in enumerate(rows.order)
    )


def _key_value(name: str, cursor: Argument, count: int, index: int) -> _Take:
    return lambda request: request.cursors.decode(name, str(cursor.take(request.variables)), count)[
        index
    ]


def list_name(field: str, rows: Rows) -> str:
    """Name a list for the signatures of its cursors: its field and its order."""
    keys = ",".join(key.sql for key in rows.order)
    return f"{field}|{keys}|{'desc' if rows.descending else 'asc'}"


def _window(call: Call, rows: Rows, name: str, *, most: int) -> _Window:
    arguments = call.arguments
    first, last = arguments["first"], arguments["last"]
    if first.given and last.given:
        raise bad_input("Укажите только одно из двух: first или last.")
    sized = last if last.given else first
    limit = (
        call.bind(sized, "bigint", convert=_page_size(most))
        if sized.given
        else call.value(PAGE_DEFAULT, "bigint")
    )
    return _Window(
        call=call,
        rows=rows,
        name=name,
        limit=limit,
        backward=last.given,
        after=_place(call, rows, name, arguments["after"]),
        before=_place(call, rows, name, arguments["before"]),
    )


def _page_size(most: int) -> Callable[[Value], int]:
    def convert(value: Value) -> int:
        size = int(value)
        if not 0 <= size <= most:
            raise bad_input(f"Размер страницы (first, last) должен быть от 0 до {most}.")
        return size

    return convert


def cursor_at(call: Call, name: str, keys: Sequence[str]) -> Sql:
    """Compose the cursor of a list at the values of its keys."""
    return _signed(call, name, payload_sql(keys))


def _signed(call: Call, name: str, payload: str) -> Sql:
    inner = call.binds.add(_pad(name, inner=True), "bytea", key=("inner", name))
    outer = call.binds.add(_pad(name, inner=False), "bytea", key=("outer", name))
    return Sql(signed_sql(inner, outer, payload))


def _pad(name: str, *, inner: bool) -> _Take:
    if inner:
        return lambda request: request.cursors.inner_pad(name)
    return lambda request: request.cursors.outer_pad(name)


class _Composer:
    """Composes what is selected of one connection over its window."""

    def __init__(self, emitter: Composing, window: _Window) -> None:
        self.emitter = emitter
        self.window = window
        self.joins: list[Sql] = []
        self.reads_rows = False
        self._node = self._node_call()

    def _node_call(self) -> Call:
        call, rows = self.window.call, self.window.rows
        if rows.node is None:
            return call
        node = replace(call, parent=call.alias, alias=call.binds.alias())
        self.joins.append(node.fill(rows.node, row=call.alias))
        return node

    def connection(self, kind: GraphQLObjectType, fields: Sequence[Selected]) -> Sql:
        return object_of(fields, lambda field: (self._field(kind, field),))

    def _field(self, kind: GraphQLObjectType, field: Selected) -> Piece:
        match field.name:
            case "nodes":
                return self._listed(self._object(field))
            case "edges":
                return self._listed(self._edge(field))
            case "pageInfo":
                return self._page_info(field)
            case "totalCount":
                return Sql(f"(select count(*) {self.window.base})")
        return self._other(kind, field)

    def _other(self, kind: GraphQLObjectType, field: Selected) -> Piece:
        if field.name == TYPENAME:
            return Text(f'"{kind.name}"')
        raise TypeError(f"A connection has no field {field.name}")

    def _object(self, field: Selected) -> Sql:
        window = self.window
        return self.emitter.whole(field, self._node, self.joins, window.rows, window.call.alias)

    def _edge(self, edges: Selected) -> Sql:
        kind, fields = self.emitter.only(edges)
        return object_of(fields, lambda field: self._edge_field(kind, field))

    def _edge_field(self, kind: GraphQLObjectType, field: Selected) -> Sequence[Piece]:
        if field.name == TYPENAME:
            return (Text(f'"{kind.name}"'),)
        if field.name == "node":
            return (self._object(field),)
        return Text('"'), self._cursor(), Text('"')

    def _listed(self, body: Sql) -> Sql:
        self.reads_rows = True
        listed = f"string_agg({body}, ',' order by {self._forward()}) {self._within()}"
        return concat([Text("["), Sql(listed), Text("]")])

    def _forward(self) -> str:
        return self._number() + (" desc" if self.window.backward else "")

    def _reverse(self) -> str:
        return self._number() + ("" if self.window.backward else " desc")

    def _number(self) -> str:
        return f"{self.window.call.alias}.{NUMBER}"

    def _within(self) -> str:
        return f"filter (where {self._number()} <= {self.window.limit})"

    def _page_info(self, info: Selected) -> Sql:
        kind, fields = self.emitter.only(info)
        return object_of(fields, lambda field: (self._info_field(kind, field),))

    def _info_field(self, kind: GraphQLObjectType, field: Selected) -> Piece:
        match field.name:
            case "hasNextPage":
                return self._has_more(forward=True)
            case "hasPreviousPage":
                return self._has_more(forward=False)
            case "startCursor":
                return self._end_of(self._forward())
            case "endCursor":
                return self._end_of(self._reverse())
        return self._other(kind, field)

    def _has_more(self, *, forward: bool) -> Piece:
        window = self.window
        if forward is not window.backward:
            self.reads_rows = True
            return Sql(f"(count(*) > {window.limit})::text")
        place = window.before if forward else window.after
        if not place:
            return Text("false")
        outside = window.beyond(place, forward=forward, inclusive=True)
        return Sql(f"(exists (select 1 {window.base} and {outside}))::text")

    def _end_of(self, order: str) -> Sql:
        """Sign the first row's place in an order: of a page's rows one alone is signed."""
        self.reads_rows = True
        window = self.window
        place = f"array_agg({payload_sql(window.keys)} order by {order}) {self._within()}"
        cursor = _signed(window.call, window.name, f"({place})[1]")
        return Sql(f"coalesce('\"' || {cursor} || '\"', 'null')")

    def _cursor(self) -> Sql:
        window = self.window
        return cursor_at(window.call, window.name, window.keys)
