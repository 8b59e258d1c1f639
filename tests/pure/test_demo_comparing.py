"""The demo's check notices every wrong number, and excuses only what an open question may change."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.demo.comparing import (
    BOUNDED,
    FIGURES,
    STATED,
    Asked,
    Difference,
    differences_of,
    is_excused,
    truth_of,
)
from hub.demo.facts import Facts, facts_of
from hub.demo.region import make_region
from hub.demo.truth import Attribution, CoverageRow, GroupBy
from hub.records import FigureMetric

TODAY = date(2026, 11, 21)
Answer = dict[str, Any]  # a JSON value of an answer
PLAN = 80.0  # the region's and each department's for 2026


@pytest.fixture(scope="module")
def facts() -> Facts:
    region = make_region(people=1_500, today=TODAY)
    stated = region.statements
    every = tuple((metric, 40) for metric in FigureMetric)
    files = (replace(stated.files[-1], figures=every), *stated.files)
    bases = tuple(replace(row, file=row.file + 1) for row in stated.bases)
    frames = {"staff": stated.staff.copy(), "pupils": stated.pupils.copy()}
    for frame in frames.values():
        frame["file"] += 1
    return facts_of(replace(region, statements=replace(stated, files=files, bases=bases, **frames)))


def asked(group_by: GroupBy) -> Asked:
    return Asked(period={}, group_by=group_by, attribution=Attribution.HOST)


def answered(question: Asked, facts: Facts) -> Answer:
    """Answer as a hub without a mistake would."""
    truth = truth_of(facts, question)
    by_form = question.group_by is GroupBy.FORM
    planned = question.group_by is GroupBy.DEPARTMENT
    return {
        "starts": truth.starts.isoformat(),
        "day": truth.day.isoformat(),
        "dataAsOf": day(truth.total.data_as_of),
        "total": row_of(truth.total, "TOTAL", target=PLAN),
        "rows": [
            row_of(
                row,
                "OUTSIDE" if key is None else str(key),
                target=PLAN if planned and key is not None else None,
            )
            for key, row in truth.rows.items()
            if question.group_by is not GroupBy.REGION
        ],
        "overlap": {
            figure: None if by_form and name not in truth.overlap else truth.overlap[name]
            for figure, name in FIGURES.items()
        },
    }


def row_of(row: CoverageRow, key: str, *, target: float | None) -> Answer:
    active, young = row.organisations_active, row.young_specialists
    wanted = -(-int(target or 0) * (young or 0) // 100)
    return {
        "key": key,
        **{figure: getattr(row, name) for figure, name in FIGURES.items()},
        **{
            part: {metric: getattr(row, name) for metric, name in names.items()}
            for part, names in STATED.items()
        },
        "possibleDuplicates": dict.fromkeys(BOUNDED, 0),
        "dataAsOf": day(row.data_as_of),
        "completeness": (row.organisations_reported or 0) / active if active else None,
        "target": target,
        "gap": None if target is None else max(0, wanted - (row.covered or 0)),
    }


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def places(value: Answer, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """Give the path to every number and day of an answer."""
    parts: Any = value
    for step in path:
        parts = parts[step]
    if isinstance(parts, dict | list):
        for step in parts if isinstance(parts, dict) else range(len(parts)):
            yield from places(value, *path, step)
    elif path[-1] != "key" and "possibleDuplicates" not in path:
        yield path


def spoiled(answer: Answer, path: tuple[str | int, ...]) -> Answer:
    """Give the answer with one number, or one day, changed a little."""
    copy = deepcopy(answer)
    *way, last = path
    parts: Any = copy
    for step in way:
        parts = parts[step]
    value = parts[last]
    if isinstance(value, str):
        parts[last] = (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    else:
        parts[last] = (value or 0) + 1
    return copy


@pytest.mark.parametrize("group_by", list(GroupBy))
def test_an_answer_without_a_mistake_has_no_difference(facts: Facts, group_by: GroupBy) -> None:
    question = asked(group_by)

    assert [] == list(differences_of(question, facts, answered(question, facts)))


@pytest.mark.parametrize("group_by", [GroupBy.DEPARTMENT, GroupBy.FORM])
def test_no_wrong_number_goes_unnoticed(facts: Facts, group_by: GroupBy) -> None:
    question = asked(group_by)
    answer = answered(question, facts)

    unseen = [
        path
        for path in places(answer)
        if not may_differ(question, answer, path)
        and not list(differences_of(question, facts, spoiled(answer, path)))
    ]

    assert [] == unseen


def may_differ(question: Asked, answer: Answer, path: tuple[str | int, ...]) -> bool:
    """Rows of forms cannot have every figure, and where they have none nothing is compared."""
    parts: Any = answer
    for step in path:
        parts = parts[step]
    return question.group_by is GroupBy.FORM and path[0] in ("rows", "overlap") and parts is None


def difference(question: Asked, facts: Facts, path: tuple[str | int, ...]) -> Difference:
    found = list(differences_of(question, facts, spoiled(answered(question, facts), path)))
    return found[0]


@pytest.mark.parametrize(
    ("path", "excused"),
    [
        (("total", "pairs"), True),
        (("total", "unnamed", "mentors"), True),
        (("total", "asserted", "mentors"), False),
        (("total", "asserted", "mentees"), False),
        (("total", "dataAsOf"), False),
        (("total", "gap"), False),
        (("day",), False),
    ],
)
def test_an_open_question_excuses_only_what_names_make(
    facts: Facts, path: tuple[str | int, ...], *, excused: bool
) -> None:
    found = difference(asked(GroupBy.DEPARTMENT), facts, path)

    assert excused is is_excused(found, {UUID(int=1)})
    assert not is_excused(found, set())


def test_a_unit_without_questions_has_no_excuse(facts: Facts) -> None:
    question = asked(GroupBy.DEPARTMENT)
    rows: list[Mapping[str, Any]] = answered(question, facts)["rows"]
    at = next(number for number, row in enumerate(rows) if row["key"] != "OUTSIDE")

    found = difference(question, facts, ("rows", at, "unnamed", "pairs"))

    assert is_excused(found, {UUID(rows[at]["key"])})
    assert not is_excused(found, {UUID(int=1)})
