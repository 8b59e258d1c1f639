"""The measures of coverage: which fragment holds the members that each one counts."""

from dataclasses import dataclass
from enum import StrEnum

from hub.coverage.question import GroupBy, Shape


class Measure(StrEnum):
    """A number of coverage that opens as a list of its members."""

    MENTORS = "MENTORS"
    MENTORS_REGISTERED = "MENTORS_REGISTERED"
    MENTEES = "MENTEES"
    PAIRS = "PAIRS"
    GROUPS = "GROUPS"
    PROGRAMMES = "PROGRAMMES"
    WITHOUT_PROGRAMME = "WITHOUT_PROGRAMME"
    ORGANISATIONS_WITH_MENTORING = "ORGANISATIONS_WITH_MENTORING"
    ACTIVE_ORGANISATIONS = "ACTIVE_ORGANISATIONS"
    APPROVED_ORGANISATIONS = "APPROVED_ORGANISATIONS"
    REPORTED_ORGANISATIONS = "REPORTED_ORGANISATIONS"
    YOUNG_SPECIALISTS = "YOUNG_SPECIALISTS"
    YOUNG_SPECIALISTS_UNKNOWN = "YOUNG_SPECIALISTS_UNKNOWN"
    YOUNG_SPECIALISTS_COVERED = "YOUNG_SPECIALISTS_COVERED"
    YOUNG_SPECIALISTS_UNCOVERED = "YOUNG_SPECIALISTS_UNCOVERED"


class Kind(StrEnum):
    """What the members of a measure are."""

    MENTOR = "MENTOR"
    MENTEE = "MENTEE"
    PERSON = "PERSON"
    PAIR = "PAIR"
    MENTORSHIP = "MENTORSHIP"
    PROGRAMME = "PROGRAMME"
    ORGANISATION = "ORGANISATION"


@dataclass(frozen=True, slots=True)
class Members:
    """Where a measure's members stand, what they are, and whether they are of a form.

    `by_form` says that a row of a form has this number; `of_form` that it still means something
    when only some forms are asked about. `whole` names the fragment of the total's members where
    they are not simply those of all rows.
    """

    fragment: str
    kind: Kind
    by_form: bool = False
    of_form: bool = True
    whole: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Name the fragments that the rows and the total read."""
        return (self.fragment, self.whole) if self.whole else (self.fragment,)

    @property
    def columns(self) -> str:
        """Name the columns that tell one member from another."""
        return "a, b" if self.kind is Kind.PAIR else "a"


MEMBERS = {
    Measure.MENTORS: Members("mentors", Kind.MENTOR, by_form=True),
    Measure.MENTORS_REGISTERED: Members("registered", Kind.PERSON, of_form=False),
    Measure.MENTEES: Members("mentees", Kind.MENTEE, by_form=True),
    Measure.PAIRS: Members("pairs", Kind.PAIR, by_form=True),
    Measure.GROUPS: Members("groups", Kind.MENTORSHIP, by_form=True),
    Measure.PROGRAMMES: Members("programmes", Kind.PROGRAMME, of_form=False),
    Measure.WITHOUT_PROGRAMME: Members(
        "without_programme", Kind.PAIR, by_form=True, whole="without_programme_at_all"
    ),
    Measure.ORGANISATIONS_WITH_MENTORING: Members("hosts", Kind.ORGANISATION, by_form=True),
    Measure.ACTIVE_ORGANISATIONS: Members("active", Kind.ORGANISATION),
    Measure.APPROVED_ORGANISATIONS: Members("approved", Kind.ORGANISATION),
    Measure.REPORTED_ORGANISATIONS: Members("reported", Kind.ORGANISATION),
    Measure.YOUNG_SPECIALISTS: Members("young", Kind.PERSON),
    Measure.YOUNG_SPECIALISTS_UNKNOWN: Members("young_unknown", Kind.PERSON),
    Measure.YOUNG_SPECIALISTS_COVERED: Members("young_covered", Kind.PERSON, by_form=True),
    Measure.YOUNG_SPECIALISTS_UNCOVERED: Members("young_uncovered", Kind.PERSON),
}


def has_total(measure: Measure, shape: Shape) -> bool:
    """Say whether the measure means something for the whole answer."""
    return MEMBERS[measure].of_form or not shape.forms


def has_rows(measure: Measure, shape: Shape) -> bool:
    """Say whether the measure means something for a row of the answer."""
    by_form = shape.group_by is not GroupBy.FORM or MEMBERS[measure].by_form
    return by_form and has_total(measure, shape)
