"""Bases go out and come back; a template goes out, is corrected, and comes back known."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from connectors.school_file import SchoolFile
from hub.database import Database, open_database
from hub.records import Batch, FileKind
from hub.seal import Sealer
from hub.settings import Addresses
from sync.intake import Accepted, Given, accept, check
from sync.matching.normalise import split_people
from tests.day import region_day
from tests.journeys.region import Made, Served, loaded_hub, served_hub
from tests.journeys.test_department import Viewer

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
YEAR = 2026
KINDS = {"mentor": FileKind.MENTOR_BASE, "mentee": FileKind.MENTEE_BASE}


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school with both bases, at the door of the hub."""

    served: Served
    id: str

    def file(self, name: str, wanted: str, folder: Path, **values: str) -> Path:
        answer = self.served.web.get(
            f"/exports/{name}",
            params={"format": wanted, **values},
            headers={"Authorization": f"Bearer {self.served.keys.centre}"},
        )
        assert 200 == answer.status_code, answer.text
        path = folder / f"{name}.{wanted.partition('-')[0]}"
        path.write_bytes(answer.content)
        return path


@pytest.fixture(scope="module")
def school(served: Served) -> School:
    """Give the school with the longest base of mentors."""
    return _largest(served)


def _largest(served: Served) -> School:
    centre = Viewer(web=served.web, key=served.keys.centre)
    count = "query($o: ID!) { mentorBaseRows(organisation: $o, academicYear: 2026) { totalCount } }"
    sizes = {
        one["id"]: centre.ask(count, o=one["id"])["mentorBaseRows"]["totalCount"]
        for one in centre.walk("organisations", "kind")
    }
    return School(served=served, id=max(sizes, key=lambda one: sizes[one]))


