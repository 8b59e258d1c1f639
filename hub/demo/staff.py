"""Posts of the staff: position, subject, kind of employment, experience, hire and dismissal."""

from datetime import date

import numpy as np
import pandas as pd

from hub.demo.draw import Draw, Ints
from hub.demo.naming import Texts
from hub.demo.organisations import Organised
from hub.demo.people import STAFF, Dates, People

_SUBJECTS = [
    "математика",
    "русский язык и литература",
    "начальные классы",
    "начальные классы",
    "начальные классы",
    "английский язык",
    "физика",
    "химия",
    "биология",
    "география",
    "история и обществознание",
    "информатика",
    "физическая культура",
    "технология",
    "музыка",
    "изобразительное искусство",
    "ОБЗР",
    "немецкий язык",
]
_SCHOOL_POSTS = (
    ("TEACHER", 0.74),
    ("PSYCHOLOGIST", 0.03),
    ("SOCIAL_PEDAGOGUE", 0.03),
    ("SPEECH_THERAPIST", 0.02),
    ("METHODIST", 0.02),
    ("ADDITIONAL_TEACHER", 0.03),
    ("ORGANISER", 0.03),
    ("TUTOR", 0.02),
    ("LIBRARIAN", 0.02),
    ("OTHER", 0.06),
)
_POSTS_BY_KIND = {
    "SCHOOL": _SCHOOL_POSTS,
    "COLLEGE": (("LECTURER", 0.7), ("MASTER", 0.15), ("METHODIST", 0.05), ("OTHER", 0.1)),
    "KINDERGARTEN": (("EDUCATOR", 0.8), ("SPEECH_THERAPIST", 0.08), ("OTHER", 0.12)),
    "ADDITIONAL": (("ADDITIONAL_TEACHER", 0.8), ("METHODIST", 0.1), ("OTHER", 0.1)),
}
_FIRST_POST_AGE, _LATE_STARTERS, _LATEST_START = 25, 0.04, 40
_UNKNOWN_EXPERIENCE = 0.012
_ON_THE_FIRST = 0.55  # share of posts that begin on 1 September exactly
_DISMISSED, _SECOND_POST, _SECOND_SCHOOL = 0.02, 0.05, 0.035
_DEPUTIES = 2
_NONE = np.datetime64("NaT", "D")
POST_COLUMNS = [
    "person",
    "organisation",
    "position",
    "subject",
    "kind",
    "hired",
    "dismissed",
    "since",
    "flag",
]


def posts_of(
    draw: Draw, people: People, organised: Organised, *, offset: int, year: int
) -> pd.DataFrame:
    """Give every member of the staff their posts; person ids start at `offset`.

    Columns: POST_COLUMNS; `since` is since when they teach (NaT: nobody knows), `flag` what the
    school itself says about a young specialist where experience is unknown (empty: nothing).
    """
    places = np.flatnonzero(people.role == STAFF)
    count = len(places)
    organisation = people.organisation[places]
    position = _positions(draw, organised, organisation)
    roll = draw.uniform("subject", count)
    subject = np.array(_SUBJECTS, dtype=object)[(roll * len(_SUBJECTS)).astype(int)]
    hired, since = _experience(draw, people, places, year)
    posts = pd.DataFrame(
        {
            "person": places + offset,
            "organisation": organisation,
            "position": position,
            "subject": np.where(np.isin(position, ["TEACHER", "LECTURER"]), subject, ""),
            "kind": "MAIN",
            "hired": hired,
            "dismissed": _dismissals(draw, hired, year),
            "since": since,
            "flag": "",
        }
    )
    unknown = draw.chance("unknown experience", count, _UNKNOWN_EXPERIENCE)
    posts.loc[unknown, "since"] = _NONE
    posts.loc[unknown & draw.chance("flagged", count, 0.5), "flag"] = "нет"
    return pd.concat([posts, _second_posts(draw, posts, organised)], ignore_index=True)


def _positions(draw: Draw, organised: Organised, organisation: Ints) -> Texts:
    """The first of an organisation's staff leads it, the next two are deputies."""
    rolls = draw.uniform("position", len(organisation))
    position = np.empty(len(organisation), dtype=object)
    kinds = np.array([row.kind for row in organised.registry.organisations])[organisation]
    for kind, options in _POSTS_BY_KIND.items():
        here = kinds == kind
        cumulative = np.cumsum([share for _, share in options])
        chosen = np.searchsorted(cumulative, rolls[here] * cumulative[-1], "right")
        position[here] = np.array([code for code, _ in options], dtype=object)[chosen]
    order = pd.Series(organisation).groupby(organisation).cumcount().to_numpy()
    position[order == 0] = "HEAD"
    position[(order > 0) & (order <= _DEPUTIES)] = "DEPUTY_HEAD"
    return position


def _experience(draw: Draw, people: People, places: Ints, year: int) -> tuple[Dates, Dates]:
    """Teaching begins at 22 or later; about one in eight began in the last three years."""
    count = len(places)
    age = year - people.birth[places].astype("datetime64[Y]").astype(int) - 1970
    young = (age <= _FIRST_POST_AGE) | draw.chance("young", count, _LATE_STARTERS) & (
        age < _LATEST_START
    )
    spread = draw.uniform("experience", count)
    years = np.where(
        young, (spread * 3).astype(int), 3 + (spread * np.maximum(age - 25, 0)).astype(int)
    )
    since = _september(year - years, draw, "since")
    worked_here = (years * (0.3 + 0.7 * draw.uniform("loyalty", count))).astype(int)
    hired = np.maximum(_september(year - np.where(young, years, worked_here), draw, "since"), since)
    return hired, since


def _september(years: Ints, draw: Draw, stream: str) -> Dates:
    """Give a day from late July to 1 September of each year: posts begin with the school year."""
    roll = draw.uniform(stream, len(years))
    day = np.where(roll < _ON_THE_FIRST, 0, (roll * 40).astype(int) - 39)
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[M]") + np.timedelta64(8, "M")
    days: Dates = first.astype("datetime64[D]") + np.minimum(day, 0).astype("timedelta64[D]")
    return days


def _dismissals(draw: Draw, hired: Dates, year: int) -> Dates:
    summer = np.datetime64(date(year, 6, 20), "D")
    gone = draw.chance("dismissed", len(hired), _DISMISSED) & (hired < summer)
    days = summer + draw.below("dismissed on", len(hired), 55).astype("timedelta64[D]")
    return np.where(gone, days, _NONE)


def _second_posts(draw: Draw, posts: pd.DataFrame, organised: Organised) -> pd.DataFrame:
    """Some teachers have a second post in their school, some a part-time post in another."""
    count = len(posts)
    teacher = (posts["position"] == "TEACHER").to_numpy() & posts["dismissed"].isna().to_numpy()
    inner = posts[teacher & draw.chance("second post", count, _SECOND_POST)].copy()
    inner["kind"] = "INTERNAL_PT"
    inner["position"], inner["subject"] = "ADDITIONAL_TEACHER", ""
    outer = posts[teacher & draw.chance("second school", count, _SECOND_SCHOOL)].copy()
    skipped = {organised.planted["CLOSED"], organised.planted["OUTSIDE"]}
    schools = np.array([place for place in organised.schools if place not in skipped])
    other = schools[draw.below("second school at", len(outer), len(schools))]
    outer["kind"] = np.where(draw.chance("civil", len(outer), 0.2), "CIVIL", "EXTERNAL_PT")
    outer["organisation"] = other
    return pd.concat(
        [inner, outer[outer["organisation"] != posts["organisation"].reindex(outer.index)]]
    )
