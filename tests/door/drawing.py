"""What operations over the test region are drawn from, and how two answers are compared."""

from collections.abc import Mapping

from tests.door.asking import Door, Json
from tests.door.evaluator import PREFIXES, place_in
from tests.door.evaluator_delta import DELTA_INPUTS, DELTA_LISTS
from tests.door.evaluator_parts import NESTED, part_inputs
from tests.door.evaluator_sync import SYNC_INPUTS
from tests.door.operations import Pools
from tests.door.rows import CLOSED, NORTH, PARTNER, SCHOOLS, SOUTH, uid

LISTS = {
    "Query.people": "people(first: 60) { edges { cursor } }",
    **{
        f"Query.people({order})": f"people(first: 60, orderBy: {order}) {{ edges {{ cursor }} }}"
        for order in ("NAME_ASC", "NAME_DESC", "CHANGED_ASC", "CHANGED_DESC")
    },
    **{
        f"Query.mentorships({order})": f"mentorships(orderBy: {order}) {{ edges {{ cursor }} }}"
        for order in ("NAME_ASC", "NAME_DESC", "STARTS_ASC", "STARTS_DESC")
    },
    **{
        f"Query.{role}({order})": f"{role}(orderBy: {order}) {{ edges {{ cursor }} }}"
        for role in ("mentors", "mentees")
        for order in ("NAME_ASC", "NAME_DESC", "CHANGED_ASC", "CHANGED_DESC")
    },
    "Query.rejections": "rejections { edges { cursor } }",
    "Query.sources": "sources { edges { cursor } }",
    "Query.changesets": "changesets { edges { cursor } }",
    "Query.syncRuns": "syncRuns { edges { cursor } }",
    "Query.holds": "holds { edges { cursor } }",
    "Query.questions": "questions { edges { cursor } }",
    **{
        f"Query.{name}": f"{name} {{ edges {{ cursor }} }}"
        for name in (
            "reviewQueue",
            "reviewSample",
            "reviewPrecision",
            "verdicts",
            "consents",
            "subjectRequests",
            "destructionActs",
        )
    },
    "Query.mentors": "mentors { edges { cursor } }",
    "Query.mentees": "mentees { edges { cursor } }",
    "Query.mentorships": "mentorships { edges { cursor } }",
    "Query.programmes": "programmes { edges { cursor } }",
    "Query.organisations": "organisations { edges { cursor } }",
    "Query.subordinateOrganisations": "subordinateOrganisations { edges { cursor } }",
    "Query.territories": "territories { edges { cursor } }",
    "Query.coverageMembers": "coverageMembers(measure: PAIRS) { edges { cursor } }",
    "Query.coverageGaps": "coverageGaps(kind: IDLE_MENTOR) { edges { cursor } }",
}

COVERAGE = ("coverage", "coverageMembers", "coverageGaps", "coverageDelta")


async def pools_of(door: Door, who: str) -> Pools:
    cursors = {}
    for listing, field in LISTS.items():
        answer = await door.ask(who, f"{{ list: {field} }}")
        cursors[listing] = [edge["cursor"] for edge in answer["list"]["edges"]]
    for listing, above in NESTED.items():
        part = listing.partition(".")[2]
        text = f"{{ above: {above} {{ nodes {{ list: {part} {{ edges {{ cursor }} }} }} }} }}"
        cursors[listing] = [
            edge["cursor"]
            for node in (await door.ask(who, text))["above"]["nodes"]
            for edge in node["list"]["edges"]
        ]
    cursors |= await delta_cursors(door, who)
    return Pools(ids=ids(), cursors=cursors, inputs=inputs())


async def delta_cursors(door: Door, who: str) -> Mapping[str, list[str]]:
    compared = (await door.ask(who, DELTA_LISTS))["coverageDelta"]
    [figure] = compared["total"]["figures"]
    found = {
        "CoverageDelta.rows": compared["rows"],
        "CoverageDeltaFigure.came": figure["came"],
        "CoverageDeltaFigure.left": figure["left"],
    }
    return {name: [edge["cursor"] for edge in each["edges"]] for name, each in found.items()}


