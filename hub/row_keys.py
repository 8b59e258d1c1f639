"""Keys of rows: a row that the hub gave out in a template and knows again when it comes back.

A key is sealed, so it tells a reader nothing and nobody else can make one. Inside stand the list
and the organisation for which it was given, the record that the row states, and the records that
were the same person when it was given: whoever sends the row back says that it still is them.
"""

from base64 import b32decode, b32encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hub.errors import InputError
from hub.records import FileKind, RecordKind
from hub.seal import Sealer, SealError

# The source whose records come from files that people send: to these, rows with keys return.
FILES: Final = "school-files"
MOST_RECORDS: Final = 24  # of a person, kept in one key
IDENTITY_BYTES: Final = 16
_OPENING: Final = "row/1"
_PARTS: Final = 6
_KINDS: Final = {
    RecordKind.STAFF: FileKind.STAFF,
    RecordKind.PUPIL: FileKind.PUPILS,
    RecordKind.MENTOR: FileKind.MENTOR_BASE,
    RecordKind.MENTEE: FileKind.MENTEE_BASE,
}


class RowKeyError(InputError):
    """Ключ строки повреждён или выдан не этим хабом."""

    code = "row.key_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowKey:
    """What a key says: whose list it belongs to, which record the row is, who it was then."""

    kind: FileKind
    organisation_id: UUID
    external_id: bytes
    same_as: tuple[int, ...]


def issue(sealer: Sealer, said: str) -> str:
    """Seal what SQL says of a row: `kind|organisation|external id or nothing|record|records`.

    A row without a record of the files' source gets the identity of one that will be made when
    it returns: a keyed hash of the record that it shows, so every template gives the same.
    """
    kind, organisation_id, external_id, record, records = said.split("|")
    if not external_id:
        named = f"{_OPENING}|{kind}|{organisation_id}|{record}"
        external_id = sealer.hash(named)[:IDENTITY_BYTES].hex()
    text = f"{_OPENING}|{kind}|{organisation_id}|{external_id}|{record}|{records}"
    # Letters and digits alone: nothing in a cell that a spreadsheet or a reader could mistake.
    return b32encode(sealer.seal(text)).decode().rstrip("=")


def read(sealer: Sealer, key: str) -> RowKey:
    """Open a key; raises RowKeyError for one that this hub did not give."""
    try:
        sealed = b32decode(key + "=" * (-len(key) % 8))
        parts = sealer.open(sealed).split("|")
    except (Base64Error, SealError, ValueError) as error:
        raise RowKeyError from error
    if len(parts) != _PARTS or parts[0] != _OPENING:
        raise RowKeyError
    _, kind, organisation_id, external_id, _, records = parts
    return RowKey(
        kind=_KINDS[RecordKind(kind)],
        organisation_id=UUID(organisation_id),
        external_id=bytes.fromhex(external_id),
        same_as=tuple(int(one) for one in records.split(",") if one),
    )


SAME_PERSON: Final = (
    "(select string_agg(known.record_id::text, ',' order by known.record_id) from"
    " (select k.record_id from link k where k.person_id = {person}"
    f" order by k.record_id limit {MOST_RECORDS}) known)"
)
