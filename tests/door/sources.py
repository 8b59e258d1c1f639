"""Sources to read over the loopback: answers written byte by byte, and what a read gave."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from connectors.client.failure import SourceError
from connectors.kadry.connector import Kadry
from connectors.kadry.manifest import Manifest, read_manifest
from connectors.protocol import Checkpoint, Item
from hub.demo.kadry_server import LOGIN, SECRET
from hub.records import Batch, FileKind, Rejected

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def raw_source(pieces: Iterable[bytes], *, pause_s: float = 0.0) -> Iterator[str]:
    """Answer every connection with these pieces, one after another, then close it."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def answer() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    for piece in pieces:
                        connection.sendall(piece)
                        stopped.wait(pause_s)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def manifest_for(url: str, **values: object) -> Manifest:
    given = {
        "base_url": url,
        "login": LOGIN,
        "secret": SECRET,
        "token_path": "token",
        "page_size": 20,
        "retry_wait_s": 0.02,
    }
    return read_manifest({**given, **values})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a read gave before it ended or broke off."""

    items: tuple[Item, ...]
    seconds: float
    error: SourceError | None = None

    @property
    def batches(self) -> list[Batch]:
        return [one for one in self.items if isinstance(one, Batch)]

    @property
    def rejected(self) -> list[Rejected]:
        return [one for one in self.items if isinstance(one, Rejected)]

    @property
    def cursors(self) -> list[str]:
        return [one.cursor for one in self.items if isinstance(one, Checkpoint)]

    @property
    def ids(self) -> list[str]:
        return [row["external_id"] for kind in FileKind for row in self.rows(kind)]

    @property
    def figures(self) -> dict[str, int]:
        return {
            batch.organisation.code: batch.figures[0].value
            for batch in self.batches
            if batch.figures
        }

    def rows(self, kind: FileKind) -> list[dict[str, str]]:
        """Give the rows of a kind without their place, which moves with the pages."""
        frames = [one.frame.drop(columns=["row"]) for one in self.batches if one.kind is kind]
        return [
            {str(name): str(value) for name, value in row.items()}
            for frame in frames
            for row in frame.to_dict("records")
        ]

    def by_id(self) -> dict[str, dict[str, str]]:
        return {row["external_id"]: row for kind in FileKind for row in self.rows(kind)}


def read(manifest: Manifest, cursor: str | None = None) -> Read:
    begun, broken = time.monotonic(), None
    items: list[Item] = []
    try:
        items += Kadry(manifest).fetch(cursor)
    except SourceError as error:
        broken = error
    return Read(items=tuple(items), seconds=time.monotonic() - begun, error=broken)
