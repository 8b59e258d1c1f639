"""Cards pushed over real HTTP: what a partner is answered, and every way in which it is refused."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from hub.access import ClientKind, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from hub.demo.registry import IdentifierRow
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from sync.registry import write_rows
from tests.door.conftest import serving
from tests.door.working import work
from tests.rooms.sync.world import FIRST, MINISTRY, NORTH, THIRD, load_register

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
RESULT = """externalId status changed review personId person { id lastName }
  errors { code message path }"""
BATCH = f"""mutation ($input: StaffUpsertBatchInput!) {{ staffUpsertBatch(input: $input) {{
  results {{ {RESULT} }} errors {{ code message path }} }} }}"""
TRIED = """mutation ($input: StaffUpsertBatchInput!) { staffUpsertBatch(input: $input) {
  results { status } trial { counts { name count } units { organisationName people }
    examples { entity what organisationName fields person { lastName } }
    figures { row figure before after } } errors { code } } }"""
UNDO = """mutation ($input: ChangesetUndoInput!) { changesetUndo(input: $input) {
  changeset { key state } errors { code } } }"""
CHANGES = """{ changesets { nodes { key kind origin state undoes { key } } } }"""
STANDING = """{ people { nodes { lastName employments { positionCode } } } }"""
GRANTS = {
    "north": (Role.PARTNER_SYSTEM, NORTH),
    "south": (Role.PARTNER_SYSTEM, MINISTRY),
    "centre": (Role.REGIONAL_CENTRE, MINISTRY),
}
CARD = {
    "externalId": "7",
    "changedAt": "2026-09-07T12:00:00Z",
    "organisation": {"system": "AIS_KADRY", "value": "101"},
    "lastName": "Журавин",
    "firstName": "Лев",
    "middleName": "Ильич",
    "birthDate": "1979-03-05",
    "position": "учитель",
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served hub and the keys to it."""

    url: str
    keys: Mapping[str, str]
    addresses: Addresses
    settings: Settings

    def request(self, who: str, query: str, variables: Json) -> httpx.Request:
        return httpx.Request(
            "POST",
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[who]}"},
        )

    def ask(self, who: str, query: str, **variables: Json) -> Json:
        with httpx.Client(timeout=60) as client:
            return client.send(self.request(who, query, variables)).json()

    def push(self, who: str, *cards: Json, key: str = "", **said: Json) -> Json:
        given = {"idempotencyKey": key or str(uuid4()), "cards": list(cards), **said}
        body = self.ask(who, BATCH, input=given)
        assert "errors" not in body, body
        return body["data"]["staffUpsertBatch"]

    async def value(self, query: str) -> object:
        connection = await open_connection(self.addresses.worker)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()


async def prepared(addresses: Addresses) -> Mapping[str, str]:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        async with database.writing() as session:
            numbers = [
                IdentifierRow(organisation_id=school, system="AIS_KADRY", value=number)
                for school, number in ((FIRST, "101"), (THIRD, "103"))
            ]
            await write_rows(session, "organisation_identifier", numbers, key=("system", "value"))
            return {
                who: await issue_key(
                    session,
                    client_name=who,
                    kind=ClientKind.SYSTEM,
                    role=role,
                    organisation_id=organisation,
                    env="test",
                )
                for who, (role, organisation) in GRANTS.items()
            }


@pytest.fixture
def hub(addresses: Addresses, tmp_path: Path) -> Iterator[Served]:
    keys = asyncio.run(prepared(addresses))
    settings = Settings(data_dir=tmp_path, rate_burst=1e12, rate_per_s=1e12)
    create_key_file(settings.keys)
    with serving(build(addresses, settings)) as url:
        yield Served(url=url, keys=keys, addresses=addresses, settings=settings)


async def test_a_pushed_card_is_answered_with_the_person_it_is_of(hub: Served) -> None:
    [result] = hub.push("north", CARD)["results"]

    assert ("7", "APPLIED", []) == (result["externalId"], result["status"], result["errors"])
    assert {"id": result["personId"], "lastName": "Журавин"} == result["person"]


