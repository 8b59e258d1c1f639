"""What people decide about who is whom: obeyed, remembered, taken back; alone and all at once."""

import asyncio
from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import Database
from hub.errors import HubError
from hub.records import FileKind
from hub.seal import Sealer
from sync.people.saying import By
from sync.projecting import obey_waiting
from sync.review import leasing, pinning
from sync.review.verdicts import Answer, answer, merge, retract, split
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import (
    BY,
    FIRST,
    SECOND,
    THIRD,
    TODAY,
    Handed,
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
DAY, LATER = date(2025, 9, 15), date(2026, 9, 15)
MERYANIN, LUKOYAN = "Мерянинов Олег Львович", "Лукоянцев Пётр Ильич"
BORN = "05.03.1979"
ONE, OTHER = snils_of(87_654_302), snils_of(87_654_399)
PARTITION = "select record_id, dense_rank() over (order by person_id) from link order by 1"
OPEN = "select reasons from question where state = 'OPEN' order by reasons"
SIZES = "select record_count from person order by 1"


def staff(school: UUID, *cards: dict[str, str], day: date = DAY) -> Handed:
    return handed(FileKind.STAFF, school, day, cards)


async def one(hub: Database, query: str, *arguments: object) -> object:
    ((found,),) = await rows(hub, query, *arguments)
    return found


async def record_at(hub: Database, school: UUID) -> object:
    return await one(hub, "select id from record where organisation_id = $1", school)


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


async def test_of_two_stewards_on_one_question_the_second_is_told(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(
        staff(FIRST, card(MERYANIN, BORN, snils=ONE)),
        staff(THIRD, card(MERYANIN, BORN, snils=OTHER)),
    )
    question = UUID(str(await one(hub, "select id from question")))

    async def say(said: Answer) -> str:
        try:
            async with hub.writing() as session:
                await answer(session, question, said, by=BY, reason="видел оба паспорта")
        except HubError as error:
            return error.reason
        return said

    said = await asyncio.gather(say(Answer.SAME), say(Answer.DIFFERENT))
    await obey_waiting(hub, sealer=sealer, today=TODAY)

    assert 1 == said.count("review.answered")
    assert 1 == await one(hub, "select count(*) from verdict")
    expected = [(2,)] if Answer.SAME in said else [(1,), (1,)]
    assert expected == await rows(hub, SIZES)


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


async def turn_of_a_steward(hub: Database, number: int) -> None:
    """Merge some two people or exclude a record of one, as they stand just now."""
    people = await rows(hub, "select id from person order by record_count desc, id")
    chosen, other = (UUID(str(people[n % len(people)][0])) for n in (number, number * 2 + 1))
    with suppress(HubError):  # somebody else has changed that person meanwhile
        async with hub.writing() as session:
            if number % 2:
                await merge(session, chosen, other, by=BY, reason="проверено")
            else:
                record = await session.raw.fetchval(
                    "select min(record_id) from link where person_id = $1", chosen
                )
                await split(session, chosen, [record], by=BY)


NOBODYS = """
select r.id from record r left join link l on l.record_id = r.id where l.record_id is null
union all
select 0 from person p full join (select person_id, count(*) as held from link group by 1) l
    on l.person_id = p.id where p.record_count is distinct from l.held
"""
WAITING = """
select id from verdict where changeset_id is null
    or (retracted_at is not null and retraction_changeset_id is null)
"""
# Kept apart by the last word about them, and yet one person.
BROKEN = """
select v.id from verdict v join verdict_pair p on p.verdict_id = v.id
join link a on a.record_id = p.record_a join link b on b.record_id = p.record_b
where v.retracted_at is null and v.kind = 'CANNOT_LINK' and a.person_id = b.person_id
and not exists (
    select from verdict w join verdict_pair q on q.verdict_id = w.id
    where w.given_at >= v.given_at and w.kind = 'MUST_LINK' and w.retracted_at is null
    and least(q.record_a, q.record_b) = least(p.record_a, p.record_b)
    and greatest(q.record_a, q.record_b) = greatest(p.record_a, p.record_b))
"""


async def test_merging_splitting_and_taking_in_at_once_leave_each_record_in_one_person(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    names = [f"Мерянинов Олег{'' if n % 2 else 'ан'} Львович" for n in range(4)]
    files = [
        staff(school, *(card(name, f"05.03.19{70 + n}") for n, name in enumerate(names)), day=day)
        for school in (FIRST, SECOND, THIRD)
        for day in (DAY, LATER)
    ]
    await take_in(*files[:3])

    async def steward(first: int) -> None:
        for turn in range(3):
            await turn_of_a_steward(hub, first + turn)
            await obey_waiting(hub, sealer=sealer, today=TODAY)

    async def undo(verdict: object) -> None:
        async with hub.writing() as session:
            await retract(session, UUID(str(verdict)), by=BY)
        await obey_waiting(hub, sealer=sealer, today=TODAY)

    async def work() -> None:
        for file in files[3:]:
            await take_in(file)

    await asyncio.gather(steward(0), steward(1), steward(4), work())
    given = await rows(hub, "select id from verdict order by given_at limit 2")
    await asyncio.gather(*(undo(verdict) for (verdict,) in given), take_in(files[0]))

    assert 2 == len(given)
    assert [] == await rows(hub, NOBODYS)
    assert [] == await rows(hub, WAITING)
    assert [] == await rows(hub, BROKEN)


async def test_a_word_given_while_a_run_is_at_work_is_not_lost(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    person = UUID(str(await one(hub, "select id from person")))
    record = int(str(await record_at(hub, SECOND)))

    async def say() -> None:
        async with hub.writing() as session:
            await split(session, person, [record], by=BY)

    again = staff(SECOND, card(MERYANIN, BORN, position="учитель"), day=LATER)
    await asyncio.gather(take_in(again), say())
    await obey_waiting(hub, sealer=sealer, today=TODAY)

    assert [(1,), (1,)] == await rows(hub, SIZES)
    assert 1 == await one(hub, "select count(*) from verdict where changeset_id is not null")


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


async def test_a_pin_outranks_records_follows_its_record_and_gives_way_when_taken_back(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    record = int(str(await record_at(hub, SECOND)))
    name = "select last_name, birth_date from person where record_count = $1"

    async with hub.writing() as session:
        await pinning.pin(session, record, "last_name", value="Мерянинова", by=BY, reason="паспорт")
        pin = await pinning.pin(session, record, "birth_date", value="1979-03-06", by=BY)
    await obey_waiting(hub, sealer=sealer, today=TODAY)
    pinned = await rows(hub, name, 2)
    rules = await rows(
        hub, "select field, value, rule from person_field where rule = 'PIN' order by 1"
    )
    borne = await rows(hub, "select last_name from person_name where kind = 'CURRENT'")
    person = await one(hub, "select id from person")
    await parted(hub, sealer, person, record)
    names = await rows(hub, "select last_name from person order by 1")
    async with hub.writing() as session:
        await pinning.unpin(session, pin, by=BY)
    await obey_waiting(hub, sealer=sealer, today=TODAY)

    assert [("Мерянинова", date(1979, 3, 6))] == pinned
    assert [("birth_date", "1979-03-06", "PIN"), ("last_name", "Мерянинова", "PIN")] == rules
    assert [("Мерянинова",)] == borne
    assert [("Мерянинов",), ("Мерянинова",)] == names
    assert [(date(1979, 3, 5),)] == await rows(hub, "select distinct birth_date from person")


@pytest.mark.parametrize(
    ("field", "value"),
    [("birth_date", "05.03.1979"), ("sex", "М"), ("snils", ONE), ("snils", None), ("phone", "1")],
)
async def test_a_pin_that_cannot_stand_is_refused(
    hub: Database, take_in: TakeIn, field: str, value: str | None
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)))
    record = int(str(await record_at(hub, FIRST)))

    with pytest.raises(HubError) as refusal:
        async with hub.writing() as session:
            await pinning.pin(session, record, field, value=value, by=BY)

    assert "review.pin_value" == refusal.value.reason
