"""Exports that are laid out by the hub itself: both bases."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from schema.exports.bases import MENTEES, MENTORS, Form, base_table
from schema.exports.documents import Parameter
from schema.exports.formats import ExportFormat, bytes_of
from schema.exports.reading import Reading

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
    )
}
