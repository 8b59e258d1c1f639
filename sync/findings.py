"""Cells that could not be understood: their rows land without them, and a person is told where."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hub.database import ReadSession
from hub.records import ChangesetId, Place, Rejected
from sync.columns import rows_of
from sync.matching.normalise import normalise
from sync.reading import FileRead, FileReport, records_of

Findings = Mapping[str, list[Rejected]]


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


async def read_findings(session: ReadSession, changeset_id: ChangesetId) -> Findings:
    """Read what the changeset found in cells, by the name of the file."""
    rows = await session.raw.fetch(
        'select f.name, r.sheet, r.row, r."column", r.code, r.message'
        " from rejection r join source_file f on f.id = r.source_file_id"
        ' where r.changeset_id = $1 and r.row is not null and r."column" is not null'
        " order by r.id",
        changeset_id,
    )
    found: dict[str, list[Rejected]] = defaultdict(list)
    for name, sheet, row, column, code, message in rows:
        place = Place(file=name, sheet=sheet, row=row, column=column)
        found[name].append(Rejected(place=place, code=code, message=message))
    return found
