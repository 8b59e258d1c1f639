"""What either side of the race starts from: raw cells normalised and written, in a process of its own."""

import sys
from pathlib import Path

from tests.bench.matching.laps import Laps
from tests.bench.matching.ours_side import write_facts
from tests.bench.matching.sides import encoded_of, write_normalised


def main(folder: str) -> None:
    """Write normalised records for the competitor, tell what that took, and write ours."""
    laps, where = Laps(), Path(folder)
    facts = encoded_of(where).facts
    write_normalised(where / "theirs.parquet", facts)
    laps.done("normalise")
    write_facts(where / "ours.parquet", facts)
    sys.stdout.write(laps.told() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
