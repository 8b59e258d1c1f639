"""What `consent` and `subject` ask of the API: one document a command."""

from typing import Final

CONSENTS: Final = """query Consents($person: ID, $first: Int) {
  consents(first: $first, filter: { person: $person }) { nodes {
    id purpose state relation document signedOn ends withdrawnOn organisation { shortName }
    person { id } } } }"""
REQUESTS: Final = """query Requests($first: Int, $state: SubjectRequestState) {
  subjectRequests(first: $first, filter: { state: $state }) { nodes {
    id kind state receivedOn dueOn isOverdue basis keptUntil closedOn
    organisation { shortName } person { id } } } }"""
ACTS: Final = """query Acts($first: Int) {
  destructionActs(first: $first) { nodes {
    number subjectId reason categories counts { name count } receivedOn destroyedAt keepUntil } } }"""
# Everything that is held on somebody, where it came from, and who saw it.
REPORT: Final = """query SubjectReport($id: ID!, $person: ID!) {
  person(id: $id) {
    id lastName firstName middleName birthDate sex
    names { lastName firstName middleName kind starts ends }
    contacts { kind value owner } identifiers { type value }
    employments { organisationName positionName subjects starts ends isCurrent }
    enrolments { organisationName grade letter starts ends }
    provenance { field value rule statedAsOf sourceTitle fileName sheet row }
    records { kind sourceTitle organisationName fileName sheet row firstStated lastStated endedOn }
    mentorships(first: 100) { nodes { formName status starts ends
      members { role displayName organisationName } } }
  }
  consents(first: 100, filter: { person: $person }) { nodes {
    purpose state relation signer document formVersion categories actions processors revocation
    signedOn ends lapsesOn withdrawnOn organisation { shortName } } }
  subjectRequests(first: 100, filter: { person: $person }) { nodes {
    kind state receivedOn dueOn isExtended source basis keptUntil closedOn } }
  auditEvents(first: 1000, filter: { person: $person }) { nodes {
    number at action operation client role purposes fieldClasses scope { shortName } } }
}"""
PAIRS: Final = """query Pseudonymised($after: String) {
  mentorships(first: 100, after: $after) {
    nodes { id formCode confirmation starts members { role person { id birthDate } } }
    pageInfo { endCursor hasNextPage } } }"""
