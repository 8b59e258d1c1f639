"""Listening to the feed: a subscription rewritten as the query that it repeats.

Whoever listens reads the same statement as whoever asks, page after page from the last cursor, so
nothing is lost, repeated or shown that a query would not show. Rights are confirmed by each
statement; when they end, so does the listening.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
    print_ast,
    validate,
)
from graphql.error import GraphQLSyntaxError
from graphql.execution.values import get_argument_values, get_variable_values
from starlette.requests import HTTPConnection

from hub.access import Viewer
from schema.compiler.documents import MAX_ERRORS, RULES
from schema.compiler.run import Engine, RightsUnconfirmed
from schema.context import charged, known, meet, pool_of
from schema.errors import ErrorCode, RequestRefused, bad_input, failure
from schema.faults import faults_refused, refusal
from schema.limits import LIMITS
from schema.wording import worded

FIELD: Final = "changeFeed"
CURSOR: Final = "hubAfter"  # the variable and the alias that are ours
PAGE: Final = "hubPage"
SIZE: Final = 100
LOOK_S: Final = 1.0
NOW: Final = "query Now { feed { position } }"
Json = Any  # a decoded answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """A subscription as it is repeated: the query, its variables, and where to begin."""

    text: str
    variables: Mapping[str, Json]
    after: str | None


def understood(
    engine: Engine, text: str, name: str | None, variables: Mapping[str, Json]
) -> Listened:
    """Rewrite a subscription; raises RequestRefused for what is none or is not valid."""
    document = _parsed(text)
    operation = _chosen(document, name)
    errors = validate(engine.schema, document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise RequestRefused([worded(error) for error in errors[:MAX_ERRORS]])
    [field] = operation.selection_set.selections
    if not isinstance(field, FieldNode) or field.name.value != FIELD:
        raise _invalid("Слушать можно только changeFeed, без фрагмента в корне.")
    subscription = engine.schema.subscription_type
    if subscription is None:
        raise _invalid("Подписок у этой схемы нет.")
    definitions = operation.variable_definitions or ()
    coerced = get_variable_values(
        engine.schema, definitions, dict(variables), max_errors=MAX_ERRORS, hide_suggestions=True
    )
    if isinstance(coerced, list):
        raise RequestRefused([bad_input("Значения переменных не подходят к их типам.")])
    given = get_argument_values(subscription.fields[FIELD], field, coerced)
    first = given.get("first")
    if first is not None and first < 1:
        raise RequestRefused([bad_input("Аргумент first: хотя бы одно событие.")])
    return Listened(
        text=_as_query(document, operation, field),
        variables=variables,
        after=given.get("after"),
    )


def _parsed(text: str) -> DocumentNode:
    if len(text) > LIMITS.characters:
        raise _invalid("Текст слишком длинный.")
    try:
        return parse(text, max_tokens=LIMITS.tokens)
    except GraphQLSyntaxError as error:
        message = "Запрос написан с ошибкой: проверьте скобки и имена."
        raise RequestRefused([failure(ErrorCode.GRAPHQL_PARSE_FAILED, message)]) from error


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    ]
    found = [one for one in operations if name is None or (one.name and one.name.value == name)]
    if len(found) != 1 or found[0].operation is not OperationType.SUBSCRIPTION:
        raise _invalid("Здесь только слушают: нужна одна операция subscription.")
    return found[0]


def _as_query(document: DocumentNode, operation: OperationDefinitionNode, field: FieldNode) -> str:
    """Ask for the same of `changes`, from a cursor of ours, with the place to go on from."""
    kept = [one for one in field.arguments or () if one.name.value != "after"]
    if all(one.name.value != "first" for one in kept):
        kept.append(ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(SIZE))))
    asked = FieldNode(
        alias=field.alias or NameNode(value=FIELD),
        name=NameNode(value="changes"),
        directives=(),
        arguments=(
            *kept,
            ArgumentNode(
                name=NameNode(value="after"), value=VariableNode(name=NameNode(value=CURSOR))
            ),
        ),
        selection_set=SelectionSetNode(
            selections=(*(field.selection_set.selections if field.selection_set else ()), _page())
        ),
    )
    used = print_ast(asked) + "".join(
        print_ast(part) for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    )
    variables = [
        one for one in operation.variable_definitions or () if f"${one.variable.name.value}" in used
    ]
    query = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=None,
        directives=(),
        variable_definitions=(*variables, _cursor()),
        selection_set=SelectionSetNode(selections=(asked,)),
    )
    fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    return print_ast(DocumentNode(definitions=(query, *fragments)))


def _page() -> FieldNode:
    leaves = tuple(
        FieldNode(name=NameNode(value=name), arguments=(), directives=(), alias=None,
                  selection_set=None)
        for name in ("endCursor", "hasNextPage")
    )  # fmt: skip
    return FieldNode(
        alias=NameNode(value=PAGE),
        name=NameNode(value="pageInfo"),
        arguments=(),
        directives=(),
        selection_set=SelectionSetNode(selections=leaves),
    )


def _cursor() -> VariableDefinitionNode:
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=CURSOR)),
        type=NamedTypeNode(name=NameNode(value="String")),
        directives=(),
        default_value=None,
    )


def _invalid(message: str) -> RequestRefused:
    return RequestRefused([failure(ErrorCode.GRAPHQL_VALIDATION_FAILED, message)])


class Listening:
    """One listener: who they are, and where the last page ended."""

    def __init__(self, engine: Engine, request: HTTPConnection, listened: Listened) -> None:
        self._engine = engine
        self._request = request
        self._listened = listened
        self._after = listened.after
        self._viewer: Viewer | None = None

    async def pages(self) -> AsyncGenerator[bytes | None, None]:
        """Yield answers as events come, and None each time that none came.

        Raises RequestRefused when the right to listen has ended, and for a cursor that has expired.
        """
        if self._after is None:
            self._after = (await self._asked(NOW, {}))["data"]["feed"]["position"]
        while True:
            body = await self._asked(
                self._listened.text, {**self._listened.variables, CURSOR: self._after}
            )
            [(key, page)] = body["data"].items()
            place = page.pop(PAGE)
            if place["endCursor"] is None:
                yield None
                await asyncio.sleep(LOOK_S)
                continue
            self._after = place["endCursor"]
            yield json.dumps({**body, "data": {key: page}}, ensure_ascii=False).encode()
            if not place["hasNextPage"]:
                await asyncio.sleep(LOOK_S)

    async def _asked(self, text: str, variables: Mapping[str, Json]) -> Json:
        with faults_refused():
            return json.loads(await self._read(text, variables))

    async def _read(self, text: str, variables: Mapping[str, Json]) -> bytes:
        request, engine = self._request, self._engine
        used = {name: value for name, value in variables.items() if f"${name}" in text}
        found = engine.understand(text, None, used)
        met = known(request)
        admitted = met or await meet(request)
        viewer = self._same(admitted.viewer)
        await charged(request, viewer, 1)
        if met:
            try:
                return await engine.run(
                    pool_of(request, viewer), viewer, found, standing=met.standing
                )
            except RightsUnconfirmed:
                viewer = self._same((await meet(request)).viewer)
        return await engine.run(pool_of(request, viewer), viewer, found)

    def _same(self, viewer: Viewer) -> Viewer:
        """Refuse to go on in another scope: its events are others, and so are its cursors."""
        if self._viewer and self._viewer.authority_id != viewer.authority_id:
            message = "Право, с которым вы слушали, кончилось. Подпишитесь снова."
            raise refusal(ErrorCode.FORBIDDEN, message, status=HTTPStatus.FORBIDDEN)
        self._viewer = viewer
        return viewer