async def test_half_of_a_batch_may_be_wrong(hub: Served) -> None:
    foreign = CARD | {"externalId": "8", "organisation": {"system": "AIS_KADRY", "value": "103"}}
    unread = CARD | {"externalId": "9", "snils": "112-233-445 96"}
    nowhen = CARD | {"externalId": "10", "birthDate": "1979-02-31", "hiredOn": "вчера"}
    endless = CARD | {"externalId": "11", "position": "учитель" * 100}

    found = hub.push("north", CARD, foreign, unread, nowhen, endless)

    assert ["APPLIED", *["REFUSED"] * 4] == [one["status"] for one in found["results"]]
    assert [] == found["errors"]
    assert [
        [("push.foreign_organisation", ["organisation"])],
        [("snils.checksum", ["snils"])],
        [("push.not_a_day", ["birthDate"]), ("push.not_a_day", ["hiredOn"])],
        [("push.too_long", ["position"])],
    ] == [[(e["code"], e["path"]) for e in one["errors"]] for one in found["results"][1:]]
    assert 1 == await hub.value("select count(*) from person")


async def test_a_text_is_taken_as_a_cell_would_be(hub: Served) -> None:
    [result] = hub.push(
        "north", CARD | {"lastName": " Жура\u00adвин\n", "subject": "физика,\tхимия"}
    )["results"]

    assert ([], "Журавин") == (result["errors"], result["person"]["lastName"])


def test_what_is_no_card_at_all_is_told_by_its_place(hub: Served) -> None:
    odd = CARD | {"teachingExperience": "пять"}
    cards = [CARD, odd, {"lastName": "Журавин"}]

    body = hub.ask("north", BATCH, input={"idempotencyKey": "1", "cards": cards})
    deaf = hub.ask(
        "north", BATCH, input={"idempotencyKey": "1", "cards": [CARD | {"externalId": "\x00"}]}
    )

    assert [
        ["input", "cards", 1, "teachingExperience"], ["input", "cards", 2], ["input", "cards", 2],
    ] == [error["extensions"]["path"] for error in body["errors"]]  # fmt: skip
    assert "cards[1].teachingExperience: Нужно целое число." in body["errors"][0]["message"]
    assert deaf["errors"][0]["message"].startswith("cards[0]: ")


async def test_a_literal_that_leaves_a_field_out_leaves_it_unchanged(hub: Served) -> None:
    hub.push("north", CARD | {"phone": "+79271234567"})

    body = hub.ask(
        "north",
        f"""mutation ($at: DateTime!) {{ staffUpsert(input: {{ idempotencyKey: "1",
          card: {{ externalId: "7", changedAt: $at, position: "методист" }} }}) {{
          result {{ {RESULT} }} errors {{ code }} }} }}""",
        at="2026-09-08T12:00:00Z",
    )

    assert ["position"] == body["data"]["staffUpsert"]["result"]["changed"]
    assert "79271234567" in str(await hub.value("select value from contact"))


async def test_a_hundred_equal_requests_are_one_effect_and_one_answer(hub: Served) -> None:
    given = {"input": {"idempotencyKey": "one", "cards": [CARD]}}
    request = hub.request("north", BATCH, given)

    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=100)) as client:
        sent = [
            client.post(request.url, content=request.content, headers=request.headers)
            for _ in range(100)
        ]
        answers = {answer.content for answer in await asyncio.gather(*sent)}

    assert 1 == len(answers), answers
    assert b'"status":"APPLIED"' in answers.pop()
    assert 1 == await hub.value("select count(*) from changeset where kind = 'PUSH'")


async def test_another_request_under_the_same_key_is_refused(hub: Served) -> None:
    hub.push("north", CARD, key="one")

    found = hub.push("north", CARD | {"lastName": "Журавлин"}, key="one")

    assert ["push.key_reused"] == [error["code"] for error in found["errors"]]
    assert [] == found["results"]
    assert "APPLIED" == hub.push("south", CARD, key="one")["results"][0]["status"]


