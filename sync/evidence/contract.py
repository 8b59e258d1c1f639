"""What a source has promised of its fields: whether each is there, of which type, and what if not.

Of a row that breaks a promise the source's owner chose what becomes: it is taken as it is (EVOLVE),
kept aside (QUARANTINE), or the read ends, since the source answers otherwise than agreed (REFUSE).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from connectors.client.failure import SourceSystemError
from hub.records import Batch, Place, Rejected, WouldBe
from sync.matching.normalise.dates import parse_date

BROKEN: Final = "row.contract"
QUARANTINED: Final = (
    "Поле «{0}» пусто или не того вида, чем условлено с источником. Исправьте его в источнике или "
    "здесь: python -m hub import fix."
)
REFUSED: Final = (
    "Источник отвечает не так, как условлено: поле «{0}» пусто или не того вида. Чтение остановлено; "
    "исправьте источник или договор (contract) в его описании."
)


class FieldType(StrEnum):
    """What a value of a field looks like."""

    TEXT = "TEXT"
    DATE = "DATE"
    NUMBER = "NUMBER"


class Otherwise(StrEnum):
    """What becomes of a row that breaks the promise."""

    EVOLVE = "EVOLVE"
    QUARANTINE = "QUARANTINE"
    REFUSE = "REFUSE"


class Promise(BaseModel):
    """What is promised of one field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = False
    type: FieldType = FieldType.TEXT
    otherwise: Otherwise = Otherwise.QUARANTINE


Contract = Mapping[str, Promise]


def parted(batch: Batch, contract: Contract, *, today: date) -> tuple[Batch, list[Rejected]]:
    """Part a batch's rows that keep the contract from those that are kept aside.

    Raises SourceSystemError where a promise is broken that ends the read.
    """
    keeps = np.ones(len(batch.frame), dtype=bool)
    refused: list[Rejected] = []
    for name, promise in contract.items():
        if promise.otherwise is Otherwise.EVOLVE:
            continue
        holds = _holds(batch, name, promise, today)
        if holds.all():
            continue
        if promise.otherwise is Otherwise.REFUSE:
            raise SourceSystemError(REFUSED.format(name), code="source.contract")
        refused += [_aside(batch, int(at), name, today) for at in np.flatnonzero(keeps & ~holds)]
        keeps &= holds
    frame = batch.frame if keeps.all() else batch.frame[keeps].reset_index(drop=True)
    return replace(batch, frame=frame), refused


def _holds(
    batch: Batch, name: str, promise: Promise, today: date
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    if name not in batch.frame:
        return np.full(len(batch.frame), not promise.required)
    is_of_type: Mapping[FieldType, Callable[[str], bool]] = {
        FieldType.TEXT: lambda _: True,
        FieldType.DATE: lambda text: parse_date(text, today) is not None,
        FieldType.NUMBER: lambda text: text.replace(",", ".").replace(".", "", 1).isdecimal(),
    }
    fits = is_of_type[promise.type]
    cells = batch.frame[name].astype(str)
    return np.array([fits(text) if text else not promise.required for text in cells], dtype=bool)


def _aside(batch: Batch, at: int, name: str, today: date) -> Rejected:
    row = batch.frame.iloc[at]
    return Rejected(
        place=Place(file=batch.file, sheet=str(row["sheet"]), row=int(row["row"]), column=name),
        code=BROKEN,
        message=QUARANTINED.format(name),
        payload={str(key): str(value) for key, value in row.items() if value},
        would_be=WouldBe(kind=batch.kind, stated_as_of=batch.stated_as_of or today),
    )
