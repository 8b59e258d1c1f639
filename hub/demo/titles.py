"""What stands around a table: whose it is, as of when, how many in all, who signs."""

from hub.demo.draw import Dice
from hub.demo.registry import OrganisationRow
from hub.demo.statements import FilePlan
from hub.records import FigureMetric, FileKind

_TITLES = {
    FileKind.STAFF: (
        "СПИСОК педагогических работников",
        "Список педагогических и руководящих работников",
    ),
    FileKind.PUPILS: ("СПИСОК обучающихся", "Список обучающихся по классам"),
    FileKind.MENTOR_BASE: ("База наставников", "БАЗА НАСТАВНИКОВ"),
    FileKind.MENTEE_BASE: ("База наставляемых", "БАЗА НАСТАВЛЯЕМЫХ"),
}
_FIGURES = {
    FigureMetric.PAIRS: "Всего наставнических пар: {0}",
    FigureMetric.MENTORS: "Всего наставников: {0}",
    FigureMetric.MENTEES: "Всего наставляемых: {0}",
}
_BASES = frozenset({FileKind.MENTOR_BASE, FileKind.MENTEE_BASE})


def title_lines(
    plan: FilePlan, owner: OrganisationRow, numbers: tuple[str, str] | None, roll: Dice
) -> list[str]:
    """Give the lines over a table; `numbers` are ИНН and ОГРН if the school writes them."""
    what = _TITLES[plan.kind][roll.below(2)]
    day = f"на {plan.as_of:%d.%m.%Y}"
    year = f"{plan.academic_year}/{plan.academic_year + 1} учебный год"
    lines = [f"Приложение {1 + roll.below(4)}"] if roll.chance(0.2) else []
    if owner.parent_id is not None:
        lines += [f"Наименование ОО: {owner.short_name}", f"{what} {day}"]
    elif plan.kind not in _BASES and roll.chance(0.5):
        lines.append(f"{what} {owner.short_name} {day}")
    else:
        name = owner.full_name if roll.chance(0.15) else owner.short_name
        lines += [what, name, day]
    if plan.kind in _BASES or roll.chance(0.3):
        lines.append(year)
    if numbers:
        lines.append(f"ИНН {numbers[0]}, ОГРН {numbers[1]}")
    return [*lines, ""] if roll.chance(0.4) else lines


def closing_lines(plan: FilePlan, count: int, head: str, roll: Dice) -> list[str]:
    """Give the lines under a table: totals, asserted figures, signatures."""
    lines = [_FIGURES[metric].format(value) for metric, value in plan.figures]
    if plan.kind not in _BASES and roll.chance(0.5):
        lines.append(f"Итого: {count}")
    if roll.chance(0.7):
        lines += ["", f"Директор ____________________ {head}"]
    if roll.chance(0.3):
        lines.append(f"Исп. {head}, тел. 8(947)2-{roll.below(90) + 10}-{roll.below(90) + 10}")
    return lines
