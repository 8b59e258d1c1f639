"""Our side of the race, in a process of its own: what each station took, as one line of JSON.

RECORDS that end with .csv are raw cells. A parquet file holds normalised ones, and then scored pairs
are written too, as the competitor writes them.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from sync.engines.embedded import Compared, compared_of, find_candidates, people
from sync.engines.file_run import normalised
from sync.engines.learning import learned_from, suited
from sync.engines.record_file import categorical, give_back, read_records, write_clusters
from sync.matching.artefact import read_model, write_model
from sync.matching.model import HAND_MODEL, Model
from tests.bench.matching.laps import Laps

TODAY = date(2026, 9, 1)
LEAST_SCORE = -663  # centibits: the probability of .01 at which the competitor cuts


def main(records: str, pairs: str, model: str, clusters: str) -> None:
    """Learn (or read the model, where the file is there), write scored pairs and people."""
    laps, path, saved = Laps(), Path(records), Path(model)
    is_raw = path.suffix == ".csv"
    facts = _normalised(path, laps) if is_raw else read_facts(path)
    laps.done("normalise" if is_raw else "read")
    known = read_model(saved.read_text(encoding="utf-8")) if saved.exists() else None
    start = known or suited(HAND_MODEL, facts)
    found, notices = find_candidates(facts)
    laps.done("candidates")
    compared = compared_of(facts, found, start, notices)
    del found
    laps.done("compare")
    used = known or learned_from(compared.counted(), facts, start, version="race").model
    saved.write_text(write_model(used), encoding="utf-8")
    laps.done("learn")
    if not is_raw:
        write_pairs(Path(pairs), compared, used)
    laps.done("pairs")
    edges, count = compared.edges(used), compared.pairs
    del compared
    labels = people(facts, edges, pairs=count, notices=notices).labels
    write_clusters(Path(clusters), pa.array(np.arange(len(facts))), labels)
    laps.done("people")
    sys.stdout.write(laps.told() + "\n")


def _normalised(path: Path, laps: Laps) -> pd.DataFrame:
    raw = [read_records(path)]
    laps.done("read")
    return normalised(raw, TODAY)[1].facts


def write_pairs(path: Path, compared: Compared, model: Model) -> None:
    """Write the pairs that are not plainly apart, with their scores in bits."""
    score = model.score(compared.distinct)
    kept = np.flatnonzero((score >= LEAST_SCORE)[compared.code])
    bits = (score / 100)[compared.code[kept]]
    columns = {"id_l": compared.left[kept], "id_r": compared.right[kept], "match_weight": bits}
    parquet.write_table(pa.table(columns), path)


def write_facts(path: Path, facts: pd.DataFrame) -> None:
    """Write facts as plain columns, texts as texts."""
    columns = {
        name: pa.array(column.astype(object) if _is_coded(column) else column)
        for name, column in facts.items()
    }
    parquet.write_table(pa.table(columns), path)


def read_facts(path: Path) -> pd.DataFrame:
    """Read what `write_facts` wrote, column by column."""
    facts = pd.DataFrame({part.name: _column(path, part) for part in parquet.read_schema(path)})
    give_back()
    return facts


def _column(path: Path, part: pa.Field) -> object:
    texts = [part.name] if pa.types.is_string(part.type) else []
    column = parquet.read_table(path, columns=[part.name], read_dictionary=texts).column(0)
    return categorical(column) if texts else column.to_numpy()


def _is_coded(column: "pd.Series[str]") -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


if __name__ == "__main__":
    main(*sys.argv[1:])
