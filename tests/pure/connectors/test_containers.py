"""The same table as a web page, a binary book, a dBase file and in an archive gives the same people."""

import zipfile
from pathlib import Path

import pytest

from hub.records import FileKind
from tests.pure.connectors import messy
from tests.pure.connectors.containers import archive, binary_book, dbase, web_page
from tests.pure.connectors.reading import Taken, take

HEADER = ["ФИО", "Дата рождения", "Должность"]
PEOPLE = [
    ["Вьюгин Лев Ильич", "01.02.1980", "учитель"],
    ["Ёлкина Яна", "03.04.1985", "воспитатель"],
]
TITLE = "Список работников МБОУ СОШ № 4 с. Луговое на 01.09.2026"


def given(folder: Path, content: bytes, name: str = "table.xls") -> Taken:
    (folder / name).write_bytes(content)
    return take(folder / name)


def names(taken: Taken) -> list[object]:
    return [row["full_name"] for row in taken.rows]


@pytest.mark.parametrize("kind", FileKind)
def test_a_web_page_under_the_name_of_a_book_gives_every_cell_of_it(
    tmp_path: Path, kind: FileKind
) -> None:
    for seed in range(12):
        table = messy.make(seed, kind)
        page = web_page(table.grid, charset="utf-8")

        frame = given(tmp_path, page.encode()).batch.frame

        assert list(table.people) == list(frame["row"])
        assert list(table.people.values()) == frame.drop(columns=["sheet", "row"]).to_dict(
            "records"
        )


@pytest.mark.parametrize("kind", FileKind)
def test_a_binary_book_gives_every_cell_of_it(tmp_path: Path, kind: FileKind) -> None:
    for seed in range(3):
        table = messy.make(seed, kind)

        frame = given(tmp_path, binary_book(table.grid), "table.xlsb").batch.frame

        assert list(table.people) == list(frame["row"])
        assert list(table.people.values()) == frame.drop(columns=["sheet", "row"]).to_dict(
            "records"
        )


