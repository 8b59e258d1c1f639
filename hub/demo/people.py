"""The people of the region as columns: who they are, where they work and study.

A position in the columns is the true identity of a person. The first people are those of the
planted cases (`cast.py`), the others are drawn in bulk.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.demo.draw import Draw, Flags, Floats, Ints
from hub.demo.identifiers import phone_digits, snils_bodies, snils_numbers
from hub.demo.naming import Texts, name_people
from hub.demo.organisations import Organised

Dates = npt.NDArray[np.datetime64]

PUPIL, FORMER_PUPIL, STAFF, PARTNER, STUDENT = range(5)
_SHARES = (0.795, 0.055, 0.12, 0.02, 0.01)
_COLLEGE_SHARE = 0.05
_KINDERGARTEN_STAFF, _ADDITIONAL_STAFF = 0.06, 0.02
_GROUP_SHARES = np.cumsum([0.88, 0.09, 0.03])
_TWIN_RATE, _SIBLING_RATE = 0.006, 0.12
_CHANGED_SURNAME_RATE = 0.01
_WITHOUT_SNILS = (0.06, 0.02)  # pupils, adults
_TOP_GRADE, _STUDENT_GRADES = 11, 4
_TO_THE_TOP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Columns of equal length; an empty text or a zero is something nobody knows."""

    last: Texts
    first: Texts
    middle: Texts
    previous_last: Texts
    changed_on: Dates
    male: Flags
    birth: Dates
    snils: Ints
    phone: Ints
    role: Ints
    organisation: Ints  # where they work or study, or studied
    grade: Ints  # of pupils in the current year; of former ones past the top; else 0

    def __len__(self) -> int:
        return len(self.last)


def draw_people(draw: Draw, organised: Organised, *, count: int, year: int) -> People:
    """Draw `count` people in the proportions of a region: 85 of a hundred are pupils."""
    role = np.repeat(np.arange(len(_SHARES)), _parts(count, np.array(_SHARES)))
    organisation = _organisations(draw, organised, role)
    colleges = np.isin(organisation, organised.colleges)
    grade = _grades(draw, role, colleges)
    twin, sibling = _relatives(draw, role, organisation)
    grade[twin] = grade[np.flatnonzero(twin) - 1]
    family = _families(twin | sibling)
    adult = role >= STAFF
    male = _sexes(draw, role)
    group = np.searchsorted(_GROUP_SHARES, draw.uniform_at("group", family), "right")
    named = name_people(draw, male=male, group=group, adult=adult, family=family)
    birth = _births(draw, role, grade, year)
    birth[twin] = birth[np.flatnonzero(twin) - 1]
    snils = _snils(draw, adult, twin)
    previous, changed_on = _changed_surnames(draw, male, role, named.last, year)
    return People(
        last=named.last,
        first=named.first,
        middle=named.middle,
        previous_last=previous,
        changed_on=changed_on,
        male=male,
        birth=birth,
        snils=snils,
        phone=phone_digits(np.arange(count), draw.seed),
        role=role,
        organisation=organisation,
        grade=grade,
    )


def _parts(count: int, shares: Floats) -> Ints:
    """Split a count by shares, exactly."""
    ends = np.rint(np.cumsum(shares / shares.sum()) * count).astype(np.int64)
    parts: Ints = np.diff(ends, prepend=0)
    return parts


def _organisations(draw: Draw, organised: Organised, role: Ints) -> Ints:
    """Give every person an organisation; a school's staff is in step with its pupils."""
    schools = np.array([s for s in organised.schools if s != organised.planted["CLOSED"]])
    sizes = 0.35 + 1.6 * draw.uniform("school size", len(schools)) ** 1.7
    # Were it a large one, most of a small region's people would be known from bad files alone.
    messy = schools == organised.planted["MESSY"]
    sizes[messy] = np.minimum(sizes[messy], sizes[~messy].mean())
    colleges = np.array(organised.colleges)
    study = np.concatenate([schools, colleges])
    places = np.concatenate(
        [sizes / sizes.sum() * (1 - _COLLEGE_SHARE), _even(colleges, _COLLEGE_SHARE)]
    )
    gardens, houses = np.array(organised.kindergartens), np.array(organised.additional)
    work = np.concatenate([study, gardens, houses])
    left = 1 - _KINDERGARTEN_STAFF - _ADDITIONAL_STAFF
    posts = np.concatenate(
        [places * left, _even(gardens, _KINDERGARTEN_STAFF), _even(houses, _ADDITIONAL_STAFF)]
    )
    partners = np.array([*organised.partners, organised.university])
    options = {
        PUPIL: (study, places),
        FORMER_PUPIL: (study, places),
        STAFF: (work, posts),
        PARTNER: (partners, _even(partners, 1.0)),
        STUDENT: (np.array([organised.university]), np.ones(1)),
    }
    counts = np.bincount(role, minlength=len(_SHARES))
    return np.concatenate(
        [
            np.repeat(where, _parts(int(counts[code]), share))
            for code, (where, share) in options.items()
        ]
    )


