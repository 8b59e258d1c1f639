"""A gateway names objects by their keys: within its scope, one statement, a null a miss."""

import json
from collections.abc import Sequence

import pytest
from graphql import DirectiveNode, ObjectTypeDefinitionNode, parse

from schema.errors import RequestRefused
from schema.limits import ENTITY_LIMIT, LIMITS
from tests.door.asking import Door, Json, decoded
from tests.door.rows import uid

pytestmark = pytest.mark.anyio
ASK = """query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Person { id displayName birthDate maskedFields }
    ... on Organisation { id shortName }
    ... on Mentorship { id }
    ... on Programme { id title }
  }
}"""


async def answer(door: Door, who: str, named: Sequence[Json], text: str = ASK) -> Json:
    viewer = door.viewers[who]
    given = {"representations": named}
    return json.loads(await door.engine.answer(door.pool(viewer), viewer, text, variables=given))


async def people(door: Door, who: str) -> list[str]:
    found = await door.ask(who, "{ people(first: 100) { nodes { id } } }")
    return [node["id"] for node in found["people"]["nodes"]]


def person(key: str) -> Json:
    return {"__typename": "Person", "id": key}


def card(number: int | str, system: str = "KADRY") -> Json:
    return {"__typename": "Person", "sourceSystem": system, "externalId": str(number)}


async def test_a_foreign_person_is_answered_like_an_unknown_one(door: Door) -> None:
    north, everybody = await people(door, "north"), await people(door, "centre")
    foreign = next(key for key in everybody if key not in north)

    of_foreign = await answer(door, "north", [person(foreign), person(north[0])])
    of_unknown = await answer(
        door, "north", [person(f"person-{uid('nobody', 1)}"), person(north[0])]
    )

    assert of_unknown == of_foreign
    assert [None, north[0]] == [each and each["id"] for each in of_foreign["data"]["_entities"]]
    assert "errors" not in of_foreign


async def test_a_foreign_card_is_answered_like_an_unknown_one(door: Door) -> None:
    numbers = [*map(card, range(1, 80, 2))]
    seen = {
        who: [
            each and each["id"] for each in (await answer(door, who, numbers))["data"]["_entities"]
        ]
        for who in ("centre", "north", "south")
    }
    foreign = next(
        place for place, key in enumerate(seen["centre"]) if key and not seen["north"][place]
    )

    of_foreign = await answer(door, "north", [numbers[foreign]])
    of_unknown = await answer(door, "north", [card(9_999_999)])

    assert of_unknown == of_foreign
    assert {None} < {*seen["north"]} <= {*await people(door, "north"), None}
    assert {None} < {*seen["south"]} <= {*await people(door, "south"), None}
    assert {*seen["north"]} != {*seen["south"]}


