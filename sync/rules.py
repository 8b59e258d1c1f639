"""The bounds of counting that joining claims needs, from the rule in force."""

from datetime import date
from typing import Any  # parameters of a rule are of any kind

from hub.database import ReadSession
from hub.errors import DatabaseError
from sync.claims import ClaimRules


async def read_claim_rules(session: ReadSession, *, on: date) -> ClaimRules:
    """Read the rule COUNTING of a day; raises DatabaseError where none is in force."""
    found = await session.raw.fetchval(
        "select parameters from indicator_rule where code = 'COUNTING'"
        " and starts <= $1 and ends > $1 order by version desc limit 1",
        on,
    )
    if found is None:
        raise DatabaseError(
            "Правила счёта не загружены. Выполните «python -m hub db upgrade».",
            code="database.no_rules",
        )
    parameters: dict[str, Any] = found
    return ClaimRules(
        gap_days=parameters["gap_days"],
        lapse_month=parameters["lapse_month"],
        lapse_day=parameters["lapse_day"],
    )
