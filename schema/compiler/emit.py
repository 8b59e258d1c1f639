"""The plan as one SQL statement: every root a scalar subselect, every value a parameter.

Row scope is set in the same round trip in the only shapes that are safe under every plan: `s`
is materialised, comes first and stands alone in FROM, and every root is a scalar subselect of
its select list. Region-wide viewers read through a role of their own and need no setting. Rights
that were read earlier are confirmed by the same statement; where they are gone it gives null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from graphql import GraphQLObjectType

from hub.access import STANDS
from schema.compiler import nodes, pages
from schema.compiler.arguments import Argument
from schema.compiler.bindings import (
    AnyById,
    Binding,
    Bindings,
    ById,
    Column,
    Done,
    Entities,
    FromRequest,
    Inline,
    Many,
    ManyById,
    MaskedNames,
    One,
    Page,
    Rows,
)
from schema.compiler.call import Call
from schema.compiler.composing import conditions, from_where, object_of, rows_of, with_ctes
from schema.compiler.entities import entities
from schema.compiler.plan import TYPENAME, Operation, Selected
from schema.compiler.request import Complaints, ViewerShape
from schema.compiler.scalars import LATER, NULL, absent, keyed, scalar, sealed, shown
from schema.compiler.sql import Binds, Piece, Sql, Text, concat, json_list

Joins = list[Sql]
ANSWER = '{"data":'


class Emitter:
    """Composes the statement of one operation for one shape of viewer.

    With `ready` it reads what was counted beforehand (`Rows.ready`) and nothing else in its place;
    without, `has_ready` says whether there is any such.
    """

    def __init__(
        self,
        operation: Operation,
        bindings: Bindings,
        viewer: ViewerShape,
        *,
        ready: bool = False,
    ) -> None:
        self.operation = operation
        self.bindings = bindings
        self.viewer = viewer
        self.binds = Binds()
        self.opens_seals = False
        self.makes_keys = False
        self.has_ready = False
        self._ready = ready
        self.shows_personal = False
        self.complaints: list[Complaints] = []

    def statement(self, kind: GraphQLObjectType, roots: Sequence[Selected]) -> Sql:
        """Compose the statement that returns `{"data": ...}` as bytes."""
        top = self._call(None, {}, frozenset())
        scope = None if self.viewer.region_wide else top.scope
        body = self.object(kind, roots, top, None)
        answer = f"convert_to({concat([Text(ANSWER), body, Text('}')])}, 'UTF8')"
        stands = self._stands()
        if scope is None:
            return Sql(f"select case when {stands} then {answer} end")
        setting = (
            f"select set_config('hub.scope', ({scope})::text, true) as ok,"
            f" set_config('hub.today', ({top.today})::text, true) as on_day, {stands} as stands"
        )
        if self.viewer.partner:
            setting += ", set_config('hub.partner', 'on', true) as as_partner"
        return Sql(
            f"with s as materialized ({setting}) select case when s.stands then {answer} end from s"
        )

    def _stands(self) -> str:
        """Compose what must hold for anything to be answered at all (hub/access.py)."""
        version = self.binds.add(lambda request: request.version, "bigint")
        until = self.binds.add(lambda request: request.until, "timestamptz")
        return STANDS.format(version=version, until=until)

    def object(
        self,
        kind: GraphQLObjectType,
        fields: Sequence[Selected],
        row: Call,
        joins: Joins | None,
    ) -> Sql:
        """Compose one object; rows that its fields need are added to `joins`.

        Without `joins` there is no FROM to add to, and related rows become subselects.
        """
        return object_of(fields, lambda child: self._field(kind, child, row, joins))

    def _field(
        self, kind: GraphQLObjectType, child: Selected, row: Call, joins: Joins | None
    ) -> Sequence[Piece]:
        if child.name == TYPENAME:
            return (Text(f'"{kind.name}"'),)
        binding = self.bindings[kind.name].fields[child.name]
        if isinstance(binding, Column):
            return self._column(binding, child, row)
        if isinstance(binding, MaskedNames):
            return (self._masked_names(kind),)
        if isinstance(binding, FromRequest):
            return scalar(child.type, self.binds.add(binding.take, nodes.sql_type(child.type)))
        if isinstance(binding, Entities):
            return (entities(self, child, row),)
        return (self._related(binding, kind, child, row, joins),)

    def _related(
        self,
        binding: One | Many | Page | ById | AnyById | ManyById | Inline | Done,
        kind: GraphQLObjectType,
        child: Selected,
        row: Call,
        joins: Joins | None,
    ) -> Sql:
        match binding:
            case One():
                return self._one(binding, child, row, joins)
            case Many():
                return self._many(binding, child, self.child_call(child, row))
            case Page():
                return pages.page(self, binding, f"{kind.name}.{child.name}", child, row)
            case Inline():
                return self.object(*self.only(child), row, joins)
            case ById() | AnyById() | ManyById():
                return nodes.node(self, binding, child, row)
            case Done():
                return self._done(child, row)
        assert_never(binding)

    def _done(self, child: Selected, row: Call) -> Sql:
        """Compose the payload of an action over the row that it left."""
        key = child.key
        left = self.binds.add(lambda request: request.left.get(key, "{}"), "jsonb")
        rows = Rows(source=f"(select {left} as said) {{t}}", present="true")
        return self.single(child, self.child_call(child, row), rows)

    def _column(self, binding: Column, child: Selected, row: Call) -> Sequence[Piece]:
        if binding.purpose is not None and binding.purpose not in self.viewer.purposes:
            if binding.masked == NULL.text:
                return (NULL,)
            return scalar(child.type, row.fill(binding.masked))
        if callable(binding.sql):
            own = replace(row, arguments=child.arguments)
            return scalar(child.type, binding.sql(own), prefix=binding.prefix)
        sql = row.fill(binding.sql)
        written = self._value(binding, child, sql)
        if binding.purpose is None:
            return written
        self.shows_personal = True
        return (*written, shown(sql, binding.purpose, row.fill(binding.subject)))

    def _value(self, binding: Column, child: Selected, sql: Sql) -> Sequence[Piece]:
        if binding.sealed:
            self.opens_seals = True
            return (sealed(child.type, sql),)
        if binding.keyed:
            self.makes_keys = True
            return (keyed(child.type, sql),)
        return scalar(child.type, sql, prefix=binding.prefix)

    def _masked_names(self, kind: GraphQLObjectType) -> Text:
        names = [
            f'"{name}"'
            for name, binding in self.bindings[kind.name].fields.items()
            if is_masked(binding, self.viewer)
        ]
        return Text(f"[{','.join(sorted(names))}]")

    def _one(self, binding: One, child: Selected, row: Call, joins: Joins | None) -> Sql:
        call = self.child_call(child, row)
        rows = rows_of(binding.rows, call)
        if joins is None or callable(binding.rows) or rows.ctes:
            return self.single(child, call, rows)
        joins.append(_left_join(call, rows))
        body = self.whole(child, call, joins, rows)
        present = call.fill(rows.present)
        return Sql(f"case when {present} is null then {absent(child.type)} else {body} end")

    def single(self, child: Selected, call: Call, rows: Rows) -> Sql:
        """Compose one object as a subselect of its own; no row is null."""
        missing = absent(child.type)
        if rows.ready is not None:
            self.has_ready = True
            if self._ready:
                rows, missing = rows.ready, LATER
        joins: Joins = []
        body = self.whole(child, call, joins, rows)
        return self._subselect(body, call, rows, joins, missing)

    def whole(
        self, child: Selected, row: Call, joins: Joins | None, rows: Rows, driving: str = ""
    ) -> Sql:
        """Compose the object of a row, of whichever type it is."""
        if rows.is_a:
            return nodes.variants(self, child, row, joins, rows, driving)
        return self.object(*self.only(child), row, joins)

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
        joins: Joins = []
        body = self.object(kind, fields, call, joins)
        return self._subselect(body, call, rows, joins, absent)

    def _subselect(self, body: Sql, call: Call, rows: Rows, joins: Joins, absent: Sql) -> Sql:
        query = f"{with_ctes(call, rows)}select {body} {from_where(call, rows, joins)}"
        return Sql(f"coalesce(({query} limit 1), {absent})")

    def _many(self, binding: Many, child: Selected, call: Call) -> Sql:
        rows = rows_of(binding.rows, call)
        joins: Joins = []
        body = self.whole(child, call, joins, rows)
        order = ", ".join(key.sql + (" desc" if rows.descending else "") for key in rows.order)
        return json_list(
            body,
            call.fill(order),
            before=with_ctes(call, rows),
            after=from_where(call, rows, joins),
        )

    def only(self, child: Selected) -> tuple[GraphQLObjectType, Sequence[Selected]]:
        """Return the one object type of a field and what is selected of it."""
        (kind,) = self.operation.kinds(child)
        return kind, self.operation.below(child, kind)

    def child_call(self, child: Selected, row: Call) -> Call:
        """Open the call of a field below a row."""
        return self._call(row, child.arguments, self.operation.dotted(child))

    def _call(
        self, up: Call | None, arguments: Mapping[str, Argument], selected: frozenset[str]
    ) -> Call:
        return Call(
            alias=self.binds.alias(),
            parent=up.alias if up else "",
            arguments=arguments,
            selected=selected,
            viewer=self.viewer,
            binds=self.binds,
            up=up,
        )


def is_masked(binding: Binding, viewer: ViewerShape) -> bool:
    """Tell whether a viewer of this shape sees a field masked."""
    return (
        isinstance(binding, Column)
        and binding.purpose is not None
        and binding.purpose not in viewer.purposes
    )


def _left_join(call: Call, rows: Rows) -> Sql:
    source = call.fill(rows.source)
    if " join " in source and not source.startswith("("):
        source = Sql(f"({source})")
    lateral = "lateral " if "{p}" in rows.source else ""
    return Sql(f"left join {lateral}{source} on {conditions(call, rows)}")
