"""The synthetic region: a value that holds all of it, made from a number of people and a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hub.demo.cast import Cast, make_cast
from hub.demo.draw import Draw
from hub.demo.organisations import Organised, organise
from hub.demo.pairing import Pairing
from hub.demo.pairs import Grounds, draw_pairings
from hub.demo.people import People, draw_people, joined, older_for_colleges
from hub.demo.registry import Registry
from hub.demo.staff import posts_of
from hub.demo.stage import Case
from hub.demo.statements import Sources, Statements, state
from hub.demo.style import Style, style_of
from hub.errors import InputError

MINIMUM_PEOPLE = 100
_SEPTEMBER = 9
_MESSY_SHARE = 0.04
_PUPIL_SHARE = 0.82


class TooFewPeopleError(InputError):
    """Людей слишком мало: для всех показательных случаев нужно не меньше ста."""

    code = "demo.too_few_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region, what its files will say and its truth.

    Organisations are named by their position in `registry.organisations`, people by their
    position in `people`, files by their position in `statements.files`.
    """

    seed: int
    today: date
    academic_year: int
    organised: Organised
    people: People
    posts: pd.DataFrame
    pairings: tuple[Pairing, ...]
    styles: Mapping[int, Style]
    statements: Statements
    cases: Mapping[str, Case]

    @property
    def registry(self) -> Registry:
        """Give the territories, organisations and figures that the hub knows beforehand."""
        return self.organised.registry

    @property
    def draw(self) -> Draw:
        """Give the region's source of numbers."""
        return Draw(seed=self.seed)


def academic_year_of(day: date) -> int:
    """Name the academic year of a day by the calendar year in which it began."""
    return day.year if day.month >= _SEPTEMBER else day.year - 1


def make_region(*, people: int = 20_000, seed: int = 2026, today: date) -> Region:
    """Make a region of exactly so many people; the same arguments always give the same region.

    Raises TooFewPeopleError below 100. Linear: 0.3 s for 20 thousand people.
    """
    if people < MINIMUM_PEOPLE:
        raise TooFewPeopleError
    draw, year = Draw(seed=seed), academic_year_of(today)
    organised = organise(draw, pupils=round(people * _PUPIL_SHARE), year=year)
    cast = make_cast(draw, organised, year=year)
    sources = _sources(draw, organised, cast, people=people, today=today)
    return Region(
        seed=seed,
        today=today,
        academic_year=year,
        organised=organised,
        people=sources.people,
        posts=sources.posts,
        pairings=sources.pairings,
        styles=sources.styles,
        statements=state(sources),
        cases=cast.cases,
    )


def _sources(draw: Draw, organised: Organised, cast: Cast, *, people: int, today: date) -> Sources:
    """Draw everyone besides the cast, their posts and their mentorships."""
    year, planted = academic_year_of(today), len(cast.people)
    drawn = older_for_colleges(
        draw_people(draw, organised, count=people - planted, year=year), organised.colleges
    )
    posts = posts_of(draw, drawn, organised, offset=planted, year=year)
    grounds = Grounds(
        draw=draw,
        organised=organised,
        people=joined(cast.people, drawn),
        posts=pd.concat([cast.posts, posts], ignore_index=True),
        styles=_styles(draw, organised),
        year=year,
        today=today,
    )
    return Sources(
        draw=draw,
        organised=organised,
        people=grounds.people,
        posts=grounds.posts,
        pairings=(*cast.pairings, *draw_pairings(grounds, planted=planted)),
        styles=grounds.styles,
        cases=cast.cases,
        year=year,
        today=today,
    )


def _styles(draw: Draw, organised: Organised) -> dict[int, Style]:
    """Choose each organisation's habits; a few keep their files badly."""
    planted, schools = set(organised.planted.values()), set(organised.schools)
    places = (
        *organised.schools,
        *organised.kindergartens,
        *organised.colleges,
        *organised.additional,
    )
    messy = _messy(draw, organised, places)
    return {
        place: style_of(
            draw, place, messy=place in messy, planted=place in planted, is_school=place in schools
        )
        for place in places
    }


def _messy(draw: Draw, organised: Organised, places: Sequence[int]) -> frozenset[int]:
    """Choose who keeps files badly: the planted school, and others up to a share of all.

    A share and no chance, so that a small region has one such school and not by luck four.
    """
    planted = set(organised.planted.values())
    others = [place for place in places if place not in planted]
    others.sort(key=lambda place: draw.one("messy", place))
    count = max(1, round(_MESSY_SHARE * len(places)))
    return frozenset((organised.planted["MESSY"], *others[: count - 1]))
