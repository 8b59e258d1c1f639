"""Objects that another service of a federated graph names: by our id, or by a number of a system.

A gateway sends representations, `{"__typename": "Person", "id": "person-..."}`, and wants an object
or a null for each, in their order. One statement answers all of them, whatever their types. What is
not there and what is not the viewer's are the same null; what names nothing at all is a null with
an error of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from graphql import GraphQLError

from schema.compiler.arguments import Argument, Value
from schema.compiler.bindings import Node, Reference
from schema.compiler.call import Call, is_storable
from schema.compiler.composing import Composing, conditions
from schema.compiler.ids import split_id
from schema.compiler.nodes import branches, node_of
from schema.compiler.plan import Selected
from schema.compiler.request import Complaints, Request
from schema.compiler.sql import Sql, json_list, literal
from schema.errors import ErrorCode, bad_input
from schema.limits import ENTITY_LIMIT

_TOO_MANY = f"За один раз можно спросить не больше {ENTITY_LIMIT} объектов."
_NAMES_NOTHING = (
    "Так объект не назвать: нужен __typename типа с ключом и его id, а для людей и учреждений "
    "можно пару sourceSystem и externalId."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """How a gateway names an object: by an id, else by the number it has in a system."""

    kind: str = ""
    id: str | None = None
    system: str | None = None
    number: str | None = None

    def key(self, prefix: str) -> UUID | None:
        """Return the uuid of the id; null for an id of another type."""
        found, key = split_id(self.id or "")
        return key if found == prefix else None


Nodes = Mapping[str, Node]
Taken = Callable[[Sequence[Representation]], Sequence[object]]


def representation(value: Value) -> Representation:
    """Read what a gateway sent: whatever it is, and without what is no text."""
    sent = value if isinstance(value, dict) else {}
    kind, key, system, number = (
        _text(sent.get(name)) for name in ("__typename", "id", "sourceSystem", "externalId")
    )
    if key is not None or system is None or number is None:
        return Representation(kind=kind or "", id=key)
    return Representation(kind=kind or "", system=system, number=number)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and is_storable(value) else None


def entities(emitter: Composing, child: Selected, row: Call) -> Sql:
    """Compose the objects that representations name, a null for each that is not found."""
    call = emitter.child_call(child, row)
    given = child.arguments["representations"]
    nodes = {kind.name: node_of(emitter, kind.name) for kind in emitter.operation.kinds(child)}
    emitter.complaints.append(_complaints(child.key, given, nodes))
    asked = call.alias
    body = branches(
        emitter, child, replace(call, asked=asked), Sql(f"{asked}.prefix"), Sql(f"{asked}.key")
    )
    rows = _found(call, given, nodes)
    return json_list(body, f"{asked}.n", after=f"from {rows}")


def _found(call: Call, given: Argument, nodes: Nodes) -> str:
    """Give a row to each representation: its type, the key of its object, what it was named by."""
    named = f"{call.alias}n"
    columns = _columns(call, given, nodes)
    listed = (
        f"unnest({', '.join(columns.values())}) with ordinality {named}({', '.join(columns)}, n)"
    )
    # Without OFFSET the planner would look a number up wherever its key is read.
    keyed = f"select {named}.*, coalesce({named}.given, {_looked_up(call, nodes, named)}) as key"
    return f"{listed} cross join lateral ({keyed} offset 0) {call.alias}"


def _columns(call: Call, given: Argument, nodes: Nodes) -> Mapping[str, Sql]:
    def bound(sql_type: str, take: Taken) -> Sql:
        return call.bind(given, f"{sql_type}[]", convert=lambda value: take(_listed(value)))

    prefixes = {kind: node.prefix for kind, node in nodes.items()}
    return {
        "prefix": bound("text", lambda all_: [prefixes.get(each.kind) for each in all_]),
        "given": bound(
            "uuid", lambda all_: [each.key(prefixes.get(each.kind, "")) for each in all_]
        ),
        "system": bound("text", lambda all_: [each.system for each in all_]),
        "number": bound("text", lambda all_: [each.number for each in all_]),
        **{
            _column(node): bound(reference.type, _numbers(kind, reference))
            for kind, node, reference in _references(nodes)
        },
    }


def _numbers(kind: str, reference: Reference) -> Taken:
    """Take the numbers of one type as its rows keep them, a null where another type is named."""

    def take(listed: Sequence[Representation]) -> Sequence[object]:
        numbers = [each.number if each.kind == kind else None for each in listed]
        kept = iter(reference.convert([number for number in numbers if number is not None]))
        return [None if number is None else next(kept) for number in numbers]

    return take


def _looked_up(call: Call, nodes: Nodes, named: str) -> str:
    """Find the key of an object by its number in a system."""
    cases = []
    for _, node, reference in _references(nodes):
        own = replace(call, alias=call.binds.alias(), parent=named)
        order = ", ".join(key.sql for key in reference.rows.order)
        query = (
            f"select {reference.key} from {reference.rows.source}"
            f" where {conditions(own, reference.rows)} order by {order} limit 1"
        )
        found = query.replace("{number}", f"{named}.{_column(node)}")
        cases.append(f"when {literal(node.prefix)} then ({own.fill(found)})")
    return f"case {named}.prefix {' '.join(cases)} end"


def _references(nodes: Nodes) -> Iterator[tuple[str, Node, Reference]]:
    for kind, node in nodes.items():
        if node.reference is not None:
            yield kind, node, node.reference


def _column(node: Node) -> str:
    return f"{node.prefix}_number"


def _listed(value: Value) -> Sequence[Representation]:
    if len(value) > ENTITY_LIMIT:
        raise bad_input(_TOO_MANY)
    representations: Sequence[Representation] = value
    return representations


def _complaints(key: str, given: Argument, nodes: Nodes) -> Complaints:
    """Make what tells, of one request, which representations name nothing."""

    def told(request: Request) -> Sequence[GraphQLError]:
        return [
            GraphQLError(
                _NAMES_NOTHING,
                path=[key, place],
                extensions={"code": ErrorCode.BAD_USER_INPUT.value},
            )
            for place, each in enumerate(_listed(given.take(request.variables)))
            if not _names_something(each, nodes.get(each.kind))
        ]

    return told


def _names_something(each: Representation, node: Node | None) -> bool:
    by_number = node is not None and node.reference is not None and each.number is not None
    return node is not None and (each.id is not None or by_number)
