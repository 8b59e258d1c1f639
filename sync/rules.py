"""The bounds of counting and of the brake, from the rules in force."""

from datetime import date
from typing import Any  # parameters of a rule are of any kind

from hub.database import ReadSession
from hub.errors import DatabaseError
from sync.mentoring.claims import ClaimRules


async def read_claim_rules(session: ReadSession, *, on: date) -> ClaimRules:
    """Read the rule COUNTING of a day; raises DatabaseError where none is in force."""
    parameters = await read_parameters(session, "COUNTING", on=on)
    return ClaimRules(
        gap_days=parameters["gap_days"],
        lapse_month=parameters["lapse_month"],
        lapse_day=parameters["lapse_day"],
    )


async def read_parameters(session: ReadSession, code: str, *, on: date) -> dict[str, Any]:
    """Read the parameters of a rule of a day; raises DatabaseError where none is in force."""
    found: dict[str, Any] | None = await session.raw.fetchval(
        "select parameters from indicator_rule where code = $1"
        " and starts <= $2 and ends > $2 order by version desc limit 1",
        code,
        on,
    )
    if found is None:
        raise DatabaseError(
            "Правила счёта не загружены. Выполните «python -m hub db upgrade».",
            code="database.no_rules",
        )
    return found
