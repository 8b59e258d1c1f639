"""Where a value of a request does not fit its type: its place and what belongs there, not the value."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    type_from_ast,
)
from graphql.utilities import validate_input_value

from schema.compiler.arguments import Value
from schema.errors import ErrorCode, failure
from schema.wording import FORMS, words_of

Place = Sequence[str | int]
Kind = Any  # a type of graphql-core: each step of a path knows of which sort
_OBJECT: Final = "Значение не подходит к типу {}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A place within a value, and in Russian what belongs there."""

    path: Place
    words: str

    def __str__(self) -> str:
        """Write the place as a client would: cards[1].birthDate."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps)


class EnoughFound(Exception):  # noqa: N818 - it ends a walk, and is no fault
    """The rest is not looked at: each further misfit costs as much as the value is large."""


def unfit(
    schema: GraphQLSchema,
    definitions: Sequence[VariableDefinitionNode],
    variables: Mapping[str, Value],
    *,
    most: int,
) -> Sequence[GraphQLError]:
    """Make an error of each place of the variables that does not fit; none where all of them do."""
    found: list[GraphQLError] = []
    for part in definitions:
        name = part.variable.name.value
        if part.default_value is not None and name not in variables:
            continue
        kind = cast("GraphQLInputType", type_from_ast(schema, part.type))
        value = variables.get(name, Undefined)
        found += [_error(name, one) for one in misfits(kind, value, most=most - len(found))]
    return found


def _error(name: str, found: Misfit) -> GraphQLError:
    message = f"Переменная ${name}{found}: {found.words}"
    return failure(ErrorCode.BAD_USER_INPUT, message, path=[name, *found.path])


def misfits(kind: GraphQLInputType, value: Value, *, most: int) -> Sequence[Misfit]:
    """Find the first places of a value that do not fit; none where all of it does."""
    found: list[Misfit] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        found.append(Misfit(path=path, words=_words(kind, path, error.message)))
        if len(found) >= most:
            raise EnoughFound

    if most > 0:
        with suppress(EnoughFound):
            validate_input_value(value, kind, note, hide_suggestions=True)
    return found


def _words(kind: GraphQLInputType, path: Place, message: str) -> str:
    named: Kind = get_named_type(_kind_at(kind, path))
    if is_enum_type(named):
        return f"Нужно одно из: {', '.join(named.values)}."
    if is_leaf_type(named):
        return FORMS.get(named.name, _OBJECT.format(named.name))
    return words_of(message) or _OBJECT.format(named.name)


def _kind_at(kind: Kind, path: Place) -> Kind:
    for step in path:
        kind = get_nullable_type(kind)
        while is_list_type(kind) and isinstance(step, str):  # one stands for a list of one
            kind = get_nullable_type(kind.of_type)
        kind = kind.of_type if is_list_type(kind) else kind.fields[step].type
    return kind
