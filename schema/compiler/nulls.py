"""A null where the schema promises a value: passed up to the nearest place that may be null.

PostgreSQL marks an answer in which that has happened; only then is it read in Python and each field
held to its type, as the specification says of null propagation. An answer without a mark is passed
on as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog
from graphql import GraphQLError, GraphQLOutputType, is_list_type, is_non_null_type

from schema.compiler.plan import Operation, Selected
from schema.compiler.scalars import MISSING_MARK
from schema.errors import ErrorCode

MARK: Final = MISSING_MARK.encode()
MESSAGE: Final = (
    "Обязательного значения в базе нет, на этом месте null. Сообщите администратору номер запроса."
)
_log = structlog.get_logger()
Json = Any  # a part of an answer
Path = tuple[str | int, ...]


class _Missing(Exception):  # noqa: N818 - a signal on its way up to what may be null
    """A value that must not be null is."""


def completed(operation: Operation, body: bytes) -> tuple[bytes, Sequence[GraphQLError]]:
    """Hold a marked answer to the types of what was asked; gives it with the errors found."""
    found = _Completing(operation)
    data = json.loads(body)["data"]
    roots = {root.key: root for root in operation.roots()}
    try:
        found.fields(data, roots, ())
    except _Missing:
        data = None
    return json.dumps({"data": data}, ensure_ascii=False).encode(), found.errors


class _Completing:
    """Walks an answer beside what was asked."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self.errors: list[GraphQLError] = []

    def fields(self, value: dict[str, Json], asked: Mapping[str, Selected], path: Path) -> None:
        """Complete the fields of an object in place; raises where one must not be null and is."""
        for key, part in value.items():
            child = asked[key]
            value[key] = self._completed(child.type, child, part, (*path, key))

    def _completed(self, kind: GraphQLOutputType, child: Selected, value: Json, path: Path) -> Json:
        if not is_non_null_type(kind):
            try:
                return self._inside(kind, child, value, path)
            except _Missing:
                return None
        found = self._inside(kind.of_type, child, value, path)
        if found is None:
            _log.error("graphql.value_missing", field=child.name)
            extensions = {"code": ErrorCode.VALUE_MISSING.value}
            self.errors.append(GraphQLError(MESSAGE, path=path, extensions=extensions))
            raise _Missing
        return found

    def _inside(self, kind: GraphQLOutputType, child: Selected, value: Json, path: Path) -> Json:
        if is_list_type(kind) and value is not None:
            return [
                self._completed(kind.of_type, child, item, (*path, place))
                for place, item in enumerate(value)
            ]
        if isinstance(value, dict):
            self.fields(value, self._below(child), path)
        return value

    def _below(self, child: Selected) -> Mapping[str, Selected]:
        """List what may stand in an object, of whatever type it is.

        Fields of different types under one key have types of one shape: validation sees to that.
        """
        merged: dict[str, Selected] = {}
        for kind in self._operation.kinds(child):
            for field in self._operation.below(child, kind):
                known = merged.get(field.key)
                nodes = (*known.nodes, *field.nodes) if known else field.nodes
                merged[field.key] = replace(field, nodes=nodes)
        return merged
