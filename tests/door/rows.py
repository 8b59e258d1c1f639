"""A small invented region as plain rows, written straight into the tables.

Two departments of different districts, schools, a partner and a closed school; people of one, of
both and of neither department; pairs inside a department, across departments and with a partner;
ended, future and unknown values. Everything follows from one seed.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from hub.seal import Sealer

ALWAYS, FOREVER = date.min, date.max
PAST, RECENT, LATER = date(2019, 9, 1), date(2025, 9, 1), date(2090, 9, 1)
LAST_NAMES = ("Ёлкин", "Дубров", "Берёзов", "Кленов", "Осинов", "Ивушкин", 'Ряб"инин', "Сосн\\ов")
FIRST_NAMES = ("Тестан", "Пробий", "Образ", "Экземпл", "Черновик")
MIDDLE_NAMES = ("Пробович", "Тестанович", "")
Row = Mapping[str, Any]  # a column holds any type that the driver writes


def uid(kind: str, number: int) -> UUID:
    """Return the same uuid for the same name in every run."""
    return UUID(bytes=sha256(f"{kind}/{number}".encode()).digest()[:16], version=4)


ROOT = uid("organisation", 0)
NORTH, SOUTH = uid("organisation", 1), uid("organisation", 2)
SCHOOLS = {3: NORTH, 4: NORTH, 5: SOUTH, 6: SOUTH, 7: NORTH}
PARTNER = uid("organisation", 8)
CLOSED = uid("organisation", 7)
REGION, NORTH_DISTRICT, SOUTH_DISTRICT, SETTLEMENT = (uid("territory", n) for n in range(4))


def key_of(text: str) -> str:
    """Fold a text as sort keys are folded."""
    return text.casefold().replace("ё", "е").strip()


@dataclass
class Region:
    """Rows by table, in an order in which they can be written."""

    draw: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - test data, no secret
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    sealer: Sealer = field(default_factory=lambda: Sealer({1: bytes(range(32))}))

    def add(self, table: str, **row: Any) -> None:  # noqa: ANN401 - a column of any type
        self.tables[table].append(row)

    def number(self, table: str) -> int:
        return len(self.tables[table]) + 1

    def chance(self, share: float) -> bool:
        return self.draw.random() < share


async def write(region: Region, connection: asyncpg.Connection) -> None:
    """Write all rows, those of a table that state the same columns in one go."""
    for table, rows in region.tables.items():
        stating: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            stating[tuple(row)].append(row)
        for columns, alike in stating.items():
            names = ", ".join(f'"{name}"' for name in columns)
            places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
            statement = f"insert into {table} ({names}) values ({places})"
            await connection.executemany(statement, [tuple(row.values()) for row in alike])
