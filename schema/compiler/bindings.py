"""What stands behind a declared field: a column, related rows, a page of rows, a node by its id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.access import Permit, Purpose
from schema.compiler.acting import Act
from schema.compiler.call import Call
from schema.compiler.request import Request
from schema.limits import PAGE_LIMIT


@dataclass(frozen=True, slots=True)
class Key:
    """A column of the order of rows: its SQL and its SQL type; it must never be null."""

    sql: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table or a query: `source` follows FROM and gives the alias `{t}`.

    `scope` are conditions that a region-wide viewer is free of. `node` joins the row that the fields read when it is not `{t}` itself; there `{t}` is the
    node's alias and `{r}` the driving row's. `resumes` must hold of the keys of a given cursor,
    which stand in it as `{0}`, `{1}`, ...

    Rows of a field that returns an interface or a union say of which type each is: `is_a` gives the
    name of a GraphQL type. With `key`, an id, the object is that node, found within the scope;
    without it the type's fields read the row itself.
    `ready` are the same rows where they stand counted beforehand, else none: a short statement asks
    for them first, and only where they do not stand the whole one is asked.
    """

    source: str
    where: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    order: tuple[Key, ...] = ()
    descending: bool = False
    node: str | None = None
    present: str = "{t}.id"
    ctes: tuple[tuple[str, str], ...] = ()
    resumes: str = ""
    is_a: str = ""
    key: str = ""
    ready: "Rows | None" = None


RowsOf = Rows | Callable[[Call], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A scalar: an SQL expression of the row, or a function of the call where it has arguments.

    Without `purpose` in the viewer's grant the field reads `masked` instead; with it the audit
    learns whom of `subject`, the person's id, it was shown. `prefix` makes a
    global id of a uuid. `sealed` values are opened on the way out; `keyed` ones become the key of
    a row, which only the hub can read.
    """

    sql: str | Callable[[Call], str]
    purpose: Purpose | None = None
    masked: str = "null"
    subject: str = ""
    prefix: str = ""
    sealed: bool = False
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class MaskedNames:
    """The names of the type's fields that this viewer sees masked."""


@dataclass(frozen=True, slots=True)
class One:
    """One related object, or null."""

    rows: RowsOf


@dataclass(frozen=True, slots=True)
class Many:
    """A list of related objects in order; only for what the domain itself keeps short."""

    rows: RowsOf


@dataclass(frozen=True, slots=True)
class Page:
    """A keyset connection; `most` rows make its largest page."""

    rows: RowsOf
    most: int = PAGE_LIMIT


@dataclass(frozen=True, slots=True)
class ById:
    """The node of the field's type named by the argument `id`."""


@dataclass(frozen=True, slots=True)
class AnyById:
    """The node of any type named by the argument `id`."""


@dataclass(frozen=True, slots=True)
class ManyById:
    """The nodes of any type named by the argument `ids`, in their order; a bad id is a null."""


@dataclass(frozen=True, slots=True)
class Entities:
    """The objects named by the argument `representations`, in their order; not found is a null."""


@dataclass(frozen=True, slots=True)
class FromRequest:
    """A value of the viewer or of the request itself, bound as a parameter."""

    take: Callable[[Request], object]


@dataclass(frozen=True, slots=True)
class Inline:
    """An object without rows of its own: its fields read the row it hangs on."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation does; its payload reads the row `{p}.said` that the action leaves.

    `permit` is what the credential must be good for.
    """

    act: Act
    permit: Permit


Binding = (
    Column
    | MaskedNames
    | One
    | Many
    | Page
    | ById
    | AnyById
    | ManyById
    | Entities
    | FromRequest
    | Inline
    | Done
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How an object is found by the number that another system gives it.

    `key` is the uuid of the object in one of `rows`, which `{p}.system` and `{number}` narrow;
    `convert` gives numbers as these rows keep them, in SQL's `type`.
    """

    key: str
    rows: Rows
    type: str = "text"
    convert: Callable[[Sequence[str]], Sequence[object]] = list


@dataclass(frozen=True, slots=True)
class Node:
    """How global ids of a type begin and how its row is found by `{id}` within `{scope}`.

    `reference` finds it by a number of another system as well.
    """

    prefix: str
    rows: Rows
    reference: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeBinding:
    """The bindings of an object type by GraphQL field name, and its node if it is one."""

    name: str
    fields: Mapping[str, Binding]
    node: Node | None = None


Bindings = Mapping[str, TypeBinding]


def paged_fields(bindings: Bindings) -> Mapping[str, int]:
    """Name the fields that are connections, and the largest page of each."""
    return {
        name: field.most
        for binding in bindings.values()
        for name, field in binding.fields.items()
        if isinstance(field, Page)
    }
