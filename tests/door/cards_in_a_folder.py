"""A connector of the how-to: cards in files of a folder, one JSON object a line."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from connectors.answers import Row
from connectors.client.failure import SourceConfigError
from connectors.listed import Told, read_listed
from connectors.prints import Cursor, print_of
from connectors.protocol import Checkpoint, CheckResult, Item
from hub.records import FileKind

FIELDS = {"external_id": "id", "last_name": "surname", "first_name": "name", "position": "post"}
NO_FOLDER = "Папки с карточками нет. Исправьте folder в описании источника."


class Manifest(BaseModel):
    """Where the cards lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    folder: Path
    name: str = "Карточки"


class Cards:
    """Reads the files of a folder in the order of their names; a file is a page."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Say whether the folder is there."""
        is_there = self._manifest.folder.is_dir()
        return CheckResult(ok=is_there, message="" if is_there else NO_FOLDER)

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the cards file by file; what stood in them at the last whole read is passed over."""
        reached = Cursor.parse(cursor)
        told = Told(name=self._manifest.name, kind=FileKind.STAFF)
        for path in self._files()[len(reached.seen) :]:
            rows = list(enumerate(map(_row, path.read_text("utf-8").splitlines()), start=1))
            is_known, reached = reached.met(print_of(row for _, row in rows))
            if not is_known:
                yield from told.of(rows)
            yield Checkpoint(cursor=reached.text())
        yield Checkpoint(cursor=Cursor(known=reached.seen).text())

    def _files(self) -> list[Path]:
        if not self._manifest.folder.is_dir():
            raise SourceConfigError(NO_FOLDER)
        return sorted(self._manifest.folder.glob("*.jsonl"))


def _row(line: str) -> Row:
    try:
        return read_listed(json.loads(line), FIELDS)
    except ValueError:
        return read_listed(None, FIELDS)
