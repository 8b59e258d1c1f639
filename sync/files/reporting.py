"""What was understood of a file as JSON: what the web answers, keeps and shows."""

from collections.abc import Mapping
from typing import Any, Final  # JSON

from hub.records import HeaderColumn, Rejected
from sync.files.given import FileReport
from sync.files.headers import Drift

# A file with more refusals than this is wrong as a whole; the first ones say how.
MOST_REJECTED: Final = 1_000
Json = Any


def report_json(report: FileReport) -> Json:
    """Write a report; no cell of the file stands in it."""
    return {
        "name": report.name,
        "kinds": list(report.kinds),
        "rows": report.rows,
        "figures": report.figures,
        "rejectedCount": len(report.rejected),
        "rejected": [_rejected(one) for one in report.rejected[:MOST_REJECTED]],
        "columns": [_column(one) for one in report.columns if one.header],
        "unmapped": [
            {"header": header, "suggested": list(report.suggested.get(header, ()))}
            for header in report.unmapped
        ],
        "repairs": list(report.repairs),
        "drift": [_drift(one) for one in report.drift],
        "questions": [_rejected(one) for one in report.questions],
    }


def _rejected(one: Rejected) -> Json:
    return {
        "sheet": one.place.sheet,
        "row": one.place.row,
        "column": one.place.column,
        "code": one.code,
        "message": one.message,
    }


def _drift(one: Drift) -> Json:
    return {
        "sheet": one.sheet,
        "kind": one.kind,
        "since": one.since.isoformat(),
        "missing": _columns(one.missing),
        "added": _columns(one.added),
        "patch": dict(one.patch),
        "message": one.message,
    }


def _column(one: HeaderColumn) -> Json:
    return {
        "header": one.header,
        "field": one.field or None,
        "confidence": one.confidence if one.field else None,
        "suggested": list(one.suggested),
    }


def _columns(fields: Mapping[str, str]) -> list[Json]:
    return [{"header": header, "field": field or None} for header, field in fields.items()]
