"""Deciding over real HTTP: who may, within whose scope, once, and what becomes of it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.access import ClientKind, Purpose, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from hub.records import FileKind
from hub.seal import Sealer, create_key_file
from hub.settings import Addresses, Settings
from sync.projecting import obey_waiting
from tests.door.conftest import serving
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import (
    FIRST,
    MINISTRY,
    NORTH,
    SECOND,
    SOUTH,
    THIRD,
    TODAY,
    Handed,
    card,
    handed,
    load_register,
    take,
)

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
DAY = date(2025, 9, 15)
BORN = "05.03.1979"
GRANTS = {
    "first": (Role.SCHOOL, FIRST),
    "north": (Role.TERRITORY, NORTH),
    "south": (Role.TERRITORY, SOUTH),
    "steward": (Role.STEWARD, MINISTRY),
    "second_steward": (Role.STEWARD, MINISTRY),
    "auditor": (Role.AUDITOR, MINISTRY),
}
QUEUE = """query ($filter: ReviewQueueFilter) { reviewQueue(filter: $filter) { nodes {
  id kind reasons probability affects version organisation { shortName }
  lease { holder isMine } explanation { field says bits }
  firstRecord { key facts { lastName birthDate } } secondRecord { key }
  firstPerson { id displayName } secondPerson { id } } } }"""
ANSWER = """mutation ($input: QuestionAnswerInput!) { questionAnswer(input: $input) {
  question { id state verdicts { id } }
  verdict { id kind action reason isStanding isObeyed givenBy firstRecords { key } }
  errors { code message path } } }"""
TAKE = """mutation ($input: QuestionTakeInput!) { questionTake(input: $input) {
  question { lease { isMine until } } errors { code } } }"""
LEAVE = """mutation ($input: QuestionLeaveInput!) { questionLeave(input: $input) {
  question { lease { isMine } } errors { code } } }"""
SPLIT = """mutation ($input: PersonSplitInput!) { personSplit(input: $input) {
  verdict { id kind } person { id recordCount } errors { code } } }"""
MERGE = """mutation ($input: PersonMergeInput!) { personMerge(input: $input) {
  verdict { id kind isObeyed } person { recordCount } errors { code } } }"""
RETRACT = """mutation ($input: VerdictRetractInput!) { verdictRetract(input: $input) {
  verdict { id isStanding retractedBy retractionReason } errors { code } } }"""
PIN = """mutation ($input: PersonPinInput!) { personPin(input: $input) {
  pin { id field value reason isObeyed } errors { code } } }"""
UNPIN = """mutation ($input: PinRetractInput!) { pinRetract(input: $input) {
  pin { isStanding } errors { code } } }"""
PEOPLE = """query ($name: String!) { people(filter: { namePrefix: $name }) { nodes {
  id recordCount displayName records { key } } } }"""
EXPLAIN = """query ($id: ID!) { personExplain(id: $id) { version person { id }
  pairs { bits decision probability fields { field says bits } }
  verdicts { kind isStanding } pins { field reason } lineage { kind otherId } } }"""


def files() -> list[Handed]:
    """List a pair in doubt in one school, one between two departments, and a pair that is sure."""
    doubt = [
        card("Барсуков Илья Львович", BORN, snils=snils_of(11_222_333)),
        card("Барсуков Илья Львович", BORN, snils=snils_of(11_222_444)),
    ]
    across = [
        card("Выдрин Глеб Ильич", BORN, snils=snils_of(11_333_444)),
        card("Выдрин Глеб Ильич", BORN, snils=snils_of(11_333_555)),
    ]
    sure = card("Горностаев Пётр Львович", BORN)
    return [
        handed(FileKind.STAFF, FIRST, DAY, [*doubt, across[0], sure]),
        handed(FileKind.STAFF, THIRD, DAY, [across[1]]),
        handed(FileKind.STAFF, SECOND, DAY, [sure]),
    ]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served hub with people in doubt, and the keys of those who ask."""

    url: str
    keys: Mapping[str, str]
    addresses: Addresses
    sealer: Sealer

    def ask(self, who: str, query: str, **variables: Json) -> Json:
        body = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[who]}"},
            timeout=30,
        ).json()
        assert "errors" not in body, body
        return body["data"]

    def say(self, who: str, mutation: str, **given: Json) -> Json:
        [payload] = self.ask(who, mutation, input=given).values()
        return payload

    def refusal(self, who: str, mutation: str, **given: Json) -> str:
        [error] = self.say(who, mutation, **given)["errors"]
        return str(error["code"])

    def queue(self, who: str, **chosen: Json) -> list[Json]:
        nodes: list[Json] = self.ask(who, QUEUE, filter=chosen)["reviewQueue"]["nodes"]
        return nodes

    def people(self, who: str, name: str) -> list[Json]:
        nodes: list[Json] = self.ask(who, PEOPLE, name=name)["people"]["nodes"]
        return nodes

    async def work(self) -> None:
        """Do what the worker does with words that wait."""
        async with open_database(self.addresses.worker) as database:
            await obey_waiting(database, sealer=self.sealer, today=TODAY)

    async def jobs(self) -> int:
        connection = await open_connection(self.addresses.worker)
        try:
            return int(
                await connection.fetchval(
                    "select count(*) from jobs.pgqueuer where entrypoint = 'review.obey'"
                )
            )
        finally:
            await connection.close()


