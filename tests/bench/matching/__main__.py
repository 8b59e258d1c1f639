"""`python -m tests.bench.matching`: our matcher and a competitor's on the same labelled records."""

import argparse
import sys
import tempfile
from pathlib import Path

from hub.demo.labelled.files import SETTINGS, labelled, write_labelled
from tests.bench.matching.sides import Quality, encoded_of, ours, theirs


def main() -> None:
    """Measure each setting and print who agrees with the truth how well."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        for setting in asked.setting or SETTINGS:
            where = Path(folder) / setting
            write_labelled(where, labelled(asked.records, setting=setting, seed=asked.seed))
            encoded = encoded_of(where)
            found = [ours(where, encoded, trained=trained) for trained in (False, True)]
            if asked.rival:
                found.append(theirs(where, encoded, asked.rival))
            for one in found:
                sys.stdout.write(_line(setting, one))
                sys.stdout.flush()


def _line(setting: str, one: Quality) -> str:
    pairs = one.pairs
    return (
        f"{setting:8} {one.side:42} precision {pairs.precision:.4f} recall {pairs.recall:.4f} "
        f"F1 {pairs.f1:.4f} B-cubed {one.records.f1:.4f}\n"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--setting", action="append", choices=SETTINGS, help="may repeat")
    parser.add_argument(
        "--rival", type=Path, help="an interpreter with requirements-competitors.txt installed"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
