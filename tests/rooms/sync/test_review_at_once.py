"""People who decide at the same time as others decide, and as files come: nothing is lost or done twice."""

import asyncio
from contextlib import suppress
from uuid import UUID

import pytest

from hub.database import Database
from hub.errors import HubError
from hub.seal import Sealer
from sync.projecting import obey_waiting
from sync.review.verdicts import Answer, answer, merge, retract, split
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.namesakes import (
    BORN,
    DAY,
    LATER,
    MERYANIN,
    ONE,
    OTHER,
    SIZES,
    one,
    record_at,
    staff,
)
from tests.rooms.sync.world import BY, FIRST, SECOND, THIRD, TODAY, card, rows

pytestmark = pytest.mark.anyio


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