async def prepared(addresses: Addresses, sealer: Sealer, folder: Path) -> Mapping[str, str]:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        await take(database, files(), sealer=sealer, folder=folder)
        keys = {}
        for who, (role, organisation) in GRANTS.items():
            async with database.writing() as session:
                keys[who] = await issue_key(
                    session,
                    client_name=f"Проверка {who}",
                    kind=ClientKind.PERSON,
                    role=role,
                    organisation_id=organisation,
                    purposes=frozenset({Purpose.BIRTH_DATES} if who == "steward" else ()),
                    env="test",
                )
        return keys


@pytest.fixture
def hub(addresses: Addresses, tmp_path: Path) -> Iterator[Served]:
    settings = Settings(data_dir=tmp_path / "hub")
    create_key_file(settings.keys)
    sealer = Sealer.from_file(settings.keys)
    keys = asyncio.run(prepared(addresses, sealer, tmp_path))
    with serving(build(addresses, settings)) as url:
        yield Served(url=url, keys=keys, addresses=addresses, sealer=sealer)


def test_each_sees_the_questions_whose_unit_lies_within_their_scope(hub: Served) -> None:
    everything = hub.queue("steward")

    assert 2 == len(everything)
    assert ["МБОУ СОШ № 1"] == [q["organisation"]["shortName"] for q in hub.queue("first")]
    assert ["МБОУ СОШ № 1"] == [q["organisation"]["shortName"] for q in hub.queue("north")]
    assert [] == hub.queue("south")
    for question in everything:
        assert ["snils.conflict"] == question["reasons"]
        assert {"СНИЛС", "фамилия"} <= {part["field"] for part in question["explanation"]}
        assert "1979-03-05" == question["firstRecord"]["facts"]["birthDate"]
    assert hub.queue("first")[0]["firstRecord"]["facts"]["birthDate"] is None


def test_an_auditor_looks_on_and_a_stranger_does_not_find_the_question(hub: Served) -> None:
    [here] = hub.queue("first")

    assert 2 == len(hub.queue("auditor"))
    said = {"id": here["id"], "answer": "DIFFERENT"}
    assert "review.not_a_decider" == hub.refusal("auditor", ANSWER, **said)
    assert "review.question_unknown" == hub.refusal("south", ANSWER, **said)
    assert "review.question_unknown" == hub.refusal("south", TAKE, id=here["id"])
    assert 2 == len(hub.queue("steward"))


