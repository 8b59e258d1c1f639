"""What coverage must hold: numbers counted a day at a time, rows in their order, the overlap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hub.coverage import COUNTS
from hub.coverage.measures import has_rows
from tests.door.counted import asked_of, counted
from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    key_in,
    related,
    snake,
    things,
    unscoped,
)
from tests.door.tables import Row
from tests.rooms.coverage.asking import shape
from tests.rooms.coverage.evaluator import OUTSIDE, TOTAL, Asked, Evaluator
from tests.rooms.coverage.expected import expected

METRICS = ("mentors", "mentees", "pairs")
# Where a unit stands, what it is called, what its row refers to it by, and its row of nobody.
UNITS = {
    "DEPARTMENT": ("organisation", "short_name", "organisation_id", "Вне ТУ/ДО"),
    "ORGANISATION": ("organisation", "short_name", "organisation_id", "Организация не указана"),
    "TERRITORY": ("territory", "name", "territory_id", "Территория не указана"),
    "FORM": ("mentoring_form", "label", "form_code", "Форма не указана"),
}
REFERENCES = ("organisation_id", "territory_id", "form_code")


@dataclass
class Answer:
    """One question and its answer, cut to the figures that are selected."""

    world: World
    asked: Asked
    selected: frozenset[str]

    @cached_property
    def evaluator(self) -> Evaluator:
        return counted(self.world.tables, self.asked)

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Give a row for each unit that should mentor or that a selected figure names."""
        found = [self.row(key) for key in self.keys()]
        return sorted(found, key=lambda row: (row["key"] == OUTSIDE, row["sort_key"], row["key"]))

    @cached_property
    def total(self) -> Row:
        figures = expected(self.evaluator, self.asked, None)
        return {"key": TOTAL, "title": "Всего", **dict.fromkeys(REFERENCES), **figures}

    def overlap(self) -> Row:
        return {name: self.excess(name) for name in COUNTS}

    def excess(self, name: str) -> int | None:
        numbers = [row[name] for row in self.rows]
        if self.total[name] is None or (numbers and set(numbers) == {None}):
            return None
        return int(sum(number or 0 for number in numbers) - self.total[name])

    def keys(self) -> set[str]:
        if self.asked.group_by == "NONE":
            return {TOTAL}
        return {*self.standing(), *self.named()}

    def standing(self) -> Iterator[str]:
        """Give the units that have a row whatever is asked of them."""
        if self.asked.group_by != "FORM":
            yield from self.having("active_organisations")
            return
        for form in self.world.tables["mentoring_form"]:
            in_force = form["starts"] < self.asked.hi and form["ends"] > self.asked.lo
            if in_force and (self.asked.forms is None or form["code"] in self.asked.forms):
                yield str(form["code"])

    def named(self) -> Iterator[str]:
        """Give the units that a selected figure names."""
        wanted = set(self.wanted())
        for name, measure in COUNTS.items():
            if name in wanted and has_rows(measure, shape(self.asked)):
                yield from self.having(name)
        if {"asserted", "unnamed"} & wanted and self.asked.group_by != "FORM":
            yield from self.asserting()

    def wanted(self) -> Iterator[str]:
        """Give the selected figures; `asserted` and `unnamed` if any part of theirs is."""
        for path in self.selected:
            part, *names = path.split(".")
            if part not in {"rows", "overlap"} or not names:
                continue
            is_stated = names[0] in {"asserted", "unnamed"}
            if not is_stated or names[-1] in METRICS:
                yield snake(names[0])

    def having(self, name: str) -> Iterator[str]:
        yield from (key for key, found in self.evaluator.counted.rows[name].items() if found)

    def asserting(self) -> Iterator[str]:
        units = {self.evaluator.key(one, day) for one, day in self.days()}
        for key in units:
            if any(self.evaluator.stated(metric.upper(), key) for metric in METRICS):
                yield key

    def days(self) -> Iterator[tuple[Any, Any]]:
        for figure in self.evaluator.world.figures:
            yield figure.organisation, max(figure.stated_as_of, self.asked.lo)

    def row(self, key: str) -> Row:
        figures = expected(self.evaluator, self.asked, key)
        return {"key": key, **self.unit(key), **figures}

    def unit(self, key: str) -> Row:
        empty = dict.fromkeys(REFERENCES)
        if self.asked.group_by == "NONE":
            return {**empty, "title": "Всего", "sort_key": ""}
        table, title, reference, nobody = UNITS[self.asked.group_by]
        if key == OUTSIDE:
            return {**empty, "title": nobody, "sort_key": ""}
        column, value = ("code", key) if table == "mentoring_form" else ("id", key_in(f"-{key}"))
        unit = self.world.one(table, **{column: value})
        assert unit is not None, key
        place = f"{unit['sort_order']:09d}" if table == "mentoring_form" else unit["sort_key"]
        return {**empty, "title": unit[title], reference: value, "sort_key": place}


def coverage(world: World, _: Row, arguments: Arguments) -> object:
    asked = asked_of(world, arguments)
    answer = Answer(world, asked, world.selected)
    return Thing(
        "Coverage",
        {
            "answer": answer,
            "group_by": asked.group_by,
            "attribution": asked.attribution,
            "starts": asked.lo,
            "day": asked.day,
            "data_as_of": answer.total["data_as_of"],
            "source": "LIVE",
            "computed_at": None,
        },
    )


def parts(kind: str, prefix: str, names: Sequence[str]) -> Resolve:
    """Give the figures that share a prefix as a thing of their own."""
    return lambda _, row, __: Thing(kind, {name: row[f"{prefix}_{name}"] for name in names})


COVERAGE: Mapping[tuple[str, str], Resolve] = {
    ("Query", "coverage"): coverage,
    ("Coverage", "rows"): lambda _, row, __: things("CoverageRow", row["answer"].rows),
    ("Coverage", "total"): lambda _, row, __: Thing("CoverageRow", row["answer"].total),
    ("Coverage", "overlap"): lambda _, row, __: Thing("CoverageOverlap", row["answer"].overlap()),
    ("CoverageRow", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("CoverageRow", "territory"): unscoped("Territory", "territory", "territory_id"),
    ("CoverageRow", "asserted"): parts("CoverageAsserted", "asserted", METRICS),
    ("CoverageRow", "unnamed"): parts("CoverageUnnamed", "unnamed", METRICS),
    ("CoverageRow", "possibleDuplicates"): parts(
        "CoverageDuplicates", "duplicates", ("mentors", "mentees")
    ),
}
