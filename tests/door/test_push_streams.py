"""Streams of what partners push over real HTTP: a line a card or a mentorship, a line its answer."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.settings import Addresses
from tests.door.partners import CARD, Served, served

pytestmark = pytest.mark.anyio


@pytest.fixture
def hub(addresses: Addresses, tmp_path: Path) -> Iterator[Served]:
    with served(addresses, tmp_path) as found:
        yield found


def stream(
    hub: Served, who: str, content: bytes, *, to: str = "staff", **headers: str
) -> httpx.Response:
    given = {"Authorization": f"Bearer {hub.keys[who]}", "Content-Type": "application/x-ndjson"}
    return httpx.post(
        f"{hub.url}/push/{to}", content=content, headers={**given, **headers}, timeout=60
    )


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
