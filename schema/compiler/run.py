"""From a request's text to the response's bytes: cached plans, one statement, no walk in Python."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import strawberry
from asyncpg.pool import PoolConnectionProxy
from graphql import GraphQLError, OperationType

from hub.access import Standing, Viewer
from hub.audit.events import Action, Entity, by_viewer
from hub.clock import today_in
from hub.database import Database
from hub.rates import Allowance
from hub.recent import Recent
from schema.compiler.acting import Acting, Deed, acted
from schema.compiler.arguments import Value, Variables, shape
from schema.compiler.bindings import paged_fields
from schema.compiler.compiled import Plan, compiled
from schema.compiler.cursors import CursorKey
from schema.compiler.declare import collect
from schema.compiler.documents import Prepared, coerce, prepare
from schema.compiler.introspect import asks_schema, introspect
from schema.compiler.nulls import MARK, completed
from schema.compiler.plan import Operation
from schema.compiler.request import Request, ViewerShape, shape_of
from schema.compiler.scalars import LATER_MARK
from schema.compiler.shown import Note, Showing, unnoted, without_keys
from schema.compiler.sql import Bound
from schema.context import allowed
from schema.errors import ErrorCode, RequestRefused, failure
from schema.faults import written
from schema.limits import LIMITS
from sync.push.cards import Counter

# One statement a read: a pool serves, and so does a connection that holds a snapshot.
Reader = asyncpg.Pool | asyncpg.Connection | PoolConnectionProxy
KEPT_BYTES = 64 * 2**20  # of documents, and of plans
_LATER = LATER_MARK.encode()


class RightsUnconfirmed(Exception):  # noqa: N818 - a control signal to the HTTP edge, not a fault
    """The rights with which a viewer was met earlier must be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """An operation that may run: its document, its variables as sent and as coerced, its cost."""

    prepared: Prepared
    sent: Mapping[str, Value]
    given: Variables
    cost: int


