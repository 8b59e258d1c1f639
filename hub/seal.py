"""State identifiers at rest: sealed values, and keyed hashes to find them by.

A sealed value is `key id (1 byte) | nonce (12) | AES-256-GCM ciphertext and tag`. The keys are
lines `id base64` of one file, the last line seals, every line opens: a new line is a rotation.
The hash's key is derived from the first line, so hashes outlive rotations of the sealing key.
"""

import binascii
import hmac
import os
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import ConfigError

MARKER: Final = "sealed:"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
LAST_KEY_ID: Final = 255


class SealError(ConfigError):
    """Запечатанное значение не открывается: проверьте файл ключей HUB_KEY_FILE."""

    code = "seal.closed"


class Sealer:
    """Seals short texts and finds them again by a hash that only holders of the key can make."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ConfigError("Ключи неполны: нужны 32 байта в каждом.", code="config.keys")
        first, self._current = next(iter(keys.values())), list(keys)[-1]
        self._ciphers = {
            number: AESGCM(_derive(key, b"hub/seal/v1")) for number, key in keys.items()
        }
        self._hash_key = _derive(first, b"hub/hash/v1")

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the keys; raises ConfigError when the file is missing or is not a key file."""
        return cls(_read_keys(path))

    def seal(self, text: str) -> bytes:
        """Encrypt under the newest key; two seals of one text differ."""
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt under the key that sealed it; raises SealError when that is impossible."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt a piece of a file under the newest key."""
        nonce = os.urandom(NONCE_BYTES)
        head = bytes([self._current])
        return head + nonce + self._ciphers[self._current].encrypt(nonce, content, head)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt a piece of a file; raises SealError when that is impossible."""
        head, nonce, body = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        cipher = self._ciphers.get(head[0]) if body else None
        if cipher is None:
            raise SealError
        try:
            return cipher.decrypt(nonce, body, head)
        except InvalidTag as error:
            raise SealError from error

    def hash(self, text: str) -> bytes:
        """Return 32 bytes, equal for equal texts and stable under rotation."""
        return hmac.digest(self._hash_key, text.encode(), "sha256")

    def seal_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Seal a column, each distinct value once; what is empty stays None."""
        listed = list(values)
        sealed = {value: self.seal(value) for value in _distinct(listed)}
        return [sealed.get(value) if value else None for value in listed]

    def hash_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Hash a column, each distinct value once; what is empty stays None."""
        listed = list(values)
        hashed = {value: self.hash(value) for value in _distinct(listed)}
        return [hashed.get(value) if value else None for value in listed]

    def seal_text(self, text: str) -> str:
        """Seal into text for a value that rests inside a JSON payload."""
        return MARKER + urlsafe_b64encode(self.seal(text)).decode()

    def open_text(self, text: str) -> str:
        """Open what `seal_text` made; a text without its marker comes back as it is."""
        if not is_sealed(text):
            return text
        try:
            return self.open(urlsafe_b64decode(text[len(MARKER) :]))
        except binascii.Error as error:
            raise SealError from error


def is_sealed(text: str) -> bool:
    """Tell a text made by `Sealer.seal_text` from any other."""
    return text.startswith(MARKER)


def create_key_file(path: Path) -> None:
    """Write a file with one random key that only its owner reads; an existing file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(_line(1))


def add_key(path: Path) -> None:
    """Rotate: from now on a new key seals, and the older ones still open."""
    number = max(_read_keys(path)) + 1
    if number > LAST_KEY_ID:
        raise ConfigError("В файле ключей больше нет свободных номеров.", code="config.keys")
    with path.open("a") as file:
        file.write(_line(number))


def _line(number: int) -> str:
    return f"{number} {b64encode(os.urandom(KEY_BYTES)).decode()}\n"


def _read_keys(path: Path) -> dict[int, bytes]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        pairs = [line.split() for line in lines if line.strip()]
        return {int(number): b64decode(key, validate=True) for number, key in pairs}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"Файл ключей {path.name} не прочитан. Укажите его в HUB_KEY_FILE "
            "или создайте командой demo.",
            code="config.keys",
        ) from error


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def _distinct(values: Iterable[str | None]) -> set[str]:
    return {value for value in values if value}
