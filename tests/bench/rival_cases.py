"""What PostGraphile is asked: the four queries in its words.

It refuses the dates that PostgreSQL calls infinite, which most of ours are: it is asked for other
columns in their place, as many. Else it is asked for the same objects, level by level.
"""

import subprocess
from typing import Any

Json = Any  # an answer
FIGURES = """
  key title mentors mentees pairs groups organisationsWithMentoring activeOrganisations
  youngSpecialists youngSpecialistsCovered youngSpecialistsUnknown reportedOrganisations
  assertedPairs unnamedPairs duplicatesMentors duplicatesMentees
"""
QUERIES = {
    "Q1": f"""
query Coverage($day: Date!) {{
  rows: allRollups(
    condition: {{ authorityId: "00000000-0000-0000-0000-000000000000", groupBy: "DEPARTMENT",
      attribution: "HOST", lo: $day, isTotal: false }}
  ) {{ nodes {{ {FIGURES} }} }}
  total: allRollups(
    condition: {{ authorityId: "00000000-0000-0000-0000-000000000000", groupBy: "DEPARTMENT",
      attribution: "HOST", lo: $day, isTotal: true }}
  ) {{ nodes {{ {FIGURES} }} }}
}}""",
    "Q2": """
query Mentors($authority: UUID!) {
  rivalMentors(authority: $authority, first: 100) {
    nodes {
      rowId lastName firstName middleName
      employmentsByPersonId { nodes { positionText positionCode
        organisationByOrganisationId { rowId shortName
          subordinationsByOrganisationId(condition: { kind: "PRIMARY" }) { nodes {
            organisationByAuthorityId { rowId shortName } } } } } }
      mentored(first: 20) {
        nodes { rowId status kind confirmation programmeByProgrammeId { rowId title }
          mentoringFormByFormCode { label }
          mentorshipMembersByMentorshipId { nodes { role displayName organisationName
            person { rowId lastName firstName middleName birthYear } } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}""",
    "Q3": """
query Person($id: UUID!) {
  personByRowId(rowId: $id) {
    rowId lastName firstName middleName birthYear sex recordCount
    personNamesByPersonId { nodes { lastName firstName middleName kind } }
    employmentsByPersonId { nodes { positionText positionCode kind
      organisationByOrganisationId { shortName } } }
    personFieldsByPersonId { nodes { field value rule statedAsOf
      recordByRecordId { sourceBySourceId { title }
        said { sheet row sourceFileBySourceFileId { name } } } } }
    records { nodes { kind } }
  }
}""",
    "Q4": """
query Changed($authority: UUID!, $after: Cursor) {
  allPersonPlaces(
    first: 100, after: $after, orderBy: [CHANGED_AT_ASC, PERSON_ID_ASC]
    condition: { authorityId: $authority }
  ) {
    nodes { changedAt personByPersonId { rowId lastName firstName middleName birthYear
      employmentsByPersonId { nodes { positionText positionCode kind
        organisationByOrganisationId { rowId shortName } } } } }
    pageInfo { hasNextPage endCursor }
  }
}""",
}
# The place in the middle of the last thousand.
BEFORE = """
query Before($authority: UUID!) {
  allPersonPlaces(
    last: 500, orderBy: [CHANGED_AT_ASC, PERSON_ID_ASC], condition: { authorityId: $authority }
  ) { pageInfo { startCursor } }
}"""


def rows_of(answer: Json) -> int:
    """Count the rows of an answer's first list, or the one object that it is."""
    if "errors" in answer:
        raise ValueError(answer["errors"][0]["message"])
    found = next(iter(answer["data"].values()))
    if found is None:
        return 0
    rows = found.get("nodes", found.get("rows"))
    return 1 if rows is None else len(rows)


def listed(process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server says that it listens."""
    said = process.stdout.readline() if process.stdout else b""
    if said != b"ready\n":
        raise RuntimeError("PostGraphile did not start")
