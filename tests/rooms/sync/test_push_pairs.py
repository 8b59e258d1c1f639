"""Pushed mentorships: who mentors whom, in any order, and what the partner is answered."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from hub.database import Database
from hub.errors import ConflictError, InputError
from hub.seal import Sealer
from sync.erasure.erasing import destroy
from sync.identity import new_id
from sync.push.cards import Counter, Operation, Pusher, redrive
from sync.push.mentorships import PairItem, push_pairs, rekey_pair, try_pairs
from tests.rooms.sync.erased import demanded, keeper_of
from tests.rooms.sync.pushing import NOON, NUMBERS, counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, NORTH, THIRD, rows

pytestmark = pytest.mark.anyio
Json = Any  # an answer
MENTOR = {
    "mentor_last_name": "Опорин",
    "mentor_first_name": "Лев",
    "mentor_birth_date": "1970-02-03",
}
MENTEE = {
    "mentee_last_name": "Новиков",
    "mentee_first_name": "Ян",
    "mentee_birth_date": "2001-04-05",
}
OTHER = {
    "mentee_last_name": "Дроздов",
    "mentee_first_name": "Пётр",
    "mentee_birth_date": "2002-04-05",
}
FACTS = """
select m.last_name, e.last_name, f.host_id, f.form_code, f.starts, f.ends
from participation_fact f join person m on m.id = f.mentor_id join person e on e.id = f.mentee_id
order by 1, 2, 5"""


def told(
    number: str,
    day: int,
    operation: Operation = Operation.UPSERT,
    *who: Mapping[str, str],
    at: object = FIRST,
    **fields: str | None,
) -> PairItem:
    """Say something of a mentorship as of a day."""
    named = {name: text for one in who for name, text in one.items()}
    return PairItem(
        number=number,
        version=NOON + timedelta(days=day),
        operation=operation,
        organisation=("AIS_KADRY", NUMBERS[at]) if at else None,  # type: ignore[index]  # a school
        fields={**named, **fields},
    )


async def taken(
    counter: Counter, pusher: Pusher, *items: PairItem, key: str = ""
) -> Sequence[Json]:
    return await push_pairs(counter, pusher, items, key=key or str(new_id()))


@pytest.fixture
async def door(hub: Database, sealer: Sealer) -> tuple[Counter, Pusher]:
    return counter_of(hub, sealer), await partner(hub, authority=NORTH)


async def test_a_pushed_pair_joins_whom_the_hub_knows_and_is_answered_with_all_ids(
    hub: Database, door: tuple[Counter, Pusher]
) -> None:
    counter, pusher = door
    who = {"last_name": "Опорин", "first_name": "Лев"}
    [card] = await push(counter, pusher, [said("7", 0, at=FIRST, who=who, birth_date="1970-02-03")])
    first = told("1", 1, Operation.UPSERT, MENTOR, MENTEE, mentoring_form="учитель-учитель",
                 joined_at="2026-09-01")  # fmt: skip
    foreign = told("2", 1, Operation.UPSERT, MENTOR, MENTEE, at=THIRD)
    alone = told("3", 1, Operation.UPSERT, MENTOR)

    answers = await taken(counter, pusher, first, foreign, alone, key="one")
    again = await taken(counter, pusher, first, foreign, alone, key="one")

    assert answers == again
    applied, theirs, half = answers
    assert ("APPLIED", card["personId"]) == (applied["status"], applied["mentorId"])
    assert applied["mentorshipId"]
    assert applied["menteeId"]
    codes = [one["errors"][0]["code"] for one in (theirs, half)]
    assert ["push.foreign_organisation", "push.no_party"] == codes
    [(mentor, mentee, host, form, starts, _)] = await rows(hub, FACTS)
    expected = ("Опорин", "Новиков", FIRST, "TEACHER_TEACHER", date(2026, 9, 1))
    assert expected == (mentor, mentee, host, form, starts)
    with pytest.raises(ConflictError):
        await taken(counter, pusher, foreign, key="one")


async def test_all_orders_of_what_is_said_end_in_the_same(
    hub: Database, door: tuple[Counter, Pusher]
) -> None:
    counter, pusher = door
    words = (
        told("1", 1, Operation.UPSERT, MENTOR, MENTEE, joined_at="2026-09-01"),
        told("1", 2, Operation.UPSERT, MENTOR, OTHER),
        told("1", 3, Operation.UPSERT, MENTOR, OTHER, at=None, left_at="2026-12-31"),
        told("1", 4, Operation.DELETE, at=None),
    )
    ends = set()
    for number, order in enumerate(list(permutations(words))[::8]):
        pair = [PairItem(number=str(number), version=one.version, operation=one.operation,
                         organisation=one.organisation, fields=one.fields) for one in order]  # fmt: skip
        for one in pair:
            await taken(counter, pusher, one)
        found = await rows(
            hub,
            "select distinct m.last_name, e.last_name, c.starts, c.stated_end from mentorship_claim c"
            " join record_version v on v.record_id = c.record_id and v.stated_id = $1"
            " join link lm on lm.record_id = c.mentor_record_id join person m on m.id = lm.person_id"
            " join link le on le.record_id = c.mentee_record_id join person e on e.id = le.person_id",
            f"mentorship/{number}",
        )
        ends.add(tuple(found))

    assert {(("Опорин", "Дроздов", date(2026, 9, 1), date(2027, 1, 1)),)} == ends


async def test_a_pair_given_in_error_leaves_nothing_and_a_trial_writes_nothing(
    hub: Database, door: tuple[Counter, Pusher]
) -> None:
    counter, pusher = door
    first = told("1", 1, Operation.UPSERT, MENTOR, MENTEE)
    trial = await try_pairs(counter, pusher, [first])
    nothing = await rows(hub, "select 1 from person")
    await taken(counter, pusher, first)

    [gone] = await taken(counter, pusher, told("1", 2, Operation.WITHDRAW, at=None))

    assert (["APPLIED"], []) == ([one["status"] for one in trial.answers], nothing)
    assert 1 == trial.effects.difference.mentorships_added
    assert gone["mentorshipId"] is None
    for table in ("mentorship", "participation_fact", "mentorship_claim", "person"):
        assert [] == await rows(hub, f"select 1 from {table}"), table
    assert [("DELETE",)] == await rows(
        hub, "select operation from change where entity = 'MENTORSHIP' order by id desc limit 1"
    )


async def test_a_pair_keeps_its_mentorship_and_people_under_another_number(
    hub: Database, door: tuple[Counter, Pusher]
) -> None:
    counter, pusher = door
    [before] = await taken(counter, pusher, told("1", 1, Operation.UPSERT, MENTOR, MENTEE))
    events = await rows(hub, "select max(id) from change")

    [after] = await rekey_pair(counter, pusher, number="1", now="А-1", key="rekey")
    again = await rekey_pair(counter, pusher, number="1", now="А-1", key="rekey")
    [same] = await rekey_pair(counter, pusher, number="1", now="А-1", key="said again")
    told_of = await rows(hub, "select count(*) from change where id > $1", *events[0])
    [later] = await taken(
        counter, pusher, told("1", 3, Operation.UPSERT, MENTOR, MENTEE, left_at="2026-12-31")
    )

    named = ("mentorshipId", "mentorId", "menteeId")
    assert [after] == again
    assert ("А-1", "APPLIED", ["externalId"]) == (
        after["externalId"],
        after["status"],
        after["changed"],
    )
    assert ("А-1", "UNCHANGED", []) == (same["externalId"], same["status"], same["changed"])
    assert ("А-1", "APPLIED") == (later["externalId"], later["status"])
    for name in named:
        assert before[name] == after[name] == later[name], name
    assert [(0,)] == told_of
    assert [(2,)] == await rows(hub, "select count(*) from record")
    assert [("mentorship/А-1",)] == await rows(
        hub, "select distinct stated_id from record_version where stated_at > '-infinity'"
    )
    with pytest.raises(InputError):
        await rekey_pair(counter, pusher, number="А-1", now="1", key="back")


async def test_a_pair_of_somebody_who_was_erased_is_refused(
    hub: Database, door: tuple[Counter, Pusher], sealer: Sealer
) -> None:
    counter, pusher = door
    [pushed] = await taken(counter, pusher, told("1", 1, Operation.UPSERT, MENTOR, MENTEE))
    [(person,)] = await rows(hub, "select id from person where last_name = 'Новиков'")
    assert str(person) == pushed["menteeId"]
    await destroy(keeper_of(hub, sealer), await demanded(hub, person))  # type: ignore[arg-type]  # an id

    found = await taken(
        counter, pusher,
        told("1", 5, Operation.UPSERT, MENTOR, MENTEE),
        told("2", 5, Operation.UPSERT, MENTOR, MENTEE),
        told("3", 5, Operation.UPSERT, MENTOR, OTHER),
    )  # fmt: skip

    assert ["REFUSED", "REFUSED", "APPLIED"] == [one["status"] for one in found]
    assert [] == await rows(hub, "select 1 from push_entry where fields::text like '%Новиков%'")
    await _waits_for_its_school(hub, counter, pusher)


async def _waits_for_its_school(hub: Database, counter: Counter, pusher: Pusher) -> None:
    """A pair at an organisation that nobody knows is kept, and goes on once it is known."""
    kept = told("9", 6, Operation.UPSERT, MENTOR, OTHER, at=None)
    unknown = PairItem(
        number=kept.number,
        version=kept.version,
        organisation=("AIS_KADRY", "777"),
        fields=kept.fields,
    )
    [held] = await taken(counter, pusher, unknown)
    async with hub.writing() as session:
        await session.raw.execute(
            "insert into organisation_identifier (organisation_id, system, value)"
            " values ($1, 'AIS_KADRY', '777')",
            FIRST,
        )

    assert 1 == await redrive(counter)

    assert ("HELD", None) == (held["status"], held["mentorshipId"])
    assert [(1,)] == await rows(
        hub,
        "select count(*) from mentorship_claim c join record_version v on v.record_id = c.record_id"
        " where v.stated_id = 'mentorship/9'",
    )
