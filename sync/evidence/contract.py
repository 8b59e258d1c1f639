"""What a source has promised of its fields: whether each is there, of which type, and what if not.

Of a row that breaks a promise the source's owner chose what becomes: it is taken as it is (EVOLVE),
kept aside (QUARANTINE), or the read ends, since the source answers otherwise than agreed (REFUSE).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from connectors.client.failure import SourceSystemError
from hub.records import Batch, FileKind, Place, Rejected, WouldBe
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
    """What is promised of one field; of lists of some kinds only, where `kinds` names any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = False
    type: FieldType = FieldType.TEXT
    otherwise: Otherwise = Otherwise.QUARANTINE
    kinds: tuple[FileKind, ...] = ()


Contract = Mapping[str, Promise]
Mask = npt.NDArray[np.bool_]


class BrokenPromiseError(SourceSystemError):
    """A promise is broken that ends the reading; `field` is what it is about."""

    def __init__(self, field: str) -> None:
        super().__init__(REFUSED.format(field), code="source.contract")
        self.field = field


def contract_of(said: Mapping[str, object]) -> Contract:
    """Read a contract as it is stored."""
    return {name: Promise.model_validate(one) for name, one in said.items()}


def parted(batch: Batch, contract: Contract, *, today: date) -> tuple[Batch, list[Rejected]]:
    """Part a batch's rows that keep the contract from those that are kept aside.

    Raises BrokenPromiseError where a promise is broken that ends the read.
    """
    keeps, broken = kept(batch, contract, today=today)
    would_be = WouldBe(kind=batch.kind, stated_as_of=batch.stated_as_of or today)
    frame = batch.frame if keeps.all() else batch.frame[keeps].reset_index(drop=True)
    return replace(batch, frame=frame), [aside(batch, at, name, would_be) for at, name in broken]


def kept(
    batch: Batch, contract: Contract, *, today: date
) -> tuple[Mask, Sequence[tuple[int, str]]]:
    """Mark the rows that keep the contract; of each other one give its place and the first field.

    Raises BrokenPromiseError where a promise is broken that ends the reading.
    """
    keeps = np.ones(len(batch.frame), dtype=bool)
    broken: list[tuple[int, str]] = []
    for name, promise in contract.items():
        if promise.otherwise is Otherwise.EVOLVE or batch.kind not in (promise.kinds or FileKind):
            continue
        holds = _holds(batch, name, promise, today)
        if holds.all():
            continue
        if promise.otherwise is Otherwise.REFUSE:
            raise BrokenPromiseError(name)
        broken += [(int(at), name) for at in np.flatnonzero(keeps & ~holds)]
        keeps &= holds
    return keeps, broken


def aside(batch: Batch, at: int, name: str, would_be: WouldBe) -> Rejected:
    """Keep a row aside that breaks what is promised of a field."""
    row = batch.frame.iloc[at]
    return Rejected(
        place=Place(file=batch.file, sheet=str(row["sheet"]), row=int(row["row"]), column=name),
        code=BROKEN,
        message=QUARANTINED.format(name),
        payload={str(key): str(value) for key, value in row.items() if value},
        would_be=would_be,
    )


def _holds(batch: Batch, name: str, promise: Promise, today: date) -> Mask:
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


def is_aside(rejected: Rejected) -> bool:
    """Say whether a row, or a table, was not taken because a promise was broken."""
    return rejected.code in {BROKEN, "file.contract"}
