"""Who mentored whom and when, as far as the region's files can tell: the truth's own reading.

Written in plain Python over `Region.statements`, apart from the hub's code, so that a mistake in
the one is not a mistake in the other. The rules, each with its sentence of COUNTING:

* *Claims.* Each (mentor, mentee) that a row names is a claim. A row without a joining date starts
  on the file's day («undated facts hold from that date»). The stated last day is included.
* *Same pair.* «Same or unknown form, periods overlapping or at most 31 days apart» is one
  mentorship; two known forms are two. A claim of unknown form takes the form of a neighbour.
* *End.* The newest statement decides; where it gives no end the pair «lapses on 31 August of the
  academic year in which it was last stated» (`end_assumed`).
* *Host.* «Stated, else the mentee's organisation at the start»: both are the organisation whose
  base it is; «a record under a closed school's id goes to its sole successor» from that day on.
* *Mentor's own organisation.* The workplace that the base names, else the base's organisation.
* *Group.* «One mentorship with N dyads»: mentorships that a row of a base of mentors joins.
* *Programme.* Lead organisation, academic year and title; a partner's or a university's mentor
  makes that organisation a participant.
* *Disputed.* Both mentors stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.demo.organisations import Organised
from hub.demo.pairing import NOT_SHOWN
from hub.demo.region import Region
from hub.demo.statements import BaseRow, FilePlan
from hub.records import FileKind

GAP = timedelta(days=31)
EXTERNAL_KINDS = frozenset({"PARTNER", "UNIVERSITY"})


@dataclass(frozen=True, slots=True, order=True)
class Programme:
    """What makes a programme one: who leads it (a position), the academic year, the title."""

    lead: int
    academic_year: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row's statement that one mentors another; `row` is its position in the bases."""

    row: int
    mentor: int
    mentee: int
    form: str
    starts: date
    stated_end: date | None
    lapses: date
    as_of: date
    host: int
    mentor_organisation: int
    programme: Programme | None
    from_mentors: bool

    @property
    def ends(self) -> date:
        """Give the first day on which it no longer holds."""
        return max(self.stated_end or self.lapses, self.starts + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dyad:
    """A mentor and a mentee in one form over one continuous time."""

    mentorship: int
    mentor: int
    mentee: int
    form: str
    starts: date
    ends: date
    end_assumed: bool
    host: int
    mentor_organisation: int
    has_programme: bool
    both_sides: bool


def heir(organised: Organised, place: int, day: date) -> int:
    """Give who answers for an organisation on a day: itself, or its sole successor."""
    rows = organised.registry.organisations
    for succession in organised.registry.successions:
        if rows[place].id == succession.from_id and day >= succession.on_date:
            return next(at for at, row in enumerate(rows) if row.id == succession.to_id)
    return place


def claims_of(region: Region) -> list[Claim]:
    """Read every claim of the bases."""
    stated = region.statements
    return [
        _claim(region, stated.files[row.file], number, row, other)
        for number, row in enumerate(stated.bases)
        for other in row.others
    ]


def _claim(region: Region, plan: FilePlan, number: int, row: BaseRow, other: int) -> Claim:
    host = heir(region.organised, plan.organisation, plan.as_of)
    from_mentors = plan.kind is FileKind.MENTOR_BASE
    return Claim(
        row=number,
        mentor=row.person if from_mentors else other,
        mentee=other if from_mentors else row.person,
        form=row.form,
        starts=row.joined or plan.as_of,
        stated_end=row.left + timedelta(days=1) if row.left else None,
        lapses=date(plan.academic_year + 1, 9, 1),
        as_of=plan.as_of,
        host=host,
        mentor_organisation=host if row.workplace == NOT_SHOWN else row.workplace,
        programme=Programme(host, plan.academic_year, row.programme) if row.programme else None,
        from_mentors=from_mentors,
    )


def dyads_of(region: Region) -> list[Dyad]:
    """Make the mentorships that follow from the claims."""
    by_pair: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in claims_of(region):
        by_pair[claim.mentor, claim.mentee].append(claim)
    runs = [run for _, claims in sorted(by_pair.items()) for run in _runs(_with_forms(claims))]
    groups = _grouped(runs)
    return [_dyad(run, groups[number]) for number, run in enumerate(runs)]


def _with_forms(claims: list[Claim]) -> list[Claim]:
    """Give claims of unknown form the form of a claim of the pair near in time."""
    known = [claim for claim in claims if claim.form]
    return [
        claim if claim.form else replace(claim, form=_near_form(claim, known)) for claim in claims
    ]


def _near_form(claim: Claim, known: Iterable[Claim]) -> str:
    near = [k.form for k in known if k.starts <= claim.ends + GAP and claim.starts <= k.ends + GAP]
    return min(near, default="")


def _runs(claims: list[Claim]) -> Iterator[list[Claim]]:
    """Split the claims of a pair by form and by gaps of more than 31 days."""
    by_form: dict[str, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda c: (c.starts, c.ends, c.row)):
        by_form[claim.form].append(claim)
    for _, of_form in sorted(by_form.items()):
        run: list[Claim] = []
        for claim in of_form:
            if run and claim.starts > max(c.ends for c in run) + GAP:
                yield run
                run = []
            run.append(claim)
        yield run


def _grouped(runs: list[list[Claim]]) -> list[int]:
    """Number the mentorships: runs that one row of a base of mentors names belong together."""
    number_of = list(range(len(runs)))

    def root(number: int) -> int:
        while number_of[number] != number:
            number = number_of[number]
        return number

    first_of_row: dict[int, int] = {}
    for number, run in enumerate(runs):
        for claim in run:
            if claim.from_mentors:
                other = root(first_of_row.setdefault(claim.row, number))
                number_of[max(root(number), other)] = min(root(number), other)
    return [root(number) for number in range(len(runs))]


def _dyad(run: list[Claim], mentorship: int) -> Dyad:
    newest = max(claim.as_of for claim in run)
    last = [claim for claim in run if claim.as_of == newest]
    stated = [claim.stated_end for claim in last if claim.stated_end]
    starts = min(claim.starts for claim in run)
    ends = max(stated) if stated else max(claim.lapses for claim in last)
    chosen = min(last, key=lambda claim: (claim.from_mentors, claim.row))
    return Dyad(
        mentorship=mentorship,
        mentor=chosen.mentor,
        mentee=chosen.mentee,
        form=chosen.form,
        starts=starts,
        ends=max(ends, starts + timedelta(days=1)),
        end_assumed=not stated,
        host=chosen.host,
        mentor_organisation=chosen.mentor_organisation,
        has_programme=any(claim.programme for claim in run),
        both_sides=len({claim.from_mentors for claim in run}) > 1,
    )


def programmes_of(region: Region) -> Mapping[Programme, frozenset[int]]:
    """Give each programme with the organisations that lead it or take part in it."""
    rows = region.registry.organisations
    found: dict[Programme, set[int]] = defaultdict(set)
    for claim in claims_of(region):
        if claim.programme:
            found[claim.programme].add(claim.programme.lead)
            if rows[claim.mentor_organisation].kind in EXTERNAL_KINDS:
                found[claim.programme].add(claim.mentor_organisation)
    return {programme: frozenset(places) for programme, places in found.items()}


def registered_of(region: Region) -> list[tuple[int, int, int]]:
    """Give who stands in a base of mentors: person, organisation, academic year."""
    listed = set()
    for row in region.statements.bases:
        plan = region.statements.files[row.file]
        if plan.kind is FileKind.MENTOR_BASE:
            place = heir(region.organised, plan.organisation, plan.as_of)
            listed.add((row.person, place, plan.academic_year))
    return sorted(listed)
