"""What must not stand in the database, and what a refused cell leaves behind."""

import json
from datetime import date

import pytest

from hub.database import Database
from hub.records import FileKind, Place, Rejected
from hub.seal import Sealer
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import draw_files, snils_of
from tests.rooms.sync.world import FIRST, Handed, card, handed, pair, rows

pytestmark = pytest.mark.anyio
DAY = date(2025, 9, 15)
NUMBERS = [snils_of(number) for number in (87_654_302, 112_233_445, 345_678_912)]
COLUMNS = """
select table_name, column_name from information_schema.columns
where table_schema = 'public'
  and data_type in ('text', 'jsonb', 'json', 'bytea', 'ARRAY', 'character varying')
"""


async def spelled_out(hub: Database, wanted: str) -> list[str]:
    """Name the columns of the database in which a text stands, bytes read as text included."""
    return [
        f"{table}.{column}"
        for table, column in await rows(hub, COLUMNS)
        if await rows(
            hub,
            f'select 1 from "{table}" where strpos(case'
            f" when pg_typeof(\"{column}\") = 'bytea'::regtype"
            f" then encode(\"{column}\"::text::bytea, 'escape')"
            f' else "{column}"::text end, $1) > 0 limit 1',
            wanted,
        )
    ]


async def test_no_digits_of_a_snils_stand_anywhere(hub: Database, take_in: TakeIn) -> None:
    staff = card("Мерянинов Олег Львович", "05.03.1979", snils=NUMBERS[0])
    broken = card("Лукоянцев Пётр Ильич", "09.04.1981", snils=NUMBERS[1][:-1] + "0")
    base = pair("Мерянинов Олег Львович", "Барсоватов Лев Фомич", mentee_snils=NUMBERS[2])
    stranger = Rejected(
        place=Place(file="x.csv", sheet="Лист1", row=9),
        code="row.unknown_organisation",
        message="Непонятно, чья строка.",
        payload={"snils": NUMBERS[0]},
    )

    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, [staff, broken]),
        handed(FileKind.MENTOR_BASE, FIRST, DAY, [base]),
        Handed(name="x.csv", items=(stranger,)),
    )

    assert [(2,)] == await rows(hub, "select count(*) from record_facts where snils_hash notnull")
    for number in NUMBERS:
        bare = "".join(sign for sign in number if sign.isdigit())
        for form in (number[:11], bare[:9], bare[:9].encode().hex(), number[:11].encode().hex()):
            assert [] == await spelled_out(hub, form)


async def test_the_search_for_digits_finds_what_does_stand(hub: Database, take_in: TakeIn) -> None:
    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, [card("Мерянинов Олег Львович", "05.03.1979")])
    )

    assert "record_version.payload" in await spelled_out(hub, "05.03.1979")
    assert "person.last_name" in await spelled_out(hub, "Мерянинов")


async def test_a_cell_not_understood_is_rejected_with_its_place_and_its_row_lands(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    good = card("Лукоянцев Пётр Ильич", "09.04.1981")
    bad = card("Мерянинов Олег Львович", "31.02.1979", position="учитель")
    file = handed(FileKind.STAFF, FIRST, DAY, [good, bad])

    await take_in(file)

    found = await rows(
        hub,
        'select f.name, r.sheet, r."row", r."column", r.code, r.organisation_id, r.payload_sealed'
        " from rejection r join source_file f on f.id = r.source_file_id",
    )
    ((*place, sealed),) = found
    assert [file.name, "Лист1", 6, "birth_date", "date.impossible", FIRST] == place
    assert isinstance(sealed, bytes)
    assert "31.02.1979" == sealer.open(sealed)
    assert [("учитель",)] == await rows(
        hub,
        "select position_text from employment e join person p on p.id = e.person_id"
        " where last_name = 'Мерянинов'",
    )


async def test_a_cell_is_rejected_once_however_often_its_record_is_looked_at(
    hub: Database, take_in: TakeIn
) -> None:
    bad = card("Мерянинов Олег Львович", "31.02.1979")
    await take_in(handed(FileKind.STAFF, FIRST, DAY, [bad]))

    await take_in(handed(FileKind.STAFF, FIRST, date(2022, 9, 1), [bad]))

    assert [(1,)] == await rows(hub, "select count(*) from rejection")


async def test_a_refused_row_keeps_its_cells_sealed(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    refused = Rejected(
        place=Place(file="x.csv", sheet="Лист1", row=9),
        code="row.unknown_organisation",
        message="Непонятно, чья строка.",
        payload={"full_name": "Мерянинов Олег Львович"},
    )

    await take_in(Handed(name="x.csv", items=(refused,)))

    ((row, sealed),) = await rows(hub, 'select "row", payload_sealed from rejection')
    assert 9 == row
    assert isinstance(sealed, bytes)
    assert dict(refused.payload) == json.loads(sealer.open(sealed))


async def test_a_refusal_of_a_file_given_again_is_kept_once(hub: Database, take_in: TakeIn) -> None:
    files = draw_files(3)[:2]
    refused = Rejected(place=Place(file="x.csv"), code="file.empty", message="Пусто.")
    files.append(Handed(name="x.csv", items=(refused,)))
    await take_in(*files)
    before = await rows(hub, "select count(*) from rejection")

    await take_in(*files)

    assert before == await rows(hub, "select count(*) from rejection")
