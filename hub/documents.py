"""Documents that the operator trusts: kept under the hash of their text, asked for by it.

A document's name is made of its text, so a name never comes to mean another text: a document is
added or taken away, and nothing in between.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from hub.database import ReadSession, WriteSession
from hub.errors import InputError

PREFIX: Final = "sha256:"
READ: Final = "select text from trusted_document where id = $1"
_ID: Final = re.compile(rf"(?:{PREFIX})?([0-9a-f]{{64}})")
_ADD: Final = """
    insert into trusted_document (id, text, operations) values ($1, $2, $3)
    on conflict (id) do nothing returning id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDocument:
    """A text that may be asked for by its id, and the operations that stand in it."""

    text: str
    operations: tuple[str, ...]

    @property
    def id(self) -> str:
        """The name that follows from the text."""
        return document_id(self.text)

    @property
    def short(self) -> str:
        """The beginning of its hash, by which the audit calls what is asked with it."""
        return self.id.removeprefix(PREFIX)[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """A trusted document as the operator sees it: its names, its length, since when."""

    id: str
    operations: list[str]
    characters: int
    created_at: datetime


def document_id(text: str) -> str:
    """Return the id of a text."""
    return PREFIX + sha256(text.encode()).hexdigest()


def as_document_id(given: str) -> str | None:
    """Read an id, its prefix said or not; nothing for what is none."""
    found = _ID.fullmatch(given)
    return PREFIX + found[1] if found else None


async def add_documents(session: WriteSession, documents: Iterable[TrustedDocument]) -> int:
    """Trust documents from now on; return how many of them were not trusted before."""
    added = [
        await session.raw.fetchval(_ADD, one.id, one.text, list(one.operations))
        for one in documents
    ]
    return sum(key is not None for key in added)


async def remove_document(session: WriteSession, given: str) -> None:
    """Trust a document no longer; raises InputError if there is none with this id."""
    removed = await session.raw.fetchval(
        "delete from trusted_document where id = $1 returning id", as_document_id(given)
    )
    if removed is None:
        raise InputError(
            "Доверенного документа с таким номером нет: номера показывает documents list.",
            code="document.unknown",
        )


async def read_documents(session: ReadSession) -> list[ListedDocument]:
    """Return the trusted documents, oldest first."""
    rows = await session.raw.fetch(
        "select id, operations, length(text) as characters, created_at from trusted_document"
        " order by created_at, id"
    )
    return [ListedDocument(**dict(row)) for row in rows]
