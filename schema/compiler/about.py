"""Whom and what a mutation was about, for the audit: the ids that its input names and it leaves.

Only ids are read out: of people, clients, files, mentorships, of words of the law and of the review,
and the public part of a key. Nothing else that a client wrote comes into the journal.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from hub.audit.events import Entity
from schema.compiler.arguments import Value

UUID_TEXT: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NAMED: Final = re.compile(f"([a-z]+)-({UUID_TEXT})")
BARE: Final = re.compile(UUID_TEXT)
KEY: Final = re.compile(r"(?:hub_[a-z0-9]{1,16}_)?([0-9a-f]{16})(?:_[A-Za-z0-9_-]{43})?")
Json = Any  # what an action leaves
# What the ids of an input begin with, and under which names actions leave ids of what.
PREFIXES: Final = {
    "person": Entity.PERSON,
    "client": Entity.CLIENT,
    "import": Entity.UPLOAD,
    "mentorship": Entity.MENTORSHIP,
    "consent": Entity.CONSENT,
    "request": Entity.REQUEST,
    "question": Entity.QUESTION,
}
LEFT: Final = {
    "client": Entity.CLIENT,
    "personId": Entity.PERSON,
    "mentorId": Entity.PERSON,
    "menteeId": Entity.PERSON,
    "mentorshipId": Entity.MENTORSHIP,
    "consent": Entity.CONSENT,
    "request": Entity.REQUEST,
}
KEYS: Final = ("key", "secret")


def entities(given: Value, said: Json) -> Mapping[Entity, frozenset[UUID]]:
    """Give the ids that an action was about, by what they are of."""
    found: dict[Entity, set[UUID]] = {}
    for name, text in (*_texts(given), *_texts(said)):
        if (match := NAMED.fullmatch(text)) and match[1] in PREFIXES:
            found.setdefault(PREFIXES[match[1]], set()).add(UUID(match[2]))
        elif name in LEFT and BARE.fullmatch(text):
            found.setdefault(LEFT[name], set()).add(UUID(text))
    return {entity: frozenset(ids) for entity, ids in sorted(found.items())}


def keys(given: Value, said: Json) -> tuple[str, ...]:
    """Name the keys that an action was about, each by its public part."""
    texts = (text for name, text in (*_texts(given), *_texts(said)) if name in KEYS)
    return tuple(sorted({match[1] for text in texts if (match := KEY.fullmatch(text))}))


def _texts(value: Value, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield name, value
        case Mapping():
            for part, below in value.items():
                yield from _texts(below, str(part))
        case list() | tuple():
            for below in value:
                yield from _texts(below, name)
