"""What the region's files say, as values: which files there are and what each row states.

Rendering turns these values into tables with all their dirt; the truth evaluates the same values
by the rules of counting. Neither knows more than is stated here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hub.demo.draw import Draw
from hub.demo.organisations import Organised
from hub.demo.pairing import NOBODY, Pairing, Side
from hub.demo.people import PUPIL, People
from hub.demo.stage import Case
from hub.demo.style import Style, base_day, list_day
from hub.records import Completeness, FigureMetric, FileKind

_LATE_YEARS = 4
_YOUNG_YEARS = 3
_ASSERTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """A file: what it lists, under whose name, as of when; a late one is given last of all.

    `source` is the system that states it, empty for an organisation's own file.
    """

    organisation: int
    kind: FileKind
    academic_year: int
    as_of: date
    completeness: Completeness
    late: bool = False
    figures: tuple[tuple[FigureMetric, int], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """A row of a base: its own person and whom it names; empty values are not stated."""

    file: int
    person: int
    others: tuple[int, ...]
    form: str
    programme: str
    joined: date | None
    left: date | None
    workplace: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """All files and their rows.

    `staff`: file, person, position, subject, kind, hired, dismissed, since, flag - what a list
    does not show is empty (`kind` UNKNOWN); experience is stated as of the file's day, so `since`
    is that day less the stated months. `pupils`: file, person, grade, letter.
    """

    files: tuple[FilePlan, ...]
    staff: pd.DataFrame
    pupils: pd.DataFrame
    bases: tuple[BaseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the files are made from."""

    draw: Draw
    organised: Organised
    people: People
    posts: pd.DataFrame
    pairings: tuple[Pairing, ...]
    styles: Mapping[int, Style]
    cases: Mapping[str, Case]
    year: int
    today: date


def state(sources: Sources) -> Statements:
    """Plan the files of every organisation and say what each row states."""
    files: list[FilePlan] = []
    staff = _staff_lists(sources, files)
    pupils = _pupil_lists(sources, files)
    bases = tuple(_bases(sources, files))
    return Statements(files=tuple(files), staff=staff, pupils=pupils, bases=bases)


def _list_plan(
    sources: Sources, place: int, kind: FileKind, year: int, *, late: bool = False
) -> FilePlan:
    return FilePlan(
        organisation=place,
        kind=kind,
        academic_year=year,
        as_of=date(year, 9, 1) if late else list_day(sources.styles[place], year, sources.today),
        completeness=Completeness.FULL,
        late=late,
    )


def _staff_lists(sources: Sources, files: list[FilePlan]) -> pd.DataFrame:
    """A list of this year from everyone, of last year from some, and the late one."""
    frames = []
    late_school = sources.organised.planted["SECOND"]
    for name, posts in sources.posts.groupby("organisation", sort=True):
        place = int(str(name))
        years = [(sources.year, False)]
        if sources.styles[place].previous_list:
            years.append((sources.year - 1, False))
        if place == late_school:
            years.append((sources.year - _LATE_YEARS, True))
        for year, late in years:
            plan = _list_plan(sources, place, FileKind.STAFF, year, late=late)
            rows = _listed_posts(sources, posts, plan)
            frames.append(_as_stated(sources.styles[place], rows, plan, len(files)))
            files.append(plan)
    return pd.concat(frames, ignore_index=True)


def _listed_posts(sources: Sources, posts: pd.DataFrame, plan: FilePlan) -> pd.DataFrame:
    """Leave out who came later; the dismissed stand only in lists that show dismissals."""
    day = pd.Timestamp(plan.as_of)
    there = posts["hired"] <= day
    gone = posts["dismissed"].notna() & (posts["dismissed"] < day)
    style = sources.styles[plan.organisation]
    rows = posts[there & (~gone | style.shows_dismissal)].copy()
    rows.loc[rows["dismissed"] >= day, "dismissed"] = pd.NaT
    if plan.late:
        gone_person = sources.cases["LATE_FILE"].people[1]
        extra = rows.iloc[:1].assign(
            person=gone_person,
            position="TEACHER",
            hired=pd.Timestamp(1999, 9, 1),
            since=pd.Timestamp(1992, 9, 1),
        )
        rows = pd.concat([rows, extra])
    return rows


def _as_stated(style: Style, rows: pd.DataFrame, plan: FilePlan, file: int) -> pd.DataFrame:
    """Keep what this organisation shows; experience becomes whole years, or months for some."""
    none = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    stated = pd.DataFrame(
        {
            "file": file,
            "person": rows["person"].astype(int),
            "position": rows["position"],
            "subject": rows["subject"],
            "kind": rows["kind"] if style.shows_kind else "UNKNOWN",
            "hired": rows["hired"] if style.shows_hire else none,
            "dismissed": rows["dismissed"] if style.shows_dismissal else none,
            "months": _months(rows, plan.as_of) if style.shows_experience else -1,
            "flag": _flags(style, rows, plan.as_of),
        }
    )
    stated["since"] = [_back(plan.as_of, int(months)) for months in stated["months"]]
    return stated


def _months(rows: pd.DataFrame, as_of: date) -> "pd.Series[int]":
    """Give full months for one person in four and full years for the others; -1: not known."""
    since = rows["since"]
    months = (as_of.year - since.dt.year) * 12 + as_of.month - since.dt.month
    months = (months - (since.dt.day > as_of.day)).clip(lower=0)
    exact = rows["person"].astype(int) % 4 == 0
    stated: pd.Series[int] = months.where(exact, months // 12 * 12).fillna(-1).astype(int)
    return stated


def _back(day: date, months: int) -> date | None:
    if months < 0:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28) if month == 1 else min(day.day, 30))


