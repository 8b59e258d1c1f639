"""What the command line prints of given files: one line for each, then what could not be taken."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from hub.cli.output import OutputFormat, print_rows

if TYPE_CHECKING:
    from sync.intake import FileReport

FILES: Final = {
    "file": "Файл",
    "kinds": "Что в нём",
    "rows": "Строк",
    "rejected": "Не принято",
    "unmapped": "Не хранится",
    "drift": "Шапка изменилась",
    "questions": "Вопросов",
    "repairs": "Исправлено само",
}
PROBLEMS: Final = {
    "file": "Файл",
    "sheet": "Лист",
    "row": "Строка",
    "column": "Столбец",
    "code": "Код",
    "message": "Что сделать",
}


def print_reports(reports: Sequence["FileReport"], output: OutputFormat) -> None:
    """Print what was understood of each file, and each place that was not."""
    problems = [problem for report in reports for problem in _problems(report)]
    match output:
        case OutputFormat.JSON | OutputFormat.NDJSON | OutputFormat.CSV:
            rows = [{**_summary(report), "problems": _problems(report)} for report in reports]
            print_rows(rows, output, titles=FILES)
        case OutputFormat.TABLE:
            print_rows([_summary(report) for report in reports], output, titles=FILES)
            if problems:
                print()
                print_rows(problems, output, titles=PROBLEMS)


def _summary(report: "FileReport") -> dict[str, object]:
    return {
        "file": report.name,
        "kinds": ", ".join(report.kinds),
        "rows": report.rows,
        "rejected": len(report.rejected),
        "columns": [
            {"header": one.header, "field": one.field, "confidence": one.confidence}
            for one in report.columns
            if one.field
        ],
        "unmapped": "; ".join(_unmapped(report)),
        "drift": "; ".join(drift.message for drift in report.drift),
        "questions": len(report.questions),
        "repairs": "; ".join(report.repairs),
    }


def _unmapped(report: "FileReport") -> Iterator[str]:
    """Name the columns that are not kept, each with what it might be."""
    for header in report.unmapped:
        fields = report.suggested.get(header, ())
        yield f"{header} (может быть: {', '.join(fields)})" if fields else header


def _problems(report: "FileReport") -> list[dict[str, object]]:
    return [
        {
            "file": rejected.place.file,
            "sheet": rejected.place.sheet,
            "row": rejected.place.row,
            "column": rejected.place.column,
            "code": rejected.code,
            "message": rejected.message,
        }
        for rejected in (*report.rejected, *report.questions)
    ]
