"""Steward's pins: a person's word about a field, which outranks whatever records say.

A pin hangs on a record, so it follows that record through mergers and splits: whoever bears the
record has the field so. Where several people pinned one field of a person the last word counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg
import numpy as np
import pandas as pd

from sync.columns import column

Connection = asyncpg.Connection

# Fields that may be pinned, and how a value that no record says is read.
PINNED_FIELDS: Final = ("last_name", "first_name", "middle_name", "birth_date", "sex", "snils")
RULE: Final = "PIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pin in force: a record, a field, and the value where it is not the record's own."""

    record_id: int
    field: str
    value: str | None


async def standing_pins(connection: Connection, records: Sequence[int]) -> list[Standing]:
    """Read the pins on these records, the last word last."""
    rows = await connection.fetch(
        "select record_id, field, value from pin"
        " where record_id = any($1) and retracted_at is null order by given_at, id",
        list(records),
    )
    return [Standing(**dict(row)) for row in rows]


def pinned(chosen: pd.DataFrame, facts: pd.DataFrame, pins: Sequence[Standing]) -> pd.DataFrame:
    """Let the pins choose: the rule of a pinned field is PIN, its record the pinned one.

    Adds the column `value`: what was pinned where no record says it, else nothing.
    """
    chosen = chosen.assign(value=column([None] * len(chosen)))
    if not pins:
        return chosen
    position = {record: at for at, record in enumerate(facts["record_id"].tolist())}
    people = facts["person_id"].tolist()
    said = {(people[position[pin.record_id]], pin.field): pin for pin in pins}
    keys = zip(chosen["person_id"], chosen["field"], strict=True)
    kept = chosen[np.array([key not in said for key in keys], dtype=bool)]
    fresh = pd.DataFrame(
        [
            {
                "label": -1,
                "field": field,
                "position": position[pin.record_id],
                "rule": RULE,
                "person_id": person,
                "value": value_of(pin.field, pin.value),
            }
            for (person, field), pin in said.items()
        ],
        dtype=object,
    )
    return pd.concat([kept, fresh], ignore_index=True)


def value_of(field: str, value: str | None) -> object:
    """Read a pinned value as the projection keeps it; raises ValueError for a wrong date or sex."""
    if value is None:
        return None
    if field == "birth_date":
        return date.fromisoformat(value)
    if field == "sex" and value not in SEXES:
        raise ValueError(value)
    return value


SEXES: Final[Mapping[str, str]] = {"MALE": "мужской", "FEMALE": "женский"}
