"""Writing the region's files to a folder, and the truth about their rows beside them."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from hub.demo.cells import Pen, Unreadable
from hub.demo.dirt import DirtRates
from hub.demo.draw import Dice, dice
from hub.demo.layout import Layout
from hub.demo.region import Region
from hub.demo.sheets import extension_of, sheet_of, write_grid
from hub.demo.statements import BaseRow, FilePlan
from hub.demo.tables import (
    Sheet,
    Truth,
    fill_mentees,
    fill_mentors,
    fill_pupils,
    fill_staff,
    mentee_fields,
    mentor_fields,
    pupil_fields,
    staff_fields,
)
from hub.demo.titles import closing_lines, title_lines
from hub.records import Completeness, FigureMetric, FileKind, OrganisationId

TRUTH_COLUMNS = ["file", "sheet", "row", "part", "person"]
_NAMES = {
    FileKind.STAFF: "staff",
    FileKind.PUPILS: "pupils",
    FileKind.MENTOR_BASE: "mentors",
    FileKind.MENTEE_BASE: "mentees",
}
_TEXT_FORMATS = ("csv", "txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """A file of the region and what whoever accepts it would say of it.

    `truth`: (row, part, person) for each person who stands or is mentioned in a row; part 0 is
    the row's own. `unreadable` is what the hub must report.
    """

    path: Path
    sheet: str
    kind: FileKind
    organisation_id: OrganisationId
    academic_year: int
    stated_as_of: date
    completeness: Completeness
    late: bool
    figures: tuple[tuple[FigureMetric, int], ...]
    truth: tuple[tuple[int, int, int], ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every file of a region is written with."""

    region: Region
    folder: Path
    rates: DirtRates
    gentle: Callable[[int], bool]
    names: Mapping[int, str]
    heads: Mapping[int, str]
    numbers: Mapping[int, tuple[str, str]]
    borrowed: Mapping[int, int]


def write_files(region: Region, folder: Path, *, rates: DirtRates | None = None) -> list[DemoFile]:
    """Write every file of the region; the late one comes last.

    The same region always gives the same bytes. About 0.1 ms of work a row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    desk = _desk(region, folder, rates or DirtRates())
    filled = _filled(region)
    plans = sorted(enumerate(region.statements.files), key=lambda entry: (entry[1].late, entry[0]))
    return [_write_file(desk, number, plan, filled[number]) for number, plan in plans]


def truth_frame(files: Iterable[DemoFile]) -> pd.DataFrame:
    """Give the true person of every place: file name, sheet, row, part, person."""
    rows = [
        (file.path.name, file.sheet, row, part, person)
        for file in files
        for row, part, person in file.truth
    ]
    return pd.DataFrame(rows, columns=TRUTH_COLUMNS)


def write_truth(files: Iterable[DemoFile], folder: Path) -> Path:
    """Write the truth as `truth.csv` to a folder of its own; answer where it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "truth.csv"
    truth_frame(files).to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    return path


def _desk(region: Region, folder: Path, rates: DirtRates) -> _Desk:
    mother, child = region.cases["MOTHERS_SNILS"].people
    rows = region.registry.organisations
    return _Desk(
        region=region,
        folder=folder,
        rates=rates,
        gentle=_gentle(region),
        names={place: row.short_name for place, row in enumerate(rows)},
        heads=_heads(region),
        numbers=_numbers(region),
        borrowed={child: mother},
    )


def _gentle(region: Region) -> Callable[[int], bool]:
    """Spare the planted people everywhere; spare others who take part, outside messy schools."""
    planted = 1 + max(person for case in region.cases.values() for person in case.people)
    taking_part = {p for pairing in region.pairings for p in (pairing.mentor, *pairing.mentees)}
    messy = {place for place, style in region.styles.items() if style.messy}
    at = region.people.organisation

    def is_spared(person: int) -> bool:
        return person < planted or (person in taking_part and int(at[person]) not in messy)

    return is_spared


def _heads(region: Region) -> dict[int, str]:
    people, posts = region.people, region.posts
    heads = posts[posts["position"] == "HEAD"]
    return {
        int(place): f"{people.last[person]} {people.first[person][:1]}.{people.middle[person][:1]}."
        for place, person in zip(heads["organisation"], heads["person"], strict=True)
    }


