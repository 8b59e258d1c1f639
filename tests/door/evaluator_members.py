"""Who stands behind a number of coverage, and what it has not reached: members and their names."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from hub.coverage import MEMBERS, Kind, Measure
from hub.coverage.measures import has_rows, has_total
from tests.door.counted import asked_of, counted, world_of
from tests.door.evaluator import Arguments, Resolve, World, page, related, unscoped, visible
from tests.door.evaluator_people import display_name
from tests.door.tables import Row
from tests.rooms.coverage.asking import shape
from tests.rooms.coverage.evaluator import TOTAL, Evaluator, Member
from tests.rooms.coverage.expected import missing

MENTORS, MENTEES = ("MENTOR", "CO_MENTOR"), ("MENTEE",)
NOBODY = {
    "person_id": None, "mentee_id": None, "mentorship_id": None, "programme_id": None,
    "organisation_id": None,
}  # fmt: skip
GAPS = {
    "YOUNG_SPECIALIST_WITHOUT_MENTOR": Kind.PERSON,
    "ORGANISATION_WITHOUT_MENTORING": Kind.ORGANISATION,
    "IDLE_MENTOR": Kind.PERSON,
    "OPEN_REQUEST": Kind.PERSON,
}


def coverage_members(world: World, _: Row, arguments: Arguments) -> object:
    evaluator = counted(world.tables, asked_of(world, arguments))
    measure = Measure(arguments["measure"])
    found = behind(evaluator, measure, arguments.get("row"))
    by_employer = arguments["attribution"] == "EMPLOYER" and measure is Measure.MENTORS
    source = "employed" if by_employer else "mentorships"
    naming = Naming(world, evaluator.counted.whole[source])
    return listed(naming, MEMBERS[measure].kind, found, arguments)


def coverage_gaps(world: World, _: Row, arguments: Arguments) -> object:
    asked = asked_of(world, arguments)
    gap = arguments["kind"]
    found = {str(each): members for each, members in missing(world_of(world.tables), asked).items()}
    naming = Asking(world, ()) if gap == "OPEN_REQUEST" else Naming(world, ())
    return listed(naming, GAPS[gap], found[gap], arguments)


def nodes_behind(world: World, row: Row, _: Arguments) -> object:
    """Give the nodes of a member, whatever they are, a null for each that the viewer may not see."""
    named = (("Person", row["person_id"]), ("Person", row["mentee_id"]),
        ("Mentorship", row["mentorship_id"]), ("Programme", row["programme_id"]),
        ("Organisation", row["organisation_id"]))  # fmt: skip
    return [
        visible(world, kind, world.one(kind.lower(), id=key))
        for kind, key in named
        if key is not None
    ]


def behind(evaluator: Evaluator, measure: Measure, row: str | None) -> set[Member]:
    """Give the members of a number, of one row or of the whole."""
    asked, name = shape(evaluator.asked), measure.value.lower()
    if not has_total(measure, asked):
        return set()
    if row is None or row == TOTAL:
        return evaluator.counted.whole[name]
    return evaluator.counted.rows[name].get(row, set()) if has_rows(measure, asked) else set()


def listed(naming: "Naming", kind: Kind, members: Iterable[Member], arguments: Arguments) -> object:
    return page(
        "CoverageMember",
        [naming.row(kind, member) for member in members],
        None,
        arguments,
        lambda row: (row["sort_key"], row["id"]),
    )


class Naming:
    """Names members as a viewer may see them today, parties of pairs by their memberships."""

    def __init__(self, world: World, mentorships: Collection[Member]) -> None:
        self.world = world
        self.mentorships = mentorships

    def row(self, kind: Kind, member: Member) -> Row:
        first, second = member if isinstance(member, tuple) else (member, None)
        title, detail, references = self.named(kind, first, second)
        return {
            **NOBODY,
            **references,
            "id": f"{first}.{second}" if second else str(first),
            "title": title,
            "detail": detail,
            "sort_key": title.replace("ё", "е").replace("Ё", "Е"),
        }

    def named(
        self, kind: Kind, first: UUID, second: UUID | None
    ) -> tuple[str, str, Mapping[str, UUID | None]]:
        match kind:
            case Kind.PERSON:
                return self.person(first), "", {"person_id": first}
            case Kind.MENTOR | Kind.MENTEE:
                name, place = self.party(first, MENTORS if kind is Kind.MENTOR else MENTEES)
                return name, place, {"person_id": first}
            case Kind.PAIR:
                assert second is not None
                mentor, mentee = self.party(first, MENTORS), self.party(second, MENTEES)
                return mentor[0], mentee[0], {"person_id": first, "mentee_id": second}
            case Kind.MENTORSHIP:
                return *self.group(first), {"mentorship_id": first}
            case Kind.PROGRAMME:
                return *self.programme(first), {"programme_id": first}
            case Kind.ORGANISATION:
                unit = self.one("organisation", first)
                return unit["short_name"], unit["full_name"], {"organisation_id": first}

    def one(self, table: str, key: UUID) -> Row:
        found = self.world.one(table, id=key)
        assert found is not None, (table, key)
        return found

    def person(self, key: UUID) -> str:
        row = self.one("person", key)
        return str(display_name(self.world, row, {})) if self.world.sees("Person", row) else ""

    def party(self, person: UUID, roles: Collection[str]) -> tuple[str, str]:
        """Say what stands on the last membership of those that the number counts."""
        found = [
            row
            for row in self.world.all("mentorship_member", person_id=person)
            if row["role"] in roles
            and row["mentorship_id"] in self.mentorships
            and self.world.sees("Mentorship", {"id": row["mentorship_id"]})
        ]
        if not found:
            return "", ""
        last = min(found, key=lambda row: (-row["starts"].toordinal(), row["id"]))
        return last["display_name"], last["organisation_name"]

    def group(self, mentorship: UUID) -> tuple[str, str]:
        if not self.world.sees("Mentorship", {"id": mentorship}):
            return "", ""
        rows = self.world.all("mentorship_member", mentorship_id=mentorship)
        mentors = [row for row in rows if row["role"] in MENTORS]
        names = sorted(row["display_name"] for row in mentors)
        return ", ".join(names), min((row["organisation_name"] for row in mentors), default="")

    def programme(self, key: UUID) -> tuple[str, str]:
        row = self.one("programme", key)
        return row["title"], self.one("organisation", row["lead_organisation_id"])["short_name"]


class Asking(Naming):
    """Says of those who ask for a mentor what they ask for, where their name is seen."""

    def named(
        self, kind: Kind, first: UUID, second: UUID | None
    ) -> tuple[str, str, Mapping[str, UUID | None]]:
        title, _, references = super().named(kind, first, second)
        stated = self.world.all("mentee_profile", person_id=first) if title else []
        asked = sorted({row["main_request"] for row in stated if row["main_request"]})
        return title, "; ".join(asked), references


COVERAGE_MEMBERS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "coverageMembers"): coverage_members,
    ("Query", "coverageGaps"): coverage_gaps,
    ("CoverageMember", "counted"): nodes_behind,
    ("CoverageMember", "key"): lambda _, row, __: row["id"],
    ("CoverageMember", "person"): related("Person", "person", "person_id"),
    ("CoverageMember", "mentee"): related("Person", "person", "mentee_id"),
    ("CoverageMember", "mentorship"): related("Mentorship", "mentorship", "mentorship_id"),
    ("CoverageMember", "programme"): unscoped("Programme", "programme", "programme_id"),
    ("CoverageMember", "organisation"): related("Organisation", "organisation", "organisation_id"),
}
