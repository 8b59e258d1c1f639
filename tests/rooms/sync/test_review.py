"""What people decide about who is whom: obeyed, remembered, taken back."""

from uuid import UUID

import pytest

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import Database
from hub.errors import HubError
from hub.records import FileKind
from hub.seal import Sealer
from sync.people.saying import By
from sync.review import leasing
from sync.review.verdicts import Answer, answer
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.namesakes import (
    BORN,
    DAY,
    LATER,
    LUKOYAN,
    MERYANIN,
    ONE,
    OTHER,
    SIZES,
    one,
    record_at,
    staff,
)
from tests.rooms.sync.world import (
    BY,
    FIRST,
    SECOND,
    THIRD,
    TODAY,
    answered,
    card,
    handed,
    merged,
    pair,
    parted,
    retracted,
    rows,
)

pytestmark = pytest.mark.anyio
PARTITION = "select record_id, dense_rank() over (order by person_id) from link order by 1"
OPEN = "select reasons from question where state = 'OPEN' order by reasons"


async def refused(hub: Database, question: object, said: Answer, **terms: object) -> str:
    by = terms.pop("by", BY)
    assert isinstance(by, By)
    with pytest.raises(HubError) as refusal:
        async with hub.writing() as session:
            await answer(session, UUID(str(question)), said, by=by, **terms)  # type: ignore[arg-type]  # the terms under test
    return refusal.value.reason


async def test_same_over_two_valid_numbers_needs_a_reason_and_then_holds(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    files = [
        staff(FIRST, card(MERYANIN, BORN, snils=ONE)),
        staff(THIRD, card(MERYANIN, BORN, snils=OTHER)),
    ]
    await take_in(*files)
    question = await one(hub, "select id from question where state = 'OPEN'")

    silent = await refused(hub, question, Answer.SAME)
    await answered(hub, sealer, question, Answer.SAME, "опечатка в карточке второй школы")
    await take_in(*files, staff(FIRST, card(MERYANIN, BORN, snils=ONE), day=LATER))

    assert "review.reason_needed" == silent
    assert [(2,)] == await rows(hub, SIZES)
    assert [("ANSWERED",)] == await rows(hub, "select state from question")


async def test_taking_a_verdict_back_restores_who_was_whom_and_old_ids_answer_for_their_records(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    await take_in(staff(THIRD, card(LUKOYAN, BORN)))
    before = await rows(hub, PARTITION)
    whole = await one(hub, "select id from person where record_count = 2")
    alone = await one(hub, "select id from person where record_count = 1")

    said = await merged(hub, sealer, whole, alone)
    together = await rows(hub, SIZES)
    await retracted(hub, sealer, said)

    assert [(3,)] == together
    assert before == await rows(hub, PARTITION)
    now = await one(hub, "select id from person where record_count = 1")
    assert whole == await one(hub, "select id from person where record_count = 2")
    assert [(alone, now, "SPLIT")] == await rows(
        hub, "select alias_id, person_id, kind from person_alias"
    )
    lineage = await rows(hub, "select person_id, other_id, kind from person_lineage order by id")
    assert [(whole, alone, "MERGED"), (now, whole, "SPLIT")] == lineage
    kinds = await rows(hub, "select kind, state from changeset where kind = 'REVIEW'")
    assert [("REVIEW", "APPLIED")] * 2 == kinds


async def test_one_record_is_excluded_and_stays_out_when_it_is_stated_again(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    files = [staff(school, card(MERYANIN, BORN)) for school in (FIRST, SECOND, THIRD)]
    await take_in(*files)
    person = await one(hub, "select id from person")

    await parted(hub, sealer, person, await record_at(hub, SECOND))
    await take_in(*files, staff(SECOND, card(MERYANIN, BORN, position="учитель"), day=LATER))

    assert [(1,), (2,)] == await rows(hub, SIZES)
    assert [] == await rows(hub, OPEN)


async def test_a_new_record_between_two_kept_apart_is_asked_about_and_joins_neither(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    person = await one(hub, "select id from person")
    await parted(hub, sealer, person, await record_at(hub, SECOND))

    await take_in(staff(THIRD, card(MERYANIN, BORN)))

    assert [(1,)] * 3 == await rows(hub, SIZES)
    assert [(["person.bridge", "person.touched"],)] * 2 == await rows(hub, OPEN)


async def test_who_would_join_a_person_that_a_steward_touched_is_asked_about(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(LUKOYAN, BORN)))
    people = await rows(hub, "select id from person")
    await merged(hub, sealer, people[0][0], people[1][0])

    await take_in(staff(THIRD, card(MERYANIN, BORN)))
    asked = await rows(hub, OPEN)
    question = await one(hub, "select id from question where state = 'OPEN'")
    await answered(hub, sealer, question, Answer.SAME)

    assert [(["person.touched"],)] == asked
    assert [(3,)] == await rows(hub, SIZES)
    assert [] == await rows(hub, OPEN)


async def test_a_mention_joins_a_touched_person_unasked(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(LUKOYAN, BORN)))
    people = await rows(hub, "select id from person")
    await merged(hub, sealer, people[0][0], people[1][0])

    await take_in(handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(MERYANIN, "Осокин Лев Ильич")]))

    assert [] == await rows(hub, OPEN)
    assert 3 == await one(hub, "select max(record_count) from person")


