"""Whose lists a giver may hand in: the organisations beneath the one they act for."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.records import Batch, Place, Rejected

FOREIGN: Final = (
    "Список другой организации: от вашего имени его принять нельзя. Загрузите список своей "
    "организации или передайте этот файл тому, кто за неё отвечает."
)


async def organisations_within(
    connection: asyncpg.Connection, owner: UUID, *, today: date
) -> frozenset[UUID]:
    """Name the organisation and those that answer to it today."""
    rows = await connection.fetch(
        "select organisation_id from organisation_place where authority_id = $1"
        " and starts <= $2 and ends > $2",
        owner,
        today,
    )
    return frozenset(row["organisation_id"] for row in rows) | {owner}


def foreign_rows(organisations: pd.Series, within: frozenset[UUID] | None) -> npt.NDArray[np.bool_]:
    """Mark the rows of organisations that the giver does not act for."""
    if within is None:
        return np.zeros(len(organisations), dtype=bool)
    return (organisations.notna() & ~organisations.isin(within)).to_numpy(dtype=bool)


def foreigners(batch: Batch, foreign: npt.NDArray[np.bool_]) -> list[Rejected]:
    """Refuse foreign rows: the file as a whole where it has no others, else row by row.

    A row is not kept: it names people of an organisation that is none of the giver's business.
    """
    if not foreign.any():
        return []
    sheet = str(batch.frame["sheet"].iloc[0])
    if foreign.all():
        place = Place(file=batch.file, sheet=sheet)
        return [Rejected(place=place, code="file.foreign_organisation", message=FOREIGN)]
    return [
        Rejected(
            place=Place(file=batch.file, sheet=str(place), row=int(row), column="organization"),
            code="row.foreign_organisation",
            message=FOREIGN,
        )
        for place, row in zip(
            batch.frame["sheet"][foreign], batch.frame["row"][foreign], strict=True
        )
    ]
