"""What the door writes into the audit: whom an answer shows unmasked, and what was refused."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from hub.audit.events import Action, Entity, Event, by_viewer
from hub.audit.journal import write
from hub.database import Database
from tests.door.asking import Door, Json
from tests.door.over_http import Served

pytestmark = pytest.mark.anyio
EVERYBODY = "{ people(first: 100) { nodes { %s } } }"


@pytest.fixture
def noted(door: Door, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Gather what the engine notes."""
    events: list[Event] = []
    monkeypatch.setattr(door.engine, "showing", replace(door.engine.showing, note=events.append))
    return events


async def seen(door: Door, who: str, text: str) -> list[Mapping[str, Json]]:
    return list((await door.ask(who, text))["people"]["nodes"])


def people_in(rows: list[Mapping[str, Json]]) -> set[UUID]:
    return {UUID(row["id"].removeprefix("person-")) for row in rows}


@pytest.mark.parametrize(
    ("who", "field", "field_class"),
    [
        ("centre", "birthDate", "BIRTH_DATES"),
        ("south", "birthDate", "BIRTH_DATES"),
        ("centre", "contacts { value }", "CONTACTS"),
        ("partner", "contacts { value }", "CONTACTS"),
        ("centre", "identifiers { value }", "IDENTIFIERS"),
    ],
)
async def test_a_read_notes_exactly_whom_it_shows_unmasked(
    door: Door, noted: list[Event], who: str, field: str, field_class: str
) -> None:
    name = field.split(maxsplit=1)[0]
    rows = await seen(door, who, EVERYBODY % f"id {field}")
    shown = people_in([row for row in rows if row[name]])

    [event] = noted

    assert shown
    assert shown == set(event.entity_ids)
    assert (field_class,) == event.field_classes
    assert (who, door.viewers[who].client_id) == (who, event.client_id)


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("north", EVERYBODY % "id birthDate contacts { value } identifiers { value }"),
        ("partner", EVERYBODY % "id birthDate identifiers { value }"),
        ("centre", EVERYBODY % "id displayName birthYear"),
        ("centre", "{ people(first: 0) { nodes { birthDate } totalCount } }"),
        ("centre", '{ person(id: "person-00000000-0000-0000-0000-000000000000") { birthDate } }'),
    ],
)
async def test_what_is_masked_or_shows_nobody_is_not_noted(
    door: Door, noted: list[Event], who: str, text: str
) -> None:
    await door.ask(who, text)

    assert [] == noted


async def test_an_answer_is_the_same_whether_it_is_noted_or_not(door: Door) -> None:
    wide = await seen(door, "centre", EVERYBODY % "id birthDate contacts { value }")
    known = {row["id"]: row["birth_date"] for row in ids(door)}

    assert {row["id"]: row["birthDate"] for row in wide} == {
        row["id"]: known[row["id"]] for row in wide
    }
    assert "\x03" not in json.dumps(wide)


def ids(door: Door) -> list[dict[str, Any]]:
    return [
        {
            "id": f"person-{row['id']}",
            "birth_date": row["birth_date"].isoformat() if row["birth_date"] else None,
        }
        for row in door.tables["person"]
    ]


async def test_the_provenance_of_a_birth_date_is_noted_and_that_of_a_name_is_not(
    door: Door, noted: list[Event]
) -> None:
    rows = await seen(door, "centre", EVERYBODY % "id provenance { field value }")
    shown = people_in(
        [row for row in rows if any(one["field"] == "birth_date" for one in row["provenance"])]
    )

    [event] = noted

    assert shown
    assert shown == set(event.entity_ids)
    assert len(shown) < len(rows)


NAMED = '{ __typename: "Person", id: "%s" }'


async def test_every_way_to_a_personal_field_is_noted(door: Door, noted: list[Event]) -> None:
    rows = await seen(door, "centre", EVERYBODY % "id birthDate")
    person = next(row["id"] for row in rows if row["birthDate"])
    noted.clear()
    for text in (
        f'{{ person(id: "{person}") {{ birthDate }} }}',
        f'{{ node(id: "{person}") {{ ... on Person {{ birthDate }} }} }}',
        f'{{ nodes(ids: ["{person}"]) {{ ... on Person {{ birthDate }} }} }}',
        f'{{ a: person(id: "{person}") {{ b: birthDate }} }}',
        f"{{ _entities(representations: [{NAMED % person}]) {{ ... on Person {{ birthDate }} }} }}",
    ):
        await door.ask("centre", text)

    assert [{UUID(person.removeprefix("person-"))}] * 5 == [set(one.entity_ids) for one in noted]
    assert len({event.operation for event in noted}) == len(noted)


