"""An archive that is sent while it is made: its files one after another, the manifest last.

Whoever has the manifest has the whole archive; it names each file with its rows and its SHA-256.
"""

import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

MANIFEST: Final = "manifest.json"
Json = Any  # a part of a manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of an archive: its name, and its bytes with the rows that each block ends."""

    name: str
    blocks: AsyncIterator[tuple[bytes, int]]


async def archived(parts: AsyncIterator[Part], about: Mapping[str, Json]) -> AsyncIterator[bytes]:
    """Yield the bytes of an archive; `about` begins its manifest."""
    pipe = _Pipe()
    files: list[Json] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        async for part in parts:
            digest, rows, size = sha256(), 0, 0
            with archive.open(part.name, "w", force_zip64=True) as stream:
                async for block, count in part.blocks:
                    stream.write(block)
                    digest.update(block)
                    rows, size = rows + count, size + len(block)
                    if sent := pipe.taken():
                        yield sent
            said = {"name": part.name, "rows": rows, "bytes": size, "sha256": digest.hexdigest()}
            files.append(said)
        manifest = json.dumps({**about, "files": files}, ensure_ascii=False, indent=2)
        archive.writestr(MANIFEST, manifest)
    yield pipe.taken()


@dataclass(slots=True)
class _Pipe:
    """What a ZipFile writes into: nothing is kept that was taken, and there is no way back."""

    _waiting: bytearray = field(default_factory=bytearray)

    def write(self, block: bytes, /) -> int:
        self._waiting += block
        return len(block)

    def flush(self) -> None:
        """Do nothing: whoever sends takes what is there."""

    def close(self) -> None:
        """Do nothing: what waits is taken once more after the end."""

    def taken(self) -> bytes:
        block = bytes(self._waiting)
        self._waiting.clear()
        return block
