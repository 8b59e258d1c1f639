"""Cursors: a row's place in an order, signed for one list and one viewer's scope.

The signature is an HMAC-SHA-256 that PostgreSQL computes beside the row, so a page needs no walk
through its rows in Python. PostgreSQL gets a key derived for this list and scope, never the
server's own.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from schema.errors import bad_input

SEPARATOR = "\x1f"
SIGNATURE_BYTES = 16
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_FOREIGN = "Курсор не подходит к этому списку. Возьмите его из ответа на такой же запрос."


@dataclass(frozen=True, slots=True)
class CursorKey:
    """The server's key and the scope for which it signs."""

    secret: bytes
    scope: UUID

    def derived(self, list_name: str) -> bytes:
        """Return the key for the cursors of one list in this scope."""
        return hmac.digest(self.secret, f"{self.scope}|{list_name}".encode(), "sha256")

    def inner_pad(self, list_name: str) -> bytes:
        """Return the block that opens HMAC's inner hash."""
        return _padded(self.derived(list_name), _INNER)

    def outer_pad(self, list_name: str) -> bytes:
        """Return the block that opens HMAC's outer hash."""
        return _padded(self.derived(list_name), _OUTER)

    def encode(self, list_name: str, values: Sequence[str]) -> str:
        """Make the cursor that PostgreSQL would make of these key values."""
        payload = SEPARATOR.join(values).encode()
        signature = hmac.digest(self.derived(list_name), payload, sha256)[:SIGNATURE_BYTES]
        return urlsafe_b64encode(signature + payload).decode().rstrip("=")

    def decode(self, list_name: str, cursor: str, keys: int) -> Sequence[str]:
        """Return the key values of a cursor; raises BAD_USER_INPUT unless we signed it."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            values = raw[SIGNATURE_BYTES:].decode().split(SEPARATOR)
        except (Base64Error, ValueError) as error:
            raise bad_input(_FOREIGN) from error
        expected = self.encode(list_name, values)
        if len(values) != keys or not hmac.compare_digest(expected.encode(), cursor.encode()):
            raise bad_input(_FOREIGN)
        return values


def _padded(key: bytes, pad: bytes) -> bytes:
    return key.ljust(_BLOCK, b"\0").translate(pad)


def payload_sql(keys: Sequence[str]) -> str:
    """Compose what a cursor carries: the values of a row's keys, as one text."""
    return f"concat_ws(chr(31), {', '.join(keys)})"


def signed_sql(inner: str, outer: str, payload: str) -> str:
    """Compose a cursor out of what it carries: two hashes, so sign only what is shown."""
    carried = f"convert_to({payload}, 'UTF8')"
    signature = f"substr(sha256({outer} || sha256({inner} || {carried})), 1, {SIGNATURE_BYTES})"
    return rf"translate(encode({signature} || {carried}, 'base64'), E'+/=\n', '-_')"