def _flags(style: Style, rows: pd.DataFrame, as_of: date) -> "pd.Series[str]":
    """Say yes or no where the list has the column and the school knows."""
    if not style.shows_flag:
        return pd.Series("", index=rows.index, dtype=object)
    years = (pd.Timestamp(as_of) - rows["since"]).dt.days / 365.25
    known = np.where(years < _YOUNG_YEARS, "да", "нет")
    said = [
        flag if unknown else other
        for flag, other, unknown in zip(rows["flag"], known, rows["since"].isna(), strict=True)
    ]
    return pd.Series(said, index=rows.index, dtype=object)


def _pupil_lists(sources: Sources, files: list[FilePlan]) -> pd.DataFrame:
    people = sources.people
    chosen = np.flatnonzero(people.role == PUPIL)
    frame = pd.DataFrame(
        {
            "person": chosen,
            "organisation": people.organisation[chosen],
            "grade": people.grade[chosen],
        }
    )
    frame["letter"] = np.array(list("АБВ"), dtype=object)[
        sources.draw.below("letter", len(chosen), 3)
    ]
    frames = []
    first, second = sources.organised.planted["FIRST"], sources.organised.planted["SECOND"]
    moved = sources.cases["MOVED_PUPIL"].people[1]
    for name, pupils in frame.groupby("organisation", sort=True):
        place = int(str(name))
        plan = _list_plan(sources, place, FileKind.PUPILS, sources.year)
        frames.append(pupils.assign(file=len(files)))
        files.append(plan)
        if place in {first, second}:
            last_year = _previous_pupils(frame, pupils, moved, here=place == first)
            frames.append(last_year.assign(file=len(files)))
            files.append(_list_plan(sources, place, FileKind.PUPILS, sources.year - 1))
    return pd.concat(frames, ignore_index=True)[["file", "person", "grade", "letter"]]


def _previous_pupils(
    frame: pd.DataFrame, pupils: pd.DataFrame, moved: int, *, here: bool
) -> pd.DataFrame:
    """Last year's list: a grade lower, and the pupil who moved still in the first school."""
    rows = pupils[(pupils["person"] != moved) & (pupils["grade"] > 1)]
    if here:
        rows = pd.concat([rows, frame[frame["person"] == moved]])
    return rows.assign(grade=rows["grade"] - 1)


def _bases(sources: Sources, files: list[FilePlan]) -> Iterator[BaseRow]:
    listed: dict[tuple[int, int], list[Pairing]] = defaultdict(list)
    for pairing in sources.pairings:
        for year in pairing.years:
            listed[pairing.organisation, year].append(pairing)
    for (place, year), pairings in sorted(listed.items()):
        sides = [(FileKind.MENTOR_BASE, Side.MENTEES, _mentor_rows)]
        if sources.styles[place].mentee_base:
            sides.append((FileKind.MENTEE_BASE, Side.MENTORS, _mentee_rows))
        for kind, other_side, rows_of in sides:
            stated = [pairing for pairing in pairings if pairing.side is not other_side]
            rows = list(rows_of(len(files), stated, year))
            if rows:
                files.append(_base_plan(sources, place, year, kind, stated))
                yield from rows


def _base_plan(
    sources: Sources, place: int, year: int, kind: FileKind, stated: list[Pairing]
) -> FilePlan:
    style = sources.styles[place]
    return FilePlan(
        organisation=place,
        kind=kind,
        academic_year=year,
        as_of=base_day(style, year, sources.today),
        completeness=Completeness.PARTIAL,
        figures=_figures(sources, place, year, kind, stated),
    )


def _figures(
    sources: Sources, place: int, year: int, kind: FileKind, stated: list[Pairing]
) -> tuple[tuple[FigureMetric, int], ...]:
    """State how many there are in all: true, but for the one that says twelve of nine."""
    if place == sources.organised.planted["OUTSIDE"] and year == sources.year:
        return ((FigureMetric.PAIRS, _ASSERTED),) if kind is FileKind.MENTOR_BASE else ()
    if not sources.styles[place].states_totals:
        return ()
    pairs = {(pairing.mentor, mentee) for pairing in stated for mentee in pairing.mentees}
    if kind is FileKind.MENTEE_BASE:
        return ((FigureMetric.MENTEES, len({mentee for _, mentee in pairs})),)
    mentors = {pairing.mentor for pairing in stated}
    if sources.styles[place].wording % 2:
        return ((FigureMetric.PAIRS, len(pairs)),)
    return ((FigureMetric.PAIRS, len(pairs)), (FigureMetric.MENTORS, len(mentors)))


def _mentor_rows(file: int, pairings: list[Pairing], year: int) -> Iterator[BaseRow]:
    for pairing in pairings:
        if pairing.mentor != NOBODY:
            yield _row(file, pairing, year, pairing.mentor, pairing.mentees)


def _mentee_rows(file: int, pairings: list[Pairing], year: int) -> Iterator[BaseRow]:
    for pairing in pairings:
        mentor = () if pairing.mentor == NOBODY else (pairing.mentor,)
        for mentee in pairing.mentees:
            yield _row(file, pairing, year, mentee, mentor)


def _row(file: int, pairing: Pairing, year: int, person: int, others: tuple[int, ...]) -> BaseRow:
    return BaseRow(
        file=file,
        person=person,
        others=others,
        form=pairing.form,
        programme=pairing.programme,
        joined=pairing.joined,
        left=pairing.left if year == pairing.years[-1] else None,
        workplace=pairing.workplace,
    )