async def test_an_answer_leaves_the_queue_at_once_and_is_obeyed_by_the_worker(
    hub: Served,
) -> None:
    [here] = hub.queue("first")

    silent = hub.refusal("first", ANSWER, id=here["id"], answer="SAME")
    given = hub.say("first", ANSWER, id=here["id"], answer="SAME", reason="видели паспорт")
    left = hub.queue("first")
    waiting = hub.ask("steward", "{ reviewSummary { state open wordsWaiting } }")["reviewSummary"]
    before = len(hub.people("first", "Барсуков"))
    queued = await hub.jobs()
    await hub.work()

    assert "review.reason_needed" == silent
    assert ("ANSWERED", []) == (given["question"]["state"], given["errors"])
    assert ("MUST_LINK", "ANSWER", False) == tuple(
        given["verdict"][name] for name in ("kind", "action", "isObeyed")
    )
    assert ([], 2, 1) == (left, before, queued)
    assert {"state": "TO_ANSWER", "open": 1, "wordsWaiting": 1} == waiting
    assert [2] == [one["recordCount"] for one in hub.people("first", "Барсуков")]
    history = "{ verdicts { nodes { isObeyed givenBy organisation { shortName } } } }"
    [verdict] = hub.ask("steward", history)["verdicts"]["nodes"]
    assert (True, "Проверка first") == (verdict["isObeyed"], verdict["givenBy"])
    assert [] == hub.ask("south", history)["verdicts"]["nodes"]


async def test_not_enough_sets_a_question_aside_until_a_record_says_something_else(
    hub: Served, tmp_path: Path
) -> None:
    [here] = hub.queue("first")

    given = hub.say("first", ANSWER, id=here["id"], answer="NOT_ENOUGH")
    await hub.work()
    aside = hub.ask("first", "{ reviewSummary { state setAside } }")["reviewSummary"]
    again = handed(
        FileKind.STAFF,
        FIRST,
        date(2026, 9, 15),
        [card("Барсуков Илья Львович", BORN, snils=snils_of(11_222_333), position="учитель")],
    )
    async with open_database(hub.addresses.worker) as database:
        await take(database, [again], sealer=hub.sealer, folder=tmp_path)

    assert "SET_ASIDE" == given["question"]["state"]
    assert {"state": "NOTHING_FOUND", "setAside": 1} == aside
    assert [here["id"]] == [question["id"] for question in hub.queue("first")]


def test_a_taken_question_is_answered_by_its_holder_alone(hub: Served) -> None:
    [here] = hub.queue("first")

    taken = hub.say("steward", TAKE, id=here["id"])
    others = hub.queue("second_steward", available=True)
    refused = hub.refusal("second_steward", ANSWER, id=here["id"], answer="DIFFERENT")
    also = hub.refusal("second_steward", TAKE, id=here["id"])
    left = hub.say("steward", LEAVE, id=here["id"])

    assert taken["question"]["lease"]["isMine"]
    assert here["id"] not in {question["id"] for question in others}
    assert ("review.leased", "review.leased") == (refused, also)
    assert left["question"]["lease"] is None
    assert [] == hub.say("second_steward", ANSWER, id=here["id"], answer="DIFFERENT")["errors"]


async def test_a_request_repeated_with_its_key_changes_nothing_and_another_is_refused(
    hub: Served,
) -> None:
    [here] = hub.queue("first")
    said = {"id": here["id"], "answer": "DIFFERENT", "idempotencyKey": "k-1"}

    first = hub.say("steward", ANSWER, **said)
    again = hub.say("steward", ANSWER, **said)
    other = hub.refusal("steward", ANSWER, **{**said, "answer": "SAME", "reason": "видел"})
    late = hub.refusal("second_steward", ANSWER, id=here["id"], answer="SAME", reason="видел")

    assert first["verdict"]["id"] == again["verdict"]["id"]
    assert 1 == await hub.jobs()
    assert "conflict.idempotency_key" == other
    assert "review.answered" == late


def test_what_changed_meanwhile_is_not_decided_blindly(hub: Served) -> None:
    [here] = hub.queue("first")
    [one] = hub.people("north", "Горностаев")

    stale = hub.refusal("first", ANSWER, id=here["id"], answer="DIFFERENT", expectedVersion=99)
    person = hub.refusal(
        "steward", SPLIT, id=one["id"], records=[one["records"][0]["key"]], expectedVersion=999_999
    )

    assert ("review.changed", "review.changed") == (stale, person)


