"""The periods and choices of the law that are in force on a day, each with its clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any  # each rule has its own bounds

from hub.database import ReadSession
from hub.errors import ConfigError
from hub.law.calendar import Calendar, after_working_days, last_day


class RequestKind(StrEnum):
    """What is demanded of whoever keeps personal data."""

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    WITHDRAWAL = "WITHDRAWAL"
    STOP = "STOP"
    UNLAWFUL = "UNLAWFUL"
    GOAL_REACHED = "GOAL_REACHED"


class ConsentPurpose(StrEnum):
    """What a consent is for; each has a paper of its own."""

    PROCESSING = "PROCESSING"
    TRANSFER = "TRANSFER"
    PUBLICATION = "PUBLICATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule in force: its bounds and where they stand."""

    code: str
    parameters: Mapping[str, Any]
    source: str


async def read_rule(session: ReadSession, code: str, *, on: date) -> Rule:
    """Read the newest version of a rule in force on a day; raises ConfigError where there is none."""
    row = await session.raw.fetchrow(
        "select code, parameters, source from law_rule"
        " where code = $1 and starts <= $2 and ends > $2 order by version desc limit 1",
        code,
        on,
    )
    if row is None:
        raise ConfigError(
            f"На {on:%d.%m.%Y} нет правила {code}: загрузите правила командой db upgrade.",
            code="law.no_rule",
        )
    return Rule(**dict(row))


def due_on(rule: Rule, received_on: date, calendar: Calendar, *, extended: bool = False) -> date:
    """Give the last day by which a request of the rule is to be met."""
    bounds = rule.parameters
    if "working_days" in bounds:
        more = int(bounds.get("extension", 0)) if extended else 0
        return after_working_days(received_on, int(bounds["working_days"]) + more, calendar)
    return last_day(received_on, int(bounds["days"]), calendar)