@pytest.mark.parametrize("wanted", ["xlsx", "csv"])
@pytest.mark.parametrize("side", ["mentor", "mentee"])
async def test_a_base_that_went_out_is_read_back_whole(
    school: School, module_loaded: Addresses, tmp_path: Path, side: str, wanted: str
) -> None:
    centre = Viewer(web=school.served.web, key=school.served.keys.centre)
    other = "mentees" if side == "mentor" else "mentors"
    rows = f"{side}BaseRows(organisation: $o, academicYear: {YEAR}, first: 100)"
    query = f"query($o: ID!) {{ {rows} {{ nodes {{ displayName {other} }} }} }}"
    expected = centre.ask(query, o=school.id)[f"{side}BaseRows"]["nodes"]

    path = school.file(f"{side}-base", wanted, tmp_path, organisation=school.id)
    async with open_database(module_loaded.worker) as database:
        given = Given(path=path, period=YEAR)
        [report] = await check(database, [given], today=region_day())
    frames = [item.frame for item in SchoolFile(path).fetch() if isinstance(item, Batch)]

    assert [] == list(report.rejected)
    assert (KINDS[side],) == report.kinds
    assert len(expected) == report.rows > 5
    [frame] = frames
    named = dict(zip(frame[f"{side}_full_name"], frame[f"{other[:-1]}_full_name"], strict=True))
    assert [one["displayName"] for one in expected] == frame[f"{side}_full_name"].to_list()
    assert {one["displayName"]: sorted(one[other]) for one in expected} == {
        name: sorted(split_people(listed)) for name, listed in named.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A school that downloads its template, corrects it, and hands it in."""

    school: School
    database: Database
    sealer: Sealer
    folder: Path

    def template(self) -> dict[str, list[list[Json]]]:
        path = self.school.file("template", "xlsx", self.folder, organisation=self.school.id)
        book = CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    async def hand_in(self, name: str, sheets: Mapping[str, Sequence[Sequence[Json]]]) -> Accepted:
        """Accept a book of these sheets; without any, the file of that name as it lies there."""
        path = self.folder / f"{name}.xlsx"
        if sheets:
            path.write_bytes(book_of(sheets))
        today = region_day()
        return await accept(
            self.database,
            [Given(path=path)],
            sealer=self.sealer,
            actor="test",
            today=today,
            release=True,  # a whole school renamed at once would be held
        )

    async def rows(self, query: str, *arguments: object) -> list[tuple[Json, ...]]:
        async with self.database.reading() as session:
            return [tuple(row) for row in await session.raw.fetch(query, *arguments)]

    async def people(self) -> dict[Json, tuple[Json, ...]]:
        query = "select id, last_name, first_name, birth_date from person"
        return {row[0]: row[1:] for row in await self.rows(query)}

    async def questions(self) -> set[Json]:
        # A template names both mentors of a disputed pair in both bases: that answers the dispute.
        query = "select id from question where state = 'OPEN' and kind <> 'DISPUTE'"
        return {row[0] for row in await self.rows(query)}


def book_of(sheets: Mapping[str, Sequence[Sequence[Json]]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"default_date_format": "dd.mm.yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return stream.getvalue()


@pytest.fixture
def copied(admin_url: str, made: Made, sealer: Sealer) -> Iterator[Addresses]:
    with loaded_hub(admin_url, made, sealer) as addresses:
        yield addresses


@pytest.fixture
def at_desk(copied: Addresses, made: Made, tmp_path: Path) -> Iterator[Served]:
    with served_hub(copied, made, tmp_path) as served:
        yield served


@pytest.fixture
async def desk(
    copied: Addresses, at_desk: Served, sealer: Sealer, tmp_path: Path
) -> AsyncIterator[Desk]:
    async with open_database(copied.worker) as database:
        yield Desk(school=_largest(at_desk), database=database, sealer=sealer, folder=tmp_path)


def below_header(rows: Sequence[Sequence[Json]]) -> tuple[list[str], list[list[Json]]]:
    at = next(n for n, row in enumerate(rows) if row and row[0] == "№")
    return [str(cell) for cell in rows[at]], [list(row) for row in rows[at + 1 :] if row[1]]


async def test_a_template_sent_back_as_it_is_changes_nobody(desk: Desk) -> None:
    before, asked = await desk.people(), await desk.questions()
    sheets = desk.template()

    accepted = await desk.hand_in("template", {})

    [report] = accepted.files
    listed = sum(len(below_header(sheets[name])[1]) for name in list(sheets)[:4])
    assert ([], listed) == (list(report.rejected), report.rows)
    assert before.keys() == (await desk.people()).keys()
    assert asked == await desk.questions()


async def test_whoever_is_renamed_in_a_template_stays_who_they_are(desk: Desk) -> None:
    before, asked = await desk.people(), await desk.questions()
    sheets = desk.template()
    corrected: dict[str, list[Json]] = {}
    for name in ("Работники", "Обучающиеся"):
        header, rows = below_header(sheets[name])
        last, born, key = (
            header.index(one) for one in ("Фамилия", "Дата рождения", "Ключ строки хаба")
        )
        for number, row in enumerate(rows):
            row[last] = f"Новофамильн{'ова' if number % 2 else 'ый'}"
            row[born] = datetime(1950 + number % 50, 3, 1 + number % 28)  # noqa: DTZ001 - a cell of a workbook
            corrected[row[key]] = row
        sheets[name] = [*sheets[name][: len(sheets[name]) - len(rows)], *rows]

    accepted = await desk.hand_in("corrected", {n: sheets[n] for n in ("Работники", "Обучающиеся")})

    after = await desk.people()
    [report] = accepted.files
    changed = {one for one in before if one in after and before[one][0] != after[one][0]}
    assert [] == [one for one in report.rejected if one.code.startswith("row.")]
    assert len(corrected) == report.rows > 20
    assert before.keys() == after.keys()
    assert len({row[-1] for row in corrected.values()}) == len(changed) > 20
    assert {"Новофамильнова", "Новофамильный"} >= {after[one][0] for one in changed}
    assert await desk.questions() <= asked


async def test_whom_only_another_source_knows_is_bound_by_the_key(desk: Desk) -> None:
    school_id = desk.school.id.removeprefix("organisation-")
    async with desk.database.writing() as session:
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share, settings)"
            " values (gen_random_uuid(), 'other', 'KADRY', 'Другой источник', 0.1, '{}')"
        )
        moved = await session.raw.fetch(
            "update record set source_id = (select id from source where code = 'other')"
            " where kind = 'STAFF' and organisation_id = $1::uuid returning id",
            school_id,
        )
    before = await desk.people()
    header, rows = below_header(desk.template()["Работники"])
    born = header.index("Дата рождения")
    for row in rows:
        row[header.index("Фамилия")] = "Другофамильцева"
        row[born] = datetime(1966, 6, 6)  # noqa: DTZ001 - a cell of a workbook
    sheets = desk.template()
    sheet = [*sheets["Работники"][: -len(rows)], *rows]

    await desk.hand_in("first", {"Работники": sheet})
    once = await desk.people()
    _, again = below_header(desk.template()["Работники"])
    await desk.hand_in("second", {"Работники": [*sheet[: -len(rows)], *again]})

    employed = await desk.rows(
        "select person_id from employment where organisation_id = $1::uuid"
        " and starts <= $2 and ends > $2",
        school_id,
        region_day(),
    )
    own = await desk.rows(
        "select r.id from record r join source s on s.id = r.source_id where r.kind = 'STAFF'"
        " and s.code = 'school-files' and r.organisation_id = $1::uuid",
        school_id,
    )
    assert len(moved) >= len(rows) == len(again) == len(own) > 3
    assert before.keys() == once.keys() == (await desk.people()).keys()
    changed = [one for one in before if before[one] != once[one]]
    assert len({row[0] for row in employed}) == len(changed)
    assert {"Другофамильцева"} == {once[one][0] for one in changed}


async def test_a_key_that_does_not_hold_is_coded_and_its_row_taken_without_it(desk: Desk) -> None:
    before = await desk.people()
    sheets = desk.template()
    other = next(
        one["id"]
        for one in Viewer(web=desk.school.served.web, key=desk.school.served.keys.centre).walk(
            "organisations", "kind shortName"
        )
        if one["id"] != desk.school.id and one["kind"] == "SCHOOL" and "№ 20" in one["shortName"]
    )
    path = desk.school.file("template", "xlsx", desk.folder, organisation=other)
    foreign = CalamineWorkbook.from_path(path).get_sheet_by_name("Обучающиеся").to_python()
    header, rows = below_header(sheets["Обучающиеся"])
    key = header.index("Ключ строки хаба")
    rows[0][key] = "A" + rows[0][key][1:] if rows[0][key][0] != "A" else "B" + rows[0][key][1:]
    rows[1][key] = below_header(foreign)[1][0][key]
    rows[2][key] = below_header(sheets["Работники"])[1][0][-1]
    rows[3][key] = rows[4][key]

    accepted = await desk.hand_in(
        "wrong", {"Обучающиеся": [*sheets["Обучающиеся"][: -len(rows)], *rows]}
    )

    [report] = accepted.files
    at = report.rejected[0].place.row or 0
    assert len(rows) == report.rows
    assert [
        (0, "row.key_unreadable"),
        (1, "row.key_foreign"),
        (2, "row.key_foreign"),
        (3, "row.key_repeated"),
        (4, "row.key_repeated"),
    ] == [((one.place.row or 0) - at, one.code) for one in report.rejected]
    assert {"row_key"} == {one.place.column for one in report.rejected}
    assert before.keys() == (await desk.people()).keys()


async def test_a_template_hides_its_keys_offers_choices_and_says_how_to_use_it(
    school: School, tmp_path: Path
) -> None:
    path = school.file("template", "xlsx", tmp_path, organisation=school.id)

    with zipfile.ZipFile(path) as parts:
        book = parts.read("xl/workbook.xml").decode()
        sheets = [parts.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 5)]
    names = CalamineWorkbook.from_path(path).sheet_names
    assert [
        "Работники", "Обучающиеся", "База наставников", "База наставляемых", "Методика", "Списки",
    ] == names  # fmt: skip
    assert 1 == book.count('state="hidden"')
    assert all('hidden="1"' in sheet for sheet in sheets)
    assert all("<dataValidation " in sheet and "'Списки'!$" in sheet for sheet in sheets)
    assert all('state="frozen"' in sheet and "<autoFilter ref=" in sheet for sheet in sheets)
    assert all("<f>" not in sheet for sheet in sheets)
