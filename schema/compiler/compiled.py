"""An operation compiled: its statement, and all that must be known to run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from graphql import GraphQLError, GraphQLSchema

from hub.access import Permit, Viewer
from schema.compiler.acting import Act
from schema.compiler.arguments import Variables
from schema.compiler.bindings import Bindings, Done
from schema.compiler.documents import Prepared
from schema.compiler.emit import Emitter
from schema.compiler.introspect import asks_schema
from schema.compiler.opened import refuse_unopened
from schema.compiler.plan import Operation, Selected
from schema.compiler.request import Complaints, Request, ViewerShape
from schema.compiler.sql import Bound, Sql

SQL_BYTES = 4  # of a plan, for each character of its statement
_READING = frozenset({Permit.READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The selected root fields and their statement; none where all ask about the schema.

    `acts` are what the fields of a mutation do before the statement reads what came of it,
    `ready` is a shorter statement that answers from what was counted beforehand where it stands.
    `permits` is what a credential must be good for. `name` is how the audit calls the operation, `weight` about how many bytes it takes.
    """

    roots: Sequence[Selected]
    acts: Sequence[tuple[Selected, Act]]
    permits: frozenset[Permit]
    statement: Bound
    ready: Bound | None
    weight: int
    complaints: Sequence[Complaints]
    opens_seals: bool
    makes_keys: bool
    shows_personal: bool
    name: str

    def is_confirmed_for(self, viewer: Viewer) -> bool:
        """Whether the statement confirms the rights on which everything asked here rests."""
        return bool(self.statement.sql) and not self.acts and viewer.permits >= set(self.permits)

    @property
    def first(self) -> Bound:
        """The statement that is run first, and mostly alone."""
        return self.ready or self.statement

    def values(self, request: Request) -> Sequence[object]:
        """Take the parameters of the statement; raises BAD_USER_INPUT for one that is wrong."""
        return self.statement.values(request)

    def errors(self, request: Request) -> Sequence[GraphQLError]:
        """Tell which parts of a request are answered with a null because they are wrong."""
        return [error for complaints in self.complaints for error in complaints(request)]


def compiled(
    schema: GraphQLSchema,
    bindings: Bindings,
    prepared: Prepared,
    given: Variables,
    viewer: ViewerShape,
) -> Plan:
    """Compile an operation for a shape of variables and viewer; raises GraphQLError where it may not run."""
    operation = Operation(schema, prepared.document, prepared.operation, given)
    roots = operation.roots()
    data = [root for root in roots if not asks_schema(root)]
    refuse_unopened(viewer, data)
    emitter = Emitter(operation, bindings, viewer)
    sql = emitter.statement(operation.root_type, data) if data else Sql("")
    statement = emitter.binds.finish(sql)
    ready = _ready(operation, bindings, viewer, data) if emitter.has_ready else None
    done = _done(bindings, operation.root_type.name, data)
    return Plan(
        roots=roots,
        acts=[(root, binding.act) for root, binding in done],
        permits=frozenset(binding.permit for _, binding in done) or _READING,
        statement=statement,
        ready=ready,
        # Its fields hold the tree of the document, which its text may have outlived.
        weight=prepared.weight
        + SQL_BYTES * (len(statement.sql) + (len(ready.sql) if ready else 0)),
        complaints=tuple(emitter.complaints),
        opens_seals=emitter.opens_seals,
        makes_keys=emitter.makes_keys,
        shows_personal=emitter.shows_personal,
        name=_named(roots, prepared.text),
    )


def _ready(
    operation: Operation, bindings: Bindings, viewer: ViewerShape, roots: Sequence[Selected]
) -> Bound:
    emitter = Emitter(operation, bindings, viewer, ready=True)
    return emitter.binds.finish(emitter.statement(operation.root_type, roots))


def _done(
    bindings: Bindings, kind: str, roots: Sequence[Selected]
) -> Sequence[tuple[Selected, Done]]:
    fields = bindings[kind].fields
    bound = [(root, fields[root.name]) for root in roots]
    return [(root, binding) for root, binding in bound if isinstance(binding, Done)]


def _named(roots: Sequence[Selected], text: str) -> str:
    """Name an operation without a word of its author: names are free text too."""
    names = "+".join(dict.fromkeys(root.name for root in roots))
    return f"{names}#{sha256(text.encode(errors='replace')).hexdigest()[:12]}"