def ids() -> Mapping[str, list[str]]:
    known = {
        "Person": [f"person-{uid('person', n)}" for n in range(25)],
        "Organisation": [f"organisation-{uid('organisation', n)}" for n in range(9)],
        "Territory": [f"territory-{uid('territory', n)}" for n in range(4)],
        "Mentorship": [f"mentorship-{uid('mentorship', n)}" for n in range(15)],
        "Programme": [f"programme-{uid('programme', n)}" for n in range(3)],
    }
    known["Person"] += [f"person-{uid('former', n)}" for n in range(3)]
    known["Mentorship"] += [f"mentorship-{uid('former pair', 0)}"]
    everything = [each for listed in known.values() for each in listed]
    broken = ["person-1", "nobody", f"mentor-{uid('person', 1)}", ""]
    apart = {  # found by a root of their own, not by `node`
        "Question": [f"question-{uid('question', n)}" for n in range(26)],
        "PersonExplanation": known["Person"],
    }
    return {**known, **apart, "Node": everything + broken}


def representations() -> list[Json]:
    """List what gateways send: by ids, by numbers of systems, foreign, unknown and broken."""
    kinds = {prefix: kind for kind, prefix in PREFIXES.items()}
    by_id = [
        {"__typename": kinds[each.partition("-")[0]], "id": each} for each in ids()["Node"][:-4]
    ]
    by_number = [
        *(
            {"__typename": "Person", "sourceSystem": "KADRY", "externalId": f"{n}"}
            for n in range(30)
        ),
        *(
            {"__typename": "Organisation", "sourceSystem": "INN", "externalId": f"63{n}"}
            for n in range(9)
        ),
        {"__typename": "Organisation", "sourceSystem": "AIS", "externalId": "a4"},
        {"__typename": "Person", "sourceSystem": "SCHOOL_FILES", "externalId": "1"},
    ]
    broken = [
        {"__typename": "Person", "id": ids()["Organisation"][3]},
        {"__typename": "Person", "id": "nobody"},
        {"__typename": "Programme", "sourceSystem": "KADRY", "externalId": "1"},
        {"__typename": "Person", "sourceSystem": "KADRY", "externalId": 7},
        {"__typename": "Person", "snils": "112-233-445 95"},
        {"__typename": "Viewer", "id": ids()["Person"][0]},
        {},
    ]
    known = [*by_id, *by_number, *by_number, *broken]
    return [known[start::23] for start in range(23)] + [[]]


