"""More rows for the test region: pairs of several hosts about which sources disagree."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from tests.door.rows import CLOSED, FOREVER, PAST, RECENT, Region, uid

HOSTS = (3, 5, 6, 7)
DAYS = (PAST, date(2025, 2, 1), RECENT, date(2026, 2, 1), FOREVER)
CONFIRMATIONS = ("ONE_SIDED", "DISPUTED", "DISPUTED", "BOTH_SIDES")


def add_disagreements(region: Region) -> None:
    """Add pairs whose sources disagree, the claims behind them, figures and lists."""
    for number in range(60):
        _pair(region, number)
    _same(region)
    _figures(region)
    for school in (3, 6):
        region.add(
            "stated_list", source_id=uid("source", 0), organisation_id=uid("organisation", school),
            kind="STAFF", stated_as_of=RECENT, academic_year=2025, completeness="FULL",
            source_file_id=uid("file", 0), changeset_id=1,
        )  # fmt: skip


def _pair(region: Region, number: int) -> None:
    draw, key = region.draw, uid("disagreeing", number)
    mentor, mentee = draw.sample([person["id"] for person in region.tables["person"][:12]], k=2)
    host = uid("organisation", draw.choice(HOSTS))
    starts, ends = sorted(draw.sample(DAYS, k=2))
    region.add(
        "mentorship", id=key, form_code=None, programme_id=None, kind="PAIR", status="CONFIRMED",
        confirmation=draw.choice(CONFIRMATIONS), starts=starts, ends=ends,
        end_assumed=region.chance(0.3), sort_key=f"спор {number:02d}", changeset_id=1,
    )  # fmt: skip
    for person, role in ((mentor, "MENTOR"), (mentee, "MENTEE")):
        region.add(
            "mentorship_member", id=region.number("mentorship_member"), mentorship_id=key,
            person_id=person, role=role, host_organisation_id=host if role == "MENTEE" else None,
            moved=role == "MENTEE" and region.chance(0.3), affiliation_kind="TEXT",
            affiliation_text="", display_name=f"Участник {number:02d}", organisation_name="Школа",
            position_text="", starts=starts, ends=ends, changeset_id=1,
        )  # fmt: skip
    _facts(region, key, (mentor, mentee), host, starts, ends)
    for authority in _seen_from(region, (mentor, mentee), host):
        region.add(
            "mentorship_place", authority_id=authority, sort_key=f"спор {number:02d}",
            mentorship_id=key, starts=starts, changeset_id=1,
        )  # fmt: skip
    _claim(region, key)


def _facts(
    region: Region, key: UUID, pair: tuple[UUID, UUID], host: UUID, starts: date, ends: date
) -> None:
    """Cut a pair where its host changes hands, as the projection cuts it."""
    cut = date(2025, 12, 1)
    edges = [starts, *([cut] if starts < cut < ends else []), ends]
    for first, last in pairwise(edges):
        region.add(
            "participation_fact", id=region.number("participation_fact"), mentorship_id=key,
            mentor_id=pair[0], mentee_id=pair[1], host_id=host, starts=first, ends=last,
            form_code=None, changeset_id=1,
        )  # fmt: skip


def _seen_from(region: Region, pair: tuple[UUID, UUID], host: UUID) -> set[UUID]:
    people = {r["authority_id"] for r in region.tables["person_place"] if r["person_id"] in pair}
    places = region.tables["organisation_place"]
    return people | {r["authority_id"] for r in places if r["organisation_id"] == host}


def _claim(region: Region, key: UUID) -> None:
    stating, mentor, mentee = region.draw.sample(
        [record["id"] for record in region.tables["record"]], k=3
    )
    region.add(
        "mentorship_claim", record_id=stating, mentor_record_id=mentor, mentee_record_id=mentee,
        side=region.draw.choice(("MENTOR", "MENTEE")), host_organisation_id=CLOSED, starts=PAST,
        last_stated=RECENT, mentorship_id=key, changeset_id=1,
    )  # fmt: skip


def _same(region: Region) -> None:
    """Claim of each second mentor that they mentor themself, now and years ago."""
    records, links = region.tables["record"], region.tables["link"]
    for number, record in enumerate(one for one in records if one["kind"] == "MENTOR"):
        owner = next(link["person_id"] for link in links if link["record_id"] == record["id"])
        theirs = [link["record_id"] for link in links if link["person_id"] == owner]
        region.add(
            "mentorship_claim", record_id=record["id"], mentor_record_id=theirs[0],
            mentee_record_id=theirs[-1], side="MENTOR", host_organisation_id=CLOSED, starts=PAST,
            last_stated=RECENT if number % 2 else PAST, mentorship_id=None, changeset_id=1,
        )  # fmt: skip


def _figures(region: Region) -> None:
    for school in HOSTS:
        for metric in ("PAIRS", "MENTORS", "MENTEES"):
            for stated in (date(2025, 9, 20), date(2026, 9, 20)):
                region.add(
                    "stated_figure", id=region.number("stated_figure"), metric=metric,
                    organisation_id=uid("organisation", school), dimensions="{}",
                    value=Decimal(region.draw.choice((0, 2, 4, 6, 30))), stated_as_of=stated,
                    source_file_id=uid("file", 0) if region.chance(0.5) else None, changeset_id=1,
                )  # fmt: skip
