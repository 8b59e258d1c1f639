"""Composes the fragments that a question needs into the queries that answer it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import product

from hub.coverage import kept
from hub.coverage.columns import NAMES, column, in_order
from hub.coverage.fragments import FRAGMENTS
from hub.coverage.measures import MEMBERS, Measure, has_rows, has_total
from hub.coverage.members import named
from hub.coverage.question import Attribution, GroupBy, Shape
from hub.coverage.rows import OUTSIDE_KEY, TOTAL_KEY, keys, overlap, rows, total
from hub.coverage.shape import PIECES, Place, outside, variants

Queries = Sequence[tuple[str, str]]  # names and bodies of common table expressions, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which columns of `hub.coverage.columns.NAMES` are asked for; `rows` null: no rows at all."""

    rows: frozenset[str] | None = None
    total: frozenset[str] = frozenset()
    overlap: frozenset[str] = frozenset()

    @property
    def with_rows(self) -> bool:
        """Say whether rows are counted: they are asked for, or the overlap is."""
        return self.rows is not None or bool(self.overlap)


def answer(shape: Shape, wanted: Wanted, place: Place) -> Queries:
    """Give the queries behind an answer with the wanted columns, kept if one stands, else live.

    They end in `coverage_source` (`source`, and `computed_at` of what is kept), `coverage_total`
    (one row) and, if wanted, `coverage_row` (one a unit, in the order of `position`) and
    `coverage_overlap` (one row, counts only). Rows and total have `key`, `title`,
    `organisation_id`, `territory_id` and `form_code` besides.
    """
    if not kept.is_keepable(shape):
        live = counted(shape, wanted, place)
        return (("coverage_source", kept.source(keepable=False)), *live, *_overlap(wanted))
    live = [(_LIVE.get(name, name), text) for name, text in counted(shape, wanted, place)]
    return (*live, *_kept(shape, wanted, place, else_live=True))


def ready(shape: Shape, wanted: Wanted, place: Place) -> Queries | None:
    """Give the queries of `answer` where they read the kept answer alone; none is kept: null.

    `coverage_kept` has no row where none stands. They are a tenth of the text: PostgreSQL makes
    all of a statement ready before it runs any.
    """
    if not kept.is_keepable(shape):
        return None
    return tuple(_kept(shape, wanted, place, else_live=False))


def _kept(shape: Shape, wanted: Wanted, place: Place, *, else_live: bool) -> Queries:
    of_total, of_rows = _names(wanted)
    live_total, live_row = ("live_total", "live_row") if else_live else (None, None)
    queries = [
        ("coverage_kept", kept.kept(shape, place, edition())),
        ("coverage_source", kept.source(keepable=True)),
        ("coverage_total", kept.total_or(live_total, of_total)),
    ]
    if wanted.with_rows:
        queries.append(("coverage_row", kept.rows_or(live_row, of_rows, shape, place)))
    return (*queries, *_overlap(wanted))


_LIVE = {"coverage_total": "live_total", "coverage_row": "live_row"}


def counted(shape: Shape, wanted: Wanted, place: Place) -> Queries:
    """Give the queries that count an answer live: `coverage_total` and, if wanted, `coverage_row`.

    Rows say besides whether they are `expected` whatever is counted.
    """
    names_of_total, names_of_rows = _names(wanted)
    of_total = {name: column(name, shape, place) for name in names_of_total}
    of_rows = {name: column(name, shape, place) for name in names_of_rows}
    needs = [need for found in of_total.values() for need in found.needs]
    if wanted.with_rows:
        needs += [need for found in of_rows.values() for need in found.needs]
        needs += expected(shape)
    queries = [*composed(needs, shape, place), ("coverage_total", total(of_total))]
    if wanted.with_rows:
        queries.append(("coverage_key", keys(shape, place)))
        queries.append(("coverage_row", rows(shape, of_rows)))
    return queries


def _names(wanted: Wanted) -> tuple[Sequence[str], Sequence[str]]:
    """Name the columns of the total and of a row, in order; `overlap` needs both."""
    return (
        in_order(wanted.total | wanted.overlap),
        in_order((wanted.rows or frozenset()) | wanted.overlap),
    )


def _overlap(wanted: Wanted) -> Queries:
    if not wanted.overlap:
        return ()
    return (("coverage_overlap", overlap(in_order(wanted.overlap))),)


@cache
def edition() -> str:
    """Name this release's definition of the figures: what another one kept is not served."""
    every = frozenset(NAMES)
    texts = [
        f"{name}: {text}"
        for group_by, attribution, viewer in product(GroupBy, Attribution, (False, True))
        for name, text in counted(
            Shape(group_by=group_by, attribution=attribution, viewer=viewer),
            Wanted(rows=every, total=every),
            str,
        )
    ]
    return sha256("\n".join(texts).encode()).hexdigest()[:16]


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
    if shape.group_by is GroupBy.NONE or not has_rows(measure, shape):
        return whole
    key = f"case when key = {outside(shape)} then '{OUTSIDE_KEY}' else key::text end"
    return (
        f"select {counted.columns} from {counted.fragment} where {key} = {place('row')}"
        f" union {whole}"
    )


def expected(shape: Shape) -> Sequence[str]:
    """Name the fragments that the units of rows are read from, whatever is counted."""
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
