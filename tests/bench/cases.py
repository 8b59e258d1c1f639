"""What the web is asked: the operations, who asks them, and how each is compiled."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import asyncpg

from hub.access import Viewer
from hub.credentials import authenticate
from schema.compiler.request import shape_of
from schema.compiler.run import Engine
from tests.day import region_day

FIGURES = """
  key title mentors mentees pairs groups organisationsWithMentoring activeOrganisations
  youngSpecialists youngSpecialistsCovered youngSpecialistsUnknown target gap completeness
  dataAsOf asserted { pairs } unnamed { pairs } possibleDuplicates { mentors mentees }
"""
COVERAGE = f"""
query Coverage($by: CoverageGroupBy!) {{
  coverage(groupBy: $by) {{ dataAsOf rows {{ {FIGURES} }} total {{ {FIGURES} }} }}
}}"""
PARTS = {
    "pairs": "pairs",
    "mentors, mentees, groups": "mentors mentees pairs groups",
    "young specialists": "youngSpecialists youngSpecialistsCovered",
    "organisations": "organisationsWithMentoring activeOrganisations completeness dataAsOf",
    "asserted": "asserted { pairs } unnamed { pairs }",
    "possible twins": "possibleDuplicates { mentors mentees }",
}
MENTORS = """
query Mentors {
  people(first: 100, filter: { role: MENTOR }) {
    nodes {
      id displayName
      employments { isCurrent positionName organisation { id shortName
        department { id shortName } } }
      mentorships(first: 20, filter: { role: MENTOR }) {
        nodes { id formName status starts ends programme { id title }
          members { role displayName organisationName person { id displayName birthYear } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
PERSON = """
query Person($id: ID!) {
  person(id: $id) {
    id displayName birthDate sex maskedFields recordCount
    names { lastName firstName middleName kind }
    employments { positionName organisationName starts ends }
    provenance { field value rule statedAsOf sourceTitle fileName sheet row }
    records { kind firstStated lastStated }
  }
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One operation as one viewer asks it."""

    name: str
    who: str  # centre | department
    query: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A case as a hand-written endpoint would hold it: the statement and its values."""

    case: Case
    viewer: Viewer
    sql: str
    values: Sequence[object]


def coverage_cases() -> list[Case]:
    """Ask for live coverage of a department and of the region, by department and by school."""
    return [
        Case(
            name=f"coverage of {told} by {by.lower()}",
            who=who,
            query=COVERAGE,
            variables={"by": by},
        )
        for who, told in (("department", "a department"), ("centre", "the region"))
        for by in ("DEPARTMENT", "ORGANISATION")
    ]


def partial_cases() -> list[Case]:
    """Ask a department's coverage for some figures only: what each of them costs."""
    return [
        Case(
            name=f"  of it only {told}",
            who="department",
            query=f"query Part {{ coverage(groupBy: DEPARTMENT) {{ rows {{ {part} }} "
            f"total {{ {part} pairs }} }} }}",
            variables={},
        )
        for told, part in PARTS.items()
    ]


CHANGED = """
query Changed($after: String, $since: DateTime) {
  people(first: 100, after: $after, orderBy: CHANGED_ASC, filter: { changedSince: $since }) {
    nodes { id displayName birthYear changedAt
      employments { isCurrent positionName organisation { id shortName } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


def large_cases(person: str, *, since: str, after: str) -> list[Case]:
    """Ask what the design names Q1 to Q4; of Q4 a page in the middle of a thousand people."""
    mentors, of_department, one = people_cases(person)
    kept = coverage_cases()[2]
    return [
        replace(kept, name="Q1 coverage of all departments, kept ready"),
        replace(mentors, name=f"Q2 {mentors.name}"),
        replace(of_department, name=f"Q2 {of_department.name}"),
        replace(one, name=f"Q3 {one.name}"),
        Case(
            name="Q4 a hundred of 1,000 changed people, by cursor",
            who="department",
            query=CHANGED,
            variables={"since": since, "after": after},
        ),
    ]


def people_cases(person: str) -> list[Case]:
    """Ask for a page of mentors, and for one person with provenance."""
    return [
        Case(name="100 mentors, three levels", who="centre", query=MENTORS, variables={}),
        Case(name="100 mentors of a department", who="department", query=MENTORS, variables={}),
        Case(
            name="one person with provenance",
            who="department",
            query=PERSON,
            variables={"id": person},
        ),
    ]


async def compiled(engine: Engine, case: Case, web: asyncpg.Pool, key: str) -> Compiled:
    """Compile a case for the viewer behind a key."""
    viewer = await authenticate(web, key, today=region_day())
    prepared, given = engine.prepare(case.query, None, case.variables)
    plan = engine.plan(prepared, given, shape_of(viewer))
    values = plan.values(engine.request(viewer, given))
    return Compiled(case=case, viewer=viewer, sql=plan.statement.sql, values=values)


def write_cases(path: Path, cases: Sequence[Case], keys: Mapping[str, str]) -> None:
    """Put the cases and the viewers' keys where the other processes find them."""
    path.write_text(json.dumps({"cases": [asdict(case) for case in cases], "keys": keys}))


def read_cases(path: Path) -> tuple[list[Case], Mapping[str, str]]:
    """Read back what `write_cases` wrote."""
    written = json.loads(path.read_text())
    return [Case(**case) for case in written["cases"]], written["keys"]
