"""Small invented regions: every case that counting decides, drawn at random from a seed.

A world states what happened (who mentors whom, from when to when, in which school); the facts
that the database reads are cut from it here, as the projection cuts them.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

ALWAYS, FOREVER = date.min, date.max
REGION = UUID(int=1)
TODAY = date(2026, 3, 10)
BREAKS = [
    date(2024, 9, 1),
    date(2024, 11, 15),
    date(2025, 1, 1),
    date(2025, 3, 1),
    date(2025, 8, 31),
    date(2025, 9, 1),
    date(2025, 10, 20),
    date(2026, 1, 1),
    date(2026, 2, 1),
    date(2026, 3, 10),
    date(2026, 3, 11),
    date(2026, 6, 1),
]
FORMS = ["TEACHER_TEACHER", "HEAD_TEACHER", "STUDENT_STUDENT", None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    starts: date
    ends: date

    def holds(self, day: date) -> bool:
        return self.starts <= day < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    id: UUID
    kind: str
    territory: UUID | None
    legal_entity: UUID
    status: str
    life: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A subordination."""

    organisation: UUID
    authority: UUID
    kind: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    id: UUID
    status: str
    span: Span
    organisations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dyad:
    """A mentor and a mentee within a mentorship; it does not count on days of a pause."""

    mentorship: UUID
    mentor: UUID
    mentee: UUID
    form: str | None
    programme: UUID | None
    host: UUID
    mentor_organisation: UUID | None
    span: Span
    pauses: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    person: UUID
    organisation: UUID
    position: str
    kind: str
    flag: bool | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    person: UUID
    organisation: UUID
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    organisation: UUID
    metric: str
    value: int
    stated_as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A list that an organisation gave."""

    organisation: UUID
    kind: str
    stated_as_of: date
    academic_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    organisation: UUID | None
    territory: UUID | None
    year: int
    percent: int


@dataclass(slots=True)
class World:
    territories: dict[UUID, UUID | None] = field(default_factory=dict)  # with their parents
    organisations: dict[UUID, Organisation] = field(default_factory=dict)
    answers: list[Answers] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    dyads: list[Dyad] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    experience: dict[UUID, date] = field(default_factory=dict)
    profiles: list[Profile] = field(default_factory=list)
    requests: list[Profile] = field(default_factory=list)  # who asks for a mentor, and where
    figures: list[Figure] = field(default_factory=list)
    lists: list[Stated] = field(default_factory=list)
    enrolled: dict[int, set[UUID]] = field(default_factory=dict)
    twins: dict[UUID, UUID] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)

    @property
    def departments(self) -> list[UUID]:
        return [one.id for one in self.organisations.values() if one.kind == "AUTHORITY"]

    def answering(self, organisation: UUID) -> UUID:
        """Name the organisation whose primary authority is this one's department."""
        has_own = any(a.organisation == organisation and a.kind == "PRIMARY" for a in self.answers)
        return organisation if has_own else self.organisations[organisation].legal_entity

    def places(self) -> Iterator[tuple[UUID, UUID, Span]]:
        """Give an authority, an organisation under it and since when."""
        always = Span(starts=ALWAYS, ends=FOREVER)
        for one in self.organisations.values():
            yield one.id, one.id, always
            if one.id != REGION:
                yield REGION, one.id, always
            if one.legal_entity != one.id:
                yield one.legal_entity, one.id, always
            for a in self.answers:
                if a.organisation in (one.id, one.legal_entity):
                    yield a.authority, one.id, a.span


def cut(spans: Iterable[Span], marks: Iterable[date]) -> Iterator[Span]:
    """Cut spans at every mark within them."""
    fixed = sorted(set(marks))
    for span in spans:
        inner = [mark for mark in fixed if span.starts < mark < span.ends]
        for starts, ends in pairwise([span.starts, *inner, span.ends]):
            yield Span(starts=starts, ends=ends)


