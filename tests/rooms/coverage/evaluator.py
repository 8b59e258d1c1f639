"""Counts a world in plain Python, a day at a time: what the statement is held against.

It shares nothing with the SQL: every rule is written again, for one day, over what happened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from uuid import UUID

from tests.rooms.coverage.world import BREAKS, Dyad, Organisation, Post, World

PEDAGOGICAL = {"TEACHER_TEACHER", "HEAD_TEACHER"}
KINDS = {"SCHOOL", "KINDERGARTEN", "COLLEGE", "ADDITIONAL"}
OUTSIDE, TOTAL = "OUTSIDE", "TOTAL"
Member = UUID | tuple[UUID, UUID]
Sets = dict[str, set[Member]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: days from `lo` to before `hi`, and the rest as the API takes it."""

    lo: date
    hi: date
    stated_from: date
    group_by: str = "NONE"
    attribution: str = "HOST"
    viewer: UUID | None = None
    scope: UUID | None = None
    forms: tuple[str, ...] | None = None
    organisations: tuple[UUID, ...] | None = None
    territories: tuple[UUID, ...] | None = None
    kinds: tuple[str, ...] | None = None
    breaks: tuple[date, ...] = tuple(BREAKS)

    @property
    def day(self) -> date:
        return self.hi - timedelta(days=1)

    @property
    def year(self) -> int:
        return self.day.year - (self.day.month < 9)

    @property
    def is_filtered(self) -> bool:
        filters = (self.forms, self.organisations, self.territories, self.kinds)
        return any(one is not None for one in filters)

    def days(self) -> Iterator[date]:
        """Give a day of every stretch of the period on which nothing changes."""
        yield self.lo
        yield from (day for day in self.breaks if self.lo < day < self.hi)


@dataclass(slots=True)
class Counted:
    """Who is counted by measure, in each row and in the whole."""

    rows: dict[str, Sets] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    whole: Sets = field(default_factory=lambda: defaultdict(set))

    def add(self, measure: str, key: str, member: Member) -> None:
        self.rows[measure][key].add(member)
        self.whole[measure].add(member)


