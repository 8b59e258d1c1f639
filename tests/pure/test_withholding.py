"""Withheld cells: small numbers are nowhere, and no sum gives one back."""

import random
from collections.abc import Mapping

import numpy as np
import pytest
from scipy.optimize import linprog

from hub.coverage.withholding import Tree, bounds, tree_of, withheld

LEAST = 5
Figure = Mapping[str, int]


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - regions repeat by their seed


def region(draw: random.Random) -> tuple[Tree, Figure]:
    """Draw a region, its departments and schools; some people are counted in several places."""
    above: dict[str, str | None] = {"R": None}
    figure: dict[str, int] = {}
    for number in range(draw.randint(1, 5)):
        department = f"D{number}"
        above[department] = "R"
        schools = [f"{department}S{one}" for one in range(draw.randint(0, 6))]
        above.update(dict.fromkeys(schools, department))
        figure.update(
            {one: draw.choice((0, 0, 1, 2, 4, 5, 7, draw.randint(0, 40))) for one in schools}
        )
        figure[department] = max(
            max((figure[one] for one in schools), default=draw.randint(0, 9)),
            sum(figure[one] for one in schools) - draw.choice((0, 0, 0, 1, 3)),
        )
    departments = [one for one, over in above.items() if over == "R"]
    figure["R"] = max(sum(figure[one] for one in departments) - draw.choice((0, 0, 2)), 0)
    return tree_of(above), figure


def most(tree: Tree, figure: Figure, hidden: frozenset[str], cell: str) -> float:
    """Ask a solver how large a cell may be for whoever knows everything that is shown."""
    cells = list(tree.above)
    place = {one: at for at, one in enumerate(cells)}
    sums, values = [], []
    for one in tree.downwards:
        row = np.zeros(len(cells))
        row[place[one]] = -1
        for part in tree.beneath[one]:
            row[place[part]] = 1
        sums.append(row)
        values.append(sum(figure[part] for part in tree.beneath[one]) - figure[one])
    ranges = [
        (min(1, figure[one]), None if figure[one] else 0)
        if one in hidden
        else (figure[one], figure[one])
        for one in cells
    ]
    goal = np.zeros(len(cells))
    goal[place[cell]] = -1
    found = linprog(goal, A_eq=np.array(sums) if sums else None, b_eq=values or None, bounds=ranges)
    return float("inf") if found.fun is None or found.status == 3 else -found.fun


@pytest.mark.parametrize("seed", range(60))
def test_whoever_knows_all_that_is_shown_cannot_tell_a_small_number_from_a_shown_one(
    seed: int,
) -> None:
    tree, figure = region(drawn(seed))

    hidden = withheld(tree, [figure], least=LEAST)

    assert {one for one in figure if 0 < figure[one] < LEAST} <= hidden
    for cell in sorted(hidden):
        if 0 < figure[cell] < LEAST:
            assert most(tree, figure, hidden, cell) >= LEAST, (seed, cell)


@pytest.mark.parametrize("seed", range(20))
def test_bounds_are_what_a_solver_finds(seed: int) -> None:
    draw = drawn(seed)
    tree, figure = region(draw)
    hidden = frozenset(draw.sample(sorted(figure), len(figure) // 2))

    found = bounds(tree, figure, hidden)

    assert {one: most(tree, figure, hidden, one) for one in figure} == pytest.approx(
        {one: high for one, (_, high) in found.items()}
    )


def test_where_nothing_is_small_everything_is_shown() -> None:
    tree = tree_of({"R": None, "D": "R", "A": "D", "B": "D"})

    assert frozenset() == withheld(tree, [{"R": 11, "D": 11, "A": 0, "B": 11}], least=LEAST)


def test_a_neighbour_is_withheld_lest_the_sum_give_a_small_number_back() -> None:
    tree = tree_of({"R": None, "D": "R", "A": "D", "B": "D", "C": "D"})

    hidden = withheld(tree, [{"R": 22, "D": 22, "A": 2, "B": 8, "C": 12}], least=LEAST)

    assert {"A", "B"} == hidden


def test_two_small_neighbours_whose_sum_is_small_take_a_third() -> None:
    tree = tree_of({"R": None, "A": "R", "B": "R", "C": "R"})

    assert {"A", "B", "C"} == withheld(tree, [{"R": 14, "A": 1, "B": 1, "C": 12}], least=LEAST)


def test_an_only_school_takes_its_department_and_that_another_department() -> None:
    tree = tree_of({"R": None, "D": "R", "E": "R", "F": "R", "A": "D", "B": "E", "C": "F"})
    figure = {"R": 33, "D": 3, "A": 3, "E": 10, "B": 10, "F": 20, "C": 20}

    # What would be shown of E's only school would give E back, and E the department.
    assert {"A", "D", "E", "B"} == withheld(tree, [figure], least=LEAST)


def test_figures_that_follow_from_one_another_are_withheld_together() -> None:
    tree = tree_of({"R": None, "A": "R", "B": "R"})
    young = {"R": 40, "A": 20, "B": 20}
    covered = {"R": 33, "A": 18, "B": 15}
    uncovered = {"R": 7, "A": 2, "B": 5}

    assert {"A", "B"} == withheld(tree, [young, covered, uncovered], least=LEAST)
