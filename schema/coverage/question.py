"""How coverage is asked: the arguments of its fields, their shape, and what is bound to them."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from hub.coverage import (
    TYPES,
    Attribution,
    GroupBy,
    Measure,
    Period,
    PeriodError,
    Place,
    Shape,
    Source,
    period_of,
)
from schema.compiler import declare
from schema.compiler.arguments import Argument, Value
from schema.compiler.call import Call
from schema.compiler.ids import key_of, listed
from schema.compiler.request import Request
from schema.errors import bad_input

declare.choice(
    "Что составляет строку ответа.",
    {
        "NONE": "Строк нет, только итог.",
        "DEPARTMENT": "Территориальное управление.",
        "TERRITORY": "Территория.",
        "ORGANISATION": "Учреждение.",
        "FORM": "Форма наставничества.",
    },
    name="CoverageGroupBy",
)(GroupBy)
declare.choice(
    "В чьей строке считается наставник.",
    {
        "HOST": "Там, где проходит наставничество.",
        "EMPLOYER": "Там, где работает или учится сам наставник.",
    },
    name="CoverageAttribution",
)(Attribution)
declare.choice(
    "Откуда числа ответа.",
    {"LIVE": "Сосчитаны сейчас.", "ROLLUP": "Сосчитаны заранее и с тех пор не изменились."},
    name="CoverageSource",
)(Source)
declare.choice(
    "Число охвата, которое открывается списком.",
    {
        "MENTORS": "Наставники.",
        "MENTORS_REGISTERED": "Наставники в базах, в паре или нет.",
        "MENTEES": "Наставляемые.",
        "PAIRS": "Пары.",
        "GROUPS": "Группы: двое и более наставляемых.",
        "PROGRAMMES": "Программы.",
        "WITHOUT_PROGRAMME": "Пары без программы.",
        "ORGANISATIONS_WITH_MENTORING": "Учреждения, где идёт наставничество.",
        "ACTIVE_ORGANISATIONS": "Действующие учреждения.",
        "APPROVED_ORGANISATIONS": "Учреждения утверждённого перечня.",
        "REPORTED_ORGANISATIONS": "Учреждения, приславшие сведения.",
        "YOUNG_SPECIALISTS": "Молодые специалисты.",
        "YOUNG_SPECIALISTS_UNKNOWN": "Педагоги, чей стаж неизвестен.",
        "YOUNG_SPECIALISTS_COVERED": "Молодые специалисты с наставником.",
        "YOUNG_SPECIALISTS_UNCOVERED": "Молодые специалисты без наставника.",
    },
    name="CoverageMeasure",
)(Measure)


@strawberry.input(
    description="За какой период считать: ровно одно из трёх. Год — до сегодняшнего дня."
)
class CoveragePeriod:
    """A day or a year."""

    as_of: date | None = declare.optional("На один день.")
    academic_year: int | None = declare.optional(
        "За учебный год по году его начала: 2025 — с 1 сентября 2025."
    )
    calendar_year: int | None = declare.optional("За календарный год.")


@strawberry.input(description="Какую часть считать; условия складываются.")
class CoverageFilter:
    """What narrows the answer."""

    forms: list[str] | None = declare.optional("Коды форм.")
    organisations: list[strawberry.ID] | None = declare.optional(
        "Учреждения вместе с их филиалами."
    )
    territories: list[strawberry.ID] | None = declare.optional(
        "Территории вместе с тем, что в них входит."
    )
    organisation_kinds: list[str] | None = declare.optional("Виды учреждений.")


def _defaulted(
    name: str, kind: type, default: GroupBy | Attribution, text: str
) -> StrawberryArgument:
    annotation = StrawberryAnnotation(kind)
    return StrawberryArgument(name, None, annotation, description=text, default=default)


PERIOD = declare.argument(
    "period", CoveragePeriod | None, "За какой период; без него — на сегодня."
)
SCOPE = declare.argument(
    "scope",
    strawberry.ID | None,
    "Орган управления или учреждение, чью область считать; без него — всё, что вам видно.",
)
FILTER = declare.argument("filter", CoverageFilter | None, "Какую часть считать.")
ARGUMENTS = (
    PERIOD,
    SCOPE,
    _defaulted("group_by", GroupBy, GroupBy.NONE, "Что составляет строку."),
    _defaulted("attribution", Attribution, Attribution.HOST, "В чьей строке наставник."),
    FILTER,
)
MEMBER_ARGUMENTS = (
    *ARGUMENTS,
    declare.argument("measure", Measure, "Какое число открыть."),
    declare.argument(
        "row",
        strawberry.ID | None,
        "Ключ строки, чьё число открыть; без него — число всего ответа.",
    ),
)
# Where the arguments' names differ from those of the bind parameters.
_FILTERS = {
    "forms": "forms",
    "organisations": "organisations",
    "territories": "territories",
    "kinds": "organisationKinds",
}


def shape_of(call: Call) -> Shape:
    """Tell the shape of the question that a field asks."""
    group_by, attribution = (call.arguments[name].choice for name in ("groupBy", "attribution"))
    return Shape(
        group_by=GroupBy(str(group_by)),
        attribution=Attribution(str(attribution)),
        viewer=not call.viewer.region_wide,
        **narrowing_of(call),
    )


def narrowing_of(call: Call) -> dict[str, bool]:
    """Tell by which parts of a shape a field's arguments narrow what is counted."""
    chosen = call.arguments["filter"]
    parts = {name: chosen.part(given).given for name, given in _FILTERS.items()}
    return {"scope": call.arguments["scope"].given, **parts}


