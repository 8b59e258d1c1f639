"""A manifest of documents to be trusted: what codegen tools write, checked against the schema.

It is a JSON object of hashes and texts (graphql-codegen's `persistedDocuments`), or Apollo's
`{"operations": [{"id": ..., "body": ...}]}`. Hashes are SHA-256 of the text as it stands there.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hub.documents import PREFIX, TrustedDocument, as_document_id, document_id
from hub.errors import InputError
from hub.files import text_of
from schema.compiler.bindings import paged_fields
from schema.compiler.declare import collect
from schema.compiler.documents import operations
from schema.errors import RequestRefused
from schema.root import build_schema

TOLD: Final = 20  # faults of one manifest
Json = Any  # what a tool wrote
Operations = Callable[[str], tuple[str, ...]]


def read_manifest(path: Path) -> list[TrustedDocument]:
    """Return the documents of a manifest; raises InputError with all that is wrong with it."""
    found = list(_entries(_decoded(path)))
    operations_of = _operations_of()
    documents, faults = [], []
    for given, text in found:
        try:
            documents.append(_checked(given, text, operations_of))
        except InputError as error:
            faults.append(f"{given}: {error.message}")
    if faults:
        raise _invalid("\n  ".join(["манифест не принят.", *faults[:TOLD]]))
    return documents


def _operations_of() -> Operations:
    schema = build_schema()
    core = schema._schema  # noqa: SLF001 - Strawberry gives its graphql-core schema no public name
    paged = paged_fields(collect(schema))
    return lambda text: operations(core, text, paged)


def _decoded(path: Path) -> Json:
    try:
        return json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise _invalid("это не JSON.") from error


def _entries(sent: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(sent, dict) and isinstance(sent.get("operations"), list):
        sent = {
            str(one.get("id")): one.get("body")
            for one in sent["operations"]
            if isinstance(one, dict)
        }
    if not isinstance(sent, Mapping) or not sent:
        raise _invalid("манифест — объект JSON: хеш и текст документа.")
    yield from sent.items()


def _checked(given: str, text: Json, operations_of: Operations) -> TrustedDocument:
    if not isinstance(text, str) or not text:
        raise _invalid("вместо текста документа стоит другое.")
    expected = document_id(text)
    if as_document_id(given) != expected:
        raise _invalid(
            f"это не SHA-256 текста, он {expected.removeprefix(PREFIX)}. Укажите sha256 в "
            "настройках генератора."
        )
    try:
        return TrustedDocument(text=text, operations=operations_of(text))
    except RequestRefused as refused:
        raise _invalid(" ".join(error.message for error in refused.errors)) from refused


def _invalid(message: str) -> InputError:
    return InputError(message, code="document.invalid")
