"""Whether the audit is whole: pure functions of rows, so an export is checked without a database.

Each row's hash covers its content and the hash of the row before. A row that was altered no longer
fits its own hash; one that was taken out, or altered together with its hash, no longer fits the row
after it. Rows cut off at the end fit each other: only a head that was written down elsewhere tells.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from hub.errors import InputError

Row = Mapping[str, Any]  # as the database gives it, or an export: JSON with hashes in hex
SEPARATOR: Final = "\x1f"


class Fault(StrEnum):
    """What is wrong with a row."""

    ALTERED = "ALTERED"
    MISSING = "MISSING"
    BROKEN = "BROKEN"
    SHORT = "SHORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row that does not fit, or rows that are not there: from `seq` to `until`."""

    seq: int
    until: int
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last row that was seen: `seq:hash`, to be kept where nobody can change the audit."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Check:
    """Checks rows in their order; `head` is the last of them."""

    def __init__(self, expected: Head | None = None) -> None:
        self.head = Head(seq=0, hash="")
        self._expected = expected

    def findings(self, rows: Iterable[Row]) -> Iterator[Finding]:
        """Yield what is wrong with the next rows."""
        for row in rows:
            yield from self._row(row)

    def end(self) -> Iterator[Finding]:
        """Yield what is missing at the end."""
        if self._expected and self._expected.seq > self.head.seq:
            first, last = self.head.seq + 1, self._expected.seq
            yield Finding(seq=first, until=last, fault=Fault.SHORT)

    def _row(self, row: Row) -> Iterator[Finding]:
        seq, before = int(row["seq"]), self.head
        if seq > before.seq + 1:
            yield Finding(seq=before.seq + 1, until=seq - 1, fault=Fault.MISSING)
        elif _hex(row["previous"]) != before.hash:
            yield Finding(seq=before.seq, until=seq, fault=Fault.BROKEN)
        digest = sha256(line(row).encode()).hexdigest()
        if digest != _hex(row["hash"]) or self._contradicts(seq, digest):
            yield Finding(seq=seq, until=seq, fault=Fault.ALTERED)
        self.head = Head(seq=seq, hash=_hex(row["hash"]))

    def _contradicts(self, seq: int, digest: str) -> bool:
        return bool(self._expected and seq == self._expected.seq and digest != self._expected.hash)


def line(row: Row) -> str:
    """Write what a row's hash covers, as the function `audit_line` of the database does."""
    return SEPARATOR.join(
        (
            str(row["seq"]),
            _instant(row["at"]),
            row["action"],
            _text(row["client_id"]),
            row["credential"],
            row["role"],
            _text(row["scope_id"]),
            _listed(row["purposes"]),
            row["operation"],
            row["entity"],
            _listed(row["entity_ids"]),
            _listed(row["field_classes"]),
            row["reason"],
            _text(row["row_count"]),
            row["correlation"],
            _hex(row["previous"]),
        )
    )


def read(text: str, number: int) -> Row:
    """Read a line of an export; raises InputError, which names the line, for one that is none."""
    try:
        row = json.loads(text)
        line(row)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"Строка {number} — не запись журнала. Нужен файл, который сделал audit export.",
            code="audit.not_an_export",
        ) from error
    return dict(row)


def exported(row: Row) -> Row:
    """Give a row as an export holds it: instants and ids as text, hashes in hex."""
    return {
        **row,
        "at": _instant(row["at"]),
        "client_id": _text(row["client_id"]),
        "scope_id": _text(row["scope_id"]),
        "entity_ids": [str(one) for one in row["entity_ids"]],
        "previous": _hex(row["previous"]),
        "hash": _hex(row["hash"]),
    }


def _instant(value: datetime | str) -> str:
    if isinstance(value, str):
        return value
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _listed(values: Iterable[object]) -> str:
    return ",".join(str(value) for value in values)


def _hex(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.hex()
