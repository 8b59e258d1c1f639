"""A request's text as a parsed, bounded and valid document, prepared once per text."""

from collections.abc import Mapping
from dataclasses import dataclass
from sys import getsizeof

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.validation import MaxIntrospectionDepthRule

from schema.compiler.arguments import Value, Variables
from schema.compiler.misfits import unfit
from schema.errors import ErrorCode, RequestRefused, bad_input, failure
from schema.limits import LIMITS, Measure, bounded, measure
from schema.wording import worded

MAX_ERRORS = 5
TOKEN_BYTES = 1_200  # measured: tests/pure/compiler/test_memory.py
TEXTS = frozenset({"ID", "String"})
NESTED = "Значения переменных вложены слишком глубоко: сверьте их со схемой."
RULES = (*specified_rules, MaxIntrospectionDepthRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A valid document with its chosen operation and how much it may cost."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    measure: Measure
    cost: int

    @property
    def weight(self) -> int:
        """About how many bytes it takes: the tree keeps every token of the text."""
        return TOKEN_BYTES * self.document.token_count + getsizeof(self.text)

    def cost_of(self, variables: Mapping[str, Value]) -> int:
        """Return what a request costs; raises RequestRefused where its page sizes are too much."""
        return bounded(self.measure, variables) if self.measure.sized_by else self.cost


def prepare(
    schema: GraphQLSchema, text: str, name: str | None, paged: Mapping[str, int]
) -> Prepared:
    """Parse, bound and validate a text; raises RequestRefused with all that is wrong with it.

    The bounds are checked first: they are linear, the full rules are not.
    """
    document = _parsed(text)
    return _checked(schema, text, document, _chosen(document, name), paged)


def _checked(
    schema: GraphQLSchema,
    text: str,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    paged: Mapping[str, int],
) -> Prepared:
    measured = measure(document, operation, paged)
    cost = bounded(measured, {})
    errors = validate(schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise RequestRefused([worded(error) for error in errors[:MAX_ERRORS]])
    return Prepared(text=text, document=document, operation=operation, measure=measured, cost=cost)


def operations(schema: GraphQLSchema, text: str, paged: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of all operations of a text, an unnamed one as an empty text.

    Raises RequestRefused where one of them could not run, or be listened to.
    """
    document = _parsed(text)
    found = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    if not found:
        _chosen(document, None)
    for operation in found:
        _checked(schema, text, document, operation, paged)
    return tuple(part.name.value if part.name else "" for part in found)


def coerce(schema: GraphQLSchema, prepared: Prepared, variables: Mapping[str, Value]) -> Variables:
    """Coerce the variables exactly as graphql-core does; raises RequestRefused.

    The messages are our own: graphql-core's quote the value.
    """
    definitions = prepared.operation.variable_definitions or ()
    plain = {
        name: _plain(schema, part, variables.get(name))
        for part in definitions
        for name in (part.variable.name.value,)
    }
    if Undefined not in plain.values():
        return plain
    coerced = get_variable_values(
        schema, definitions, dict(variables), max_errors=MAX_ERRORS, hide_suggestions=True
    )
    if isinstance(coerced, list):
        raise RequestRefused(
            unfit(schema, definitions, variables, most=MAX_ERRORS) or [bad_input(NESTED)]
        )
    return coerced.coerced


def _plain(schema: GraphQLSchema, definition: VariableDefinitionNode, value: Value) -> Value:
    """Coerce a text where ID or String stands, or the name of a choice; else give Undefined.

    It is what most variables are, and a tenth of the way that any input can take.
    """
    kind = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
    if type(value) is not str or not isinstance(kind, NamedTypeNode):
        return Undefined
    if kind.name.value in TEXTS:
        return value
    choice = schema.type_map.get(kind.name.value)
    if isinstance(choice, GraphQLEnumType) and value in choice.values:
        return choice.coerce_input_value(value)
    return Undefined


def _parsed(text: str) -> DocumentNode:
    if len(text) > LIMITS.characters:
        raise RequestRefused([_too_long("characters", LIMITS.characters)])
    try:
        return parse(text, max_tokens=LIMITS.tokens)
    except GraphQLSyntaxError as error:
        if "token" in error.message and "limit" in error.message.lower():
            raise RequestRefused([_too_long("tokens", LIMITS.tokens)]) from error
        place = error.locations[0] if error.locations else None
        where = f" (строка {place.line}, столбец {place.column})" if place else ""
        message = f"Запрос написан с ошибкой{where}: проверьте скобки и имена."
        raise RequestRefused([failure(ErrorCode.GRAPHQL_PARSE_FAILED, message)]) from error


def _too_long(limit: str, most: int) -> GraphQLError:
    message = "Текст запроса слишком длинный: сократите его, а значения передайте в переменных."
    return failure(ErrorCode.QUERY_TOO_COMPLEX, message, limit=limit, max=most)


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    ]
    found = [part for part in operations if name is None or (part.name and part.name.value == name)]
    if len(found) != 1:
        message = "Назовите в operationName одну из операций запроса."
        raise RequestRefused([failure(ErrorCode.OPERATION_NAME_UNKNOWN, message)])
    if found[0].operation is OperationType.SUBSCRIPTION:
        message = "Слушают на /graphql/stream: здесь операция должна быть query или mutation."
        raise RequestRefused([failure(ErrorCode.GRAPHQL_VALIDATION_FAILED, message)])
    return found[0]
