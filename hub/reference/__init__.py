"""The methodology and the law as rows: forms, positions, indicators, bounds, periods, working days.

The files beside this module are versioned data with their sources; `load` writes them on every
upgrade. A region's own rows stay: only codes and versions that the files name are written.
"""

import json
from datetime import date
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert

from hub.database import WriteSession
from hub.tables.base import Base
from hub.tables.law import CalendarDay, LawRule
from hub.tables.measurement import Indicator, IndicatorRule
from hub.tables.mentoring import MentoringForm, Position

FILES: Final[tuple[tuple[str, type[Base], tuple[str, ...]], ...]] = (
    ("mentoring_form", MentoringForm, ("code",)),
    ("position", Position, ("code",)),
    ("indicator", Indicator, ("code",)),
    ("indicator_rule", IndicatorRule, ("code", "version")),
    ("law_rule", LawRule, ("code", "version")),
    ("calendar_day", CalendarDay, ("day",)),
)
DATES: Final = ("starts", "ends", "day")


async def load(session: WriteSession) -> None:
    """Add new reference rows and bring changed ones to what their files say."""
    for name, table, key in FILES:
        found = rows(name)
        statement = insert(table).values(found)
        ours = [column for column in found[0] if column not in key]
        await session.orm.execute(
            statement.on_conflict_do_update(
                index_elements=key,
                set_={column: statement.excluded[column] for column in ours},
                where=or_(
                    *(
                        getattr(table, column).is_distinct_from(statement.excluded[column])
                        for column in ours
                    )
                ),
            )
        )


def rows(name: str) -> list[dict[str, Any]]:  # the columns of a table, each of its own type
    """Read one file's rows with dates as dates."""
    text = files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    return [
        {key: date.fromisoformat(value) if key in DATES else value for key, value in row.items()}
        for row in json.loads(text)
    ]
