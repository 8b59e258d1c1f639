"""What a request asks: a text of its own or a trusted document by its id, and the values for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.documents import PREFIX, as_document_id
from schema.door.body import malformed

Json = Any  # what a client sent, before it is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A well-formed request: either `query`, a text, or `document_id`, the name of one."""

    query: str
    document_id: str
    operation_name: str | None
    variables: Mapping[str, Json]


def well_formed(sent: Json) -> Asked:
    """Take a decoded request apart; raises RequestRefused naming the field that is wrong."""
    if not isinstance(sent, dict):
        raise malformed("Запрос — объект JSON с полем query или documentId.")
    name, variables, extensions = (
        sent.get(field) for field in ("operationName", "variables", "extensions")
    )
    if not isinstance(name, str | None):
        raise malformed("В поле operationName должно стоять имя операции.")
    if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        raise malformed("В полях variables и extensions должны стоять объекты.")
    document_id = _named(sent)
    return Asked(
        query="" if document_id else _written(sent.get("query")),
        document_id=document_id,
        operation_name=name or None,
        variables=variables or {},
    )


def _named(sent: Mapping[str, Json]) -> str:
    given = sent.get("documentId")
    if given is None:
        return ""
    if sent.get("query") is not None:
        raise malformed("Нужно одно из двух: query или documentId.")
    found = as_document_id(given) if isinstance(given, str) and given.startswith(PREFIX) else None
    if found is None:
        raise malformed(f"В поле documentId стоит {PREFIX} и 64 знака хеша SHA-256 от текста.")
    return found


def _written(query: Json) -> str:
    if not isinstance(query, str) or not query:
        raise malformed("В поле query должен стоять текст запроса, или в documentId — его номер.")
    return query
