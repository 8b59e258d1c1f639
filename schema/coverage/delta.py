"""Coverage of two periods compared: figures before and after, who came and who left."""

from datetime import date

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from hub.coverage import CAME, LEFT, Attribution, GroupBy, Measure, delta
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.connection import Connection
from schema.coverage.members import CoverageMember
from schema.coverage.question import ARGUMENTS, PERIOD, CoveragePeriod, place_of, shape_of
from schema.organisations.organisation import ITS_ORGANISATION, Organisation, Territory


def _members(side: str) -> Rows:
    return Rows(
        source="delta_member {t}",
        where=(
            "{t}.row = {p}.row",
            "{t}.measure = {p}.measure",
            f"{{t}}.side = '{side}'",
        ),
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "text")),
    )


@declare.bound("Число охвата в двух периодах. Null — число здесь не имеет смысла.")
class CoverageDeltaFigure:
    """A figure of a row before and after."""

    measure: Measure = declare.column("Какое число.", "{t}.measure")
    before: int | None = declare.column("В первом периоде.", "{t}.before")
    after: int | None = declare.column("Во втором периоде.", "{t}.after")
    delta: int | None = declare.column("Насколько выросло.", "{t}.after - {t}.before")
    came: Connection[CoverageMember] = declare.page(
        "Кто стоит за вторым числом и не стоял за первым.", _members(CAME)
    )
    left: Connection[CoverageMember] = declare.page(
        "Кто стоял за первым числом и не стоит за вторым.", _members(LEFT)
    )


@declare.bound("Строка сравнения: одно управление, территория, учреждение или форма, либо итог.")
class CoverageDeltaRow:
    """The figures of one unit."""

    key: strawberry.ID = declare.column(
        "Ключ строки, как в coverage: OUTSIDE — вне единиц, TOTAL — весь ответ.", "{t}.key"
    )
    title: str = declare.column("Название строки.", "{t}.title")
    organisation: Organisation | None = declare.one(
        "Управление или учреждение строки; вне области видимости — null.",
        ITS_ORGANISATION,
    )
    territory: Territory | None = declare.one(
        "Территория строки.",
        Rows(source="territory {t}", where=("{t}.id = {p}.territory_id",)),
    )
    form_code: str | None = declare.column("Код формы строки.", "{t}.form_code")
    figures: list[CoverageDeltaFigure] = declare.many(
        "Спрошенные числа.",
        Rows(
            source="delta_figure {t}",
            where=("{t}.row = {p}.key",),
            order=(Key("{t}.position", "int"),),
        ),
    )


@declare.bound("Охват двух периодов рядом: строки обоих и весь ответ.")
class CoverageDelta:
    """A comparison, counted when it is asked."""

    rows: Connection[CoverageDeltaRow] = declare.page(
        "Строки: единицы, которые есть хотя бы в одном периоде; последняя — вне единиц.",
        Rows(
            source="coverage_row {t}",
            where=("{t}.key <> 'TOTAL'",),
            order=(Key("{t}.position", "int"),),
        ),
    )
    total: CoverageDeltaRow = declare.one(
        "Весь ответ: каждый человек один раз.",
        Rows(source="coverage_total {t}", present="{t}.key"),
    )
    group_by: GroupBy = declare.column("Что составляет строку.", "{t}.group_by")
    attribution: Attribution = declare.column("В чьей строке наставник.", "{t}.attribution")
    day_before: date = declare.column("Последний день первого периода.", "{t}.day_before")
    day_after: date = declare.column("Последний день второго периода.", "{t}.day_after")


_MEASURES = declare.argument("measures", list[Measure], "Какие числа сравнить.")
DELTA_ARGUMENTS = (
    # `from` is a word of Python, so the argument is declared under another name in it.
    StrawberryArgument(
        "from_", "from", StrawberryAnnotation(CoveragePeriod), description="С чем сравнить."
    ),
    declare.argument("to", CoveragePeriod | None, "Что сравнить; без него — на сегодня."),
    _MEASURES,
    *(one for one in ARGUMENTS if one is not PERIOD),
)


def delta_rows(call: Call) -> Rows:
    """Compose the comparison; names are read only where who came or left is selected."""
    shape = shape_of(call)
    before, after = place_of(call, period="from"), place_of(call, period="to")
    wanted = call.arguments["measures"].choices
    measures = [measure for measure in Measure if measure in wanted]
    with_members = any(name.endswith((".came", ".left")) for name in call.selected)
    head = (
        f"(select {before('day')} as day_before, {after('day')} as day_after,"
        f" '{shape.group_by}'::text as group_by, '{shape.attribution}'::text as attribution) {{t}}"
    )
    queries = delta(shape, measures, before, after, with_members=with_members)
    return Rows(source=head, present="{t}.day_after", ctes=tuple(queries))


COVERAGE_DELTA = declare.one(
    "Чем охват одного периода отличается от другого и кто за этим стоит.",
    delta_rows,
    DELTA_ARGUMENTS,
)
