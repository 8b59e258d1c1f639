"""Both sides on the same normalised records: ours in this process, the competitor's in its own."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.embedded import match
from sync.engines.encode import Encoded, encode
from sync.engines.learning import learn, suited
from sync.engines.record_file import read_columns, read_records
from sync.matching.cluster import cluster
from sync.matching.contradictions import contradict
from sync.matching.decide import Decision, decide
from sync.matching.evaluate import Agreement, b_cubed, pairwise
from sync.matching.facts import NO_DAY, coded
from sync.matching.hashing import Int64s
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Same, level
from tests.bench.matching.laps import BEGAN

CHECKOUT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 9, 1)
THRESHOLDS = (0, 200, 400, 700, 1000, 1500)  # centibits; the competitor is given its best


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """Pairs with the competitor's scores in centibits, and the seconds it trained."""

    left: Int64s
    right: Int64s
    score: npt.NDArray[np.int32]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well one side's clusters agree with the truth."""

    side: str
    pairs: Agreement
    records: Agreement


def ours(folder: Path, encoded: Encoded, *, trained: bool) -> Quality:
    """Match with the hand model or a trained one."""
    facts = encoded.facts
    start = suited(HAND_MODEL, facts)
    model = learn(facts, start, version="bench").model if trained else start
    matched = match(facts, model)
    return quality(f"ours, {model.version}", matched.labels, truth(folder, encoded))


def theirs(folder: Path, encoded: Encoded, python: Path) -> Quality:
    """Match by the competitor's scores, with our constraints and clustering, at its best."""
    found = predicted(folder, encoded.facts, python)
    known = truth(folder, encoded)
    tried = [
        quality(
            f"splink at {threshold / 100:.0f} bits, trained in {found.seconds:.0f} s",
            _constrained(encoded.facts, found, threshold),
            known,
        )
        for threshold in THRESHOLDS
    ]
    return max(tried, key=lambda one: one.pairs.f1)


def predicted(folder: Path, facts: pd.DataFrame, python: Path) -> Predicted:
    """Give the pairs that the competitor compared, trained on these facts."""
    records, pairs, model = (
        folder / name for name in ("normalised.parquet", "pairs.parquet", "splink.json")
    )
    model.unlink(missing_ok=True)
    write_normalised(records, facts)
    done = subprocess.run(
        [python, "-m", "tests.bench.matching.splink_side", records, pairs, model],
        check=True,
        capture_output=True,
        cwd=CHECKOUT,
        env=os.environ | {BEGAN: repr(time.time())},
        text=True,
    )
    frame = pd.read_parquet(pairs)
    score = (frame["match_weight"].to_numpy(np.float64) * 100).clip(-9e5, 9e5).astype(np.int32)
    return Predicted(
        left=frame["id_l"].to_numpy(np.int64),
        right=frame["id_r"].to_numpy(np.int64),
        score=score,
        seconds=float(json.loads(done.stdout.splitlines()[-1])["learn"]["wall"]),
    )


def _constrained(facts: pd.DataFrame, found: Predicted, least: int) -> Int64s:
    """Cluster scored pairs under our constraints."""
    left, right, score = found.left, found.right, found.score
    pattern = patterns(facts, left, right, HAND_MODEL)
    numbers = level(pattern, "snils") == Same.EQUAL
    allowed = ~contradict(facts, left, right) & (level(pattern, "weak") == 0)
    allowed &= ~numbers | (decide(pattern, HAND_MODEL.score(pattern), HAND_MODEL) == Decision.LINK)
    kept = np.flatnonzero(allowed & (score >= least))
    weak = np.flatnonzero(decide(pattern, HAND_MODEL.score(pattern), HAND_MODEL) == Decision.WEAK)
    chosen = np.union1d(kept, weak)
    decision = np.where(np.isin(chosen, weak), Decision.WEAK, Decision.LINK).astype("<U5")
    return cluster(
        facts, left=left[chosen], right=right[chosen], score=score[chosen], decision=decision
    ).labels


def write_normalised(path: Path, facts: pd.DataFrame) -> None:
    """Write what our normaliser made of the records, for the competitor to compare."""
    days = facts["birth_date"].to_numpy(np.int64)
    birth = pd.Series(np.where(days == NO_DAY, 0, days).astype("datetime64[D]").astype(str))
    years = facts["birth_year"].to_numpy(np.int64)
    frame = pd.DataFrame({"id": np.arange(len(facts), dtype=np.int64)})
    columns = {
        "last": "last_key",
        "first": "first_key",
        "middle": "middle_key",
        "snils": "snils_hash",
        "phone": "phones",
        "email": "emails",
        "place": "organisation_id",
        "role": "role",
    }
    for name, source in columns.items():
        texts = pd.Series(coded(facts, source).gathered(), dtype=object)
        frame[name] = texts.where(texts != "", None)
    frame["birth"] = birth.where(days != NO_DAY, None).astype(object)
    frame["year"] = pd.Series(years, dtype="Int64").where(pd.Series(years > 0), None)
    frame.to_parquet(path, index=False)


def encoded_of(folder: Path) -> Encoded:
    """Read and normalise the records of a folder."""
    return encode(read_records(folder / "records.csv"), today=TODAY)


def truth(folder: Path, encoded: Encoded) -> npt.NDArray[np.object_]:
    """Give the true person of each fact."""
    return read_columns(folder / "truth.csv", ("rec_id", "person_id"))[1][encoded.rows]


def quality(side: str, labels: Int64s, known: npt.NDArray[np.object_]) -> Quality:
    """Measure labels by the truth."""
    names = labels.astype(object)
    return Quality(side=side, pairs=pairwise(names, known), records=b_cubed(names, known))
