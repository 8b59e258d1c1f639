"""What partners push over real HTTP: how it is answered, and every way in which it is refused."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from hub.settings import Addresses
from tests.door.partners import BATCH, CARD, RESULT, Json, Served, served
from tests.door.working import work

pytestmark = pytest.mark.anyio
TRIED = """mutation ($input: StaffUpsertBatchInput!) { staffUpsertBatch(input: $input) {
  results { status } trial { counts { name count } units { organisationName people }
    examples { entity what organisationName fields person { lastName } }
    figures { row figure before after } } errors { code } } }"""
UNDO = """mutation ($input: ChangesetUndoInput!) { changesetUndo(input: $input) {
  changeset { key state } errors { code } } }"""
CHANGES = """{ changesets { nodes { key kind origin state undoes { key } } } }"""
STANDING = """{ people { nodes { lastName employments { positionCode } } } }"""


@pytest.fixture
def hub(addresses: Addresses, tmp_path: Path) -> Iterator[Served]:
    with served(addresses, tmp_path) as found:
        yield found


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