async def test_a_person_of_very_many_descriptions_is_asked_about_once(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    spelled = [MERYANIN, "Мерянинов Олек Львович", "Мерянинав Олег Львович", "Мерянинов О. Л."]
    files = [
        staff(school, *(card(name, BORN, snils=ONE) for name in spelled))
        for school in (FIRST, SECOND, THIRD)
    ]
    await take_in(*files)
    records = await one(hub, "select count(*) from record")
    question = await rows(hub, "select id, kind, person_a = person_b from question")

    assert 9 <= int(str(records))
    assert [("CLUSTER", True)] == [row[1:] for row in question]
    await answered(hub, sealer, question[0][0], Answer.SAME)

    assert [] == await rows(hub, OPEN)
    assert [(records,)] == await rows(hub, SIZES)


async def test_many_records_that_describe_a_person_alike_are_no_question(
    hub: Database, take_in: TakeIn
) -> None:
    alike = [card(MERYANIN, BORN, snils=ONE, position=f"учитель {n}") for n in range(12)]

    await take_in(staff(FIRST, *alike))

    assert [] == await rows(hub, "select reasons from question")
    assert [(12,)] == await rows(hub, SIZES)


async def test_a_question_is_answered_by_whoever_has_taken_it(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(
        staff(FIRST, card(MERYANIN, BORN, snils=ONE)),
        staff(THIRD, card(MERYANIN, BORN, snils=OTHER)),
    )
    question = UUID(str(await one(hub, "select id from question")))
    mine, theirs = [
        By(client_id=client, actor=str(client), today=TODAY) for client in await clients(hub)
    ]

    async with hub.writing() as session:
        await leasing.take(session, question, by=mine)
    refusal = await refused(hub, question, Answer.DIFFERENT, by=theirs)
    async with hub.writing() as session:
        await session.raw.execute("update question_lease set until = now() - interval '1 s'")
    async with hub.writing() as session:
        await leasing.take(session, question, by=theirs)
        await answer(session, question, Answer.DIFFERENT, by=theirs)

    assert "review.leased" == refusal
    assert [] == await rows(hub, "select * from question_lease")


async def clients(hub: Database) -> list[UUID]:
    async with hub.writing() as session:
        for _ in range(2):
            await issue_key(
                session,
                client_name="Проверка",
                kind=ClientKind.PERSON,
                role=Role.SCHOOL,
                organisation_id=FIRST,
                env="test",
            )
    return [UUID(str(row[0])) for row in await rows(hub, "select id from client order by id")]


async def test_mentors_whom_two_bases_name_for_one_mentee_stand_in_the_queue(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    pupil = "Осокин Лев Ильич"
    await take_in(
        staff(FIRST, card(MERYANIN, BORN), card(LUKOYAN, "09.04.1981")),
        handed(FileKind.PUPILS, FIRST, DAY, [card(pupil, "01.02.2012")]),
        handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MERYANIN, pupil)]),
        handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(LUKOYAN, pupil)]),
    )
    asked = await rows(hub, "select kind, reasons, organisation_id from question")
    question = await one(hub, "select id from question")

    await answered(hub, sealer, question, Answer.DIFFERENT)
    await take_in(handed(FileKind.MENTEE_BASE, FIRST, LATER, [pair(LUKOYAN, pupil)]))

    assert [("DISPUTE", ["pair.disputed"], FIRST)] == asked
    assert [] == await rows(hub, OPEN)