def _numbers(region: Region) -> dict[int, tuple[str, str]]:
    """Give ИНН and ОГРН by position; a branch writes those of its legal entity."""
    found: dict[object, dict[str, str]] = defaultdict(dict)
    for row in region.registry.identifiers:
        found[row.organisation_id][row.system] = row.value
    entities = [row.legal_entity_id for row in region.registry.organisations]
    return {
        place: (found[entity]["INN"], found[entity]["OGRN"])
        for place, entity in enumerate(entities)
    }


def _filled(region: Region) -> list[pd.DataFrame | list[BaseRow]]:
    """Give each file its rows."""
    stated = region.statements
    filled: list[pd.DataFrame | list[BaseRow]] = [[] for _ in stated.files]
    for frame in (stated.staff, stated.pupils):
        for number, rows in frame.groupby("file", sort=True):
            filled[int(str(number))] = rows
    for row in stated.bases:
        kept = filled[row.file]
        if isinstance(kept, list):
            kept.append(row)
    return filled


def _write_file(
    desk: _Desk, number: int, plan: FilePlan, rows: pd.DataFrame | list[BaseRow]
) -> DemoFile:
    region = desk.region
    style = region.styles[plan.organisation]
    owner = region.registry.organisations[plan.organisation]
    roll = dice(region.draw, "file", number)
    ending = extension_of(style.table_format)
    pen = Pen(
        people=region.people,
        style=style,
        rates=desk.rates,
        day=plan.as_of,
        is_text=ending in _TEXT_FORMATS,
        gentle=desk.gentle,
        borrowed_snils=dict(desk.borrowed),
    )
    layout = Layout(kind=plan.kind, style=style, fields=_fields(pen, plan, rows))
    sheet = Sheet(
        layout=layout, pen=pen, draw=region.draw, file=number, owner=owner, names=desk.names
    )
    truth = _laid_out(desk, sheet, plan, rows, roll)
    path = (
        desk.folder / f"{plan.organisation:05d}-{_NAMES[plan.kind]}-{plan.academic_year}.{ending}"
    )
    write_grid(path, layout.grid(), style.table_format)
    return DemoFile(
        path=path,
        sheet=sheet_of(style.table_format),
        kind=plan.kind,
        organisation_id=OrganisationId(owner.id),
        academic_year=plan.academic_year,
        stated_as_of=plan.as_of,
        completeness=plan.completeness,
        late=plan.late,
        figures=plan.figures,
        truth=tuple(truth),
        unreadable=tuple(pen.unreadable),
    )


def _fields(pen: Pen, plan: FilePlan, rows: pd.DataFrame | list[BaseRow]) -> tuple[str, ...]:
    match plan.kind:
        case FileKind.STAFF:
            changed = isinstance(rows, pd.DataFrame) and any(
                pen.people.previous_last[rows["person"]]
            )
            return staff_fields(pen, former_surnames=changed and not plan.late)
        case FileKind.PUPILS:
            return pupil_fields(pen)
        case FileKind.MENTOR_BASE:
            return mentor_fields(pen)
        case FileKind.MENTEE_BASE:
            return mentee_fields(pen)


def _laid_out(
    desk: _Desk, sheet: Sheet, plan: FilePlan, rows: pd.DataFrame | list[BaseRow], roll: Dice
) -> Truth:
    numbers = desk.numbers[plan.organisation] if sheet.pen.style.title_identifiers else None
    sheet.layout.title(title_lines(plan, sheet.owner, numbers, roll))
    sheet.layout.header()
    truth = _fill(sheet, plan, rows)
    head = desk.heads.get(plan.organisation, "Администрация")
    sheet.layout.footer(closing_lines(plan, sheet.layout.count, head, roll))
    return truth


def _fill(sheet: Sheet, plan: FilePlan, rows: pd.DataFrame | list[BaseRow]) -> Truth:
    if isinstance(rows, pd.DataFrame):
        return fill_staff(sheet, rows) if plan.kind is FileKind.STAFF else fill_pupils(sheet, rows)
    return (
        fill_mentors(sheet, rows)
        if plan.kind is FileKind.MENTOR_BASE
        else fill_mentees(sheet, rows)
    )


def expected_rejections(files: Iterable[DemoFile]) -> Iterator[tuple[str, Unreadable]]:
    """Give every unreadable thing with the name of its file."""
    for file in files:
        for unreadable in file.unreadable:
            yield file.path.name, unreadable
