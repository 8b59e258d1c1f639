"""Coverage: how many mentor whom, by unit and in total; only what is selected is counted."""

from collections.abc import Mapping
from datetime import date, datetime

from hub.coverage import COUNTS, METRICS, Attribution, GroupBy, Source, Wanted, answer, ready
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.coverage.figures import CoverageOverlap, CoverageRow
from schema.coverage.question import ARGUMENTS, place_of, shape_of


@declare.bound("Охват: строки, весь ответ и насколько строки пересекаются.")
class Coverage:
    """An answer, counted when it is asked or kept since nothing behind it changed."""

    rows: list[CoverageRow] = declare.many(
        "Строки: по одной на единицу, последняя — вне единиц.",
        Rows(source="coverage_row {t}", order=(Key("{t}.position", "int"),)),
    )
    total: CoverageRow = declare.one(
        "Весь ответ: каждый человек один раз.",
        Rows(source="coverage_total {t}", present="{t}.key"),
    )
    overlap: CoverageOverlap = declare.one(
        "Насколько сумма строк больше всего ответа.",
        Rows(source="coverage_overlap {t}", present="{t}.key"),
    )
    group_by: GroupBy = declare.column("Что составляет строку.", "{t}.group_by")
    attribution: Attribution = declare.column("В чьей строке наставник.", "{t}.attribution")
    starts: date = declare.column("Первый день периода.", "{t}.starts")
    day: date = declare.column(
        "Последний день периода: на него читаются стаж, план и перечень.", "{t}.day"
    )
    data_as_of: date | None = declare.column(
        "По какой день говорит самый свежий список.", "(select data_as_of from coverage_total)"
    )
    source: Source = declare.column(
        "Сосчитано сейчас или взято из готовых чисел, которые с тех пор ничто не изменило.",
        "(select source from coverage_source)",
    )
    computed_at: datetime | None = declare.column(
        "Когда сосчитаны готовые числа; null — сосчитано сейчас.",
        "(select computed_at from coverage_source)",
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


# Which column of the statement stands behind a selected field, by its path within a row.
_COLUMNS: Mapping[str, str] = {
    **{_camel(name): name for name in (*COUNTS, "completeness", "data_as_of", "target", "gap")},
    **{
        f"{part}.{metric.lower()}": f"{part}_{metric.lower()}"
        for part in ("asserted", "unnamed")
        for metric in METRICS
    },
    "possibleDuplicates.mentors": "duplicates_mentors",
    "possibleDuplicates.mentees": "duplicates_mentees",
}


def _wanted(selected: frozenset[str]) -> Wanted:
    def below(part: str) -> frozenset[str]:
        paths = (path.removeprefix(f"{part}.") for path in selected if path.startswith(f"{part}."))
        return frozenset(_COLUMNS[path] for path in paths if path in _COLUMNS)

    fresh = {"data_as_of"} if "dataAsOf" in selected else set()
    return Wanted(
        rows=below("rows") if "rows" in selected else None,
        total=below("total") | fresh,
        overlap=below("overlap"),
    )


def coverage_rows(call: Call) -> Rows:
    """Compose the answer: only the figures that are selected are counted."""
    shape, place = shape_of(call), place_of(call)
    head = (
        f"(select {place('lo')} as starts, {place('day')} as day,"
        f" '{shape.group_by}'::text as group_by, '{shape.attribution}'::text as attribution) {{t}}"
    )
    wanted = _wanted(call.selected)
    kept = ready(shape, wanted, place)
    stands = Rows(
        source=head,
        present="{t}.day",
        where=("exists (select from coverage_kept)",),
        ctes=tuple(kept or ()),
    )
    return Rows(
        source=head,
        present="{t}.day",
        ctes=tuple(answer(shape, wanted, place)),
        ready=stands if kept else None,
    )


COVERAGE = declare.one("Охват наставничеством за период.", coverage_rows, ARGUMENTS)
