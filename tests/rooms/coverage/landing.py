"""Puts an invented region into the tables, its dyads cut into facts as the projection cuts them."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.rooms.coverage.world import ALWAYS, FOREVER, Dyad, Span, World, cut

Row = tuple[Any, ...]  # values of the columns of a table, each of its own type


async def land(connection: asyncpg.Connection, world: World) -> None:
    """Write the world over an empty database, in the caller's transaction, as a superuser."""
    # Rows of evidence are not what these tests are about, so references to them stay unchecked.
    await connection.execute("set local session_replication_role = replica")
    for table, columns, rows in tables(world):
        await connection.copy_records_to_table(table, records=rows, columns=columns.split())


def tables(world: World) -> Iterator[tuple[str, str, list[Row]]]:
    yield from _units(world)
    yield from _mentoring(world)
    yield from _people(world)
    yield from _statements(world)


def _units(world: World) -> Iterator[tuple[str, str, list[Row]]]:
    yield (
        "territory",
        "id oktmo name level parent_id sort_key",
        [
            (one, str(one), f"Т{at}", "DISTRICT", parent, f"т{at}")
            for at, (one, parent) in enumerate(world.territories.items())
        ],
    )
    yield (
        "organisation",
        ("id kind full_name short_name territory_id legal_entity_id status starts ends"
        " sort_key"),
        [
            (
                o.id, o.kind, f"Организация {at}", f"О{at}", o.territory,
                o.legal_entity, o.status, o.life.starts, o.life.ends, f"о{at:03}",
            )
            for at, o in enumerate(world.organisations.values())
        ],
    )  # fmt: skip
    yield (
        "subordination",
        "organisation_id authority_id kind starts ends",
        [(a.organisation, a.authority, a.kind, a.span.starts, a.span.ends) for a in world.answers],
    )
    placed: dict[tuple[UUID, UUID, date], date] = {}
    for authority, organisation, span in world.places():
        key = (authority, organisation, span.starts)
        placed[key] = max(span.ends, placed.get(key, ALWAYS))
    yield (
        "organisation_place",
        "authority_id organisation_id starts ends",
        [(*key, ends) for key, ends in placed.items()],
    )
    yield (
        "organisation_enrolment",
        "organisation_id academic_year act",
        [(one, year, "Приказ") for year, listed in world.enrolled.items() for one in listed],
    )


def _mentoring(world: World) -> Iterator[tuple[str, str, list[Row]]]:
    yield (
        "programme",
        ("id title title_key lead_organisation_id academic_year status starts ends sort_key"
        " changeset_id"),
        [
            (
                p.id, "Программа", str(p.id), p.organisations[0], 2025, p.status,
                p.span.starts, p.span.ends, "программа", 1,
            )
            for p in world.programmes
        ],
    )  # fmt: skip
    yield (
        "programme_organisation",
        "programme_id organisation_id role changeset_id",
        [(p.id, one, "PARTNER", 1) for p in world.programmes for one in p.organisations],
    )
    yield (
        "participation_fact",
        (
            "mentorship_id mentor_id mentee_id in_group form_code programme_id host_id"
            " host_department_id host_territory_id mentor_organisation_id mentor_department_id mentor_territory_id"
            " starts ends changeset_id"
        ),
        [row for dyad in world.dyads for row in _facts(world, dyad)],
    )
    yield "mentorship_place", "authority_id sort_key mentorship_id changeset_id", _seen(world)


def _facts(world: World, dyad: Dyad) -> Iterator[Row]:
    marks = [day for pause in dyad.pauses for day in (pause.starts, pause.ends)]
    marks += [day for a in world.answers for day in (a.span.starts, a.span.ends)]
    host, employer = dyad.host, dyad.mentor_organisation
    mentees = {other.mentee for other in world.dyads if other.mentorship == dyad.mentorship}
    for span in cut([dyad.span], marks):
        if not any(pause.holds(span.starts) for pause in dyad.pauses):
            yield (
                dyad.mentorship, dyad.mentor, dyad.mentee, len(mentees) > 1, dyad.form,
                dyad.programme, host, _department(world, host, span), world.organisations[host].territory,
                employer, _department(world, employer, span) if employer else None,
                world.organisations[employer].territory if employer else None,
                span.starts, span.ends, 1,
            )  # fmt: skip


def _department(world: World, organisation: UUID, span: Span) -> UUID | None:
    answering = world.answering(organisation)
    for a in world.answers:
        if a.organisation == answering and a.kind == "PRIMARY" and a.span.holds(span.starts):
            return a.authority
    return None


# Either party's side sees a mentorship; here every authority of every host and employer.
def _seen(world: World) -> list[Row]:
    seen = {
        (authority, "", dyad.mentorship, 1)
        for dyad in world.dyads
        for authority, organisation, _ in world.places()
        if organisation in (dyad.host, dyad.mentor_organisation)
    }
    return list(seen)


def _people(world: World) -> Iterator[tuple[str, str, list[Row]]]:
    yield (
        "employment",
        ("person_id organisation_id position_code position_text subjects kind"
        " young_specialist_flag teaching_since starts ends record_id changeset_id"),
        [
            (
                p.person, p.organisation, p.position, "", [], p.kind, p.flag,
                world.experience.get(p.person), p.span.starts, p.span.ends, 1, 1,
            )
            for p in world.posts
        ],
    )  # fmt: skip
    yield (
        "experience",
        "person_id kind since record_id changeset_id",
        [(person, "TEACHING", since, 1, 1) for person, since in world.experience.items()],
    )
    yield (
        "mentor_profile",
        "person_id organisation_id starts ends record_id changeset_id",
        [(p.person, p.organisation, p.span.starts, p.span.ends, 1, 1) for p in world.profiles],
    )
    yield (
        "mentee_profile",
        "person_id organisation_id starts ends main_request record_id changeset_id",
        [(p.person, p.organisation, p.span.starts, p.span.ends, "", 1, 1) for p in world.requests],
    )
    yield "possible_twin", "person_id group_id", list(world.twins.items())


def _statements(world: World) -> Iterator[tuple[str, str, list[Row]]]:
    yield (
        "stated_figure",
        "metric organisation_id dimensions starts ends value stated_as_of changeset_id",
        [
            (f.metric, f.organisation, "{}", ALWAYS, FOREVER, f.value, f.stated_as_of, 1)
            for f in world.figures
        ],
    )
    yield (
        "stated_list",
        (
            "source_id organisation_id kind stated_as_of academic_year completeness source_file_id"
            " changeset_id"
        ),
        [
            (
                uuid4(),
                s.organisation,
                s.kind,
                s.stated_as_of,
                s.academic_year,
                "PARTIAL",
                uuid4(),
                1,
            )
            for s in world.lists
        ],
    )
    yield (
        "indicator_target",
        "indicator_code organisation_id territory_id year value",
        [
            ("YOUNG_SPECIALIST_COVERAGE", p.organisation, p.territory, p.year, p.percent)
            for p in world.plans
        ],
    )
