"""What a file gave, sorted, for tests to look at."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from connectors.protocol import Checkpoint
from connectors.school_file import SchoolFile
from hub.records import Batch, FileKind, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The batches, rejections and checkpoints of one read."""

    batches: list[Batch]
    rejected: list[Rejected]
    checkpoints: list[Checkpoint]

    @property
    def batch(self) -> Batch:
        """The only batch; where there is none the test says what was rejected instead."""
        assert len(self.batches) == 1, [(one.code, one.place.row) for one in self.rejected]
        return self.batches[0]

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.rejected]

    @property
    def rows(self) -> list[dict[Hashable, object]]:
        frames = [batch.frame for batch in self.batches]
        return [dict(row) for frame in frames for row in frame.to_dict("records")]


def take(path: Path, kind: FileKind | None = None, cursor: str | None = None) -> Taken:
    taken = Taken(batches=[], rejected=[], checkpoints=[])
    for item in SchoolFile(path, kind=kind).fetch(cursor):
        match item:
            case Batch():
                taken.batches.append(item)
            case Rejected():
                taken.rejected.append(item)
            case Checkpoint():
                taken.checkpoints.append(item)
    return taken


def take_text(tmp_path: Path, text: str, encoding: str = "utf-8") -> Taken:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return take(path)


def column(taken: Taken, name: str) -> list[str]:
    frame: pd.DataFrame = taken.batch.frame
    return list(frame[name])
