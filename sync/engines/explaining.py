"""Why two records are or are not one person: bits by field, in words."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from hub.errors import InputError
from sync.engines.encode import encode
from sync.engines.record_file import COLUMNS, Records, read_records
from sync.matching.decide import Decision, decide
from sync.matching.levels import patterns
from sync.matching.model import Model
from sync.matching.wording import Reason, explained

_VERDICTS = {
    Decision.LINK: "Решено: одно лицо.",
    Decision.ASK: "Решено: спросить человека.",
    Decision.WEAK: "Решено: приписать, если в организации это имя носит один.",
    Decision.APART: "Решено: разные люди.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairExplained:
    """What each field adds, the sum in bits, the probability it stands for, and the verdict."""

    reasons: list[Reason]
    bits: float
    probability: float
    verdict: str


def explain_pair(
    one: str, other: str, *, records: Path | None, model: Model, today: date
) -> PairExplained:
    """Explain two records: of a file by their ids, or given themselves as JSON objects."""
    pair = _of_file(records, one, other) if records else _of_texts(one, other)
    facts = encode(pair, today=today).facts
    left, right = np.array([0], dtype=np.int64), np.array([1], dtype=np.int64)
    pattern = patterns(facts, left, right, model)
    score = model.score(pattern)
    bits = int(score[0]) / 100
    return PairExplained(
        reasons=explained(int(pattern[0]), model),
        bits=bits,
        probability=1 / (1 + 2.0**-bits),
        verdict=_VERDICTS[Decision(str(decide(pattern, score, model)[0]))],
    )


def _of_file(path: Path, one: str, other: str) -> Records:
    records = read_records(path)
    names = pd.Index([str(name) for name in records.ids.to_pylist()])
    rows = [
        names.get_indexer(pd.Index([name]))[0] if names.is_unique else -1 for name in (one, other)
    ]
    if min(rows) < 0:
        raise InputError(
            "Записи с таким rec_id в файле нет, или номера в нём повторяются.",
            code="match.not_found",
        )
    cells = records.cells.iloc[rows].reset_index(drop=True)
    return Records(ids=records.ids.take(pa.array(rows)), cells=cells)


def _of_texts(one: str, other: str) -> Records:
    rows = [_object(text) for text in (one, other)]
    cells = pd.DataFrame(
        {
            name: pd.Categorical([str(row.get(name) or "") for row in rows])
            for name in COLUMNS
            if name != "rec_id"
        }
    )
    return Records(ids=pa.array([0, 1]), cells=cells)


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_object() from error
    if not isinstance(found, dict):
        raise _not_object()
    return found


def _not_object() -> InputError:
    return InputError(
        "Назовите файл с записями (--records) и два rec_id или дайте две записи как JSON: "
        '\'{"full_name": "…", "birth_date": "…"}\'.',
        code="match.pair",
    )