class Engine:
    """Answers operations of one schema; holds the caches, so one per process."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        cursor_secret: bytes,
        zone: ZoneInfo,
        open_seal: Callable[[bytes], str],
        make_key: Callable[[str], str] = without_keys,
        note: Note = unnoted,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.schema = schema._schema  # noqa: SLF001 - Strawberry gives its graphql-core schema no public name
        self.bindings = collect(schema)
        self._paged = paged_fields(self.bindings)
        self._secret = cursor_secret
        self._zone = zone
        self.showing = Showing(open_seal=open_seal, make_key=make_key, note=note)
        self._prepared: Recent[tuple[str, str | None], Prepared] = Recent(
            512, weigh=lambda one: one.weight, weight=kept_bytes
        )
        self._plans: Recent[tuple[object, ...], Plan] = Recent(
            1024, weigh=lambda one: one.weight, weight=kept_bytes
        )

    def prepare(
        self, text: str, name: str | None, variables: Mapping[str, Value]
    ) -> tuple[Prepared, Variables]:
        """Return the valid document and the coerced variables; raises RequestRefused."""
        prepared = self._prepared.get_or_make(
            (text, name), lambda: prepare(self.schema, text, name, self._paged)
        )
        prepared.cost_of(variables)
        return prepared, coerce(self.schema, prepared, variables)

    def understand(
        self, text: str, name: str | None = None, variables: Mapping[str, Value] | None = None
    ) -> Understood:
        """Return an operation that may run and what it costs; raises RequestRefused."""
        sent = variables or {}
        prepared, given = self.prepare(text, name, sent)
        return Understood(prepared=prepared, sent=sent, given=given, cost=prepared.cost_of(sent))

    def plan(self, prepared: Prepared, given: Variables, viewer: ViewerShape) -> Plan:
        """Return the plan of an operation for this shape of variables and viewer."""
        operation = prepared.operation.name
        name = operation.value if operation else None
        key = (prepared.text, name, viewer, shape(dict(given)))
        return self._plans.get_or_make(key, lambda: self.compile(prepared, given, viewer))

    def compile(self, prepared: Prepared, given: Variables, viewer: ViewerShape) -> Plan:
        """Compile an operation, uncached."""
        return compiled(self.schema, self.bindings, prepared, given, viewer)

    def request(
        self,
        viewer: Viewer,
        given: Variables,
        *,
        standing: Standing | None = None,
        allowance: Allowance | None = None,
        cost: int = 0,
    ) -> Request:
        """Gather what the parameters of a plan are taken from, now."""
        return Request(
            variables=given,
            viewer=viewer,
            today=today_in(self._zone),
            cursors=CursorKey(self._secret, viewer.authority_id),
            standing=standing,
            allowance=allowance,
            cost=cost,
        )

    async def answer(
        self,
        pool: Reader,
        viewer: Viewer,
        text: str,
        *,
        name: str | None = None,
        variables: Mapping[str, Value] | None = None,
        writer: Database | None = None,
    ) -> bytes:
        """Return the response body of a text; see `run`."""
        understood = self.understand(text, name, variables)
        return await self.run(pool, viewer, understood, writer=writer)

    async def run(
        self,
        pool: Reader,
        viewer: Viewer,
        understood: Understood,
        *,
        writer: Database | None = None,
        standing: Standing | None = None,
        counter: Counter | None = None,
        allowance: Allowance | None = None,
    ) -> bytes:
        """Return the response body of an operation; raises RequestRefused when it cannot run.

        Without a `writer` it only reads. What is wrong with a request is found before it acts.
        With a `standing` the viewer is one met earlier, whose rights the statement confirms;
        where it does not, or cannot, RightsUnconfirmed says that nothing was read or done.
        """
        prepared, given = understood.prepared, understood.given
        if writer is None:
            _refuse_to_act(prepared)
        try:
            plan = self.plan(prepared, given, shape_of(viewer))
            if standing and not plan.is_confirmed_for(viewer):
                raise RightsUnconfirmed
            for permit in plan.permits:
                allowed(viewer, permit)
            request = self.request(
                viewer, given, standing=standing, allowance=allowance, cost=understood.cost
            )
            values = plan.first.values(request)
            if plan.acts and writer:
                acting = Acting(
                    writer=writer, counter=counter, viewer=request.viewer, today=request.today
                )
                told = partial(self._told, viewer, plan)
                left = await acted(plan.acts, acting, given, tell=told)
                values = plan.values(replace(request, left=left))
        except GraphQLError as error:
            raise RequestRefused([error]) from error
        body = (
            await self._read(pool, plan, values, request) if plan.statement.sql else b'{"data":{}}'
        )
        errors = list(plan.errors(request))
        if MARK in body:
            body, missing = completed(
                Operation(self.schema, prepared.document, prepared.operation, given), body
            )
            errors += missing
        body = self._with_schema(prepared, plan, understood.sent, body)
        return _finished(body, errors, understood.cost)

    def _told(self, viewer: Viewer, plan: Plan, deed: Deed) -> None:
        """Note what a mutation did: an event for each kind of thing that it was about."""
        operation = " ".join((plan.name, *deed.keys))
        for entity, ids in deed.entities.items() or ((Entity.NONE, frozenset[UUID]()),):
            event = by_viewer(
                viewer,
                Action.CHANGE,
                operation,
                entity=entity,
                entity_ids=ids,
                reason=deed.refused,
            )
            self.showing.note(event)

    async def _read(
        self, pool: Reader, plan: Plan, values: Sequence[object], request: Request
    ) -> bytes:
        body = await _fetched(pool, plan.first, values)
        if plan.ready and body is not None and _LATER in body:
            body = await _fetched(pool, plan.statement, _taken(plan, request))
        if body is None:
            raise RightsUnconfirmed
        return self.showing.shown(body, plan, request.viewer)

    def _with_schema(
        self, prepared: Prepared, plan: Plan, variables: Mapping[str, Value], body: bytes
    ) -> bytes:
        asked = [root for root in plan.roots if asks_schema(root)]
        if not asked or body == b'{"data": null}':
            return body
        found = introspect(self.schema, prepared.document, prepared.operation, asked, variables)
        data = json.loads(body)["data"] | found
        ordered = {root.key: data[root.key] for root in plan.roots}
        return json.dumps({"data": ordered}, ensure_ascii=False).encode()


def _taken(plan: Plan, request: Request) -> Sequence[object]:
    try:
        return plan.values(request)
    except GraphQLError as error:
        raise RequestRefused([error]) from error


async def _fetched(pool: Reader, statement: Bound, values: Sequence[object]) -> bytes | None:
    """Run a statement, once more if it was ended for the sake of a migration that changes its tables."""
    try:
        body: bytes | None = await pool.fetchval(statement.sql, *values)
    except asyncpg.DeadlockDetectedError:
        if not isinstance(pool, asyncpg.Pool):
            raise  # the snapshot has ended with it
        body = await pool.fetchval(statement.sql, *values)
    return body


def _finished(body: bytes, errors: Sequence[GraphQLError], cost: int) -> bytes:
    told = b',"extensions":{"cost":{"requested":%d,"limit":%d}}}' % (cost, LIMITS.cost)
    if not errors:
        return b"".join((memoryview(body)[:-1], told))
    wrong = b',"errors":%b' % json.dumps(written(errors), ensure_ascii=False).encode()
    return b"".join((memoryview(body)[:-1], wrong, told))


def _refuse_to_act(prepared: Prepared) -> None:
    if prepared.operation.operation is OperationType.MUTATION:
        message = "Здесь только читают: изменение отправьте запросом POST на /graphql."
        error = failure(ErrorCode.MUTATION_NEEDS_POST, message)
        raise RequestRefused([error], status=HTTPStatus.METHOD_NOT_ALLOWED)
