"""Claims of the bases as they end up: mentorships, their members, days and confirmation."""

from datetime import date

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import (
    FIRST,
    NORTH,
    PLANT,
    RESUBORDINATED,
    SECOND,
    SOUTH,
    THIRD,
    card,
    handed,
    merged,
    pair,
    rows,
)

pytestmark = pytest.mark.anyio
DAY = date(2025, 9, 15)
MENTOR, OTHER_MENTOR = "Мерянинов Олег Львович", "Зареченцев Данила Кузьмич"
YOUNG, PUPIL, SECOND_PUPIL = "Лукоянцев Пётр Ильич", "Барсоватов Лев Фомич", "Барсоватов Пётр Фомич"
STAFF = handed(
    FileKind.STAFF,
    FIRST,
    DAY,
    [
        card(MENTOR, "05.03.1979", position="учитель"),
        card(OTHER_MENTOR, "06.03.1979", position="учитель"),
        card(YOUNG, "09.04.1999", position="учитель"),
    ],
)
PUPILS = handed(
    FileKind.PUPILS, FIRST, DAY, [card(PUPIL, "05.05.2012"), card(SECOND_PUPIL, "15.05.2013")]
)
TEACHERS = {"mentoring_form": "учитель – учитель", "joined_at": "01.10.2025"}
SCALARS = "select kind, confirmation, starts, ends, end_assumed from mentorship order by id"


async def test_a_pair_told_by_both_bases_is_both_sides(hub: Database, take_in: TakeIn) -> None:
    by_mentors = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])
    by_mentees = handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])

    await take_in(STAFF, by_mentors, by_mentees)

    found = await rows(hub, "select kind, confirmation from mentorship")
    assert [("PAIR", "BOTH_SIDES")] == found
    assert [(1,)] == await rows(hub, "select count(*) from participation_fact")


async def test_different_mentors_of_one_mentee_are_disputed_and_both_stand(
    hub: Database, take_in: TakeIn
) -> None:
    by_mentors = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])
    by_mentees = handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(OTHER_MENTOR, YOUNG, **TEACHERS)])
    await take_in(STAFF, by_mentors)

    await take_in(by_mentees)

    found = await rows(hub, "select kind, confirmation from mentorship")
    assert [("PAIR", "DISPUTED")] * 2 == found


async def test_a_dispute_ends_when_the_other_base_confirms(hub: Database, take_in: TakeIn) -> None:
    by_mentors = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])
    by_mentees = handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(OTHER_MENTOR, YOUNG, **TEACHERS)])
    confirming = handed(FileKind.MENTEE_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])
    await take_in(STAFF, by_mentors, by_mentees)

    await take_in(confirming)

    found = await rows(hub, "select confirmation from mentorship order by 1")
    assert [("BOTH_SIDES",), ("ONE_SIDED",)] == found


async def test_a_row_with_several_mentees_is_one_group(hub: Database, take_in: TakeIn) -> None:
    base = handed(
        FileKind.MENTOR_BASE,
        FIRST,
        DAY,
        [pair(MENTOR, f"{PUPIL}; {SECOND_PUPIL}", mentoring_form="учитель – ученик")],
    )

    await take_in(STAFF, PUPILS, base)

    assert [("GROUP", "ONE_SIDED")] == await rows(hub, "select kind, confirmation from mentorship")
    dyads = await rows(hub, "select count(*), count(distinct mentee_id) from participation_fact")
    assert [(2, 2)] == dyads
    members = await rows(hub, "select role, count(*) from mentorship_member group by 1 order by 1")
    assert [("MENTEE", 2), ("MENTOR", 1)] == members


