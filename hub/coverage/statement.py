"""Composes the fragments that a question needs into the queries that answer it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.coverage.columns import Column, column, in_order
from hub.coverage.fragments import FRAGMENTS
from hub.coverage.measures import MEMBERS, Measure, has_rows, has_total
from hub.coverage.members import named
from hub.coverage.question import GroupBy, Shape
from hub.coverage.rows import OUTSIDE_KEY, TOTAL_KEY, keys, overlap, rows, total
from hub.coverage.shape import PIECES, Place, outside, variants

Queries = Sequence[tuple[str, str]]  # names and bodies of common table expressions, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which columns of `hub.coverage.columns.NAMES` are asked for; `rows` null: no rows at all."""

    rows: frozenset[str] | None = None
    total: frozenset[str] = frozenset()
    overlap: frozenset[str] = frozenset()


def answer(shape: Shape, wanted: Wanted, place: Place) -> Queries:
    """Give the queries behind an answer with the wanted columns.

    They end in `coverage_total` (one row) and, if wanted, `coverage_row` (one a unit, in the
    order of `position`) and `coverage_overlap` (one row, counts only). Rows and total have `key`,
    `title`, `organisation_id`, `territory_id` and `form_code` besides.
    """
    of_total = _columns(shape, wanted.total | wanted.overlap, place)
    of_rows = _columns(shape, (wanted.rows or frozenset()) | wanted.overlap, place)
    with_rows = wanted.rows is not None or bool(wanted.overlap)
    needs = [need for found in of_total.values() for need in found.needs]
    if with_rows:
        needs += [need for found in of_rows.values() for need in found.needs]
        needs += _expected(shape)
    queries = [*composed(needs, shape, place), ("coverage_total", total(of_total))]
    if with_rows:
        queries.append(("coverage_key", keys(shape, of_rows.values(), place)))
        queries.append(("coverage_row", rows(shape, of_rows)))
    if wanted.overlap:
        queries.append(("coverage_overlap", overlap(in_order(wanted.overlap))))
    return queries


def _columns(shape: Shape, names: Iterable[str], place: Place) -> Mapping[str, Column]:
    return {name: column(name, shape, place) for name in in_order(names)}


def members(shape: Shape, measure: Measure, place: Place, *, in_row: bool) -> Queries:
    """Give the queries behind the list of a measure's members, of the whole or of one row.

    The last is `coverage_member`, see `hub.coverage.members.named`. The row is the bind
    parameter `row`: a key as `coverage_row` or `coverage_total` gives it.
    """
    counted, naming = MEMBERS[measure], named(measure, shape, place)
    return (
        *composed([*counted.needs, *naming.needs], shape, place),
        ("coverage_listed", _listed(shape, measure, place, in_row=in_row)),
        ("coverage_member", naming.sql),
    )


def _listed(shape: Shape, measure: Measure, place: Place, *, in_row: bool) -> str:
    counted = MEMBERS[measure]
    whole = f"select distinct {counted.columns} from {counted.whole or counted.fragment}"
    if not has_total(measure, shape):
        return f"{whole} where false"
    if not in_row:
        return whole
    whole += f" where {place('row')} = '{TOTAL_KEY}'"
    if not has_rows(measure, shape):
        return whole
    key = f"case when key = {outside(shape)} then '{OUTSIDE_KEY}' else key::text end"
    return (
        f"select {counted.columns} from {counted.fragment} where {key} = {place('row')}"
        f" union {whole}"
    )


def _expected(shape: Shape) -> Sequence[str]:
    return () if shape.group_by in (GroupBy.NONE, GroupBy.FORM) else ("active",)


def composed(names: Iterable[str], shape: Shape, place: Place) -> Queries:
    """Give the queries of the named fragments and of all that they read, each after those."""
    chosen, words = variants(shape), _Words(shape, place)
    bounded = ("ground",) if shape.is_bounded else ()
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name in ordered:
            return
        fragment = FRAGMENTS[chosen.get(name, name)]
        for need in (*fragment.needs, *(bounded if name != "ground" else ())):
            add(need)
        ordered[name] = fragment.sql.format_map(words)

    for name in names:
        add(name)
    return tuple(ordered.items())


class _Words(dict[str, str]):
    """The words of the fragments: pieces of the shape, else names of bind parameters."""

    def __init__(self, shape: Shape, place: Place) -> None:
        super().__init__()
        self._shape = shape
        self._place = place

    def __missing__(self, name: str) -> str:
        return PIECES[name](self._shape, self._place) if name in PIECES else self._place(name)