async def test_people_are_split_and_merged_again_and_the_word_is_taken_back(hub: Served) -> None:
    [whole] = hub.people("steward", "Горностаев")
    keys = [record["key"] for record in whole["records"]]

    beyond = hub.refusal("first", SPLIT, id=whole["id"], records=keys[:1])
    all_of_it = hub.refusal("steward", SPLIT, id=whole["id"], records=keys)
    parted = hub.say("steward", SPLIT, id=whole["id"], records=keys[:1], reason="тёзка")
    await hub.work()
    two = hub.people("steward", "Горностаев")
    merged = hub.say("steward", MERGE, id=two[0]["id"], otherId=two[1]["id"])
    await hub.work()
    one = hub.people("steward", "Горностаев")
    same = hub.refusal("steward", MERGE, id=two[0]["id"], otherId=two[1]["id"])
    for verdict in (merged["verdict"]["id"], parted["verdict"]["id"]):
        foreign = hub.refusal("south", RETRACT, id=verdict, reason="не моё")
        taken = hub.say("steward", RETRACT, id=verdict, reason="ошиблись")
    await hub.work()

    assert "review.beyond_scope" == beyond
    assert "review.nothing_to_part" == all_of_it
    assert [1, 1] == [person["recordCount"] for person in two]
    assert [2] == [person["recordCount"] for person in one]
    assert "review.same_person" == same
    assert "review.verdict_unknown" == foreign
    assert (False, "Проверка steward", "ошиблись") == tuple(
        taken["verdict"][name] for name in ("isStanding", "retractedBy", "retractionReason")
    )
    [back] = hub.people("steward", "Горностаев")
    explained = hub.ask("steward", EXPLAIN, id=back["id"])["personExplain"]
    assert [False, False] == [verdict["isStanding"] for verdict in explained["verdicts"]]
    assert "MERGED" in {each["kind"] for each in explained["lineage"]}


def test_why_records_are_one_person_is_told_in_bits_that_add_up(hub: Served) -> None:
    [whole] = hub.people("steward", "Горностаев")

    [pair] = hub.ask("steward", EXPLAIN, id=whole["id"])["personExplain"]["pairs"]
    partial = hub.ask("first", EXPLAIN, id=whole["id"])["personExplain"]
    foreign = hub.ask("south", EXPLAIN, id=hub.people("first", "Барсуков")[0]["id"])

    assert "LINK" == pair["decision"]
    assert pair["bits"] == pytest.approx(sum(part["bits"] for part in pair["fields"]))
    said = {part["field"]: part["says"] for part in pair["fields"]}
    assert "одна и та же" == said["фамилия"]
    assert [] == partial["pairs"]
    assert foreign["personExplain"] is None


async def test_a_pinned_field_outranks_the_records_and_is_taken_back(hub: Served) -> None:
    [whole] = hub.people("steward", "Горностаев")
    key = whole["records"][0]["key"]
    pin = {"record": key, "field": "last_name", "value": "Горностай", "reason": "паспорт"}

    refused = hub.refusal("auditor", PIN, **pin)
    unknown = hub.refusal(
        "south", PIN, **{**pin, "record": hub.queue("first")[0]["firstRecord"]["key"]}
    )
    given = hub.say("steward", PIN, **pin)
    await hub.work()
    renamed = hub.people("steward", "Горностай")
    taken = hub.say("steward", UNPIN, id=given["pin"]["id"])
    await hub.work()

    assert ("review.not_a_decider", "review.record_unknown") == (refused, unknown)
    assert ["Горностай Пётр Львович"] == [person["displayName"] for person in renamed[:1]]
    assert taken["pin"]["isStanding"] is False
    assert ["Горностаев Пётр Львович"] == [
        person["displayName"] for person in hub.people("steward", "Горностаев")
    ]


@pytest.mark.parametrize("key", ["x", "-1", "9223372036854775808", ""])
def test_a_broken_key_of_a_record_is_refused(hub: Served, key: str) -> None:
    [whole] = hub.people("steward", "Горностаев")
    answer = httpx.post(
        f"{hub.url}/graphql",
        json={"query": SPLIT, "variables": {"input": {"id": whole["id"], "records": [key]}}},
        headers={"Authorization": f"Bearer {hub.keys['steward']}"},
        timeout=30,
    ).json()

    assert "BAD_USER_INPUT" == answer["errors"][0]["extensions"]["code"]
