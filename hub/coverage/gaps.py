"""Where mentoring is missing: who and what a period leaves without it, by the fragments of counts."""

from dataclasses import dataclass
from enum import StrEnum

from hub.coverage.measures import Measure
from hub.coverage.members import Named, named, requesting
from hub.coverage.question import Shape
from hub.coverage.shape import Place
from hub.coverage.statement import Queries, composed


class Gap(StrEnum):
    """What is missing."""

    YOUNG_SPECIALIST_WITHOUT_MENTOR = "YOUNG_SPECIALIST_WITHOUT_MENTOR"
    ORGANISATION_WITHOUT_MENTORING = "ORGANISATION_WITHOUT_MENTORING"
    IDLE_MENTOR = "IDLE_MENTOR"
    OPEN_REQUEST = "OPEN_REQUEST"


@dataclass(frozen=True, slots=True)
class _Missing:
    """The fragments that a gap is made of, how, and the measure whose members are named alike."""

    needs: tuple[str, ...]
    sql: str
    named_as: Measure | None = None  # empty: as a request, with what is asked for


_GAPS = {
    Gap.YOUNG_SPECIALIST_WITHOUT_MENTOR: _Missing(
        ("young_uncovered",),
        "select distinct a from young_uncovered",
        Measure.YOUNG_SPECIALISTS_UNCOVERED,
    ),
    Gap.ORGANISATION_WITHOUT_MENTORING: _Missing(
        ("active", "hosts"),
        "select distinct a from active m where not exists (select from hosts h where h.a = m.a)",
        Measure.ACTIVE_ORGANISATIONS,
    ),
    # Idle is who has no pair on either side: none hosted here, none as somebody who works here.
    Gap.IDLE_MENTOR: _Missing(
        ("registered", "fact", "worker"),
        "select distinct a from registered m"
        " where not exists (select from fact f where f.mentor_id = m.a)"
        " and not exists (select from worker w where w.mentor_id = m.a)",
        Measure.MENTORS_REGISTERED,
    ),
    # A base of mentees lists whoever asks for a mentor; the request is open as long as no pair of
    # the academic year has answered it, wherever in the region that pair is.
    Gap.OPEN_REQUEST: _Missing(
        ("requested", "answered"),
        "select distinct a from requested m"
        " where not exists (select from answered r where r.person_id = m.a)",
    ),
}


def gaps(shape: Shape, gap: Gap, place: Place) -> Queries:
    """Give the queries behind the list of a gap; the last is `coverage_member`."""
    missing = _GAPS[gap]
    naming = _naming(missing, shape, place)
    return (
        *composed([*missing.needs, *naming.needs], shape, place),
        ("coverage_listed", missing.sql),
        ("coverage_member", naming.sql),
    )


def _naming(missing: _Missing, shape: Shape, place: Place) -> Named:
    if missing.named_as is None:
        return requesting(shape, place)
    return named(missing.named_as, shape, place)
