"""Rows that the database refused, as people see them: the row as it was written, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from hub.records import FileKind, Place, Rejected, WouldBe
from sync.evidence.parts import LAYOUTS
from sync.evidence.poison import Poison
from sync.evidence.refusals import Refusing, storable
from sync.files.placing import Listed

POISON: Final = "row.not_storable"
CELL: Final = (
    "База данных не принимает значение поля «{0}»: в нём знак, которого не бывает в тексте, или оно "
    "слишком длинное. Остальные строки приняты; исправьте поле в источнике или здесь: "
    "python -m hub import fix."
)
ROW: Final = (
    "База данных не принимает эту строку. Остальные строки приняты; исправьте её в источнике или "
    "сообщите оператору хаба."
)
KINDS: Final = {layout.kind: kind for kind, layout in LAYOUTS.items()}


def set_aside(
    poisons: Iterable[Poison], lists: Sequence[Listed], files: Mapping[UUID, str]
) -> list[Refusing]:
    """Refuse rows that the database refused; `lists` are the rows of the page, `files` its files."""
    return [
        (
            _rejected(one, _written(one, lists), files[one.source_file_id]),
            one.source_file_id,
            one.organisation_id,
        )
        for one in poisons
    ]


def _written(one: Poison, lists: Iterable[Listed]) -> Mapping[str, str]:
    """Find the row as its source wrote it."""
    for rows in lists:
        if rows.source_file_id != one.source_file_id or rows.kind is not KINDS[one.kind]:
            continue
        frame = rows.frame
        here = frame[(frame["sheet"] == one.sheet) & (frame["row"] == one.row)]
        for row in here.to_dict("records"):
            if str(row.get("external_id", "")) == one.stated_id:
                return {str(name): storable(str(value)) for name, value in row.items() if value}
    return {}


def _rejected(one: Poison, written: Mapping[str, str], file: str) -> Rejected:
    kind = KINDS[one.kind]
    field = _field(one, kind, written)
    return Rejected(
        place=Place(file=file, sheet=storable(one.sheet), row=one.row, column=field or None),
        code=POISON,
        message=CELL.format(field) if field else ROW,
        payload=written,
        would_be=WouldBe(kind=kind, stated_as_of=one.stated_as_of) if written else None,
    )


def _field(one: Poison, kind: FileKind, written: Mapping[str, str]) -> str:
    """Name the field as the row has it: of either side of a pair."""
    layout = LAYOUTS[kind]
    of_side = f"{layout.other if one.is_mention else layout.own}{one.field}"
    return of_side if one.field and of_side in written else one.field