def _even(where: Ints, share: float) -> Floats:
    return np.full(len(where), share / len(where))


def _grades(draw: Draw, role: Ints, colleges: Flags) -> Ints:
    roll = draw.uniform("grade", len(role))
    grade = np.zeros(len(role), dtype=np.int64)
    # The two top grades are half as full as the others.
    school = np.minimum(1 + (roll * 10).astype(np.int64), _TOP_GRADE - 1)
    school += (school == _TOP_GRADE - 1) & (roll * 10 % 1 > _TO_THE_TOP)
    pupil = role == PUPIL
    grade[pupil] = np.where(colleges, 1 + (roll * _STUDENT_GRADES).astype(np.int64), school)[pupil]
    left = np.where(colleges, _STUDENT_GRADES, _TOP_GRADE) + 1 + (roll * 5).astype(np.int64)
    former = role == FORMER_PUPIL
    grade[former] = left[former]
    return grade


def _relatives(draw: Draw, role: Ints, organisation: Ints) -> tuple[Flags, Flags]:
    """Say who is the twin and who the younger sibling of the person before."""
    count = len(role)
    follows = np.zeros(count, dtype=bool)
    follows[1:] = (
        (role[1:] == PUPIL) & (role[:-1] == PUPIL) & (organisation[1:] == organisation[:-1])
    )
    twin = follows & draw.chance("twin", count, _TWIN_RATE)
    twin[1:] &= ~twin[:-1]
    return twin, follows & ~twin & draw.chance("sibling", count, _SIBLING_RATE)


def _families(related: Flags) -> Ints:
    return np.maximum.accumulate(np.where(related, 0, np.arange(len(related))))


def _sexes(draw: Draw, role: Ints) -> Flags:
    share = np.array([0.5, 0.5, 0.13, 0.6, 0.35])[role]
    return draw.uniform("sex", len(role)) < share


def _births(draw: Draw, role: Ints, grade: Ints, year: int) -> Dates:
    """Pupils of grade g are 6 to 8 at its start; adults are of working age."""
    roll = draw.uniform("birth", len(role))
    day = (draw.uniform("birthday", len(role)) * 365).astype(np.int64)
    child = year - 6 - grade - (roll * 1.15).astype(np.int64)
    adult = year - 22 - (roll * 43).astype(np.int64)
    student = year - 18 - (roll * 5).astype(np.int64)
    born = np.where(role <= FORMER_PUPIL, child, np.where(role == STUDENT, student, adult))
    first = (born - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    days: Dates = first + day.astype("timedelta64[D]")
    return days


def older_for_colleges(people: People, colleges: tuple[int, ...]) -> People:
    """Make college students nine years older than a pupil of a grade of the same number."""
    young = np.isin(people.organisation, colleges) & (people.role <= FORMER_PUPIL)
    people.birth[young] -= np.timedelta64(9 * 365 + 2, "D")
    return people


def _snils(draw: Draw, adult: Flags, twin: Flags) -> Ints:
    count = len(adult)
    bodies = snils_bodies(np.arange(count), int(draw.one("snils") * 1e8))
    bodies[twin] = bodies[np.flatnonzero(twin) - 1] + 1
    rate = np.where(adult, _WITHOUT_SNILS[1], _WITHOUT_SNILS[0])
    return np.where(draw.uniform("no snils", count) < rate, 0, snils_numbers(bodies))


def _changed_surnames(
    draw: Draw, male: Flags, role: Ints, last: Texts, year: int
) -> tuple[Texts, Dates]:
    """Give a former surname to some women of the staff, changed in the last school year."""
    count = len(male)
    changed = (role == STAFF) & ~male & draw.chance("married", count, _CHANGED_SURNAME_RATE)
    previous = np.full(count, "", dtype=object)
    places = np.flatnonzero(changed)
    other = (places + count // 2) % count
    previous[places] = [
        name if name.endswith("а") else f"{name}а" if name.endswith(("ов", "ев", "ин")) else ""
        for name in last[other]
    ]
    days = date(year, 3, 1).toordinal() - date(1970, 1, 1).toordinal()
    changed_on = np.full(count, np.datetime64("NaT", "D"))
    changed_on[previous != ""] = np.datetime64(days, "D")
    return previous, changed_on


def joined(first: People, then: People) -> People:
    """Put the columns of `then` after those of `first`."""
    return People(
        **{
            name: np.concatenate([getattr(first, name), getattr(then, name)])
            for name in People.__slots__
        }
    )


def people_frame(people: People) -> pd.DataFrame:
    """Give the people as a frame, for reports and tests."""
    return pd.DataFrame({name: getattr(people, name) for name in People.__slots__})
