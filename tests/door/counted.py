"""The plain rows as the world that coverage's evaluator counts, a question as it is asked there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from tests.door.evaluator import Arguments, key_in
from tests.door.evaluator import World as Seen
from tests.door.tables import Row, Tables
from tests.rooms.coverage.evaluator import Asked, Evaluator
from tests.rooms.coverage.world import (
    Answers,
    Dyad,
    Figure,
    Organisation,
    Plan,
    Post,
    Profile,
    Programme,
    Span,
    Stated,
    World,
)

DAY = timedelta(days=1)
SPANS = (
    "organisation", "organisation_place", "subordination", "participation_fact", "programme",
    "mentor_profile", "mentee_profile",
)  # fmt: skip


@dataclass(slots=True)
class Placed(World):
    """A world in which who is under whom is written down, not derived."""

    placed: list[tuple[UUID, UUID, Span]] = field(default_factory=list)

    def places(self) -> Any:  # noqa: ANN401 - what the world's own gives
        return iter(self.placed)


def asked_of(seen: Seen, arguments: Arguments) -> Asked:
    """Read a question from the arguments of a field; one that has no grouping asks for a total."""
    lo, hi, stated_from = _period(arguments.get("period") or {}, seen.today)
    chosen = arguments.get("filter") or {}
    scope = arguments.get("scope")
    return Asked(
        lo=lo,
        hi=hi,
        stated_from=stated_from,
        breaks=_breaks(seen.tables),
        group_by=arguments.get("groupBy", "NONE"),
        attribution=arguments.get("attribution", "HOST"),
        viewer=None if seen.viewer.is_region_wide else seen.viewer.authority_id,
        scope=key_in(scope) if scope else None,
        forms=_given(chosen, "forms"),
        organisations=_keys(_given(chosen, "organisations")),
        territories=_keys(_given(chosen, "territories")),
        kinds=_given(chosen, "organisationKinds"),
    )


def _given(chosen: Arguments, name: str) -> tuple[str, ...] | None:
    return None if chosen.get(name) is None else tuple(chosen[name])


def _keys(ids: Sequence[str] | None) -> tuple[UUID, ...] | None:
    return None if ids is None else tuple(map(key_in, ids))


def _period(period: Mapping[str, Any], today: date) -> tuple[date, date, date]:
    """Give the first day, the day after the last, and since when figures speak of the period."""
    academic, calendar = period.get("academicYear"), period.get("calendarYear")
    if academic is not None:
        starts = date(academic, 9, 1)
        return starts, min(date(academic + 1, 9, 1), today + DAY), starts
    if calendar is not None:
        starts = date(calendar, 1, 1)
        return starts, min(date(calendar + 1, 1, 1), today + DAY), starts
    day = date.fromisoformat(period["asOf"]) if period.get("asOf") else today
    return day, day + DAY, date(day.year - (day.month < 9), 9, 1)


@lru_cache
def _breaks(tables: Tables) -> tuple[date, ...]:
    """Give every day on which something may change."""
    rows = [row for table in SPANS for row in tables[table]]
    return tuple(sorted({row[edge] for row in rows for edge in ("starts", "ends")}))


@lru_cache(maxsize=256)
def counted(tables: Tables, asked: Asked) -> Evaluator:
    """Count an answer; operations repeat questions, and counting a day at a time is slow."""
    return Evaluator(world_of(tables), asked)


@lru_cache
def world_of(tables: Tables) -> Placed:
    """Read the rows into the world whose counts are known."""
    return Placed(
        territories={row["id"]: row["parent_id"] for row in tables["territory"]},
        organisations={row["id"]: _organisation(row) for row in tables["organisation"]},
        answers=[
            Answers(
                organisation=row["organisation_id"],
                authority=row["authority_id"],
                kind=row["kind"],
                span=_span(row),
            )
            for row in tables["subordination"]
        ],
        programmes=[_programme(tables, row) for row in tables["programme"]],
        dyads=[_dyad(row) for row in tables["participation_fact"]],
        posts=[_post(row) for row in tables["employment"]],
        experience={
            row["person_id"]: row["since"]
            for row in tables["experience"]
            if row["kind"] == "TEACHING"
        },
        profiles=[
            Profile(person=row["person_id"], organisation=row["organisation_id"], span=_span(row))
            for row in tables["mentor_profile"]
        ],
        requests=[
            Profile(person=row["person_id"], organisation=row["organisation_id"], span=_span(row))
            for row in tables["mentee_profile"]
        ],
        **_stated(tables),
        twins={row["person_id"]: row["group_id"] for row in tables["possible_twin"]},
        people=[row["id"] for row in tables["person"]],
        placed=[
            (row["authority_id"], row["organisation_id"], _span(row))
            for row in tables["organisation_place"]
        ],
    )


def _span(row: Row) -> Span:
    return Span(starts=row["starts"], ends=row["ends"])


def _organisation(row: Row) -> Organisation:
    return Organisation(
        id=row["id"],
        kind=row["kind"],
        territory=row["territory_id"],
        legal_entity=row["legal_entity_id"],
        status=row["status"],
        life=_span(row),
    )


def _programme(tables: Tables, row: Row) -> Programme:
    shared = tables.having("programme_organisation", "programme_id", row["id"])
    return Programme(
        id=row["id"],
        status=row["status"],
        span=_span(row),
        organisations=tuple(each["organisation_id"] for each in shared),
    )


# A fact is cut around pauses already.
def _dyad(row: Row) -> Dyad:
    return Dyad(
        mentorship=row["mentorship_id"],
        mentor=row["mentor_id"],
        mentee=row["mentee_id"],
        form=row["form_code"],
        programme=row["programme_id"],
        host=row["host_id"],
        mentor_organisation=row["mentor_organisation_id"],
        span=_span(row),
        pauses=(),
    )


def _post(row: Row) -> Post:
    return Post(
        person=row["person_id"],
        organisation=row["organisation_id"],
        position=row["position_code"],
        kind=row["kind"],
        flag=row["young_specialist_flag"],
        span=_span(row),
    )


def _stated(tables: Tables) -> dict[str, Any]:
    """Read what stands without names: figures, lists, the approved of each year, plans."""
    enrolled: dict[int, set[UUID]] = {}
    for row in tables["organisation_enrolment"]:
        enrolled.setdefault(row["academic_year"], set()).add(row["organisation_id"])
    return {
        "enrolled": enrolled,
        "figures": [
            Figure(
                organisation=row["organisation_id"],
                metric=row["metric"],
                value=int(row["value"]),
                stated_as_of=row["stated_as_of"],
            )
            for row in tables["stated_figure"]
        ],
        "lists": [
            Stated(
                organisation=row["organisation_id"],
                kind=row["kind"],
                stated_as_of=row["stated_as_of"],
                academic_year=row["academic_year"],
            )
            for row in tables["stated_list"]
        ],
        "plans": [
            Plan(
                organisation=row["organisation_id"],
                territory=row["territory_id"],
                year=row["year"],
                percent=int(row["value"]),
            )
            for row in tables["indicator_target"]
        ],
    }
