"""Our side of the race, in a process of its own: seconds of each station, as one line of JSON."""

import json
import sys
import time
from pathlib import Path

from sync.engines.embedded import compared_of, find_candidates, people
from sync.engines.encode import encode
from sync.engines.learning import learned_from, suited
from sync.engines.record_file import give_back, read_records
from sync.matching.artefact import read_model, write_model
from sync.matching.model import HAND_MODEL
from tests.bench.matching.sides import TODAY


def main(records: str, model: str) -> None:
    """Match a file; learn where the model's file is not there yet, else read it."""
    at, seconds = time.perf_counter(), {}

    def done(station: str) -> None:
        nonlocal at
        now = time.perf_counter()
        seconds[station], at = round(now - at, 2), now

    raw = read_records(Path(records))
    done("read")
    facts = encode(raw, today=TODAY).facts
    del raw
    give_back()
    done("normalise")
    saved = Path(model)
    known = read_model(saved.read_text(encoding="utf-8")) if saved.exists() else None
    start = known or suited(HAND_MODEL, facts)
    found, notices = find_candidates(facts)
    done("pairs")
    compared = compared_of(facts, found, start, notices)
    del found
    done("compare")
    used = known or learned_from(compared.counted(), facts, start, version="race").model
    saved.write_text(write_model(used), encoding="utf-8")
    done("learn")
    edges, pairs = compared.edges(used), compared.pairs
    del compared
    people(facts, edges, pairs=pairs, notices=notices)
    done("people")
    sys.stdout.write(json.dumps({"seconds": seconds, "pairs": pairs}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
