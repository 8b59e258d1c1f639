"""As of when a file speaks, and what of it is refused."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pandas as pd
import pytest

from connectors.memory import Memory
from hub.records import (
    Batch,
    Completeness,
    Figure,
    FigureMetric,
    FileKind,
    OrganisationMention,
    Place,
    Rejected,
)
from sync.directory import Directory, Organisation
from sync.files.given import FileRead, Given, joined
from sync.files.headers import Drift
from sync.files.reading import FileReader

SCHOOL, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 21)
TITLED = date(2025, 10, 5)


def directory() -> Directory:
    return Directory(
        organisations={
            owner: Organisation(
                id=owner,
                kind="SCHOOL",
                short_name=name,
                parent_id=None,
                territory_id=None,
                ends=date.max,
            )
            for owner, name in ((SCHOOL, "школа 1"), (OTHER, "школа 2"))
        },
        by_identifier={},
        by_name={"школа 1": (SCHOOL,), "школа 2": (OTHER,)},
        by_key={},
        branches={},
        successor={},
        root_id=SCHOOL,
    )


def batch(
    *,
    name: str = "Школа 1",
    stated_as_of: date | None = None,
    academic_year: int | None = None,
    **fields: list[str],
) -> Batch:
    columns = {"full_name": ["Мерянинов Олег Львович", "Лукоянцев Пётр Ильич"], **fields}
    frame = pd.DataFrame(columns, dtype=object).assign(sheet="Лист1", row=[5, 6])
    return Batch(
        kind=FileKind.STAFF,
        frame=frame,
        file="список.csv",
        organisation=OrganisationMention(name=name),
        stated_as_of=stated_as_of,
        academic_year=academic_year,
    )


def read(
    *items: Batch | Rejected, period: int | None = None, stated_as_of: date | None = None
) -> FileRead:
    given = Given(
        path=Path("список.csv"),
        period=period,
        stated_as_of=stated_as_of,
        completeness=Completeness.FULL,
        connector=Memory(items),
    )
    return FileReader(directory=directory(), today=TODAY).read(given)


@pytest.mark.parametrize(
    ("declared_day", "declared_year", "titled_day", "titled_year", "expected"),
    [
        (date(2024, 9, 5), 2023, TITLED, 2025, date(2024, 9, 5)),
        (None, 2024, TITLED, 2025, date(2024, 9, 1)),
        (None, 2025, TITLED, None, TITLED),
        (None, 2025, None, 2023, date(2025, 9, 1)),
        (None, None, TITLED, 2023, TITLED),
        (None, None, None, 2023, date(2023, 9, 1)),
    ],
)
def test_what_the_giver_declares_comes_before_what_titles_say(
    declared_day: date | None,
    declared_year: int | None,
    titled_day: date | None,
    titled_year: int | None,
    expected: date,
) -> None:
    said = batch(stated_as_of=titled_day, academic_year=titled_year)

    found = read(said, period=declared_year, stated_as_of=declared_day)

    assert [expected] == [given.stated_as_of for given in found.lists]
    assert [expected] == [one.stated_as_of for one in found.listed]


def test_a_file_that_speaks_of_no_time_is_refused_whole() -> None:
    found = read(batch())

    assert ["file.no_period"] == [rejected.code for rejected in found.rejected]
    assert [] == found.listed


def test_a_file_of_an_unknown_organisation_is_refused_whole() -> None:
    found = read(batch(name="Неведомая школа", stated_as_of=TITLED))

    assert ["file.unknown_organisation"] == [rejected.code for rejected in found.rejected]
    assert [] == found.listed


def test_rows_of_an_unknown_organisation_are_refused_and_the_rest_is_taken() -> None:
    said = batch(name="", stated_as_of=TITLED, organization=["Школа 1", "Неведомая школа"])

    found = read(said)

    refused = [(rejected.code, rejected.place.row) for rejected in found.rejected]
    assert [("row.unknown_organisation", 6)] == refused
    assert 1 == found.rows


def test_each_organisation_of_a_common_list_gives_a_list_of_its_own() -> None:
    said = batch(name="", stated_as_of=TITLED, organization=["Школа 1", "Школа 2"])

    found = read(said)

    lists = {(given.organisation_id, given.completeness) for given in found.lists}
    assert {(SCHOOL, Completeness.FULL), (OTHER, Completeness.FULL)} == lists
    assert [SCHOOL, OTHER] == found.listed[0].organisations.tolist()


def test_what_a_connector_refused_stays_refused() -> None:
    refused = Rejected(place=Place(file="список.csv"), code="file.empty", message="Пусто.")

    found = read(refused)

    assert (refused,) == found.report().rejected


def test_numbers_without_rows_are_taken_and_give_no_list() -> None:
    twelve = Figure(metric=FigureMetric.PAIRS, value=12, place=Place(file="список.csv"))
    said = replace(batch(stated_as_of=TITLED), figures=(twelve,))
    said = replace(said, frame=said.frame.iloc[:0])

    found = read(said)

    assert [(twelve, SCHOOL)] == [(figure, by.organisation_id) for figure, by in found.figures]
    assert ([], []) == (found.lists, found.rejected)


def test_the_report_of_portions_tells_what_any_of_them_found() -> None:
    drift = Drift(sheet="Лист1", kind=FileKind.STAFF, since=TODAY, missing={}, added={"Кто": ""})
    first = read(batch(stated_as_of=TITLED)).report()
    last = replace(first, drift=(drift,))

    assert replace(first, rows=2 * first.rows, drift=(drift,)) == joined([first, last])