async def test_only_a_partner_pushes(hub: Served) -> None:
    found = hub.push("centre", CARD)

    assert ["push.not_a_partner"] == [error["code"] for error in found["errors"]]
    assert 0 == await hub.value("select count(*) from push_entry")


async def test_more_than_a_thousand_cards_are_refused(hub: Served) -> None:
    small = {"externalId": "7", "changedAt": "2026-09-07T12:00:00Z"}

    found = hub.push("north", *[small] * 1001)

    assert ["push.too_many"] == [error["code"] for error in found["errors"]]


async def test_a_trial_writes_nothing_and_a_new_number_keeps_the_person(hub: Served) -> None:
    trial = hub.push("north", CARD, dryRun=True)
    before = await hub.value("select count(*) from person")
    [pushed] = hub.push("north", CARD)["results"]

    body = hub.ask(
        "north",
        f"""mutation {{ staffRekey(input: {{ idempotencyKey: "2", externalId: "7",
          newExternalId: "А-7" }}) {{ result {{ {RESULT} }} errors {{ code }} }} }}""",
    )

    assert ("APPLIED", None, 0) == (
        trial["results"][0]["status"], trial["results"][0]["personId"], before,
    )  # fmt: skip
    again = hub.push("north", CARD, dryRun=True)["results"][0]
    assert ("UNCHANGED", pushed["personId"]) == (again["status"], again["personId"])
    assert pushed["personId"] == body["data"]["staffRekey"]["result"]["personId"]


async def test_a_batch_is_told_before_it_is_pushed_and_exactly_it_is_taken_back(
    hub: Served,
) -> None:
    other = CARD | {"externalId": "8", "lastName": "Дроздов", "birthDate": "1980-04-06"}
    later = CARD | {"changedAt": "2026-10-07T12:00:00Z", "position": "методист"}
    body = hub.ask("north", TRIED, input=batch(CARD, other, dryRun=True))
    trial = body["data"]["staffUpsertBatch"]["trial"]
    nobody = standing(hub)

    hub.push("north", CARD, other, key="первая")
    moved = hub.ask("north", TRIED, input=batch(later, dryRun=True))["data"]["staffUpsertBatch"]
    hub.push("north", later)
    undone = await taken_back(hub, newest(hub, "PUSH")[1])
    left = standing(hub)
    again = hub.push("north", CARD, other, key="первая")["results"]
    after_again = standing(hub)
    await taken_back(hub, undone)

    counts = {one["name"]: one["count"] for one in trial["counts"]}
    assert (2, 2) == (counts["people_added"], counts["records"])
    assert {"organisationName": "Северный округ", "people": 2} in trial["units"]
    assert {("PERSON", "ADDED", "МБОУ СОШ № 1")} == {
        (one["entity"], one["what"], one["organisationName"]) for one in trial["examples"]
    }
    assert {} == nobody
    [example] = moved["trial"]["examples"]
    assert ("CHANGED", {"lastName": "Журавин"}) == (example["what"], example["person"])
    assert "employment" in example["fields"]
    assert {"Журавин": ["METHODIST"]} == left == after_again
    assert ["APPLIED", "APPLIED"] == [one["status"] for one in again]
    assert {"Дроздов": ["TEACHER"], "Журавин": ["METHODIST"]} == standing(hub)


def batch(*cards: Json, **said: Json) -> Json:
    return {"idempotencyKey": str(uuid4()), "cards": list(cards), **said}


def standing(hub: Served) -> Mapping[str, Json]:
    found = hub.ask("centre", STANDING)["data"]["people"]["nodes"]
    return {one["lastName"]: [job["positionCode"] for job in one["employments"]] for one in found}


