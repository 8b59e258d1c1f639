"""What a comparison of two periods must hold: both counted apart, members one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.coverage import COUNTS, MEMBERS, Measure
from tests.door.counted import asked_of
from tests.door.evaluator import Arguments, Resolve, Thing, World, page, related, things, unscoped
from tests.door.evaluator_coverage import Answer
from tests.door.evaluator_members import Naming, behind, listed
from tests.door.tables import Row
from tests.rooms.coverage.evaluator import OUTSIDE, TOTAL, Member
from tests.rooms.coverage.expected import expected

NAMES = {measure: name for name, measure in COUNTS.items()}
PLACES = [{"id": number} for number in range(1, 500)]  # where a cursor of a row may stand


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@dataclass
class Compared:
    """Two answers and the measures compared."""

    before: Answer
    after: Answer
    measures: Sequence[Measure]

    def rows(self) -> Sequence[Row]:
        if self.before.asked.group_by == "NONE":
            return []
        found = [
            {"key": key, **self.before.unit(key), "compared": self}
            for key in self.before.keys() | self.after.keys()
        ]
        ordered = sorted(
            found, key=lambda row: (row["key"] == OUTSIDE, row["sort_key"], row["key"])
        )
        return [{**row, "id": number} for number, row in enumerate(ordered, start=1)]

    def total(self) -> Row:
        return {**self.before.total, "compared": self}

    def figures(self, key: str) -> Sequence[Row]:
        found = []
        for measure in self.measures:
            before, after = (
                expected(side.evaluator, side.asked, None if key == TOTAL else key)[NAMES[measure]]
                for side in (self.before, self.after)
            )
            delta = None if before is None or after is None else after - before
            found.append(
                {"measure": measure.value, "before": before, "after": after, "delta": delta,
                 "key": key, "compared": self}
            )  # fmt: skip
        return found

    def members(self, measure: Measure, key: str, side: Answer) -> set[Member]:
        return behind(side.evaluator, measure, key)


def coverage_delta(world: World, _: Row, arguments: Arguments) -> object:
    wanted = set(arguments["measures"])
    measures = [measure for measure in Measure if measure.value in wanted]
    figures = frozenset(f"rows.{camel(NAMES[measure])}" for measure in measures)
    before, after = (
        Answer(world, asked_of(world, {**arguments, "period": arguments.get(side)}), figures)
        for side in ("from", "to")
    )
    return Thing(
        "CoverageDelta",
        {
            "compared": Compared(before=before, after=after, measures=measures),
            "group_by": before.asked.group_by,
            "attribution": before.asked.attribution,
            "day_before": before.asked.day,
            "day_after": after.asked.day,
        },
    )


def rows(_: World, row: Row, arguments: Arguments) -> object:
    return page(
        "CoverageDeltaRow",
        row["compared"].rows(),
        PLACES,
        arguments,
        lambda each: (each["id"], 0),
    )


def members(stands: str, lacks: str) -> Resolve:
    def find(world: World, row: Row, arguments: Arguments) -> object:
        compared, measure = row["compared"], Measure(row["measure"])
        here, there = getattr(compared, stands), getattr(compared, lacks)
        found = compared.members(measure, row["key"], here) - compared.members(
            measure, row["key"], there
        )
        by_employer = here.asked.attribution == "EMPLOYER" and measure is Measure.MENTORS
        source = "employed" if by_employer else "mentorships"
        naming = Naming(world, here.evaluator.counted.whole[source])
        return listed(naming, MEMBERS[measure].kind, found, arguments)

    return find


DELTA: Mapping[tuple[str, str], Resolve] = {
    ("Query", "coverageDelta"): coverage_delta,
    ("CoverageDelta", "rows"): rows,
    ("CoverageDelta", "total"): lambda _, row, __: Thing(
        "CoverageDeltaRow", row["compared"].total()
    ),
    ("CoverageDeltaRow", "figures"): lambda _, row, __: things(
        "CoverageDeltaFigure", row["compared"].figures(row["key"])
    ),
    ("CoverageDeltaRow", "organisation"): related(
        "Organisation", "organisation", "organisation_id"
    ),
    ("CoverageDeltaRow", "territory"): unscoped("Territory", "territory", "territory_id"),
    ("CoverageDeltaFigure", "came"): members("after", "before"),
    ("CoverageDeltaFigure", "left"): members("before", "after"),
}
DELTA_INPUTS: Mapping[str, list[object]] = {
    "Query.coverageDelta(measures)": [
        ["MENTORS", "PAIRS"], ["MENTEES", "YOUNG_SPECIALISTS_COVERED"], ["GROUPS"],
        ["APPROVED_ORGANISATIONS", "ORGANISATIONS_WITH_MENTORING", "PROGRAMMES"],
        [*(measure.value for measure in Measure)],
    ]
}  # fmt: skip
DELTA_LISTS = """{
    coverageDelta(from: { asOf: "2020-02-02" }, groupBy: DEPARTMENT, measures: [MENTEES]) {
      rows { edges { cursor } }
      total { figures { came { edges { cursor } } left { edges { cursor } } } }
    }
  }"""
