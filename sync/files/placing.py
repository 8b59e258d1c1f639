"""Rows placed among organisations, and lists of them made into records."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any  # an id, or nothing where no organisation was found
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.records import Batch, FileKind, OrganisationMention, Place, Rejected, WouldBe
from sync.columns import stacked
from sync.directory import Directory
from sync.evidence.parts import parts_of

LISTS = (FileKind.STAFF, FileKind.PUPILS)
UNKNOWN_ORGANISATION = (
    "Не удалось понять, о какой организации говорит файл. Добавьте в заголовок ИНН или ОГРН "
    "либо полное наименование, как в реестре организаций."
)
ORGANISATION_COLUMNS = {
    "name": "organization",
    "ogrn": "organization_ogrn",
    "inn": "organization_inn",
    "code": "organization_code",
    "municipality": "municipality",
}


def organisations_of(batch: Batch, directory: Directory, day: date) -> pd.Series:
    """Resolve each row's organisation: by its own columns where it has them, else by the title."""
    title = directory.resolve(batch.organisation, on=day)
    columns = {
        part: column
        for part, column in ORGANISATION_COLUMNS.items()
        if column in batch.frame and (part != "name" or batch.kind in LISTS)
    }
    if not set(columns) - {"municipality"}:
        return pd.Series([title] * len(batch.frame), index=batch.frame.index, dtype=object)
    said = list(zip(*(batch.frame[column] for column in columns.values()), strict=True))
    known = {
        values: directory.resolve(
            OrganisationMention(**dict(zip(columns, values, strict=True))), on=day
        )
        for values in set(said)
    }
    return pd.Series(
        [known[values] or title for values in said], index=batch.frame.index, dtype=object
    )


def stranger(batch: Batch, would_be: WouldBe) -> Rejected:
    """Refuse a table whose organisation nobody knows, with its rows: it waits for the register."""
    rows = batch.frame.to_dict("records")
    mention = {name: text for name, text in asdict(batch.organisation).items() if text}
    return Rejected(
        place=Place(file=batch.file, sheet=str(rows[0]["sheet"])),
        code="file.unknown_organisation",
        message=UNKNOWN_ORGANISATION,
        payload={
            "rows": json.dumps(rows, ensure_ascii=False, default=str),
            "mention": json.dumps(mention, ensure_ascii=False),
        },
        would_be=would_be,
    )


def strangers(
    batch: Batch,
    unknown: npt.NDArray[np.bool_],
    would_be: WouldBe,
    message: str = UNKNOWN_ORGANISATION,
) -> list[Rejected]:
    """Refuse the rows whose own organisation nobody knows; the rest of the table stays."""
    if not unknown.any():
        return []
    rows = batch.frame[unknown]
    return [
        Rejected(
            place=Place(file=batch.file, sheet=row["sheet"], row=row["row"], column="organization"),
            code="row.unknown_organisation",
            message=message,
            payload={str(name): str(value) for name, value in row.items() if value},
            would_be=would_be,
        )
        for row in rows.to_dict("records")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Rows of one kind that somebody listed: whose they are, as of which day, in which file."""

    kind: FileKind
    frame: pd.DataFrame
    organisations: npt.NDArray[np.object_]  # an id for each row
    stated_as_of: date
    source_file_id: UUID


def listed(
    batch: Batch,
    organisations: "pd.Series[Any]",
    known: npt.NDArray[np.bool_],
    *,
    day: date,
    file_id: UUID,
) -> Listed:
    """Give the `known` rows of a batch, placed in time and among organisations."""
    return Listed(
        kind=batch.kind,
        frame=batch.frame if known.all() else batch.frame[known].reset_index(drop=True),
        organisations=organisations.to_numpy()[known],
        stated_as_of=day,
        source_file_id=file_id,
    )


def records_of_lists(lists: Iterable[Listed]) -> pd.DataFrame | None:
    """Make records of lists of placed rows, those of one kind at once; None where there is none."""
    by_kind: dict[FileKind, list[Listed]] = {}
    for one in lists:
        by_kind.setdefault(one.kind, []).append(one)
    made = [parts_of(_numbered(lists), kind) for kind, lists in by_kind.items()]
    return stacked(made) if made else None


def _numbered(lists: list[Listed]) -> pd.DataFrame:
    """Put lists under each other, numbered; what holds of a whole list is said in each row."""
    sizes = [len(one.frame) for one in lists]
    days = np.array([one.stated_as_of for one in lists], dtype=object)
    files = np.array([one.source_file_id for one in lists], dtype=object)
    return stacked([one.frame for one in lists]).assign(
        organisation_id=np.concatenate([one.organisations for one in lists]),
        stated_as_of=np.repeat(days, sizes),
        source_file_id=np.repeat(files, sizes),
        list=np.repeat(np.arange(len(lists)), sizes),
    )