def newest(hub: Served, kind: str) -> list[str]:
    found = hub.ask("centre", CHANGES)["data"]["changesets"]["nodes"]
    chosen = [one for one in found if one["kind"] == kind]
    assert {"PUSH": {"north"}}.get(kind, {None}) >= {one["origin"] for one in chosen}
    return [one["key"] for one in chosen]


async def taken_back(hub: Served, key: str) -> str:
    """Take a change back as the worker does; gives the change that did it."""
    body = hub.ask("centre", UNDO, input={"key": key})["data"]["changesetUndo"]
    assert [] == body["errors"]
    await work(hub.addresses, hub.settings)
    return str(body["changeset"]["key"])


def test_a_pushed_mentorship_is_answered_with_both_people_and_what_is_wrong(hub: Served) -> None:
    party = {"lastName": "Журавин", "firstName": "Лев", "birthDate": "1979-03-05"}
    card = {
        "externalId": "п-1",
        "changedAt": "2026-09-07T12:00:00Z",
        "organisation": {"system": "AIS_KADRY", "value": "101"},
        "mentor": party,
        "mentee": {"lastName": "Новиков", "firstName": "Ян", "birthDate": "2001-04-05"},
        "form": "учитель — учитель",
        "startsOn": "2026-09-01",
    }
    wrong = card | {"externalId": "п-2", "mentee": party | {"snils": "112-233-445 96"}}

    body = hub.ask(
        "north",
        """mutation ($input: MentorshipUpsertBatchInput!) { mentorshipUpsertBatch(input: $input) {
          results { externalId status mentorshipId mentorId menteeId changed
            mentorship { formName members { displayName } } errors { code path } }
          errors { code } } }""",
        input={"idempotencyKey": "1", "mentorships": [card, wrong]},
    )["data"]["mentorshipUpsertBatch"]

    applied, refused = body["results"]
    assert ("п-1", "APPLIED") == (applied["externalId"], applied["status"])
    assert {"Журавин Лев", "Новиков Ян"} == {
        member["displayName"] for member in applied["mentorship"]["members"]
    }
    assert {"form", "startsOn", "mentor.lastName"} <= set(applied["changed"])
    assert ("REFUSED", ["mentee.snils"]) == (refused["status"], refused["errors"][0]["path"])
    assert [] == body["errors"]


async def test_mentorships_come_as_a_stream_and_keep_their_ids_under_another_number(
    hub: Served,
) -> None:
    pairs = [
        {
            "externalId": f"п-{number}",
            "changedAt": "2026-09-07T12:00:00Z",
            "organisation": {"system": "AIS_KADRY", "value": "101"},
            "mentor": {"lastName": "Журавин", "firstName": "Лев", "birthDate": "1979-03-05"},
            "mentee": {"lastName": name, "firstName": "Ян", "birthDate": "2001-04-05"},
        }
        for number, name in enumerate(("Новиков", "Дроздов"))
    ]
    lines = [json.dumps(pair, ensure_ascii=False) for pair in pairs]
    content = "\n".join([lines[0], json.dumps(CARD), lines[1]]).encode()

    first = stream(hub, "north", content, to="mentorships", **{"Idempotency-Key": "1"})
    again = stream(hub, "north", content, to="mentorships", **{"Idempotency-Key": "1"})
    answers = [json.loads(line) for line in first.text.splitlines()]
    rekeyed = hub.ask(
        "north",
        """mutation ($input: MentorshipRekeyInput!) { mentorshipRekey(input: $input) {
          result { externalId status mentorshipId mentorId menteeId errors { code } }
          errors { code } } }""",
        input={"idempotencyKey": "2", "externalId": "п-0", "newExternalId": "А-0"},
    )["data"]["mentorshipRekey"]

    assert answers == [json.loads(line) for line in again.text.splitlines()]
    assert ["APPLIED", "REFUSED", "APPLIED"] == [one["status"] for one in answers]
    assert {"У MentorshipCardInput нет поля lastName."} & {
        e["message"] for e in answers[1]["errors"]
    }
    assert answers[0]["mentorId"] == answers[2]["mentorId"]
    assert 2 == await hub.value("select count(*) from mentorship")
    await asyncio.sleep(1.3)  # what is noted is written within a second
    told = (
        "select count(*) from audit_event where operation = '/push/mentorships' and entity = '{0}'"
    )
    pushed = f"{told} and cardinality(entity_ids) = {{1}}"
    assert 2 == await hub.value(pushed.format("PERSON", 3))
    assert 2 == await hub.value(pushed.format("MENTORSHIP", 2))
    result = rekeyed["result"]
    assert ("А-0", []) == (result["externalId"], rekeyed["errors"])
    assert all(
        answers[0][name] == result[name] for name in ("mentorshipId", "mentorId", "menteeId")
    )
    refused = hub.ask(
        "centre",
        """mutation ($input: MentorshipRekeyInput!) { mentorshipRekey(input: $input) {
          result { status } errors { code } } }""",
        input={"idempotencyKey": "3", "externalId": "п-0", "newExternalId": "А-0"},
    )["data"]["mentorshipRekey"]
    assert (None, ["push.not_a_partner"]) == (
        refused["result"],
        [error["code"] for error in refused["errors"]],
    )