async def test_an_operation_is_named_without_a_word_of_its_author(
    door: Door, noted: list[Event]
) -> None:
    text = "query Ivanova11223344595 { x11223344595: people { nodes { birthDate } } }"
    await door.engine.answer(door.web_region, door.viewers["centre"], text)

    [event] = noted

    assert event.operation.startswith("people#")
    assert "11223344595" not in event.operation


async def stored(database: Database) -> list[dict[str, Any]]:
    await asyncio.sleep(1.3)
    async with database.reading() as session:
        rows = await session.raw.fetch("select * from audit_event order by seq")
    return [dict(row) for row in rows]


async def send(hub: Served, method: str, path: str, key: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - of httpx
    async with httpx.AsyncClient(base_url=hub.url, timeout=60) as client:
        headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "112-233-445-95"}
        return await client.request(method, path, headers=headers, **more)


async def test_reads_exports_imports_and_denials_are_found_in_the_table(
    hub: Served, door: Door, module_database: Database
) -> None:
    before = len(await stored(module_database))
    keys = door.keys
    query = {"query": EVERYBODY % "id birthDate"}
    await send(hub, "POST", "/graphql", keys.centre, json=query)
    await send(hub, "GET", "/exports/mentors?format=csv", keys.centre)
    await send(hub, "PUT", "/imports?name=a.csv", keys.north, content="Фамилия;Имя\nЁлкин;Тест\n")
    await send(hub, "PUT", "/imports?name=a.csv", keys.steward, content="x")
    await send(hub, "POST", "/graphql", keys.centre[:-3] + "aaa", json=query)

    events = (await stored(module_database))[before:]

    found = {(row["action"], row["operation"].partition("#")[0], row["reason"]) for row in events}
    assert {
        ("READ", "people", ""),
        ("EXPORT", "export:mentors", ""),
        ("IMPORT", "import", ""),
        ("DENIED", "import", "FORBIDDEN"),
        ("DENIED", "authenticate", "access.key_unknown"),
    } <= found
    assert {"REGIONAL_CENTRE", "TERRITORY", "STEWARD", ""} >= {row["role"] for row in events}
    assert "112-233" not in str(events)


async def test_a_denial_is_written_before_it_is_answered(
    hub: Served, module_database: Database
) -> None:
    unknown = "hub_test_" + "5" * 16 + "_" + "s" * 43
    await send(hub, "POST", "/graphql", unknown, json={"query": "{ viewer { role } }"})

    async with module_database.reading() as session:
        found = await session.raw.fetchval(
            "select count(*) from audit_event where credential = $1", "5" * 16
        )

    assert 1 == found


async def test_the_journal_is_read_by_those_who_audit_and_tells_who_saw_a_person(
    door: Door, module_database: Database
) -> None:
    somebody = (await seen(door, "centre", EVERYBODY % "id"))[0]["id"]
    event = by_viewer(
        door.viewers["south"],
        Action.READ,
        "people planted",
        entity=Entity.PERSON,
        entity_ids=[UUID(somebody.removeprefix("person-"))],
        field_classes=["BIRTH_DATES"],
    )
    async with module_database.writing() as session:
        await write(session.raw, [event])
    question = """query ($who: ID!) { auditEvents(first: 5, filter: { person: $who, action: READ,
      since: "2026-01-01", until: "2099-01-01" }) { nodes {
      action operation client role purposes personIds fieldClasses scope { id } } } }"""

    found = {
        who: (await door.ask(who, question, {"who": somebody}))["auditEvents"]["nodes"]
        for who in ("centre", "north", "steward")
    }

    assert ([], []) == (found["north"], found["steward"])
    planted = [one for one in found["centre"] if one["operation"] == "people planted"]
    scope = f"organisation-{door.viewers['south'].authority_id}"
    expected = {
        "action": "READ",
        "operation": "people planted",
        "client": "Проверка",
        "role": "TERRITORY",
        "purposes": ["BIRTH_DATES"],
        "personIds": [somebody],
        "fieldClasses": ["BIRTH_DATES"],
        "scope": {"id": scope},
    }
    assert [expected] == planted
