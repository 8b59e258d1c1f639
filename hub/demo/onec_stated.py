"""What the 1С of some schools states, as statements beside those of the files and of «Кадры»."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import pandas as pd

from hub.demo.onec_base import KINDS_OF_POSTS
from hub.demo.region import Region, academic_year_of
from hub.demo.registry import FOREVER
from hub.demo.statements import FilePlan
from hub.records import Completeness, FileKind

SOURCE: Final = "onec"
ONE_IN: Final = 12  # of the organisations with staff, how many keep it in 1С
UNKNOWN_HIRING: Final = date(2015, 9, 1)


def places_of(region: Region) -> tuple[int, ...]:
    """Choose the organisations that keep their staff in 1С, by position: some that have no heir."""
    organisations = region.registry.organisations
    held = sorted({int(place) for place in region.posts["organisation"]})
    open_ones = [place for place in held if organisations[place].ends == FOREVER]
    return tuple(open_ones[::ONE_IN])


def with_onec(region: Region, places: Sequence[int], day: date) -> Region:
    """Give the region with a full list of the staff of these organisations as of a day."""
    stated = region.statements
    first = len(stated.files)
    plans = [
        FilePlan(
            organisation=place,
            kind=FileKind.STAFF,
            academic_year=academic_year_of(day),
            as_of=day,
            completeness=Completeness.FULL,
            source=SOURCE,
        )
        for place in places
    ]
    at = {place: first + number for number, place in enumerate(places)}
    posts = region.posts[region.posts["organisation"].isin(places)]
    hired = posts["hired"].fillna(pd.Timestamp(UNKNOWN_HIRING).as_unit("s"))
    lines = posts.assign(
        file=posts["organisation"].map(at),
        hired=hired,
        kind=[kind if kind in KINDS_OF_POSTS else "UNKNOWN" for kind in posts["kind"]],
        since=None,
        flag="",
    )
    return replace(
        region,
        statements=replace(
            stated,
            files=(*stated.files, *plans),
            staff=pd.concat([stated.staff, lines], ignore_index=True),
        ),
    )
