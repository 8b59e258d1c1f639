"""Raw cells into facts: every distinct value is normalised once, by pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sync.matching.normalise import names
from sync.matching.normalise.classes import normalise_class
from sync.matching.normalise.contacts import normalise_contacts
from sync.matching.normalise.dates import normalise_birth, normalise_dismissed, normalise_hired
from sync.matching.normalise.experience import normalise_experience
from sync.matching.normalise.messages import MESSAGES
from sync.matching.normalise.organisations import OrganisationName, organisation_key
from sync.matching.normalise.outcome import Rule, run_rule, run_rule_once
from sync.matching.normalise.people_lists import split_people
from sync.matching.normalise.posts import (
    normalise_category,
    normalise_employment,
    normalise_position,
    normalise_young,
)
from sync.matching.normalise.snils import normalise_snils

__all__ = [
    "COLUMNS",
    "VERSION",
    "Normalised",
    "NormalisedOne",
    "OrganisationName",
    "normalise",
    "normalise_one",
    "organisation_key",
    "split_people",
]

VERSION = "2"  # facts made by another version are rebuilt from evidence
RULES = (
    Rule(reads=names.NAME_CELLS, fills=names.FILLS, apply=names.normalise_name),
    Rule(
        reads=("birth_date", "birth_year"),
        fills=("birth_date", "birth_year"),
        apply=normalise_birth,
    ),
    Rule(reads=("snils",), fills=("snils", "snils_state"), apply=normalise_snils),
    Rule(
        reads=("phone", "email", "contacts"), fills=("phones", "emails"), apply=normalise_contacts
    ),
    Rule(
        reads=("position", "subject"),
        fills=("position_code", "position_text", "subjects"),
        apply=normalise_position,
    ),
    Rule(
        reads=("employment_type", "position"),
        fills=("employment_kind",),
        apply=normalise_employment,
    ),
    Rule(reads=("hire_date",), fills=("hired_on",), apply=normalise_hired),
    Rule(reads=("dismissal_date",), fills=("dismissed_on",), apply=normalise_dismissed),
    Rule(
        reads=("teaching_experience", "total_experience", "stated_as_of"),
        fills=("teaching_since",),
        apply=normalise_experience,
    ),
    Rule(reads=("young_specialist",), fills=("young_specialist_flag",), apply=normalise_young),
    Rule(reads=("category",), fills=("category",), apply=normalise_category),
    Rule(reads=("class",), fills=("grade", "letter"), apply=normalise_class),
)
COLUMNS = tuple(column for rule in RULES for column in rule.fills)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """Facts (columns COLUMNS, the index of the raw rows) and findings (row, field, code, message)."""

    frame: pd.DataFrame
    issues: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedOne:
    """The facts of one record by column, and its findings (field, code)."""

    facts: dict[str, object]
    issues: tuple[tuple[str, str], ...]


def normalise(raw: pd.DataFrame, *, today: date) -> Normalised:
    """Give the facts that raw cells state; O(distinct values) in Python, the rest in columns.

    `raw` has a column of texts for each recognised field; any may be absent and an empty string
    is nothing. Values are plain objects: str, list, date, int, bool or None.
    """
    columns: dict[str, object] = {}
    found: list[pd.DataFrame] = []
    for rule in RULES:
        filled, findings = run_rule(rule, raw, today)
        columns |= filled
        if len(findings) or not found:
            found.append(findings)
    frame = pd.DataFrame(columns, index=raw.index, columns=pd.Index(COLUMNS), dtype=object)
    issues = pd.concat(found, ignore_index=True)
    issues["message"] = issues["code"].map(MESSAGES)
    return Normalised(frame=frame, issues=issues)


def normalise_one(raw: Mapping[str, object], *, today: date) -> NormalisedOne:
    """Give the facts of one record, the same as the batch gives, without a data frame."""
    facts: dict[str, object] = {}
    issues: tuple[tuple[str, str], ...] = ()
    for rule in RULES:
        outcome = run_rule_once(rule, raw, today)
        facts |= dict(zip(rule.fills, outcome.values, strict=True))
        issues += outcome.issues
    return NormalisedOne(facts=facts, issues=issues)
