"""Rows of a list that only its description knows: read by a field map, named by their own number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from connectors.answers import UNREADABLE, Row, frame_of, hashed, inside, refused, text_of, trimmed
from connectors.protocol import Roll
from hub.records import Batch, FileKind, OrganisationMention, Place, Rejected

SHEET = "Записи"
NAMES = ("full_name", "last_name", "mentor_full_name", "mentee_full_name")
_MENTION = {
    "name": "organization",
    "ogrn": "organization_ogrn",
    "inn": "organization_inn",
    "code": "organization_code",
}
_NO_NUMBER = "У записи нет номера. Проверьте поле external_id в описании источника."
_NO_NAME = "В записи нет ФИО. Впишите его в источнике; при следующем чтении она будет принята."


def read_listed(item: object, fields: Mapping[str, str]) -> Row:
    """Read one item by a field map; a fault is its code and what to do."""
    if not isinstance(item, Mapping):
        return Row(key=hashed(item), stated={}, fault=("row.unreadable", UNREADABLE))
    stated = {name: text_of(inside(item, path)) for name, path in fields.items()}
    for name in ("external_id", "organization_code"):
        if name in stated:
            stated[name] = trimmed(stated[name])
    key = stated["external_id"] or hashed(sorted(stated.items()))
    return Row(key=key, stated=stated, fault=_fault(stated))


@dataclass(slots=True, kw_only=True)
class Told:
    """What a read of a list has told so far: the organisations whose staff it named."""

    name: str
    kind: FileKind
    organisations: set[OrganisationMention] = field(default_factory=set)

    def of(self, rows: Iterable[tuple[int, Row]]) -> Iterator[Batch | Rejected]:
        """Yield the refusals of a page, then its rows as a batch."""
        good: list[tuple[int, Row]] = []
        for number, row in rows:
            if row.fault is not None:
                yield refused(row, Place(file=self.name, sheet=SHEET, row=number))
            else:
                good.append((number, row))
        if good:
            yield self._batch(frame_of(good, SHEET))

    def see(self, rows: Iterable[tuple[int, Row]]) -> None:
        """Note whose staff a page names."""
        for _, row in rows:
            parts = {part: row.stated.get(name, "") for part, name in _MENTION.items()}
            if row.fault is None and any(parts.values()):
                self.organisations.add(OrganisationMention(**parts))

    def roll(self) -> Roll:
        """List the organisations that were named."""
        return Roll(organisations=tuple(sorted(self.organisations, key=repr)))

    def _batch(self, frame: pd.DataFrame) -> Batch:
        return Batch(
            kind=self.kind, frame=frame, file=self.name, organisation=OrganisationMention()
        )


def _fault(stated: Mapping[str, str]) -> tuple[str, str] | None:
    if not stated["external_id"]:
        return "row.no_number", _NO_NUMBER
    names = [stated[name] for name in NAMES if name in stated]
    if names and not any(names):
        return "row.no_name", _NO_NAME
    return None
