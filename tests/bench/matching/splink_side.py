"""The competitor's side, run by its own interpreter: normalised records in, scored pairs and people out.

It is spared what it need not do: records come as Arrow, pairs leave by DuckDB itself.
"""

import sys
from pathlib import Path

import pyarrow.parquet as pq
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.internals.duckdb.dataframe import DuckDBDataFrame

from tests.bench.matching.laps import Laps
from tests.bench.matching.rules import RULES

LINK_BITS = 2.0  # where its people begin in the race; quality tries several


def settings(columns: set[str]) -> SettingsCreator:
    """Give the comparisons the competitor's own guide recommends for these fields."""
    comparisons = [
        cl.NameComparison("last").configure(term_frequency_adjustments=True),
        cl.NameComparison("first").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("middle", [0.92, 0.85]),
        birth_comparison(),
        cl.ExactMatch("snils"),
        cl.ExactMatch("phone"),
        cl.ExactMatch("email"),
        cl.ExactMatch("place"),
        cl.ExactMatch("role"),
    ]
    rules = [rule for rule in RULES if set(rule) <= columns]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        comparisons=comparisons,
        retain_matching_columns=False,
    )


def birth_comparison() -> cl.CustomComparison:
    """Compare births, a year alone among them, as our levels do."""
    return cl.CustomComparison(
        output_column_name="birth",
        comparison_levels=[
            cll.NullLevel("year"),
            cll.ExactMatchLevel("birth"),
            cll.CustomLevel("damerau_levenshtein(birth_l, birth_r) = 1", "one slip"),
            cll.CustomLevel(
                "year_l = year_r and (birth_l is null or birth_r is null)", "year alone"
            ),
            cll.CustomLevel("year_l = year_r", "same year"),
            cll.CustomLevel("abs(year_l - year_r) >= 15", "a generation"),
            cll.ElseLevel(),
        ],
    )


def main(records: str, pairs: str, model: str, clusters: str = "") -> None:
    """Learn (or read the model, where the file is there), write scored pairs and perhaps people."""
    laps, path = Laps(), Path(model)
    table = pq.read_table(records)
    frame = DuckDBAPI().register(table)
    laps.done("read")
    if path.exists():
        linker = Linker(frame, str(path), log_level=None)
    else:
        linker = Linker(frame, settings(set(table.column_names)), log_level=None)
        learn(linker)
        linker.misc.save_model_to_json(model, overwrite=True)
    laps.done("learn")
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    _write(predicted, "id_l, id_r, match_weight", pairs)
    laps.done("pairs")
    if clusters:
        joined = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=LINK_BITS
        )
        _write(joined, "id, cluster_id", clusters)
        laps.done("people")
    sys.stdout.write(laps.told() + "\n")


def _write(frame: DuckDBDataFrame, columns: str, path: str) -> None:
    frame.as_duckdbpyrelation().select(columns).write_parquet(path)


def learn(linker: Linker) -> None:
    """Train as the competitor's guide does: random u, then EM under two blockings."""
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("snils"), block_on("birth", "last", "first")], recall=0.8
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("birth", "middle"))
    training.estimate_parameters_using_expectation_maximisation(block_on("last", "first"))


if __name__ == "__main__":
    main(*sys.argv[1:])
