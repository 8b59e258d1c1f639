"""Where the plain rows disagree: each kind of finding told again, a pair at a time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tests.door.evaluator import World
from tests.door.evaluator_evidence import sees_evidence
from tests.door.tables import Row

PARTIES = ("mentor_id", "mentee_id")


@dataclass(kw_only=True)
class Expected:
    """What a finding must show."""

    kind: str
    organisation: UUID
    since: date | None = None
    asserted: int | None = None
    named: int | None = None
    mentorships: set[UUID] = field(default_factory=set)
    people: set[UUID] = field(default_factory=set)
    records: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Days:
    """The days asked about, half open, and since when a figure speaks of them."""

    lo: date
    hi: date
    stated_from: date


class Disagreements:
    """The findings of one viewer over one period, by their keys."""

    def __init__(self, world: World, days: Days) -> None:
        self.world = world
        self.days = days
        self.found: dict[str, Expected] = {}
        for unit in world.tables["organisation"]:
            if world.sees("Organisation", unit):
                self._figures(unit)
                self._same(unit)
                for fact in self._hosted(unit):
                    self._pair(unit, fact)

    def _hosted(self, unit: Row) -> Iterator[Row]:
        for fact in self.world.all("participation_fact", host_id=unit["id"]):
            mentorship = self._mentorship(fact)
            if self.world.sees("Mentorship", mentorship) and self._active(fact):
                yield fact

    def _active(self, fact: Row) -> bool:
        return bool(fact["starts"] < self.days.hi and fact["ends"] > self.days.lo)

    def _mentorship(self, fact: Row) -> Row:
        found = self.world.one("mentorship", id=fact["mentorship_id"])
        assert found is not None
        return found

    def _add(
        self, kind: str, unit: Row, subject: str, since: date | None, facts: list[Row], people: set[UUID]
    ) -> None:  # fmt: skip
        key = f"{kind}.{unit['id']}.{subject}"
        new = Expected(kind=kind, organisation=unit["id"], since=since)
        one = self.found.setdefault(key, new)
        one.since = min(filter(None, (one.since, since)), default=None)
        one.mentorships |= {fact["mentorship_id"] for fact in facts}
        one.people |= people

    def _pair(self, unit: Row, fact: Row) -> None:
        mentorship, both = self._mentorship(fact), {fact[party] for party in PARTIES}
        key = str(mentorship["id"])
        if mentorship["confirmation"] == "ONE_SIDED":
            self._add("ONE_SIDED", unit, key, mentorship["starts"], [fact], both)
        if mentorship["end_assumed"]:
            self._add("END_ASSUMED", unit, key, mentorship["starts"], [fact], both)
        if mentorship["confirmation"] == "DISPUTED":
            self._disputed(unit, fact)
        self._ended(unit, fact, both)
        self._dismissed(unit, fact)
        self._moved(unit, fact)
        if self._lists_people(unit) and not any(self._is_known(unit, fact, one) for one in both):
            subject = f"{key}.{fact['mentor_id']}.{fact['mentee_id']}"
            self._add("HOST_UNKNOWN", unit, subject, fact["starts"], [fact], both)

    def _disputed(self, unit: Row, fact: Row) -> None:
        for other in self.world.all("participation_fact", mentee_id=fact["mentee_id"]):
            mentorship = self._mentorship(other)
            if (
                other["host_id"] == unit["id"]
                and other["mentor_id"] != fact["mentor_id"]
                and mentorship["confirmation"] == "DISPUTED"
                and other["starts"] < fact["ends"]
                and other["ends"] > fact["starts"]
                and self.world.sees("Mentorship", mentorship)
            ):
                since = max(fact["starts"], other["starts"])
                people = {fact["mentor_id"], other["mentor_id"], fact["mentee_id"]}
                subject = str(fact["mentee_id"])
                self._add("DISPUTED", unit, subject, since, [fact, other], people)

    def _ended(self, unit: Row, fact: Row, both: set[UUID]) -> None:
        last = min(fact["ends"], self.days.hi)
        unknown = unit["status"] == "CLOSED" and unit["ends"] == date.max
        if unit["ends"] < last or unknown:
            since = None if unknown else unit["ends"]
            self._add("HOST_ENDED", unit, str(fact["mentorship_id"]), since, [fact], both)

    def _dismissed(self, unit: Row, fact: Row) -> None:
        posts = self._posts(fact["mentor_id"])
        gone = max((post["ends"] for post in posts), default=None)
        if gone is not None and gone < min(fact["ends"], self.days.hi):
            subject = f"{fact['mentorship_id']}.{fact['mentor_id']}"
            self._add("MENTOR_DISMISSED", unit, subject, gone, [fact], {fact["mentor_id"]})

    def _posts(self, person: UUID) -> list[Row]:
        """Give the posts of whoever has ever worked where the viewer looks."""
        posts = self.world.all("employment", person_id=person)
        return posts if any(map(self._ever_ours, posts)) else []

    def _ever_ours(self, row: Row) -> bool:
        if self.world.viewer.is_region_wide:
            return True
        unit = row["organisation_id"]
        return bool(self.world.places("organisation_place", organisation_id=unit))

    def _moved(self, unit: Row, fact: Row) -> None:
        key, mentee = fact["mentorship_id"], fact["mentee_id"]
        parts = self.world.all("mentorship_member", mentorship_id=key, person_id=mentee)
        if any(part["moved"] and part["role"] == "MENTEE" for part in parts):
            self._add("MENTEE_MOVED", unit, f"{key}.{mentee}", None, [fact], {mentee})

    def _lists_people(self, unit: Row) -> bool:
        lists = self.world.all("stated_list", organisation_id=unit["id"])
        return any(one["kind"] in {"STAFF", "PUPILS"} for one in lists)

    def _is_known(self, unit: Row, fact: Row, person: UUID) -> bool:
        units = [row for table in ("employment", "enrolment")
                 for row in self.world.all(table, person_id=person)]  # fmt: skip
        for row in units:
            place = self.world.one("organisation", id=row["organisation_id"])
            assert place is not None
            if (
                place["legal_entity_id"] == unit["legal_entity_id"]
                and row["starts"] < fact["ends"]
                and row["ends"] > fact["starts"]
            ):
                return True
        return False

    def _figures(self, unit: Row) -> None:
        days = self.days
        latest: dict[str, Row] = {}
        for figure in self.world.all("stated_figure", organisation_id=unit["id"]):
            if days.stated_from <= figure["stated_as_of"] < days.hi:
                latest[figure["metric"]] = max(
                    figure,
                    latest.get(figure["metric"], figure),
                    key=lambda one: one["stated_as_of"],
                )
        for metric, figure in latest.items():
            named = self._named(unit)[metric]
            if figure["value"] != len(named):
                self.found[f"ASSERTED_NOT_NAMED.{unit['id']}.{metric}"] = Expected(
                    kind="ASSERTED_NOT_NAMED", organisation=unit["id"], named=len(named),
                    since=figure["stated_as_of"], asserted=int(figure["value"]),
                )  # fmt: skip

    def _same(self, unit: Row) -> None:
        days, links = self.days, self.world.tables
        for claim in self.world.all("mentorship_claim", mentorship_id=None):
            stating = self.world.one("record", id=claim["record_id"])
            sides = {
                link["person_id"]
                for side in ("mentor_record_id", "mentee_record_id")
                for link in links.having("link", "record_id", claim[side])
            }
            assert stating is not None
            if (
                stating["organisation_id"] == unit["id"]
                and stating["kind"] in {"MENTOR", "MENTEE"}
                and len(sides) == 1
                and self.world.sees("Person", {"id": next(iter(sides))})
                and claim["starts"] < days.hi
                and claim["last_stated"] >= days.stated_from
            ):
                self.found[f"SAME_PERSON.{unit['id']}.{claim['id']}"] = Expected(
                    kind="SAME_PERSON", organisation=unit["id"], since=claim["starts"],
                    people=sides, records={claim["record_id"]},
                )  # fmt: skip

    def _named(self, unit: Row) -> dict[str, set[object]]:
        named: dict[str, set[object]] = defaultdict(set)
        for fact in self._hosted(unit):
            named["MENTORS"].add(fact["mentor_id"])
            named["MENTEES"].add(fact["mentee_id"])
            named["PAIRS"].add((fact["mentor_id"], fact["mentee_id"]))
        return named


def places_of(world: World, expected: Expected) -> set[tuple[str | None, int]]:
    """Give where the records behind a finding stand that the viewer may see: file and row."""
    records = expected.records | {
        claim["record_id"]
        for claim in world.tables["mentorship_claim"]
        if claim["mentorship_id"] in expected.mentorships
    }
    if expected.kind in {"MENTOR_DISMISSED", "HOST_UNKNOWN", "MENTEE_MOVED"}:
        records |= {
            link["record_id"]
            for link in world.tables["link"]
            if link["person_id"] in expected.people
            and world.sees("Person", {"id": link["person_id"]})
            and _is_post(world, link["record_id"])
        }
    seen = [world.one("record", id=one) for one in sorted(records)]
    return {
        place
        for record in seen
        if record is not None and sees_evidence(world, record)
        for place in _place(world, record)
    }


def _is_post(world: World, record: int) -> bool:
    found = world.one("record", id=record)
    return found is not None and found["kind"] in {"STAFF", "PUPIL"}


def _place(world: World, record: Row) -> Iterator[tuple[str | None, int]]:
    version = world.one("record_version", id=record["current_version_id"])
    if version is not None:
        file = world.one("source_file", id=version["source_file_id"])
        yield (file["name"] if file else None, version["row"])
