"""Who is whom: ids through mergers and splits, people's verdicts, mentions and questions."""

from datetime import date
from uuid import UUID

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync.review.verdicts import Answer
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import (
    FIRST,
    SECOND,
    THIRD,
    Handed,
    answered,
    card,
    handed,
    merged,
    pair,
    parted,
    rows,
)

pytestmark = pytest.mark.anyio
DAY, LATER = date(2025, 9, 15), date(2026, 9, 15)
MERYANIN, LUKOYAN = "Мерянинов Олег Львович", "Лукоянцев Пётр Ильич"
SIZES = "select record_count, id from person"
RENAMED = "Лукоянцев Олег Львович"
BORN = "05.03.1979"
NUMBER = snils_of(87_654_302)


def staff(school: UUID, *cards: dict[str, str], day: date = DAY) -> Handed:
    return handed(FileKind.STAFF, school, day, cards)


async def decide(hub: Database, sealer: Sealer, kind: str, *schools: UUID) -> None:
    """Give a verdict about the cards of two schools, as a steward does, and project it."""
    cards = await rows(
        hub,
        "select l.person_id, r.id from record r join link l on l.record_id = r.id"
        " where r.kind = 'STAFF' and r.organisation_id = any($1) order by r.id",
        schools,
    )
    (one, _), (other, record) = cards
    if kind == "MUST_LINK":
        await merged(hub, sealer, one, other)
    else:
        await parted(hub, sealer, one, record)


async def test_a_merger_keeps_the_id_of_the_larger_part_and_the_other_answers_for_it(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(THIRD, card(RENAMED, BORN)))
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    sizes = {line[0]: line[1] for line in await rows(hub, SIZES)}

    await decide(hub, sealer, "MUST_LINK", FIRST, THIRD)

    assert [(3, sizes[2])] == await rows(hub, SIZES)
    aliases = await rows(hub, "select alias_id, person_id, kind from person_alias")
    assert [(sizes[1], sizes[2], "MERGED")] == aliases


async def test_an_alias_follows_its_person_into_the_next_merger(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    first, second, third = (
        card(name, BORN) for name in (MERYANIN, RENAMED, "Барсоватов Олег Львович")
    )
    await take_in(staff(FIRST, first), staff(SECOND, second), staff(THIRD, third))
    known = {person for (person,) in await rows(hub, "select id from person")}
    await decide(hub, sealer, "MUST_LINK", FIRST, SECOND)

    await decide(hub, sealer, "MUST_LINK", SECOND, THIRD)

    ((survivor,),) = await rows(hub, "select id from person")
    aliases = await rows(hub, "select alias_id, person_id from person_alias")
    assert {(ended, survivor) for ended in known - {survivor}} == set(aliases)


async def test_a_later_cannot_link_takes_a_must_link_back_and_stays(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    files = [staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(RENAMED, BORN))]
    await take_in(*files)

    await decide(hub, sealer, "MUST_LINK", FIRST, SECOND)
    joined = await rows(hub, "select record_count from person")
    await decide(hub, sealer, "CANNOT_LINK", FIRST, SECOND)
    await take_in(*files, staff(SECOND, card(RENAMED, BORN), day=LATER))

    assert [(2,)] == joined
    assert [(1,), (1,)] == await rows(hub, "select record_count from person")


async def test_cannot_link_parts_records_that_match_and_stays_on_re_runs(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    files = [staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN))]
    await take_in(*files)
    (was,) = await rows(hub, "select id, record_count from person")

    await decide(hub, sealer, "CANNOT_LINK", FIRST, SECOND)
    await take_in(*files, staff(SECOND, card(MERYANIN, BORN, position="учитель"), day=LATER))

    assert 2 == was[1]
    people = await rows(hub, "select id, record_count from person order by id")
    assert [1, 1] == [count for _, count in people]
    assert was[0] in {person for person, _ in people}
    assert [] == await rows(hub, "select id from question where state = 'OPEN'")


async def test_a_mention_by_a_full_name_unique_in_the_school_attaches(
    hub: Database, take_in: TakeIn
) -> None:
    base = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MERYANIN, LUKOYAN)])

    await take_in(staff(FIRST, card(MERYANIN, BORN), card(LUKOYAN, "09.04.1999")), base)

    found = await rows(hub, "select last_name, record_count from person order by 1")
    assert [("Лукоянцев", 2), ("Мерянинов", 2)] == found
    assert [] == await rows(hub, "select id from question")


async def test_an_ambiguous_mention_is_a_question_of_its_school(
    hub: Database, take_in: TakeIn
) -> None:
    namesakes = [card(LUKOYAN, "09.04.1999"), card(LUKOYAN, "01.12.1975")]
    base = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MERYANIN, LUKOYAN)])

    await take_in(staff(FIRST, card(MERYANIN, BORN), *namesakes), base)

    alone = await rows(
        hub,
        "select count(*) from link where person_id = (select person_id from link"
        " join record on record.id = record_id where kind = 'MENTION')",
    )
    assert [(1,)] == alone
    asked = await rows(hub, "select organisation_id, state from question")
    assert [(FIRST, "OPEN")] * 2 == asked


async def test_an_answered_ambiguity_asks_no_more(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    files = [
        staff(FIRST, card(LUKOYAN, "09.04.1999")),
        handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MERYANIN, "Лукоянцев П.И.")]),
    ]
    await take_in(*files)
    ((asked,),) = await rows(hub, "select id from question")

    await answered(hub, sealer, asked, Answer.SAME)

    assert [] == await rows(hub, "select id from question where state = 'OPEN'")
    assert [(2,)] == await rows(
        hub, "select record_count from person where last_name = 'Лукоянцев'"
    )
    assert [] == await rows(hub, "select person_id from possible_twin")


async def test_a_question_between_schools_belongs_to_the_lowest_authority_above_both(
    hub: Database, take_in: TakeIn
) -> None:
    other_number = snils_of(87_654_399)

    await take_in(
        staff(FIRST, card(MERYANIN, BORN, snils=NUMBER)),
        staff(THIRD, card(MERYANIN, BORN, snils=other_number)),
    )

    asked = await rows(
        hub,
        "select o.kind from question q join organisation o on o.id = q.organisation_id",
    )
    assert [("MINISTRY",)] == asked


async def test_a_person_without_a_change_keeps_row_and_id(hub: Database, take_in: TakeIn) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)))
    before = await rows(hub, "select * from person")

    await take_in(staff(FIRST, card(LUKOYAN, "09.04.1981"), day=LATER))

    assert before == await rows(hub, "select * from person where last_name = 'Мерянинов'")


async def test_a_parents_snils_on_a_childs_card_stays_with_the_parent(
    hub: Database, take_in: TakeIn
) -> None:
    child = handed(
        FileKind.PUPILS, FIRST, DAY, [card("Мерянинов Лев Олегович", "05.05.2012", snils=NUMBER)]
    )

    await take_in(staff(FIRST, card(MERYANIN, BORN, snils=NUMBER)), child)

    owners = await rows(
        hub,
        "select p.first_name from person_identifier i join person p on p.id = i.person_id",
    )
    assert [("Олег",)] == owners