def place_of(call: Call, *, period: str = "period") -> Place:
    """Give the placeholders of the question that a field asks, bound to its arguments."""
    takes = _takes(call, period)
    of_period = {"lo", "hi", "day", "stated_from", "academic_year", "plan_year"}

    def place(name: str) -> str:
        match name:
            case "viewer":
                return call.scope
            case "today":
                return call.today
            case _:
                key = ("coverage", call.alias, name, period if name in of_period else "")
                return call.binds.add(takes[name], TYPES[name], key=key)

    return place


Take = Callable[[Request], object]


def period_bound(call: Call, name: str) -> str:
    """Return the placeholder of a part of the period that a field's argument `period` names."""
    take = _period_part(call.arguments["period"], name)
    return call.binds.add(take, TYPES[name], key=("period", call.alias, name))


def _takes(call: Call, period: str) -> Mapping[str, Take]:
    arguments, chosen = call.arguments, call.arguments["filter"]
    converters: Mapping[str, Callable[[Value], object]] = {
        "forms": list,
        "organisations": _keys_of("organisation"),
        "territories": _keys_of("territory"),
        "kinds": list,
    }
    return {
        **{
            name: _period_part(arguments[period], name)
            for name in ("lo", "hi", "day", "stated_from", "academic_year", "plan_year")
        },
        **{
            name: _converted(chosen.part(given), converters[name])
            for name, given in _FILTERS.items()
        },
        "scope": _converted(arguments["scope"], key_of("organisation")),
        "row": _converted(arguments.get("row", arguments["scope"]), _row_key),
    }


def _converted(argument: Argument, convert: Callable[[Value], object]) -> Take:
    return lambda request: convert(argument.take(request.variables))


def _keys_of(prefix: str) -> Callable[[Value], list[UUID]]:
    convert = key_of(prefix)
    return lambda value: [convert(one) for one in listed(value)]


def _row_key(value: Value) -> str:
    return str(value)


def _period_part(argument: Argument, name: str) -> Take:
    return lambda request: getattr(_period(argument, request), name)


def _period(argument: Argument, request: Request) -> Period:
    asked = argument.take(request.variables) or {}
    try:
        return period_of(
            as_of=asked.get("asOf"),
            academic_year=asked.get("academicYear"),
            calendar_year=asked.get("calendarYear"),
            today=request.today,
        )
    except PeriodError as error:
        raise bad_input(error.message) from error
