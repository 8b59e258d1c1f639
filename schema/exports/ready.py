"""Exports that are laid out by the hub itself: both bases, and the template of a school."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from schema.exports.bases import MENTEES, MENTORS, Form, base_table
from schema.exports.documents import Parameter
from schema.exports.formats import ExportFormat, bytes_of
from schema.exports.reading import Reading
from schema.exports.template import template

Json = Any  # a value of a request
Blocks = Callable[[Reading, Mapping[str, Json], ExportFormat], Awaitable[AsyncIterator[bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An export by name: what it is called, what it takes, how its bytes come."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    blocks: Blocks
    formats: tuple[ExportFormat, ...] = tuple(ExportFormat)


async def _base(
    form: Form, reads: Reading, variables: Mapping[str, Json], wanted: ExportFormat
) -> AsyncIterator[bytes]:
    return bytes_of(await base_table(reads, form, variables), wanted)


async def _template(
    reads: Reading, variables: Mapping[str, Json], _: ExportFormat
) -> AsyncIterator[bytes]:
    return await template(reads, variables)


ORGANISATION: Final = Parameter(
    name="organisation", type="ID", required=False, description="Учреждение: organisation-…"
)
YEAR: Final = Parameter(
    name="academicYear",
    type="Int",
    required=False,
    description="Учебный год по году его начала; без него — нынешний.",
)
OF_BASE: Final = (
    ORGANISATION,
    Parameter(
        name="department",
        type="ID",
        required=False,
        description="Орган управления: базы всех его учреждений. Без него и без учреждения — "
        "вся область видимости.",
    ),
    YEAR,
)
READY: Final = {
    one.name: one
    for one in (
        Ready(
            name="mentor-base",
            title="База наставников",
            description="Шестнадцать столбцов формы целевой модели, по учреждениям.",
            parameters=OF_BASE,
            blocks=partial(_base, MENTORS),
        ),
        Ready(
            name="mentee-base",
            title="База наставляемых",
            description="Тринадцать столбцов формы целевой модели, по учреждениям.",
            parameters=OF_BASE,
            blocks=partial(_base, MENTEES),
        ),
        Ready(
            name="template",
            title="Шаблон учреждения",
            description="Работники, обучающиеся и обе базы, заполненные тем, что знает хаб. "
            "Исправленный и возвращённый, он принимается без сличения.",
            parameters=(replace(ORGANISATION, required=True), YEAR),
            blocks=_template,
            formats=(ExportFormat.XLSX,),
        ),
    )
}
