"""What coverage counts besides pairs, as rows: bases, figures, lists, the approved, plans, twins."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.door.rows import (
    FOREVER,
    NORTH,
    PAST,
    RECENT,
    ROOT,
    SCHOOLS,
    SOUTH,
    SOUTH_DISTRICT,
    Region,
    uid,
)

STATED = date(2025, 10, 3)
METRICS = ("PAIRS", "MENTORS", "MENTEES")


def add_counted(region: Region) -> None:
    """Add what coverage counts; drawn apart, so that it changes nothing else."""
    draw = Random(11)  # noqa: S311 - test data, no secret
    _profiles(region, draw)
    _figures(region, draw)
    _lists(region)
    _approved(region)
    _plans(region)
    _twins(region, draw)
    _requests(region, draw)


def _profiles(region: Region, draw: Random) -> None:
    linked = {row["person_id"]: row["record_id"] for row in region.tables["link"]}
    for person in region.tables["person"][::3]:
        region.add(
            "mentor_profile", person_id=person["id"], record_id=linked[person["id"]],
            organisation_id=uid("organisation", draw.choice(sorted(SCHOOLS))),
            starts=draw.choice((PAST, RECENT)), ends=draw.choice((FOREVER, date(2026, 6, 1))),
            changeset_id=1,
        )  # fmt: skip


def _requests(region: Region, draw: Random) -> None:
    linked = {row["person_id"]: row["record_id"] for row in region.tables["link"]}
    for number, person in enumerate(region.tables["person"][::4]):
        region.add(
            "mentee_profile", person_id=person["id"], record_id=linked[person["id"]],
            organisation_id=uid("organisation", draw.choice(sorted(SCHOOLS))),
            main_request=("", "Готовится к экзамену", "Учится выступать")[number % 3],
            starts=draw.choice((PAST, RECENT)), ends=draw.choice((FOREVER, date(2026, 6, 1))),
            changeset_id=1,
        )  # fmt: skip


def _figures(region: Region, draw: Random) -> None:
    for school in (3, 4, 5):
        for metric in METRICS[: school - 2]:
            for late in range(2):
                stated = STATED + timedelta(days=400 * late + school)
                year = stated.year - (stated.month < 9)
                region.add(
                    "stated_figure", id=region.number("stated_figure"), metric=metric,
                    organisation_id=uid("organisation", school), dimensions="{}",
                    starts=date(year, 9, 1), ends=date(year + 1, 9, 1),
                    value=Decimal(draw.randint(0, 12)), stated_as_of=stated, changeset_id=1,
                )  # fmt: skip


def _lists(region: Region) -> None:
    for number, kind in ((3, "MENTOR_BASE"), (4, "MENTEE_BASE"), (6, "PUPILS")):
        region.add(
            "stated_list", source_id=uid("source", 0), organisation_id=uid("organisation", number),
            kind=kind, stated_as_of=STATED + timedelta(days=number), academic_year=2025,
            completeness="PARTIAL", source_file_id=uid("file", 0), changeset_id=1,
        )  # fmt: skip


def _approved(region: Region) -> None:
    for number in (3, 5, 6):
        region.add(
            "organisation_enrolment", organisation_id=uid("organisation", number),
            academic_year=2025, act="Приказ № 1",
        )  # fmt: skip


def _plans(region: Region) -> None:
    units = [(None, None), (ROOT, None), (NORTH, None), (SOUTH, None), (None, SOUTH_DISTRICT)]
    for number, (organisation, territory) in enumerate(units):
        for year in (2025, 2026):
            region.add(
                "indicator_target", id=region.number("indicator_target"),
                indicator_code="YOUNG_SPECIALIST_COVERAGE", organisation_id=organisation,
                territory_id=territory, year=year, value=Decimal(70 + 10 * (number % 3)),
            )  # fmt: skip


def _twins(region: Region, draw: Random) -> None:
    people = draw.sample([row["id"] for row in region.tables["person"]], k=20)
    for number, person in enumerate(people):
        region.add("possible_twin", person_id=person, group_id=uid("twins", number // 3))