@pytest.mark.parametrize("encoding", messy.ENCODINGS)
@pytest.mark.parametrize("declared", ["", "windows-1251", "utf-8"])
def test_a_web_page_is_read_in_its_encoding_whatever_it_declares(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    page = web_page([HEADER, *PEOPLE * 5], charset=declared).replace("Ё", "Е")

    taken = given(tmp_path, page.encode(encoding))

    assert ["Вьюгин Лев Ильич", "Елкина Яна"] * 5 == names(taken)


def test_text_around_the_tables_of_a_page_says_whose_they_are(tmp_path: Path) -> None:
    page = web_page([HEADER, PEOPLE[0]], title=TITLE) + web_page([HEADER, PEOPLE[1]])

    batch = given(tmp_path, page.encode()).batch

    assert "МБОУ СОШ № 4 с. Луговое" == batch.organisation.name
    assert "2026-09-01" == str(batch.stated_as_of)
    assert ["Вьюгин Лев Ильич", "Ёлкина Яна"] == list(batch.frame["full_name"])


def test_a_cell_over_several_rows_of_a_page_holds_for_all_of_them(tmp_path: Path) -> None:
    page = (
        "<table><tr><th rowspan=2>Наставник<th rowspan=2>Наставляемый<th colspan=2>Период"
        "<tr><th>с<th>по"
        "<tr><td rowspan=2>Вьюгин Лев<td>Ёлкина Яна<td>01.09.2025<td>"
        "<tr><td>Полевой Глеб<td>01.10.2025<td>31.05.2026</table>"
    )

    rows = given(tmp_path, page.encode()).rows

    assert ["Вьюгин Лев", "Вьюгин Лев"] == [row["mentor_full_name"] for row in rows]
    assert ["Ёлкина Яна", "Полевой Глеб"] == [row["mentee_full_name"] for row in rows]
    assert [("01.09.2025", ""), ("01.10.2025", "31.05.2026")] == [
        (row["joined_at"], row["left_at"]) for row in rows
    ]


def test_a_table_within_a_cell_of_layout_is_read(tmp_path: Path) -> None:
    page = (
        f"<table><tr><td>{TITLE}</td></tr><tr><td>{web_page([HEADER, *PEOPLE])}</td></tr></table>"
    )

    taken = given(tmp_path, page.encode())

    assert ["Вьюгин Лев Ильич", "Ёлкина Яна"] == names(taken)
    assert "МБОУ СОШ № 4 с. Луговое" == taken.batch.organisation.name


@pytest.mark.parametrize(("encoding", "driver"), [("cp866", 0x65), ("cp1251", 0xC9), ("cp866", 0)])
def test_a_dbase_table_is_read_by_its_fields(tmp_path: Path, encoding: str, driver: int) -> None:
    rows = [["FAM", "IM", "OT", "DR", "DOLGN"]]
    rows += [["Вьюгин", "Лев", "Ильич", "19800201", "учитель"]] * 20
    rows += [["Полевой", "Глеб", "", "19850403", "директор"]]

    taken = given(tmp_path, dbase(rows, encoding=encoding, driver=driver, deleted=[0]), "KADRY.DBF")

    assert FileKind.STAFF == taken.batch.kind
    assert list(range(3, 23)) == list(taken.batch.frame["row"])
    assert {
        "last_name": "Полевой",
        "first_name": "Глеб",
        "middle_name": "",
        "birth_date": "1985-04-03",
        "position": "директор",
    } == {key: value for key, value in taken.rows[-1].items() if key not in ("sheet", "row")}


def test_each_table_of_an_archive_says_for_itself_whose_it_is(tmp_path: Path) -> None:
    fourth = web_page([[TITLE], HEADER, PEOPLE[0]])
    fifth = web_page([["МБОУ СОШ № 5 на 02.09.2026"], HEADER, PEOPLE[1]])
    nobody = ";".join(HEADER) + "\n" + ";".join(PEOPLE[1])
    members = {
        "Школы/четвёртая.xls": fourth.encode("cp1251"),
        "пятая.html": fifth.encode(),
        "без школы.csv": nobody.encode("cp1251"),
        "__MACOSX/._пятая.html": b"\x00\x05\x16\x07",
    }

    taken = given(tmp_path, archive(members), "schools.zip")

    assert [] == taken.codes
    assert ["МБОУ СОШ № 4 с. Луговое", "МБОУ СОШ № 5", ""] == [
        one.organisation.name for one in taken.batches
    ]
    assert ["2026-09-01", "2026-09-02", "None"] == [str(one.stated_as_of) for one in taken.batches]
    assert ["Школы/четвёртая.xls", "пятая.html", "без школы.csv"] == [
        one.frame["sheet"][0] for one in taken.batches
    ]


def test_a_file_of_an_archive_that_is_no_table_hinders_no_other(tmp_path: Path) -> None:
    good = web_page([HEADER, *PEOPLE]).encode()
    members = {
        "a.pdf": b"%PDF-1.7",
        "b.xls": good,
        "c.zip": archive({"d.csv": b"x"}),
        "e.xlsx": b"PK\x03\x04 cut",
        "f.xls": good,
    }

    taken = given(tmp_path, archive(members), "schools.zip")

    assert [
        ("file.not_a_table", "a.pdf"),
        ("file.archive", "c.zip"),
        ("file.damaged", "e.xlsx"),
    ] == [(one.code, one.place.sheet) for one in taken.rejected]
    assert 4 == len(taken.rows)


def test_an_archive_is_read_on_from_every_place(tmp_path: Path) -> None:
    page = web_page([HEADER, *PEOPLE]).encode()
    whole = given(tmp_path, archive({"a.xls": page, "b.xls": page, "c.xls": page}), "schools.zip")

    rest = take(tmp_path / "schools.zip", cursor=whole.checkpoints[0].cursor)

    assert ["b.xls", "c.xls"] == [one.frame["sheet"][0] for one in rest.batches]


def test_names_that_windows_wrote_are_read(tmp_path: Path) -> None:
    content = archive({"####.csv": "\n".join(map(";".join, [HEADER, *PEOPLE])).encode()})

    taken = given(tmp_path, content.replace(b"####", "Луга".encode("cp866")), "schools.zip")

    assert ["Луга.csv"] == [one.frame["sheet"][0] for one in taken.batches]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x.csv", "C:\\x.csv", "a/../../b.csv"]
)
def test_an_archive_that_names_places_outside_itself_is_not_opened(
    tmp_path: Path, name: str
) -> None:
    page = web_page([HEADER, *PEOPLE]).encode()

    taken = given(tmp_path, archive({"good.xls": page, name: page}), "schools.zip")

    assert ["file.archive_path"] == taken.codes
    assert not taken.batches


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "link.zip"
    link = zipfile.ZipInfo("people.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as written:
        written.writestr(link, "/etc/passwd")

    assert ["file.archive_path"] == take(path).codes
