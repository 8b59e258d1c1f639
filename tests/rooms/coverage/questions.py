"""The questions asked of every world."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

from hub.coverage import GroupBy, period_of
from tests.rooms.coverage.evaluator import Asked
from tests.rooms.coverage.world import TODAY, World


def periods() -> list[Asked]:
    asked = [(date(2025, 10, 20), None, None), (None, 2025, None), (None, None, 2025)]
    asked += [(None, None, None), (None, 2024, None)]
    found = [period_of(as_of=a, academic_year=b, calendar_year=c, today=TODAY) for a, b, c in asked]
    return [Asked(lo=one.lo, hi=one.hi, stated_from=one.stated_from) for one in found]


def questions(world: World) -> Iterator[Asked]:
    viewers = [None, *world.departments[:2]]
    for asked, group, attribution, viewer in product(
        periods(), GroupBy, ("HOST", "EMPLOYER"), viewers
    ):
        yield replace(asked, group_by=group.value, attribution=attribution, viewer=viewer)


def narrowed(world: World, seed: int) -> Iterator[Asked]:
    draw = random.Random(seed)  # noqa: S311 - repeats by its seed
    units = list(world.organisations)
    for asked in draw.sample(list(questions(world)), 30):
        yield replace(
            asked,
            scope=draw.choice([None, *world.departments, *units]),
            forms=draw.choice([None, None, ("TEACHER_TEACHER",), ("STUDENT_STUDENT", "OTHER")]),
            organisations=draw.choice([None, None, tuple(draw.sample(units, 5))]),
            territories=draw.choice([None, None, tuple(draw.sample(list(world.territories), 1))]),
            kinds=draw.choice([None, None, ("SCHOOL",), ("COLLEGE", "PARTNER")]),
        )
