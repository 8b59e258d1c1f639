"""Which cells of a public table are withheld, so that no sum gives a small one back. Pure.

The cells of a table form a tree: the region, its departments, their organisations. Every cell but
the region's stands in the sum above it. A small number (1 to 4 people) is withheld, and with it as
many neighbours as it takes until whoever knows every published number, every sum and how often
somebody is counted twice must still allow that the small number is not small.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

Figures = Mapping[str, int]  # one figure of every cell
Bounds = tuple[float, float]
MENTORING: Final = ("mentors", "mentees", "pairs")
YOUNG: Final = (
    "young_specialists", "young_specialists_covered", "young_specialists_uncovered",
)  # fmt: skip
# Figures that follow from one another stand or fall together: what is shown of one tells of the
# others (all young specialists less the covered are the uncovered).
BLOCKS: Final = (MENTORING, YOUNG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The cells of a table: whose sum each stands in (null for the region's), and each sum's cells.

    `downwards` lists the cells that are sums, each after the one above it.
    """

    above: Mapping[str, str | None]
    beneath: Mapping[str, Sequence[str]]
    downwards: Sequence[str]


def tree_of(above: Mapping[str, str | None]) -> Tree:
    """Make the tree of cells that say in whose sum they stand."""
    beneath: dict[str, list[str]] = {}
    for cell, sum_above in above.items():
        if sum_above is not None:
            beneath.setdefault(sum_above, []).append(cell)
    order = [cell for cell, sum_above in above.items() if sum_above is None]
    for cell in order:
        order.extend(beneath.get(cell, ()))
    return Tree(above=above, beneath=beneath, downwards=[cell for cell in order if cell in beneath])


def withheld(tree: Tree, figures: Sequence[Figures], *, least: int) -> frozenset[str]:
    """Name the cells whose figures of one block are not shown; `least` is the smallest shown number.

    Nought is shown: that nobody mentors somewhere is what the table is for.
    """
    hidden = {cell for cell in tree.above if any(0 < one[cell] < least for one in figures)}
    while weak := _weak(tree, figures, hidden, least=least):
        cell, figure = weak
        hidden.update(_with_a_part(tree, figure, _neighbour(tree, cell, figure, hidden), hidden))
    return frozenset(hidden)


def _weak(
    tree: Tree, figures: Sequence[Figures], hidden: set[str], *, least: int
) -> tuple[str, Figures] | None:
    """Find a small number that the rest of the table shows to be small."""
    for one in figures:
        known = bounds(tree, one, hidden)
        for cell in sorted(hidden):
            if 0 < one[cell] < least and known[cell][1] < least:
                return cell, one
    return None


def _neighbour(tree: Tree, cell: str, figure: Figures, hidden: set[str]) -> str:
    """Choose what to withhold besides: the smallest that shares a sum with the cell, else the sum."""
    above = tree.above[cell]
    while above is not None:
        shown = [one for one in tree.beneath[above] if one not in hidden and figure[one] > 0]
        if shown:
            return min(shown, key=lambda one: (figure[one], one))
        if above not in hidden:
            return above
        above = tree.above[above]
    raise ValueError("The region's own number is withheld and bounded by nothing")


def _with_a_part(tree: Tree, figure: Figures, cell: str, hidden: set[str]) -> Iterable[str]:
    """Give a cell and what of its own sum is withheld with it, else its parts would add up to it."""
    yield cell
    parts = [one for one in tree.beneath.get(cell, ()) if figure[one] > 0]
    if parts and not hidden.intersection(parts):
        smallest = min(parts, key=lambda one: (figure[one], one))
        yield from _with_a_part(tree, figure, smallest, hidden)


def bounds(tree: Tree, figure: Figures, hidden: Iterable[str]) -> Mapping[str, Bounds]:
    """Give what each number may be for whoever knows all that is shown, and which numbers are nought.

    Exact: the sums of a tree share one cell at most, so narrowing upwards and then downwards leaves
    of each cell exactly the values that some filling of all the others allows.
    """
    secret = set(hidden)
    known: dict[str, Bounds] = {
        cell: (min(1, value), inf if value else 0) if cell in secret else (value, value)
        for cell, value in figure.items()
    }
    for cell in reversed(tree.downwards):
        low, high, twice = _sum(tree, figure, known, cell)
        known[cell] = max(known[cell][0], low - twice), min(known[cell][1], high - twice)
    for cell in tree.downwards:
        _narrow(tree, figure, known, cell)
    return known


def _sum(
    tree: Tree, figure: Figures, known: Mapping[str, Bounds], cell: str
) -> tuple[float, float, int]:
    """Bound the sum under a cell; the last is by how much it exceeds the cell: counted twice."""
    parts = tree.beneath[cell]
    twice = sum(figure[one] for one in parts) - figure[cell]
    return sum(known[one][0] for one in parts), sum(known[one][1] for one in parts), twice


def _narrow(tree: Tree, figure: Figures, known: dict[str, Bounds], cell: str) -> None:
    parts = tree.beneath[cell]
    low, _, twice = _sum(tree, figure, known, cell)
    least, most = known[cell][0] + twice, known[cell][1] + twice
    endless = sum(known[one][1] == inf for one in parts)
    finite = sum(high for _, high in (known[one] for one in parts) if high != inf)
    for one in parts:
        lowest, highest = known[one]
        is_endless = highest == inf
        others = inf if endless > is_endless else finite - (0 if is_endless else highest)
        known[one] = max(lowest, least - others), min(highest, most - (low - lowest))