class Maker:
    """Draws a world from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - worlds repeat by their seed
        self.world = World()
        self._last = 0

    def make(self) -> World:
        self._territories()
        self._organisations()
        self._programmes()
        self.world.people = [self._id() for _ in range(14)]
        for _ in range(self.draw.randint(4, 10)):
            self._mentorship()
        for person in self.world.people:
            self._career(person)
        self._statements()
        for person in self.draw.sample(self.world.people, 6):
            school = self.draw.choice(self._schools())
            request = Profile(person=person, organisation=school, span=self._span())
            self.world.requests.append(request)
        return self.world

    def _id(self) -> UUID:
        self._last += 1
        return UUID(int=self.draw.getrandbits(100) << 20 | self._last)

    def _span(self, *, open_share: float = 0.3) -> Span:
        starts, ends = sorted(self.draw.sample(BREAKS, 2))
        first = ALWAYS if self.draw.random() < open_share / 2 else starts
        last = FOREVER if self.draw.random() < open_share else ends
        return Span(starts=first, ends=last)

    def _territories(self) -> None:
        top = self._id()
        self.world.territories[top] = None
        for parent in (top, top):
            district = self._id()
            self.world.territories[district] = parent
        self.world.territories[self._id()] = list(self.world.territories)[1]

    def _organisations(self) -> None:
        self._add("REGIONAL_CENTRE", own_id=REGION)
        departments = [self._add("AUTHORITY") for _ in range(3)]
        for kind in ("SCHOOL", "SCHOOL", "SCHOOL", "KINDERGARTEN", "COLLEGE"):
            self._under(self._add(kind), departments)
        parent = self._under(self._add("SCHOOL"), departments)
        self._add("SCHOOL", parent=parent)
        self._under(self._add("SCHOOL", parent=parent), departments)
        self._add("PARTNER", territory=False)
        self._under(self._add("SCHOOL", life=Span(starts=ALWAYS, ends=BREAKS[7])), departments)
        self._add("SCHOOL", status="CLOSED")

    def _add(
        self,
        kind: str,
        *,
        own_id: UUID | None = None,
        parent: UUID | None = None,
        life: Span | None = None,
        status: str = "ACTIVE",
        territory: bool = True,
    ) -> UUID:
        new = own_id or self._id()
        self.world.organisations[new] = Organisation(
            id=new,
            kind=kind,
            territory=self.draw.choice(list(self.world.territories)) if territory else None,
            legal_entity=parent or new,
            status=status,
            life=life or Span(starts=ALWAYS, ends=FOREVER),
        )
        return new

    def _under(self, organisation: UUID, departments: Sequence[UUID]) -> UUID:
        marks = sorted(self.draw.sample(BREAKS, self.draw.randint(0, 2)))
        for starts, ends in pairwise([ALWAYS, *marks, FOREVER]):
            if self.draw.random() < 0.85:
                self._answer(organisation, departments, "PRIMARY", Span(starts=starts, ends=ends))
        if self.draw.random() < 0.4:
            self._answer(organisation, departments, "FOUNDER", self._span())
        return organisation

    def _answer(
        self, organisation: UUID, departments: Sequence[UUID], kind: str, span: Span
    ) -> None:
        self.world.answers.append(
            Answers(
                organisation=organisation,
                authority=self.draw.choice(departments),
                kind=kind,
                span=span,
            )
        )

    def _schools(self) -> list[UUID]:
        return [
            one.id
            for one in self.world.organisations.values()
            if one.kind not in ("AUTHORITY", "REGIONAL_CENTRE", "PARTNER")
        ]

    def _programmes(self) -> None:
        for status in ("RUNNING", "FINISHED", "DRAFT", "CANCELLED", "APPROVED"):
            self.world.programmes.append(
                Programme(
                    id=self._id(),
                    status=status,
                    span=self._span(),
                    organisations=tuple(self.draw.sample(self._schools(), self.draw.randint(1, 3))),
                )
            )

    def _mentorship(self) -> None:
        draw, world = self.draw, self.world
        mentorship, mentor = self._id(), draw.choice(world.people)
        others = [person for person in world.people if person != mentor]
        form = draw.choice(FORMS)
        programme = draw.choice([None, *(one.id for one in world.programmes)])
        employers = [None, *world.organisations]
        host = draw.choice(self._schools())
        for mentee in draw.sample(others, draw.choice([1, 1, 2, 3])):
            world.dyads.append(
                Dyad(
                    mentorship=mentorship,
                    mentor=mentor,
                    mentee=mentee,
                    form=form,
                    programme=programme,
                    host=host if draw.random() < 0.7 else draw.choice(self._schools()),
                    mentor_organisation=draw.choice(employers),
                    span=self._span(),
                    pauses=tuple(self._span(open_share=0) for _ in range(draw.choice([0, 0, 1]))),
                )
            )

    def _career(self, person: UUID) -> None:
        draw, world = self.draw, self.world
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            post = Post(
                person=person,
                organisation=draw.choice(self._schools()),
                position=draw.choice(["TEACHER", "TEACHER", "TEACHER", "METHODIST", "OTHER"]),
                kind=draw.choice(
                    ["MAIN", "MAIN", "INTERNAL_PT", "EXTERNAL_PT", "CIVIL", "UNKNOWN"]
                ),
                flag=draw.choice([None, None, True, False]),
                span=self._span(open_share=0.8),
            )
            world.posts.append(post)
        if draw.random() < 0.6:
            world.experience[person] = draw.choice(
                [date(2022, 2, 28), date(2023, 3, 10), date(2023, 3, 11), *BREAKS]
            )
        if draw.random() < 0.4:
            organisation = draw.choice(list(world.organisations))
            world.profiles.append(
                Profile(person=person, organisation=organisation, span=self._span())
            )

    def _statements(self) -> None:
        draw, world = self.draw, self.world
        for organisation in draw.sample(self._schools(), 4):
            for metric in ("PAIRS", "MENTORS", "MENTEES"):
                for stated in draw.sample(BREAKS, draw.randint(0, 2)):
                    world.figures.append(
                        Figure(
                            organisation=organisation,
                            metric=metric,
                            value=draw.randint(0, 5),
                            stated_as_of=stated,
                        )
                    )
            kind = draw.choice(["MENTOR_BASE", "MENTEE_BASE", "STAFF"])
            stated = draw.choice(BREAKS)
            year = stated.year - (stated.month < 9)
            world.lists.append(
                Stated(
                    organisation=organisation, kind=kind, stated_as_of=stated, academic_year=year
                )
            )
        world.enrolled = {2025: set(draw.sample(self._schools(), 3))}
        self._twins()
        self._plans()

    def _twins(self) -> None:
        group = self._id()
        for person in self.draw.sample(self.world.people, 5):
            if self.draw.random() < 0.4:
                group = self._id()
            self.world.twins[person] = group

    def _plans(self) -> None:
        units: list[tuple[UUID | None, UUID | None]] = [(None, None)]
        units += [(one, None) for one in [*self.world.departments, REGION]]
        units += [(None, one) for one in self.world.territories]
        for organisation, territory in units:
            if self.draw.random() < 0.7:
                percent = self.draw.choice([10, 35, 70, 100])
                self.world.plans.append(
                    Plan(organisation=organisation, territory=territory, year=2026, percent=percent)
                )
