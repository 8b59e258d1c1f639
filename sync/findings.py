"""Cells that could not be understood: their rows land without them, and a person is told where."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from hub.database import ReadSession
from hub.records import Place, Rejected
from sync.columns import rows_of
from sync.matching.normalise import normalise
from sync.reading import FileRead, FileReport, records_of

Findings = Mapping[UUID, list[Rejected]]  # by the id of the file


def examined(read: FileRead, *, today: date) -> FileReport:
    """Report a file that is only looked at: with what the normaliser finds in its cells."""
    report = read.report()
    records = records_of([read])
    if records is None:
        return report
    issues = normalise(records, today=today).issues
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
    return with_findings(report, found)


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
        " where f.id = any($1) and r.code !~ '^(row|file)[.]' order by r.id",
        list(file_ids),
    )
    found: dict[UUID, list[Rejected]] = defaultdict(list)
    for file_id, name, sheet, row, column, code, message in rows:
        place = Place(file=name, sheet=sheet, row=row, column=column)
        found[file_id].append(Rejected(place=place, code=code, message=message))
    return found