def inputs() -> Mapping[str, list[Json]]:
    schools = [f"organisation-{uid('organisation', n)}" for n in SCHOOLS]
    departments = [f"organisation-{key}" for key in (NORTH, PARTNER, CLOSED)]
    territories = [f"territory-{uid('territory', n)}" for n in range(4)]
    identifiers = [{"system": "INN", "value": f"63{n}"} for n in (3, 5, 99)]
    days = ["2020-02-02", "2025-10-05", "2026-10-05"]
    units = [NORTH, SOUTH, *(uid("organisation", n) for n in SCHOOLS)]
    rows = ["TOTAL", "OUTSIDE", "TEACHER_TEACHER", *map(str, units), str(uid("territory", 1))]
    return {
        **part_inputs(departments, schools),
        "Query._entities(representations)": representations(),
        **DELTA_INPUTS,
        **SYNC_INPUTS,
        "PersonFilter.department": departments[:1],
        "PersonFilter.organisation": schools,
        "PersonFilter.identifier": identifiers,
        "PersonFilter.territory": territories,
        "PersonFilter.role": ["STAFF", "PUPIL", "MENTOR", "MENTEE"],
        "PersonFilter.namePrefix": ["Ёл", "дубров т", "б", 'Ряб"'],
        "OrganisationFilter.kind": ["SCHOOL", "AUTHORITY"],
        "OrganisationFilter.status": ["ACTIVE", "CLOSED"],
        "OrganisationFilter.territory": territories,
        "OrganisationFilter.department": departments,
        "OrganisationFilter.identifier": identifiers,
        "ChangesetFilter.kind": ["REGISTRY", "IMPORT"],
        "ChangesetFilter.state": ["APPLIED", "WAITING"],
        "RejectionFilter.organisation": schools,
        "RejectionFilter.code": ["row.birth_date", "row.name"],
        "QuestionFilter.organisation": [*schools, *departments],
        "QuestionFilter.state": ["OPEN", "ANSWERED"],
        "ReviewQueueFilter.organisation": [*schools, *departments],
        "ReviewQueueFilter.available": [True, False],
        "VerdictFilter.organisation": [*schools, *departments],
        "VerdictFilter.person": [f"person-{uid('person', n)}" for n in range(25)],
        "ConsentFilter.person": [f"person-{uid('person', n)}" for n in range(25)],
        "SubjectRequestFilter.person": [f"person-{uid('person', n)}" for n in range(25)],
        "SubjectRequestFilter.overdue": [True, False],
        "VerdictFilter.standing": [True, False],
        "Query.reviewPrecision(blind)": [True, False],
        "Query.mentors(asOf)": days,
        "Query.mentees(asOf)": days,
        "CoveragePeriod": [
            *({"asOf": day} for day in days),
            *({"academicYear": year} for year in (2024, 2025, 2025)),
            *({"calendarYear": year} for year in (2024, 2025, 2026)),
        ],
        "CoverageFilter.forms": [["TEACHER_TEACHER"], ["STUDENT_STUDENT", "OTHER"], []],
        "CoverageFilter.organisations": [schools, schools[:1], schools[2:4]],
        "CoverageFilter.territories": [territories[:1], territories[1:]],
        "CoverageFilter.organisationKinds": [["SCHOOL"], ["KINDERGARTEN", "PARTNER"]],
        **{f"Query.{root}(scope)": [*departments, *schools] for root in COVERAGE},
        "Query.coverageMembers(row)": rows,
        "RoleFilter.formCode": ["TEACHER_TEACHER"],
        "RoleFilter.department": departments[:1],
        "RoleFilter.organisation": schools,
        "RoleFilter.identifier": identifiers,
        "RoleFilter.territory": territories,
        "RoleFilter.positionCode": ["TEACHER", "TEACHER", "DIRECTOR"],
        "RoleFilter.subject": ["Физика", "химия", "пение"],
        "RoleFilter.namePrefix": ["Ёл", "прежнева", "б", "К"],
        "MentorshipListFilter.formCode": ["TEACHER_TEACHER"],
        "MentorshipListFilter.status": ["ACTIVE", "COMPLETED"],
        "MentorshipListFilter.activeOn": ["2025-10-05", "2026-10-05"],
        "MentorshipListFilter.organisation": schools,
        "MentorshipListFilter.identifier": identifiers,
        "MentorshipListFilter.department": departments[:1],
        "MentorshipListFilter.territory": territories,
        "MentorshipListFilter.confirmation": ["ONE_SIDED", "BOTH_SIDES", "DISPUTED"],
        "MentorshipListFilter.programme": [f"programme-{uid('programme', n)}" for n in range(3)],
        "MentorshipListFilter.endAssumed": [True, False],
        "ProgrammeFilter.academicYear": [2025, 2025, 2024],
        "ProgrammeFilter.organisation": schools,
        "ProgrammeFilter.identifier": identifiers,
        "ProgrammeFilter.department": departments[:1],
        "ProgrammeFilter.territory": territories,
        "ProgrammeFilter.status": ["RUNNING", "DRAFT"],
        "ProgrammeFilter.titlePrefix": ["Про", "«программа 1", "", "прж"],
        "MentorshipFilter.role": ["MENTOR", "MENTEE"],
        "MentorshipFilter.formCode": ["TEACHER_TEACHER"],
        "MentorshipFilter.activeOn": ["2025-10-05", "2026-10-05"],
    }


def comparable(value: Json) -> Json:
    """Replace cursors by the rows they stand for."""
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _cursor(part) or comparable(part) for key, part in value.items()}


def _cursor(value: Json) -> str | None:
    if not isinstance(value, str) or len(value) < 22 or " " in value:
        return None
    try:
        return f"cursor of {place_in(value)}"
    except ValueError:
        return None


def differences(expected: Json, actual: Json, path: str = "") -> list[str]:
    """Say where two answers differ, and how."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if list(expected) != list(actual):  # answers keep the order of what is asked
            return [f"{path}: {list(expected)} expected, {list(actual)} answered"]
        return [
            each
            for key, part in expected.items()
            for each in differences(part, actual[key], f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            each
            for number, part in enumerate(expected)
            for each in differences(part, actual[number], f"{path}[{number}]")
        ]
    return [] if expected == actual else [f"{path}: {expected!r} expected, {actual!r} answered"]
