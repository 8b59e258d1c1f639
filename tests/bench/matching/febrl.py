"""`python -m tests.bench.matching.febrl --rival PY`: our matcher and a competitor's on FEBRL 1 to 4.

FEBRL's people are Australian and invented: names are not read as Russian ones, nor do the rules of
registers hold. Both sides compare the same pairs (what agrees in one of RULES) by the same fields
(surname, given name, street, birth, the number, house and postcode, suburb), learn from no label, link
what scores over a threshold and take what hangs together for one person.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.embedded import compare
from sync.matching.blocks import Candidates, candidates
from sync.matching.chance import chance
from sync.matching.edges import components
from sync.matching.evaluate import Agreement, pairwise
from sync.matching.facts import NO_DAY, birth_days, birth_years, coded
from sync.matching.hashing import Int64s, mix
from sync.matching.keys import Keys
from sync.matching.mixture import Counted, separate
from sync.matching.model import HAND_MODEL
from tests.bench.matching.rules import RULES
from tests.bench.matching.sides import CHECKOUT, THRESHOLDS, predicted

SETS = ("1", "2", "3", "4")
COLUMNS = {
    "last": "last_key",
    "first": "first_key",
    "middle": "middle_key",
    "snils": "snils_hash",
    "phone": "phones",
    "email": "emails",
    "place": "organisation_id",
}
NOTHING = ("previous_last_key", "sex", "snils_hash", "affiliation_organisation_id", "source_id")
Scores = npt.NDArray[np.int32]


def main() -> None:
    """Measure each set and print who agrees with the truth how well."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [asked.rival, "-m", "tests.bench.matching.febrl_side", folder]
        subprocess.run(command, check=True, cwd=CHECKOUT)
        for one in SETS:
            frame = pd.read_parquet(folder / f"{one}.parquet")
            facts, truth = facts_of(frame), frame["person"].to_numpy(object)
            found = same_pairs(facts)
            theirs = predicted(folder, facts, asked.rival)
            ours = _best(truth, found.left, found.right, scored(facts, found))
            rival = _best(truth, theirs.left, theirs.right, theirs.score)
            sys.stdout.write(f"FEBRL {one}: ours {_said(*ours)}; splink {_said(*rival)}\n")
            sys.stdout.flush()


def facts_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Give FEBRL's fields as the facts whose levels compare them."""
    days = pd.to_datetime(frame["date_of_birth"], format="%Y%m%d", errors="coerce")
    known = days.notna().to_numpy()
    stated = (frame["street_number"] != "") & (frame["postcode"] != "")
    house = frame["street_number"] + "|" + frame["postcode"]
    columns = {
        "last_key": frame["surname"],
        "first_key": frame["given_name"],
        "middle_key": frame["address_1"],
        "phones": "+0000" + frame["soc_sec_id"].str.zfill(7),
        "emails": house.where(stated, ""),
        "organisation_id": frame["suburb"],
        **{name: pd.Series([""] * len(frame)) for name in NOTHING},
        **{name: pd.Series(["OTHER"] * len(frame)) for name in ("role", "kind")},
    }
    since = days.to_numpy("datetime64[D]").astype(np.int64)
    return pd.DataFrame({name: pd.Categorical(texts) for name, texts in columns.items()}).assign(
        birth_date=np.where(known, since, NO_DAY),
        birth_year=days.dt.year.fillna(0).astype(np.int64),
    )


def same_pairs(facts: pd.DataFrame) -> Candidates:
    """Give the pairs that the competitor's rules bring together."""
    parts = {name: coded(facts, column).hashed() for name, column in COLUMNS.items()}
    days = birth_days(facts)
    parts["birth"] = np.where(days == NO_DAY, 0, days + 1_000_000).astype(np.uint64)
    parts["year"] = birth_years(facts).astype(np.uint64)
    keys, positions = zip(*(_keys(parts, salt) for salt in range(len(RULES))), strict=True)
    key, position = np.concatenate(keys), np.concatenate(positions)
    order = np.lexsort((position, key))
    nothing = np.zeros(len(order), dtype=np.int64)
    return candidates(Keys(key=key[order], position=position[order], finer=nothing))


def _keys(parts: dict[str, npt.NDArray[np.uint64]], rule: int) -> tuple[Int64s, Int64s]:
    columns = [parts[name] for name in RULES[rule]]
    known = np.flatnonzero(np.logical_and.reduce([column != 0 for column in columns]))
    return mix(*(column[known] for column in columns), salt=rule + 1), known.astype(np.int64)


def scored(facts: pd.DataFrame, found: Candidates) -> Scores:
    """Give each pair's score by a model that is learned from these pairs without labels."""
    pattern = compare(facts, found, HAND_MODEL)
    patterns, number = np.unique(pattern, return_counts=True)
    counted = Counted(patterns=patterns, pairs=number.astype(np.float64))
    by_chance = chance(facts, HAND_MODEL)
    return separate(counted, HAND_MODEL, by_chance=by_chance, version="febrl").score(pattern)


def _best(
    truth: npt.NDArray[np.object_], left: Int64s, right: Int64s, score: Scores
) -> tuple[Agreement, int]:
    """Give the best of the thresholds, judged by the truth, for either side alike."""
    tried = []
    for least in THRESHOLDS:
        linked = score >= least
        labels = components(len(truth), left[linked], right[linked])
        tried.append((pairwise(labels.astype(object), truth), least))
    return max(tried, key=lambda one: one[0].f1)


def _said(found: Agreement, least: int) -> str:
    return (
        f"precision {found.precision:.4f} recall {found.recall:.4f} F1 {found.f1:.4f} "
        f"at {least / 100:.0f} bits"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.febrl")
    parser.add_argument(
        "--rival",
        type=Path,
        required=True,
        help="an interpreter with requirements-competitors.txt installed",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