async def test_a_card_finds_its_person_and_is_shown_as_the_key_that_was_asked(door: Door) -> None:
    text = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Person { id sourceSystem externalId records { sourceCode statedId } } } }"""
    named = [card(number) for number in range(1, 60, 2)]

    found = (await answer(door, "centre", named, text))["data"]["_entities"]

    met = [(asked, each) for asked, each in zip(named, found, strict=True) if each]
    assert len(met) > 10
    for asked, each in met:
        assert (asked["sourceSystem"], asked["externalId"]) == (
            each["sourceSystem"], each["externalId"],
        )  # fmt: skip
        stated = [(record["sourceCode"], record["statedId"]) for record in each["records"]]
        assert ("KADRY", asked["externalId"]) in stated or ("KADRY", None) in stated


async def test_the_key_that_a_person_shows_finds_the_same_person(door: Door) -> None:
    text = "{ people(first: 100) { nodes { id sourceSystem externalId } } }"
    nodes = (await door.ask("north", text))["people"]["nodes"]
    known = [node for node in nodes if node["externalId"]]

    named = [card(node["externalId"], node["sourceSystem"]) for node in known]
    found = (await answer(door, "north", named))["data"]["_entities"]

    assert len(known) > 3
    assert [node["id"] for node in known] == [each["id"] for each in found]


async def test_masks_are_those_of_the_viewer(door: Door) -> None:
    key = (await people(door, "north"))[0]
    masked = {
        who: (await answer(door, who, [person(key)]))["data"]["_entities"][0]["maskedFields"]
        for who in ("north", "centre")
    }
    direct = {
        who: (await door.ask(who, f'{{ person(id: "{key}") {{ maskedFields }} }}'))["person"]
        for who in masked
    }

    assert {who: each["maskedFields"] for who, each in direct.items()} == masked
    assert masked["north"] != masked["centre"]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        "person",
        {"__typename": "Person"},
        {"__typename": "Viewer", "id": "x"},
        {"__typename": "Person", "id": 7},
        {"__typename": "Person", "id": "\0"},
        {"__typename": "Person", "snils": "112-233-445 95"},
        {"__typename": "Person", "sourceSystem": "KADRY"},
        {"__typename": "Person", "sourceSystem": "KADRY", "externalId": "\ud800"},
        {"__typename": "Programme", "sourceSystem": "KADRY", "externalId": "1"},
    ],
)
async def test_what_names_nothing_is_a_null_with_an_error_of_its_own(
    door: Door, broken: Json
) -> None:
    own = person((await people(door, "north"))[0])
    body = await answer(door, "north", [own, broken, own])

    assert [own["id"], None, own["id"]] == [
        each and each["id"] for each in body["data"]["_entities"]
    ]
    [error] = body["errors"]
    assert ["_entities", 1] == error["path"]
    assert "BAD_USER_INPUT" == error["extensions"]["code"]
    assert "112-233-445" not in json.dumps(body)


async def test_an_error_bears_the_alias_of_its_field(door: Door) -> None:
    text = 'query { first: _entities(representations: [{ id: "x" }]) { __typename } }'

    body = await answer(door, "north", [], text)

    assert [["first", 0]] == [error["path"] for error in body["errors"]]


async def test_a_key_may_hold_variables(door: Door) -> None:
    key = (await people(door, "north"))[0]
    text = """query ($id: ID!, $kind: String!) {
      _entities(representations: [{ __typename: $kind, id: $id }]) { ... on Person { id } } }"""

    found = await door.ask("north", text, {"id": key, "kind": "Person"})

    assert [{"id": key}] == found["_entities"]


async def test_a_thousand_are_answered_in_one_statement_and_one_more_is_refused(door: Door) -> None:
    north = await people(door, "north")
    named = [person(north[place % len(north)]) for place in range(ENTITY_LIMIT)]
    text = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Person { id } } }"""
    asked: list[str] = []

    viewer = door.viewers["north"]
    async with door.pool(viewer).acquire() as connection:
        # A new connection asks PostgreSQL once what types there are.
        await door.engine.answer(connection, viewer, text, variables={"representations": []})
        with connection.query_logger(lambda query: asked.append(query.query)):
            body = await door.engine.answer(
                connection, viewer, text, variables={"representations": named}
            )

    assert [each["id"] for each in named] == [each["id"] for each in decoded(body)["_entities"]]
    assert 1 == len(asked)
    with pytest.raises(RequestRefused, match="400") as refused:
        await answer(door, "north", [*named, named[0]], text)
    assert "BAD_USER_INPUT" == (refused.value.errors[0].extensions or {})["code"]


async def test_a_gateway_is_told_the_schema_with_its_keys(door: Door) -> None:
    sdl = (await door.ask("partner", "{ _service { sdl } }"))["_service"]["sdl"]

    kinds = {
        kind.name.value: sorted(map(fields_of, kind.directives or ()))
        for kind in parse(sdl).definitions
        if isinstance(kind, ObjectTypeDefinitionNode) and kind.directives
    }
    number = "key sourceSystem externalId"
    assert {
        "Mentorship": ["key id"],
        "Organisation": ["key id", number],
        "PageInfo": ["shareable"],
        "Person": ["key id", number],
        "Programme": ["key id"],
    } == kinds
    assert "https://specs.apollo.dev/federation/v2.9" in sdl


def fields_of(directive: DirectiveNode) -> str:
    given = [
        argument.value for argument in directive.arguments or () if argument.name.value == "fields"
    ]
    return " ".join([directive.name.value, *(getattr(each, "value", "") for each in given)])


async def test_each_representation_costs_what_is_asked_of_it(door: Door) -> None:
    text = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Organisation { people(first: 100) { nodes { id } } } } }"""
    named = [{"__typename": "Organisation", "id": f"organisation-{uid('organisation', 3)}"}]

    body = await answer(door, "north", named * 50, text)
    with pytest.raises(RequestRefused) as refused:
        await answer(door, "north", named * 200, text)

    assert 50 < body["extensions"]["cost"]["requested"] <= LIMITS.cost
    assert "cost" == (refused.value.errors[0].extensions or {})["limit"]
