"""An upload from its keeping to its acceptance, and what it survives."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
import xlsxwriter

from hub.access import see_as
from hub.database import Database, open_database
from hub.errors import ConflictError
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from hub.settings import Addresses, Settings
from sync.uploads.accepting import (
    AcceptedOtherwiseError,
    Declared,
    accept_upload,
    ask_to_accept,
    fail_upload,
)
from sync.uploads.keeping import Received, UnknownUploadError, keep
from sync.work.duties import Bench, import_accept
from tests.door.files import as_csv, staff
from tests.rooms.sync.world import (
    FIRST,
    NORTH,
    SECOND,
    TODAY,
    card,
    handed,
    rows,
    take,
)

pytestmark = pytest.mark.anyio
CLIENT = UUID(int=99)
DAY = date(2026, 9, 1)
PATRONYMICS = (
    "Ильич",
    "Олегович",
    "Юрьевич",
    "Глебович",
    "Семёнович",
    "Петрович",
    "Львович",
    "Тимурович",
    "Игоревич",
    "Фёдорович",
)
REPORT = {"rejected": [], "rows": 2, "figures": 0, "kinds": ["STAFF"]}
LARGE = b"\r\n".join([as_csv(staff()), b";" * 2_500_000])


@pytest.fixture
async def web(hub: Database, addresses: Addresses) -> AsyncIterator[Database]:
    """Open the database as the web, which gives files and accepts them."""
    async with hub.writing() as session:
        await session.raw.execute(
            "insert into client (id, kind, name) values ($1, 'SYSTEM', 'Проверка')", CLIENT
        )
    async with open_database(addresses.web, pool_size=1) as opened:
        yield opened


def received(folder: Path, content: bytes, *, name: str = "список.csv") -> Received:
    path = folder / name
    path.write_bytes(content)
    return Received(
        path=path,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        organisation_id=FIRST,
        client_id=CLIENT,
    )


async def kept(web: Database, given: Received, sealer: Sealer) -> UUID:
    async with web.writing() as session:
        await see_as(session, given.organisation_id, TODAY)
        return (await keep(session, given, REPORT, sealer)).id


async def ask(
    web: Database, upload_id: UUID, declared: Declared | None = None, *, of: UUID = FIRST
) -> None:
    async with web.writing() as session:
        await see_as(session, of, TODAY)
        await ask_to_accept(session, upload_id, declared or Declared())


async def state(hub: Database, upload_id: UUID) -> object:
    [(found,)] = await rows(hub, "select state from upload where id = $1", upload_id)
    return found


async def test_a_large_file_is_kept_in_pieces_and_comes_out_whole(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, LARGE), sealer)

    pieces = await rows(
        hub, "select sealed from upload_chunk where upload_id = $1 order by number", upload_id
    )

    opened = b"".join(sealer.open_bytes(piece) for (piece,) in pieces if isinstance(piece, bytes))
    assert (3, LARGE) == (len(pieces), opened)


async def test_the_same_content_under_another_name_is_another_file(
    web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    content = as_csv(staff())

    first = await kept(web, received(tmp_path, content), sealer)
    again = await kept(web, received(tmp_path, content), sealer)
    other = await kept(web, received(tmp_path, content, name="другой.csv"), sealer)

    assert first == again
    assert first != other


async def test_an_acceptance_that_died_before_its_end_is_done_again_to_the_same_end(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)
    await ask(web, upload_id)
    pieces = await rows(hub, "select * from upload_chunk")
    first = await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)
    async with hub.writing() as session:
        await session.raw.execute("update upload set state = 'QUEUED'")
        await session.raw.executemany("insert into upload_chunk values ($1, $2, $3)", pieces)

    second = await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)

    assert first is not None
    assert second is not None
    assert (2, 0) == (first.versions, second.versions)
    assert "ACCEPTED" == await state(hub, upload_id)
    assert [(2,)] == await rows(hub, "select count(*) from person")


STRANGE = (
    ("Список педагогических работников МБОУ СОШ № 1 на 01.09.2026",),
    ("Кто", "Дата рождения", "Должность", "Телефон", "Стаж"),
)
TOLD = {"Кто": "full_name"}


def strange(name: str) -> list[tuple[str, ...]]:
    """List somebody under a header that nobody knows."""
    return [*STRANGE, (name, "04.03.1979", "учитель", "", "")]


def book(*sheets: Sequence[Sequence[str]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as workbook:
        for rows in sheets:
            sheet = workbook.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return held.getvalue()


async def test_a_table_that_nobody_could_read_is_taken_once_its_header_is_told(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    two = received(tmp_path, book(staff(), strange("Выдрин Пётр Ильич")), name="два.xlsx")
    first = await kept(web, two, sealer)
    await ask(web, first)
    before = await accept_upload(hub, first, sealer=sealer, today=TODAY)
    waiting = await rows(hub, "select upload_id from upload_chunk")
    other = received(tmp_path, as_csv(strange("Зорин Глеб Ильич")), name="один.csv")
    second = await kept(web, other, sealer)
    await ask(web, second, Declared(columns=TOLD))

    told = await accept_upload(hub, second, sealer=sealer, today=TODAY)
    again = await state(hub, first)
    after = await accept_upload(hub, first, sealer=sealer, today=TODAY)

    assert before is not None
    assert told is not None
    assert after is not None
    assert () == told.to_give_again
    assert ([(first,)], "QUEUED") == (waiting, again)
    assert (["file.no_name_column"], []) == (
        [one.code for one in before.files[0].rejected],
        [one.code for one in after.files[0].rejected],
    )
    assert (1, "ACCEPTED", "ACCEPTED") == (
        after.versions,
        await state(hub, first),
        await state(hub, second),
    )
    assert [(0,)] == await rows(hub, "select count(*) from upload_chunk")
    assert [(0,)] == await rows(hub, "select count(*) from rejection")
    assert [(4,)] == await rows(hub, "select count(*) from person")


async def test_what_was_not_asked_for_is_not_accepted(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)

    done = await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)

    assert done is None
    assert "CHECKED" == await state(hub, upload_id)


async def test_a_failed_acceptance_may_be_asked_for_again(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)
    await ask(web, upload_id)
    async with hub.writing() as session:
        await fail_upload(session, upload_id, "internal")
    failed = await state(hub, upload_id)

    await ask(web, upload_id, Declared(completeness=Completeness.FULL))
    await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)

    assert ("FAILED", "ACCEPTED") == (failed, await state(hub, upload_id))
    assert [("FULL",)] == await rows(hub, "select completeness from stated_list")


async def test_of_two_who_accept_with_other_words_at_once_one_is_told_of_the_conflict(
    web: Database, addresses: Addresses, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)
    async with open_database(addresses.web, pool_size=2) as both:
        done = await asyncio.gather(
            ask(both, upload_id, Declared(period=2025)),
            ask(both, upload_id, Declared(period=2026)),
            return_exceptions=True,
        )

    assert [AcceptedOtherwiseError] == [type(one) for one in done if one is not None]


async def test_whoever_answers_for_a_list_lets_the_brake_pass_it(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    many = [card(f"Выдумкин Лев {name}", "02.03.1979") for name in PATRONYMICS]
    held = handed(FileKind.STAFF, FIRST, DAY, many, completeness=Completeness.FULL)
    await take(hub, [held], sealer=sealer, folder=tmp_path)
    few = staff(day="02.09.2026")
    ended = "select count(*) from record where projected_ended_on is not null"
    first = await kept(web, received(tmp_path, as_csv(few)), sealer)
    second = await kept(web, received(tmp_path, as_csv(few), name="снова.csv"), sealer)

    await ask(web, first, Declared(completeness=Completeness.FULL))
    await accept_upload(hub, first, sealer=sealer, today=TODAY)
    while_held = await rows(hub, ended)
    await ask(web, second, Declared(completeness=Completeness.FULL, release=True))
    await accept_upload(hub, second, sealer=sealer, today=TODAY)

    results = await rows(hub, "select (report #> '{result,held}')::int from upload order by name")
    assert [(1,), (0,)] == sorted(results, reverse=True)
    assert ([(0,)], [(len(PATRONYMICS),)]) == (while_held, await rows(hub, ended))


async def test_a_file_of_another_scope_is_unknown(
    web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)

    for scope in (SECOND, NORTH):
        with pytest.raises(UnknownUploadError):
            await ask(web, upload_id, of=scope)


async def test_a_foreign_list_is_refused_by_the_worker_as_by_the_check(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff("МБОУ СОШ № 2"))), sealer)
    await ask(web, upload_id)

    done = await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)

    assert done is not None
    assert ["file.foreign_organisation"] == [one.code for one in done.files[0].rejected]
    assert [] == await rows(hub, "select 1 from record")


async def test_accepted_files_wait_for_the_one_at_work(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    upload_id = await kept(web, received(tmp_path, as_csv(staff())), sealer)
    await ask(web, upload_id)
    keys = tmp_path / "keys"
    keys.write_text("1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    settings = Settings(data_dir=tmp_path, key_file=keys)
    bench = Bench(database=hub, settings=settings, stop=asyncio.Event())

    async with hub.holding("source:school-files"):
        with pytest.raises(ConflictError):
            await accept_upload(hub, upload_id, sealer=sealer, today=TODAY)
        waiting = asyncio.create_task(import_accept(bench, {"upload": str(upload_id)}))
        await asyncio.sleep(0.2)
        while_held = await state(hub, upload_id)
    ended = await waiting

    assert ("QUEUED", None) == (while_held, ended.failure)
    assert "ACCEPTED" == await state(hub, upload_id)


async def test_what_nobody_accepts_is_forgotten(
    hub: Database, web: Database, sealer: Sealer, tmp_path: Path
) -> None:
    old = await kept(web, received(tmp_path, as_csv(staff(day="02.09.2026"))), sealer)
    recent = await kept(web, received(tmp_path, as_csv(staff(day="03.09.2026"))), sealer)
    taken = await kept(web, received(tmp_path, as_csv(staff())), sealer)
    async with hub.writing() as session:
        await session.raw.execute(
            "update upload set received_at = now() - $2::interval where id = $1",
            old,
            timedelta(days=31),
        )

    await ask(web, taken)
    await accept_upload(hub, taken, sealer=sealer, today=TODAY)

    assert {(recent,), (taken,)} == set(await rows(hub, "select id from upload"))
    assert [(recent,)] == await rows(hub, "select distinct upload_id from upload_chunk")
