"""Which claims are one mentorship, in plain and slow Python: COUNTING read aloud.

Every pair of claims is looked at; nothing is sorted, hashed or grouped.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

GAP = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    row: int
    side: str
    mentor: str
    mentee: str
    form: str | None
    starts: date
    stated_end: date | None
    last_stated: date
    host: str = "школа"
    source: str = "файлы"

    @property
    def pair(self) -> tuple[str, str]:
        return self.mentor, self.mentee

    @property
    def ends(self) -> date:
        """Half open; a claim holds for a day at least."""
        return max(self.stated_end or lapse(self.last_stated), self.starts + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dyad:
    members: frozenset[int]  # the claims of the whole mentorship
    mentor: str
    mentee: str
    form: str | None
    starts: date
    ends: date
    end_assumed: bool
    by_mentors: bool
    by_mentees: bool
    disputed: bool


def lapse(stated: date) -> date:
    """The day after 31 August of the academic year of a statement."""
    year = stated.year + 1 if stated.month >= 9 else stated.year
    return date(year, 9, 1)


def near(one: Claim, other: Claim) -> bool:
    return one.starts <= other.ends + GAP and other.starts <= one.ends + GAP


def same_row(one: Claim, other: Claim) -> bool:
    return one.side == other.side == "MENTOR" and one.row == other.row


def classes(size: int, together: Callable[[int, int], bool]) -> list[frozenset[int]]:
    """Close a relation and give its classes."""
    groups = [{at} for at in range(size)]
    for a, b in combinations(range(size), 2):
        if together(a, b):
            one = next(group for group in groups if a in group)
            other = next(group for group in groups if b in group)
            if one is not other:
                one |= other
                groups.remove(other)
    return [frozenset(group) for group in groups]


def settled_forms(claims: Sequence[Claim]) -> list[str | None]:
    """A claim of unknown form is of a form that its pair is known in at about that time."""
    forms = [claim.form for claim in claims]
    unknown = [at for at, claim in enumerate(claims) if claim.form is None]

    def together(a: int, b: int) -> bool:
        one, other = claims[unknown[a]], claims[unknown[b]]
        return same_row(one, other) or (one.pair == other.pair and near(one, other))

    for knot in classes(len(unknown), together):
        known = {
            claim.form
            for claim in claims
            for at in knot
            if claim.form and claim.pair == claims[unknown[at]].pair
            if near(claim, claims[unknown[at]])
        }
        for at in knot:
            forms[unknown[at]] = min(known, default=None)
    return forms


def mentorships(claims: Sequence[Claim]) -> set[frozenset[int]]:
    """Give the sets of claims that are one mentorship each."""
    forms = settled_forms(claims)

    def together(a: int, b: int) -> bool:
        one, other = claims[a], claims[b]
        return same_row(one, other) or (
            one.pair == other.pair and forms[a] == forms[b] and near(one, other)
        )

    return set(classes(len(claims), together))


def dyads(claims: Sequence[Claim]) -> set[Dyad]:
    """Give what stands of each mentor and mentee of each mentorship."""
    found = [dyad for members in mentorships(claims) for dyad in _of(claims, members)]
    disputed = {
        members
        for one, other in combinations(found, 2)
        for members in (one[0], other[0])
        if _compatible(_form(claims, one[0]), _form(claims, other[0]))
        if _dispute(one[1], other[1])
    }
    return {
        Dyad(
            members=members,
            mentor=said[0].mentor,
            mentee=said[0].mentee,
            form=_form(claims, members),
            starts=min(claim.starts for claim in said),
            ends=_end(said)[0],
            end_assumed=_end(said)[1],
            by_mentors=any(claim.side == "MENTOR" for claim in said),
            by_mentees=any(claim.side == "MENTEE" for claim in said),
            disputed=members in disputed,
        )
        for members, said in found
    }


def _of(
    claims: Sequence[Claim], members: frozenset[int]
) -> Iterator[tuple[frozenset[int], list[Claim]]]:
    for pair in {claims[at].pair for at in members}:
        yield members, [claims[at] for at in sorted(members) if claims[at].pair == pair]


def _form(claims: Sequence[Claim], members: frozenset[int]) -> str | None:
    known = {claims[at].form for at in members} - {None}
    return min((form for form in known if form), default=None)


def _end(said: list[Claim]) -> tuple[date, bool]:
    """The end stated last, unless somebody knows of none after it; else it is assumed."""
    least = min(claim.starts for claim in said) + timedelta(days=1)
    ends = [(claim.last_stated, claim.stated_end) for claim in said if claim.stated_end]
    stated = max(ends)[1] if ends else None
    open_since = [claim.last_stated for claim in said if claim.stated_end is None]
    if stated is None or any(day >= stated for day in open_since):
        return max(lapse(max(claim.last_stated for claim in said)), least), True
    return max(stated, least), False


def _dispute(one: list[Claim], other: list[Claim]) -> bool:
    """Two bases of one host name different mentors of one mentee at one time."""
    sides = [{claim.side for claim in said} for said in (one, other)]
    days = [(min(c.starts for c in said), _end(said)[0]) for said in (one, other)]
    return (
        one[0].mentee == other[0].mentee
        and one[0].mentor != other[0].mentor
        and sorted(sides, key=sorted) == [{"MENTEE"}, {"MENTOR"}]
        and days[0][0] < days[1][1]
        and days[1][0] < days[0][1]
    )


def _compatible(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
