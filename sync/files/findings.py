"""Cells that could not be understood: their rows land without them, and a person is told where."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from hub.database import ReadSession
from hub.records import Place, Rejected
from sync.columns import rows_of
from sync.directory import Directory
from sync.files.doubts import Card, cards_of
from sync.files.given import FileRead, FileReport, records_of
from sync.files.known import OF_READING
from sync.matching.normalise import normalise

Findings = Mapping[UUID, list[Rejected]]  # by the id of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file that is only looked at: its report, and the people whom its rows name."""

    report: FileReport
    cards: list[Card]


def examined(read: FileRead, directory: Directory, *, today: date) -> Examined:
    """Report a file with what the normaliser finds in its cells."""
    report = read.report()
    records = records_of([read])
    if records is None:
        return Examined(report=report, cards=[])
    normalised = normalise(records, today=today)
    issues = normalised.issues
    places = records.loc[issues["row"], ["sheet", "row"]]
    found = [
        Rejected(
            place=Place(file=report.name, sheet=sheet, row=row, column=field),
            code=code,
            message=message,
        )
        for (sheet, row), (field, code, message) in zip(
            rows_of(places, "sheet", "row"),
            rows_of(issues, "field", "code", "message"),
            strict=True,
        )
    ]
    return Examined(
        report=with_findings(report, found),
        cards=cards_of(records, normalised.frame, directory),
    )


def with_findings(report: FileReport, found: list[Rejected]) -> FileReport:
    """Add what was found in cells to what was refused as rows, in the order of the file."""
    everything = sorted(
        (*report.rejected, *found),
        key=lambda one: (one.place.sheet, one.place.row or 0, one.place.column or "", one.code),
    )
    return replace(report, rejected=tuple(everything))


async def read_findings(session: ReadSession, file_ids: Collection[UUID]) -> Findings:
    """Read what was found in the cells of files, by the file's id."""
    rows = await session.raw.fetch(
        'select f.id, f.name, r.sheet, r.row, r."column", r.code, r.message'
        " from rejection r join source_file f on f.id = r.source_file_id"
        f" where f.id = any($1) and r.code !~ '{OF_READING}' order by r.id",
        list(file_ids),
    )
    found: dict[UUID, list[Rejected]] = defaultdict(list)
    for file_id, name, sheet, row, column, code, message in rows:
        place = Place(file=name, sheet=sheet, row=row, column=column)
        found[file_id].append(Rejected(place=place, code=code, message=message))
    return found
