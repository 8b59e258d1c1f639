"""What a school's file becomes: kinds, whose name is whose, sections, sheets, figures, resuming."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from connectors.school_file import SchoolFile
from hub.records import Batch, FigureMetric, FileKind
from tests.pure.connectors.reading import column, take, take_text

PAIRS = "Вьюгин Лев Ильич;Ёлкин Глеб Олегович;учитель - учитель\n"


def test_in_a_base_of_mentors_the_mentor_is_the_rows_own_person(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "База наставников\nФИО наставника;Год рождения наставника;ФИО наставляемого;"
        "Год рождения наставляемого\nВьюгин Лев;1970;Ёлкин Глеб;2010\n",
    )

    assert FileKind.MENTOR_BASE == taken.batch.kind
    assert ("1970", "2010") == (taken.rows[0]["birth_year"], taken.rows[0]["mentee_birth_year"])


def test_in_a_base_of_mentees_the_mentee_is_the_rows_own_person(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "База наставляемых\nФИО;Год рождения;Наставник;Должность наставника\n"
        "Ёлкин Глеб;2010;Вьюгин Лев;учитель\n",
    )

    assert FileKind.MENTEE_BASE == taken.batch.kind
    assert ["Ёлкин Глеб"] == column(taken, "mentee_full_name")
    assert ("2010", "учитель") == (taken.rows[0]["birth_year"], taken.rows[0]["mentor_position"])


def test_without_a_title_the_leftmost_party_owns_the_row(tmp_path: Path) -> None:
    mentors = take_text(tmp_path, "Наставник;Наставляемый;Форма\n" + PAIRS)
    mentees = take_text(tmp_path, "Наставляемый;Наставник;Форма\n" + PAIRS)

    assert FileKind.MENTOR_BASE == mentors.batch.kind
    assert FileKind.MENTEE_BASE == mentees.batch.kind


def test_a_staff_list_that_names_mentors_of_a_few_stays_a_staff_list(tmp_path: Path) -> None:
    rows = "".join(f"Вьюгин Лев;учитель;{'Ёлкин Глеб' if n == 3 else ''}\n" for n in range(9))

    taken = take_text(tmp_path, "ФИО;Должность;Наставник\n" + rows)

    assert FileKind.STAFF == taken.batch.kind
    assert "Ёлкин Глеб" == column(taken, "mentor_full_name")[3]


def test_a_column_of_marks_is_not_a_column_of_names(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path, "ФИО;Должность;Наставник;Молодой специалист\nВьюгин Лев;учитель;да;нет\n"
    )

    assert FileKind.STAFF == taken.batch.kind
    assert ("Наставник",) == taken.batch.unmapped
    assert ["нет"] == column(taken, "young_specialist")


def test_names_in_three_columns_of_a_base_become_one(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "База наставников\nНаставник;;;Наставляемый;\nФамилия;Имя;Отчество;ФИО;Класс\n"
        "Вьюгин;Лев;Ильич;Ёлкин Глеб;9А\n",
    )

    assert ["Вьюгин Лев Ильич"] == column(taken, "mentor_full_name")
    assert ["9А"] == column(taken, "mentee_class")


def test_the_kind_a_person_names_wins(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ФИО;Дата рождения\nВьюгин Лев;01.02.1980\n", encoding="utf-8")

    assert FileKind.PUPILS == take(path, kind=FileKind.PUPILS).batch.kind


def test_a_confirmed_profile_wins_over_what_headers_seem_to_mean(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "ФИО;Должность;Поле 7;Предмет\nВьюгин Лев;учитель;42;физика\n", encoding="utf-8"
    )

    source = SchoolFile(path, profile={"поле 7": "personnel_number", "Предмет": ""})
    batch = next(item for item in source.fetch() if isinstance(item, Batch))

    assert ["42"] == list(batch.frame["personnel_number"])
    assert "subject" not in batch.frame


def test_section_rows_give_their_school_and_class_to_the_rows_below(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "Список обучающихся\n№;ФИО;Дата рождения\nМБОУ СОШ № 4;;\n9 «А» класс;;\n1;Ёлкин Глеб;01.02.2010\n"
        "9 «Б» класс;;\n2;Вьюгин Лев;01.03.2010\n",
    )

    assert ["МБОУ СОШ № 4"] * 2 == column(taken, "organization")
    assert ["9 «А»", "9 «Б»"] == column(taken, "class")
    assert [] == taken.codes


def test_totals_signatures_and_repeated_headers_are_neither_people_nor_refused(
    tmp_path: Path,
) -> None:
    taken = take_text(
        tmp_path,
        "№;ФИО;Должность;Телефон\n1;2;3;4\n1;Вьюгин Лев;Директор;1\n№;ФИО;Должность;Телефон\n"
        "1;2;3;4\n2;Ёлкин Глеб;учитель;2\n3;;;\nИтого:;2;;\n;;;\nДиректор;_____;Вьюгин Л.И.;\n"
        "М.П.;;;\nИсп. Ёлкин;;;тел. 2-13-45\n",
    )

    assert ["Вьюгин Лев", "Ёлкин Глеб"] == column(taken, "full_name")
    assert [3, 6] == list(taken.batch.frame["row"])
    assert [] == taken.codes


def test_a_director_in_a_list_is_a_person_and_not_a_signature(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "Должность;ФИО;Дата рождения;Телефон\nДиректор;Вьюгин Лев Ильич;01.02.1970;1\n"
        "Заместитель директора;Ёлкин Глеб;01.02.1980;2\nКуратор;Громада Яна;;\n",
    )

    assert ["Вьюгин Лев Ильич", "Ёлкин Глеб"] == column(taken, "full_name")[:2]


def test_figures_below_the_table_come_with_its_last_batch(tmp_path: Path) -> None:
    rows = "".join(f"{n};Вьюгин Лев;учитель\n" for n in range(10_001))

    taken = take_text(tmp_path, f"№;ФИО;Должность\n{rows}Всего наставнических пар: 12;;\n")

    assert [(), (FigureMetric.PAIRS,)] == [
        tuple(figure.metric for figure in batch.figures) for batch in taken.batches
    ]
    assert 10_003 == taken.batches[-1].figures[0].place.row


def test_a_mentor_merged_over_rows_is_named_in_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "base.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["№", "ФИО наставника", "ФИО наставляемого"])
        sheet.merge_range(1, 1, 2, 1, "Вьюгин Лев")
        sheet.write_column(1, 2, ["Ёлкин Глеб", "Громада Яна"])
    text = "№;ФИО наставника;ФИО наставляемого\n1;Вьюгин Лев;Ёлкин Глеб\n;;Громада Яна\n"

    merged, saved_as_text = take(path), take_text(tmp_path, text)

    assert ["Вьюгин Лев"] * 2 == column(merged, "mentor_full_name")
    assert ["Вьюгин Лев"] * 2 == column(saved_as_text, "mentor_full_name")
    assert any("строки выше" in repair for repair in saved_as_text.batch.repairs)


def test_each_sheet_is_a_batch_and_titles_of_the_first_hold_for_all(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Учителя", "СОШ № 9", "Скрытый", "Пустой"):
            sheet = book.add_worksheet(name)
            if name == "Учителя":
                sheet.write(0, 0, "МБОУ СОШ № 4 на 01.09.2026")
            if name == "Скрытый":
                sheet.hide()
            if name != "Пустой":
                sheet.write_row(2, 0, ["ФИО", "Должность"])
                sheet.write_row(3, 0, [f"Вьюгин {name}", "учитель"])

    taken = take(path)

    assert ["Учителя", "СОШ № 9"] == [batch.frame["sheet"][0] for batch in taken.batches]
    assert ["МБОУ СОШ № 4", "СОШ № 9"] == [batch.organisation.name for batch in taken.batches]
    assert {date(2026, 9, 1)} == {batch.stated_as_of for batch in taken.batches}
    assert [] == taken.codes


def test_a_sheet_that_is_no_table_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        numbers = book.add_worksheet("Цифры")
        for row in range(5):
            numbers.write_row(row, 0, [1, 2, 3, 4])
        book.add_worksheet("Люди").write_column(0, 0, ["ФИО", "Вьюгин Лев"])

    taken = take(path, kind=FileKind.STAFF)

    assert [("file.no_header", "Цифры")] == [(one.code, one.place.sheet) for one in taken.rejected]
    assert ["Вьюгин Лев"] == column(taken, "full_name")


def test_cells_of_a_book_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ФИО", "Дата рождения", "СНИЛС", "Стаж", "Согласие"])
        sheet.write(1, 0, "Вьюгин Лев")
        sheet.write_datetime(1, 1, datetime(1980, 2, 1), day)  # noqa: DTZ001  # a cell has no zone
        sheet.write_number(1, 2, 12345678901)
        sheet.write_number(1, 3, 12.5)
        sheet.write_boolean(1, 4, boolean=True)

    row = take(path, kind=FileKind.STAFF).rows[0]

    assert ("1980-02-01", "12345678901", "12.5", "да") == (
        row["birth_date"],
        row["snils"],
        row["total_experience"],
        row["consent"],
    )


def test_several_phones_are_kept_and_a_second_column_of_a_date_is_not(tmp_path: Path) -> None:
    taken = take_text(
        tmp_path,
        "ФИО;Должность;Телефон 1;Телефон 2;Дата рождения;Д.р.\nВьюгин Лев;учитель;1;2;01.02.1980;x\n",
    )

    assert ["1; 2"] == column(taken, "phone")
    assert ["01.02.1980"] == column(taken, "birth_date")
    assert ("Д.р.",) == taken.batch.unmapped


def test_passport_columns_are_dropped_and_it_is_said(tmp_path: Path) -> None:
    taken = take_text(tmp_path, "ФИО;Должность;Паспорт\nВьюгин Лев;учитель;6010 123456\n")

    assert {"full_name", "position", "sheet", "row"} == set(taken.batch.frame.columns)
    assert any("Паспорт" in repair for repair in taken.batch.repairs)


def test_a_broken_read_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"{n};Вьюгин Лев;учитель\n" for n in range(25_000))
    path.write_text("№;ФИО;Должность\n" + rows, encoding="utf-8")
    whole = take(path)

    for done, checkpoint in enumerate(whole.checkpoints, start=1):
        rest = take(path, cursor=checkpoint.cursor)

        assert len(whole.batches) - done == len(rest.batches)
        assert whole.rows[done * 10_000 :] == rest.rows
    assert whole.rows == take(path).rows


def test_a_cursor_beyond_the_end_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ФИО;Должность\nВьюгин Лев;учитель\n", encoding="utf-8")

    taken = take(path, cursor="[5, 1000000]")

    assert ([], []) == (taken.batches, taken.rejected)


def test_check_tells_a_good_file_from_a_bad_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("ФИО;Должность\nВьюгин Лев;учитель\n", encoding="utf-8")
    bad.write_bytes(b"%PDF-1.7")

    assert SchoolFile(good).check().ok
    assert not SchoolFile(bad).check().ok
    assert "PDF" in SchoolFile(bad).check().message