async def test_a_pair_nobody_closed_lapses_with_the_academic_year_it_was_last_stated_in(
    hub: Database, take_in: TakeIn
) -> None:
    base = [pair(MENTOR, YOUNG, **(TEACHERS | {"joined_at": "01.10.2023"}))]
    await take_in(STAFF, handed(FileKind.MENTOR_BASE, FIRST, date(2023, 10, 1), base))

    await take_in(handed(FileKind.MENTOR_BASE, FIRST, date(2024, 10, 1), base))

    expected = [("PAIR", "ONE_SIDED", date(2023, 10, 1), date(2025, 9, 1), True)]
    assert expected == await rows(hub, SCALARS)


async def test_a_stated_end_is_kept_and_its_day_still_counts(
    hub: Database, take_in: TakeIn
) -> None:
    row = pair(MENTOR, YOUNG, **TEACHERS, left_at="25.05.2026")

    await take_in(STAFF, handed(FileKind.MENTOR_BASE, FIRST, DAY, [row]))

    expected = [("PAIR", "ONE_SIDED", date(2025, 10, 1), date(2026, 5, 26), False)]
    assert expected == await rows(hub, SCALARS)


async def test_facts_are_cut_where_a_subordination_changes(hub: Database, take_in: TakeIn) -> None:
    base = handed(FileKind.MENTOR_BASE, SECOND, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])

    await take_in(base)

    found = await rows(
        hub,
        "select host_department_id, mentor_department_id, starts, ends"
        " from participation_fact order by starts",
    )
    assert [
        (NORTH, NORTH, date(2025, 10, 1), RESUBORDINATED),
        (SOUTH, SOUTH, RESUBORDINATED, date(2026, 9, 1)),
    ] == found


async def test_an_external_mentor_belongs_to_the_partner_and_the_partner_to_the_programme(
    hub: Database, take_in: TakeIn
) -> None:
    row = pair(MENTOR, PUPIL, mentor_organization="ООО «Маяк»", program="«Старт»")

    await take_in(PUPILS, handed(FileKind.MENTOR_BASE, FIRST, DAY, [row]))

    unit = await rows(
        hub,
        "select affiliation_kind, affiliation_organisation_id, organisation_name"
        " from mentorship_member where role = 'MENTOR'",
    )
    assert [("PARTNER", PLANT, "ООО «Маяк»")] == unit
    roles = await rows(hub, "select organisation_id, role from programme_organisation order by 2")
    assert [(FIRST, "LEAD"), (PLANT, "PARTNER")] == roles


async def test_equal_pairs_in_equal_words_in_both_bases_keep_their_own_mentions(
    hub: Database, take_in: TakeIn
) -> None:
    row = pair(MENTOR, YOUNG)

    await take_in(
        handed(FileKind.MENTOR_BASE, THIRD, DAY, [row]),
        handed(FileKind.MENTEE_BASE, THIRD, DAY, [row]),
    )

    found = await rows(
        hub,
        "select stating.kind, mention.kind from record mention"
        " join record stating on stating.id = mention.stated_by order by 1",
    )
    assert [("MENTEE", "MENTION"), ("MENTOR", "MENTION")] == found


async def test_two_equal_rows_state_two_claims_of_one_pair(hub: Database, take_in: TakeIn) -> None:
    row = pair(MENTOR, YOUNG, **TEACHERS)

    await take_in(STAFF, handed(FileKind.MENTOR_BASE, FIRST, DAY, [row, row]))

    assert [(2,)] == await rows(hub, "select count(*) from mentorship_claim")
    assert [(1,)] == await rows(hub, "select count(*) from mentorship")


async def test_a_mentor_who_turns_out_to_be_the_mentee_is_no_pair(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    base = handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MENTOR, YOUNG, **TEACHERS)])
    await take_in(STAFF, base)
    claimed = await rows(
        hub,
        "select m.person_id, e.person_id from mentorship_claim c"
        " join link m on m.record_id = c.mentor_record_id"
        " join link e on e.record_id = c.mentee_record_id",
    )

    await merged(hub, sealer, *claimed[0])

    assert [] == await rows(hub, "select id from mentorship")
    assert [] == await rows(hub, "select id from participation_fact")
