"""The words in which a type is declared once: its SDL and its SQL side by side."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.federation.schema import FederationAny
from strawberry.federation.schema_directives import Inaccessible, Key, Shareable
from strawberry.federation.types import FieldSet
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from hub.access import Permit, Purpose
from schema.compiler.acting import Act
from schema.compiler.bindings import (
    AnyById,
    Binding,
    ById,
    Column,
    Done,
    Entities,
    FromRequest,
    Inline,
    Many,
    ManyById,
    MaskedNames,
    Node,
    One,
    Page,
    RowsOf,
    TypeBinding,
)
from schema.compiler.call import Call
from schema.compiler.request import Request
from schema.limits import ENTITY_LIMIT, PAGE_DEFAULT, PAGE_LIMIT

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
BINDING = "hub.binding"
NODE = "__hub_node__"


def bound(
    description: str,
    *,
    name: str | None = None,
    node: Node | None = None,
    keys: Sequence[str] = (),
) -> Callable[[type[T]], type[T]]:
    """Declare an object type; `node` gives it global ids, by `keys` other services may name it."""

    def declare(cls: type[T]) -> type[T]:
        named_by = [Key(fields=FieldSet(key)) for key in keys]
        declared = strawberry.type(name=name, description=description, directives=named_by)(cls)
        setattr(declared, NODE, node)
        return declared

    return declare


def choice(
    description: str, values: Mapping[str, str], *, name: str | None = None
) -> Callable[[type[E]], type[E]]:
    """Declare an enum with a description of each of its values; none may be left out."""

    def declare(cls: type[E]) -> type[E]:
        declared = strawberry.enum(cls, name=name, description=description)
        definition: StrawberryEnumDefinition = vars(declared)["__strawberry_definition__"]
        for value in definition.values:
            value.description = values[value.name]
        return declared

    return declare


def argument(name: str, kind: object, description: str) -> StrawberryArgument:
    """Declare an argument of a field by its Python name and annotation."""
    annotation = StrawberryAnnotation(kind)
    return StrawberryArgument(name, None, annotation, description=description)


def optional(description: str) -> Any:  # noqa: ANN401 - stands where a value of the annotated type is declared
    """Declare a field of an input that may be left out."""
    return strawberry.field(default=strawberry.UNSET, description=description)


# The declared attributes are never read in Python, only their annotations are: hence Any below.
def _field(
    description: str,
    binding: Binding,
    arguments: Sequence[StrawberryArgument] = (),
    *,
    name: str | None = None,
    directives: Sequence[object] = (),
) -> Any:  # noqa: ANN401 - stands where a value of the annotated type is declared
    declared = StrawberryField(
        graphql_name=name,
        description=description,
        metadata={BINDING: binding},
        directives=directives,
    )
    declared.arguments = list(arguments)
    return declared


def column(
    description: str,
    sql: str | Callable[[Call], str],
    *,
    purpose: Purpose | None = None,
    masked: str = "null",
    subject: str = "",
    sealed: bool = False,
    arguments: Sequence[StrawberryArgument] = (),
) -> Any:  # noqa: ANN401 - stands where a value of the annotated type is declared
    """Declare a scalar field that reads an SQL expression.

    A field with a `purpose` says whose it is: `subject`, the SQL of a person's id, for the audit.
    """
    if (purpose is None) is not (not subject):
        raise TypeError("A personal field, and no other, names its subject")
    binding = Column(sql=sql, purpose=purpose, masked=masked, subject=subject, sealed=sealed)
    return _field(description, binding, arguments)


def row_key(description: str, sql: str) -> Any:  # noqa: ANN401 - as above
    """Declare the key of a row: what SQL gives is sealed on the way out (hub/row_keys.py)."""
    return _field(description, Column(sql=sql, keyed=True))


def identity(description: str, prefix: str, sql: str = "{t}.id") -> Any:  # noqa: ANN401 - as above
    """Declare the global id of a node."""
    return _field(description, Column(sql=sql, prefix=f"{prefix}-"))


def masked_names(description: str) -> Any:  # noqa: ANN401 - as above
    """Declare the list of the fields that this viewer sees masked."""
    return _field(description, MaskedNames())


def one(description: str, rows: RowsOf, arguments: Sequence[StrawberryArgument] = ()) -> Any:  # noqa: ANN401 - as above
    """Declare one related object."""
    return _field(description, One(rows), arguments)


def inline(description: str, *, name: str | None = None) -> Any:  # noqa: ANN401 - as above
    """Declare an object whose fields read the row that it hangs on."""
    return _field(description, Inline(), name=name)


def many(description: str, rows: RowsOf, arguments: Sequence[StrawberryArgument] = ()) -> Any:  # noqa: ANN401 - as above
    """Declare a short list of related objects."""
    return _field(description, Many(rows), arguments)


def _paging(most: int) -> tuple[StrawberryArgument, ...]:
    first = f"Сколько строк вернуть с начала: от 0 до {most}, по умолчанию {PAGE_DEFAULT}."
    return (
        argument("first", int | None, first),
        argument("after", str | None, "Курсор, после которого продолжить."),
        argument("last", int | None, f"Сколько строк вернуть с конца: от 0 до {most}."),
        argument("before", str | None, "Курсор, до которого остановиться."),
    )


def page(
    description: str,
    rows: RowsOf,
    arguments: Sequence[StrawberryArgument] = (),
    *,
    most: int = PAGE_LIMIT,
) -> Any:  # noqa: ANN401 - as above
    """Declare a keyset connection; the four paging arguments come with it."""
    return _field(description, Page(rows, most), (*_paging(most), *arguments))


_ID = argument("id", strawberry.ID, "Непрозрачный идентификатор.")
_IDS = argument("ids", list[strawberry.ID], "Непрозрачные идентификаторы, не больше 100.")


def by_id(description: str) -> Any:  # noqa: ANN401 - as above
    """Declare a root field that finds a node of its type."""
    return _field(description, ById(), (_ID,))


# Every service of a federated graph may have a `node` of its own; none answers for the others, so
# whoever asks the graph as a whole is not offered it.
_OF_THIS_SERVICE = (Shareable(), Inaccessible())


def any_by_id(description: str) -> Any:  # noqa: ANN401 - as above
    """Declare a root field that finds a node of any type."""
    return _field(description, AnyById(), (_ID,), directives=_OF_THIS_SERVICE)


def many_by_id(description: str) -> Any:  # noqa: ANN401 - as above
    """Declare a root field that finds nodes of any types."""
    return _field(description, ManyById(), (_IDS,), directives=_OF_THIS_SERVICE)


_REPRESENTATIONS = argument(
    "representations",
    list[FederationAny],
    f"Чем названы объекты: __typename и ключ; не больше {ENTITY_LIMIT}.",
)


def entities(description: str) -> Any:  # noqa: ANN401 - as above
    """Declare the root field by which a gateway asks for objects that it knows the keys of."""
    return _field(description, Entities(), (_REPRESENTATIONS,), name="_entities")


def action(
    description: str,
    act: Act,
    arguments: Sequence[StrawberryArgument],
    *,
    permit: Permit = Permit.SUBMIT,
) -> Any:  # noqa: ANN401 - as above
    """Declare a root field that changes something and answers with a payload."""
    return _field(description, Done(act, permit), arguments)


def from_viewer(description: str, name: str) -> Any:  # noqa: ANN401 - as above
    """Declare a field that shows an attribute of the viewer."""
    return _field(description, FromRequest(lambda request: _shown(getattr(request.viewer, name))))


def _shown(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def from_request(description: str, take: Callable[[Request], object]) -> Any:  # noqa: ANN401 - as above
    """Declare a field that shows a value of the request."""
    return _field(description, FromRequest(take))


def collect(schema: strawberry.Schema) -> Mapping[str, TypeBinding]:
    """Read the bindings of all object types of a schema, by GraphQL type name."""
    found: dict[str, TypeBinding] = {}
    for name, concrete in schema.schema_converter.type_map.items():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_interface:
            found[name] = TypeBinding(
                name=name,
                fields=_fields(schema, definition),
                node=getattr(definition.origin, NODE, None),
            )
    return found


def _fields(
    schema: strawberry.Schema, definition: StrawberryObjectDefinition
) -> Mapping[str, Binding]:
    name_of = schema.config.name_converter.from_field
    return {
        name_of(field): field.metadata[BINDING]
        for field in definition.fields
        if BINDING in field.metadata
    }