class Evaluator:
    """Answers one question about one world."""

    def __init__(self, world: World, asked: Asked) -> None:
        self.world = world
        self.asked = asked
        self.counted = Counted()
        self._places = list(world.places())
        for day in asked.days():
            self._dyads(day)
            self._units(day)
        self._groups()
        self._answered()
        self._without_programme()
        self._young()

    # Who is asked about, and whose row it is.

    def _in_scope(self, organisation: UUID, day: date) -> bool:
        under = {a for a, o, span in self._places if o == organisation and span.holds(day)}
        bounds = [one for one in (self.asked.viewer, self.asked.scope) if one]
        return all(one in under for one in bounds) and self._is_wanted(
            self.world.organisations[organisation]
        )

    def _is_wanted(self, one: Organisation) -> bool:
        asked = self.asked
        if asked.kinds is not None and one.kind not in asked.kinds:
            return False
        if asked.organisations is not None and not {one.id, one.legal_entity} & set(
            asked.organisations
        ):
            return False
        return asked.territories is None or bool(
            set(self._above(one.territory)) & set(asked.territories)
        )

    def _above(self, territory: UUID | None) -> Iterator[UUID]:
        while territory is not None:
            yield territory
            territory = self.world.territories[territory]

    def key(self, organisation: UUID | None, day: date) -> str:
        if self.asked.group_by == "NONE":
            return TOTAL
        if organisation is None or self.asked.group_by == "FORM":
            return OUTSIDE
        one = self.world.organisations[organisation]
        match self.asked.group_by:
            case "TERRITORY":
                found = one.territory
            case "ORGANISATION":
                found = one.legal_entity
            case _:
                found = self._department(organisation, day)
        return str(found) if found else OUTSIDE

    def _department(self, organisation: UUID, day: date) -> UUID | None:
        answering = self.world.answering(organisation)
        for a in self.world.answers:
            if a.organisation == answering and a.kind == "PRIMARY" and a.span.holds(day):
                return a.authority
        return None

    # Pairs.

    def _is_active(self, dyad: Dyad, day: date) -> bool:
        return dyad.span.holds(day) and not any(pause.holds(day) for pause in dyad.pauses)

    def _of_form(self, dyad: Dyad) -> bool:
        return self.asked.forms is None or dyad.form in self.asked.forms

    def _row(self, dyad: Dyad, organisation: UUID | None, day: date) -> str:
        if self.asked.group_by == "FORM":
            return dyad.form or OUTSIDE
        return self.key(organisation, day)

    def _dyads(self, day: date) -> None:
        for dyad in self.world.dyads:
            if not self._is_active(dyad, day) or not self._of_form(dyad):
                continue
            if self._in_scope(dyad.host, day):
                self._host(dyad, self._row(dyad, dyad.host, day))
            if self.asked.attribution == "EMPLOYER":
                self._employer(dyad, day)

    def _host(self, dyad: Dyad, key: str) -> None:
        pair = (dyad.mentor, dyad.mentee)
        counted = self.counted
        counted.add("mentees", key, dyad.mentee)
        counted.add("pairs", key, pair)
        counted.add("mentorships", key, dyad.mentorship)
        entity = self.world.organisations[dyad.host].legal_entity
        counted.add("organisations_with_mentoring", key, entity)
        if dyad.programme:
            counted.add("with_programme", key, pair)
        for metric, who in (("PAIRS", pair), ("MENTORS", dyad.mentor), ("MENTEES", dyad.mentee)):
            counted.add(f"{metric}@{dyad.host}", key, who)
        if self.asked.attribution == "HOST":
            counted.add("mentors", key, dyad.mentor)

    def _employer(self, dyad: Dyad, day: date) -> None:
        employer = dyad.mentor_organisation
        if employer is None:
            asked = self.asked
            bounded = (asked.viewer, asked.scope, asked.organisations, asked.territories)
            if any(one is not None for one in (*bounded, asked.kinds)):
                return
        elif not self._in_scope(employer, day):
            return
        key = self._row(dyad, employer, day)
        self.counted.add("mentors", key, dyad.mentor)
        self.counted.add("employed", key, dyad.mentorship)

    def _groups(self) -> None:
        mentees = defaultdict(set)
        for day in self.asked.days():
            for dyad in self.world.dyads:
                if self._is_active(dyad, day):
                    mentees[dyad.mentorship].add(dyad.mentee)
        self._keep("mentorships", "groups", {one for one in mentees if len(mentees[one]) > 1})

    def _keep(self, source: str, name: str, kept: Iterable[UUID]) -> None:
        chosen = set(kept)
        for key, found in self.counted.rows[source].items():
            for one in found & chosen:
                self.counted.add(name, key, one)

    def _answered(self) -> None:
        """Find whose request a pair of the academic year has answered, wherever it is."""
        for dyad in self.world.dyads:
            asked = replace(self.asked, lo=self.asked.stated_from)
            if self._of_form(dyad) and any(self._is_active(dyad, day) for day in asked.days()):
                self.counted.whole["answered"].add(dyad.mentee)

    def _without_programme(self) -> None:
        counted = self.counted
        for key, pairs in counted.rows["pairs"].items():
            counted.rows["without_programme"][key] = pairs - counted.rows["with_programme"][key]
        counted.whole["without_programme"] = (
            counted.whole["pairs"] - counted.whole["with_programme"]
        )

    # Organisations and what they do.

    def _units(self, day: date) -> None:
        for one in self.world.organisations.values():
            if self._in_scope(one.id, day):
                self._unit(one, self.key(one.id, day), day)

    def _unit(self, one: Organisation, key: str, day: date) -> None:
        counted, asked = self.counted, self.asked
        self._bases(one, key, day)
        for programme in self.world.programmes:
            runs = programme.status not in ("DRAFT", "CANCELLED") and programme.span.holds(day)
            if runs and one.id in programme.organisations:
                counted.add("programmes", key, programme.id)
        if one.id in self.world.enrolled.get(asked.year, ()):
            counted.add("approved_organisations", key, one.legal_entity)
        if self._is_open(one, day):
            counted.add("active_organisations", key, one.legal_entity)
            if self._has_base(one.id):
                counted.add("reported_organisations", key, one.legal_entity)

    def _bases(self, one: Organisation, key: str, day: date) -> None:
        bases = (("mentors_registered", self.world.profiles), ("requested", self.world.requests))
        for name, listed in bases:
            for profile in listed:
                if profile.organisation == one.id and profile.span.holds(day):
                    self.counted.add(name, key, profile.person)

    def _is_open(self, one: Organisation, day: date) -> bool:
        known = one.status == "ACTIVE" or one.life.ends != date.max
        return one.kind in KINDS and one.life.holds(day) and known

    def _has_base(self, organisation: UUID) -> bool:
        return any(
            stated.organisation == organisation
            and stated.kind in ("MENTOR_BASE", "MENTEE_BASE")
            and stated.academic_year == self.asked.year
            for stated in self.world.lists
        )

    # Young specialists.

    def _young(self) -> None:
        day = self.asked.day
        for person in self.world.people:
            posts = [
                one for one in self.world.posts if one.person == person and one.span.holds(day)
            ]
            teaching = [one for one in posts if one.position == "TEACHER"]
            if not teaching:
                continue
            young = self._is_young(person, teaching)
            if young is False:
                continue
            for organisation in _main(posts):
                if self._in_scope(organisation, day):
                    self._novice(person, self.key(organisation, day), is_known=young is not None)

    def _novice(self, person: UUID, key: str, *, is_known: bool) -> None:
        counted = self.counted
        if not is_known:
            counted.add("young_specialists_unknown", key, person)
            return
        counted.add("young_specialists", key, person)
        forms = self._mentored(person)
        if not forms:
            counted.add("young_specialists_uncovered", key, person)
        by_form = self.asked.group_by == "FORM"
        for row in forms if by_form else [key] * bool(forms):
            counted.add("young_specialists_covered", row, person)

    def _is_young(self, person: UUID, teaching: Sequence[Post]) -> bool | None:
        since = self.world.experience.get(person)
        if since is not None:
            return _after_months(since, 36) > self.asked.day
        flags = [one.flag for one in teaching if one.flag is not None]
        return any(flags) if flags else None

    def _mentored(self, person: UUID) -> set[str]:
        return {
            dyad.form
            for dyad in self.world.dyads
            if dyad.mentee == person
            and dyad.form in PEDAGOGICAL
            and self._of_form(dyad)
            and self._is_active(dyad, self.asked.day)
        }

    # Figures without names.

    def stated(self, metric: str, key: str | None) -> tuple[int, int] | None:
        """Give what is asserted and what of it is unnamed, in a row or in the whole."""
        found = list(self._asserted(metric, key))
        if not found or self.asked.forms is not None:
            return None
        return sum(one[0] for one in found), sum(one[1] for one in found)

    def _asserted(self, metric: str, key: str | None) -> Iterator[tuple[int, int]]:
        asked = self.asked
        for organisation in self.world.organisations:
            figures = [
                one
                for one in self.world.figures
                if one.organisation == organisation
                and one.metric == metric
                and asked.stated_from <= one.stated_as_of < asked.hi
            ]
            if not figures:
                continue
            last = max(figures, key=lambda one: one.stated_as_of)
            day = max(last.stated_as_of, asked.lo)
            row = self.key(organisation, day)
            if not self._in_scope(organisation, day) or key not in (None, row):
                continue
            name = f"{metric}@{organisation}"
            named = self.counted.whole[name] if key is None else self.counted.rows[name][key]
            yield last.value, max(0, last.value - len(named))

    # Figures made of figures.

    def fewer(self, measure: str, key: str | None) -> int:
        """Say by how much a count would fall if every open question were answered "same"."""
        people = self._members(measure, key)
        groups = {self.world.twins.get(one, one) for one in people if isinstance(one, UUID)}
        return len(people) - len(groups)

    def _members(self, measure: str, key: str | None) -> set[Member]:
        return self.counted.whole[measure] if key is None else self.counted.rows[measure][key]

    def plan(self, key: str | None) -> int | None:
        """Give the plan of a row or of the whole, in percent."""
        if self.asked.is_filtered:
            return None
        for plan in self.world.plans:
            is_ours = (plan.organisation, plan.territory) == self._planned(key)
            if is_ours and plan.year == self.asked.day.year:
                return plan.percent
        return None

    def _planned(self, key: str | None) -> tuple[UUID | None, UUID | None] | None:
        asked = self.asked
        if key is None or asked.group_by == "NONE":
            return (asked.scope or asked.viewer, None)
        if key == OUTSIDE or asked.group_by == "FORM":
            return None
        if asked.group_by == "TERRITORY":
            return None if asked.scope or asked.viewer else (None, UUID(key))
        return (UUID(key), None)

    def gap(self, key: str | None) -> int | None:
        """Say how many more young specialists must be covered to reach the plan."""
        percent = self.plan(key)
        if percent is None:
            return None
        young = len(self._members("young_specialists", key))
        covered = len(self._members("young_specialists_covered", key))
        return max(0, ceil(Fraction(percent * young, 100)) - covered)

    def fresh(self, key: str | None) -> date | None:
        """Give the date of the latest list of a row's organisations."""
        days = list(self.asked.days())
        return max(
            (
                stated.stated_as_of
                for stated in self.world.lists
                for day in days
                if self._in_scope(stated.organisation, day)
                and key in (None, self.key(stated.organisation, day))
            ),
            default=None,
        )


def _main(posts: Sequence[Post]) -> set[UUID]:
    """Say where the main job is: by kind of contract, teaching before the rest."""

    def rank(post: Post) -> tuple[int, bool]:
        order = {"MAIN": 0, "UNKNOWN": 1, "INTERNAL_PT": 1, "EXTERNAL_PT": 2, "CIVIL": 2}
        return order[post.kind], post.position != "TEACHER"

    best = min(rank(post) for post in posts)
    return {post.organisation for post in posts if rank(post) == best}


def _after_months(day: date, months: int) -> date:
    """Add calendar months; a day that the month lacks becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise AssertionError(day)
