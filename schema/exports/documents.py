"""Exports that are ready to be asked for by name: a document, what it is called, what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from graphql import NonNullTypeNode, OperationDefinitionNode, parse, print_ast

from schema.errors import ErrorCode, RequestRefused, failure

FOLDER = Path(__file__).with_name("documents")
ENDING = ".graphql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that a named export takes; `type` is that of its variable."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDocument:
    """A document of the folder: its first two comment lines are its title and its description."""

    name: str
    title: str
    description: str
    text: str
    parameters: tuple[Parameter, ...]


@cache
def named_documents() -> Mapping[str, NamedDocument]:
    """Read the documents of the folder, by name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob(f"*{ENDING}"))}


def named_document(name: str) -> NamedDocument:
    """Give a document; raises RequestRefused if there is none of that name."""
    found = named_documents().get(name)
    if found is None:
        message = "Такой готовой выгрузки нет. Список — по адресу /exports."
        error = failure(ErrorCode.EXPORT_UNKNOWN, message)
        raise RequestRefused([error], status=HTTPStatus.NOT_FOUND)
    return found


def _read(path: Path) -> NamedDocument:
    text = path.read_text(encoding="utf-8")
    title, description = (line.removeprefix("# ") for line in text.splitlines()[:2])
    [operation] = [
        part for part in parse(text).definitions if isinstance(part, OperationDefinitionNode)
    ]
    parameters = tuple(
        Parameter(
            name=part.variable.name.value,
            type=print_ast(part.type),
            required=isinstance(part.type, NonNullTypeNode),
            description=part.description.value if part.description else "",
        )
        for part in operation.variable_definitions or ()
    )
    return NamedDocument(
        name=path.stem, title=title, description=description, text=text, parameters=parameters
    )