def test_a_pushed_card_names_its_person_to_gateways_at_once(hub: Served) -> None:
    [pushed] = hub.push("north", CARD)["results"]
    shown = hub.ask(
        "north",
        "query ($id: ID!) { person(id: $id) { sourceSystem externalId } }",
        id=pushed["personId"],
    )["data"]["person"]

    found = hub.ask(
        "north",
        """query ($named: [_Any!]!) {
          _entities(representations: $named) { ... on Person { id sourceSystem externalId } } }""",
        named=[{"__typename": "Person", **shown}],
    )

    assert "7" == shown["externalId"]
    assert [{"id": pushed["personId"], **shown}] == found["data"]["_entities"]


def stream(
    hub: Served, who: str, content: bytes, *, to: str = "staff", **headers: str
) -> httpx.Response:
    given = {"Authorization": f"Bearer {hub.keys[who]}", "Content-Type": "application/x-ndjson"}
    return httpx.post(
        f"{hub.url}/push/{to}", content=content, headers={**given, **headers}, timeout=60
    )


async def test_a_stream_of_lines_is_answered_line_by_line_and_again_the_same(hub: Served) -> None:
    names = ["Журавин", "Перепелов", "Козодоев"]
    cards = [CARD | {"externalId": name, "lastName": name} for name in names]
    lines = [json.dumps(card, ensure_ascii=False) for card in cards]
    undated = json.dumps(cards[0] | {"externalId": "4", "changedAt": "вчера"})
    content = "\n".join([lines[0], undated, lines[1], "не карточка", lines[2]]).encode()

    first = stream(hub, "north", content, **{"Idempotency-Key": "1"})
    again = stream(hub, "north", content, **{"Idempotency-Key": "1"})

    answers = [json.loads(line) for line in first.text.splitlines()]
    assert ["APPLIED", "REFUSED"] * 2 + ["APPLIED"] == [one["status"] for one in answers]
    assert [("4", ["changedAt"]), (None, [])] == [
        (one["externalId"], one["errors"][0]["path"]) for one in (answers[1], answers[3])
    ]
    assert answers[0]["personId"].startswith("person-")
    assert answers == [json.loads(line) for line in again.text.splitlines()]
    assert 3 == await hub.value("select count(*) from person")


def test_a_stream_needs_a_key_its_media_type_and_a_partner(hub: Served) -> None:
    line = json.dumps(CARD).encode()
    key = {"Idempotency-Key": "1"}

    assert 400 == stream(hub, "north", line).status_code
    assert 415 == stream(hub, "north", line, **key, **{"Content-Type": "text/plain"}).status_code
    assert 403 == stream(hub, "centre", line, **key).status_code
    assert 401 == httpx.post(f"{hub.url}/push/staff", content=line).status_code
    assert 400 == stream(hub, "north", b"x" * 70_000, **key).status_code
