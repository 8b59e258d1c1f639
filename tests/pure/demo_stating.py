"""Statements put into the mouths of a region's organisations, of which truth is then counted by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from hub.demo.pairing import NOT_SHOWN
from hub.demo.region import Region
from hub.demo.statements import BaseRow, FilePlan, Statements
from hub.records import Completeness, FigureMetric, FileKind

TODAY = date(2026, 11, 21)
BASE, MENTEES, STAFF = FileKind.MENTOR_BASE, FileKind.MENTEE_BASE, FileKind.STAFF
STAFF_COLUMNS = ["file", "person", "position", "kind", "flag", "hired", "dismissed", "since"]


def plan(
    place: int,
    kind: FileKind,
    as_of: date,
    *,
    pairs: int | None = None,
    mentors: int | None = None,
    mentees: int | None = None,
) -> FilePlan:
    figures = {"PAIRS": pairs, "MENTORS": mentors, "MENTEES": mentees}
    return FilePlan(
        organisation=place,
        kind=kind,
        academic_year=as_of.year if as_of.month >= 9 else as_of.year - 1,
        as_of=as_of,
        completeness=Completeness.FULL if kind is STAFF else Completeness.PARTIAL,
        figures=tuple(
            (FigureMetric(metric), value) for metric, value in figures.items() if value is not None
        ),
    )


def line(
    file: int,
    person: int,
    *others: int,
    form: str = "TEACHER_PUPIL",
    joined: date | None = date(2026, 9, 10),
    left: date | None = None,
    programme: str = "",
    workplace: int = NOT_SHOWN,
) -> BaseRow:
    return BaseRow(
        file=file,
        person=person,
        others=others,
        form=form,
        programme=programme,
        joined=joined,
        left=left,
        workplace=workplace,
    )


def stating(
    region: Region,
    files: Sequence[FilePlan],
    bases: Sequence[BaseRow] = (),
    staff: Sequence[tuple[object, ...]] = (),
) -> Region:
    return replace(
        region,
        statements=Statements(
            files=tuple(files),
            bases=tuple(bases),
            staff=pd.DataFrame(staff, columns=STAFF_COLUMNS),
            pupils=pd.DataFrame(columns=["file", "person", "grade", "letter"]),
        ),
    )
