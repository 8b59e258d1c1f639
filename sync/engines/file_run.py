"""A file of records matched from end to end: read, learned from if asked, matched, written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from hub.files import replacing, require_places
from sync.engines.embedded import Matched, compare_all, people
from sync.engines.encode import Encoded, lacking, looked_at_whole, stated_facts
from sync.engines.learning import Learned, checked, learned_from, suited
from sync.engines.lines import told_by_lines
from sync.engines.notices import Notice
from sync.engines.record_file import Records, give_back, read_records, write_clusters, write_table
from sync.matching.artefact import write_model
from sync.matching.edges import Edges
from sync.matching.hashing import Int64s
from sync.matching.mixture import Counted
from sync.matching.model import HAND_MODEL, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to match, with which model or learning one, and where the results go."""

    records: Path
    out: Path
    model: Model | None = None
    train: bool = False
    save_model: Path | None = None
    questions: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run found, in numbers."""

    records: int
    people: int
    pairs: int
    questions: int
    model: str
    notices: list[Notice]
    calibration: Sequence[Mapping[str, object]] = ()


class Pairs(Protocol):
    """Compared pairs, wherever they are kept."""

    @property
    def pairs(self) -> int:
        """Give how many pairs were compared."""
        ...

    @property
    def notices(self) -> list[Notice]:
        """Say what became of large blocks."""
        ...

    def counted(self) -> Counted:
        """Give the distinct patterns and how often each occurs."""
        ...

    def edges(self, model: Model) -> Edges:
        """Give the pairs that the model does not tell apart."""
        ...


class Engine(Protocol):
    """Where the records of a file are normalised and compared."""

    def read(self, records: Path, *, today: date) -> tuple[pa.Array, Encoded]:
        """Give the id of each row and the facts; raise FileError where they cannot be read."""
        ...

    def compare(self, facts: pd.DataFrame, model: Model) -> Pairs:
        """Find candidates and compare them; of the model only its frequencies are read."""
        ...


class Embedded:
    """Everything in this process, in columns."""

    def read(self, records: Path, *, today: date) -> tuple[pa.Array, Encoded]:
        """Read parquet or csv and normalise it."""
        return normalised([read_records(records)], today)

    def compare(self, facts: pd.DataFrame, model: Model) -> Pairs:
        """Compare in columns."""
        return compare_all(facts, model)


def normalised(held: list[Records], today: date) -> tuple[pa.Array, Encoded]:
    """Give the ids and the facts of the records in a list, out of which they are taken.

    Raw cells, what rows state and the facts are each the most of the memory in their time: nothing
    holds one of them longer than the next needs it.
    """
    read = held.pop()
    lacks = [*lacking(read.cells.columns, read.skipped), *told_by_lines(read)]
    ids, cells = read.ids, [read.cells]
    del read
    stated = [stated_facts(cells.pop(), today)]
    give_back()
    encoded = looked_at_whole(stated.pop(), lacks=lacks)
    give_back()
    return ids, encoded


def run(job: Job, *, today: date, engine: Engine | None = None) -> Done:
    """Match a file and write its clusters.

    Raises FileError where it cannot be read; where results cannot be written, before anything is.
    """
    require_places([job.out, job.save_model, job.questions], given=[job.records])
    engine = engine or Embedded()
    ids, encoded = engine.read(job.records, today=today)
    start = job.model or suited(HAND_MODEL, encoded.facts)
    compared = engine.compare(encoded.facts, start)
    learned = _learned(job, encoded.facts, compared, start, today)
    edges, pairs = compared.edges(learned.model), compared.pairs
    notices = [*encoded.notices, *learned.notices, *compared.notices]
    del compared
    matched = people(encoded.facts, edges, pairs=pairs, notices=notices)
    _write(job, ids, encoded, matched)
    if job.save_model:
        with replacing(job.save_model) as part:
            part.write_text(write_model(learned.model), encoding="utf-8")
    return Done(
        records=len(ids),
        people=len(np.unique(matched.labels)),
        pairs=pairs,
        questions=len(matched.questions),
        model=learned.model.version,
        notices=notices,
        calibration=checked(encoded.facts, learned.model) if learned.model is not start else (),
    )


def _learned(job: Job, facts: pd.DataFrame, compared: Pairs, start: Model, today: date) -> Learned:
    if not job.train:
        return Learned(model=start, notices=[])
    return learned_from(compared.counted(), facts, start, version=f"trained-{today.isoformat()}")


def _write(job: Job, ids: pa.Array, encoded: Encoded, matched: Matched) -> None:
    """Write the clusters in the order of the file's rows, numbered in that order."""
    names = np.empty(len(ids), dtype=np.int64)
    names[encoded.rows] = matched.labels
    write_clusters(job.out, ids, numbered(names))
    if job.questions:
        asked = matched.questions
        sides = [
            ids.take(pa.array(encoded.rows[asked[side].to_numpy(np.int64)]))
            for side in ("left", "right")
        ]
        write_table(
            job.questions,
            (
                ("rec_id_a", sides[0].to_pylist()),
                ("rec_id_b", sides[1].to_pylist()),
                ("bits", (asked["score"] / 100).tolist()),
                ("reasons", [" ".join(codes) for codes in asked["reasons"]]),
            ),
        )


def numbered(labels: Int64s) -> Int64s:
    """Number clusters from 0 in the order in which they first appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
