"""Dates, contacts, posts, experience, classes, lists of people, names of organisations."""

from datetime import date

import pytest

from sync.matching.normalise import organisation_key, split_people
from sync.matching.normalise.classes import normalise_class
from sync.matching.normalise.contacts import normalise_contacts
from sync.matching.normalise.dates import normalise_birth
from sync.matching.normalise.experience import normalise_experience
from sync.matching.normalise.posts import (
    normalise_category,
    normalise_employment,
    normalise_position,
    normalise_young,
)

TODAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    "text",
    [
        "01.02.1980",
        "1.2.80",
        "01/02/1980",
        "1980-02-01",
        "1980-02-01 00:00:00",
        "1980-02-01T00:00:00",
        "01.02.1980 г.",
        "01.02.80г.р.",
        "1 февраля 1980",
        "«1» февраля 1980 года",
        "01021980",
        "29252",
        "29252.0",
    ],
)
def test_every_shape_of_a_date_is_the_date(text: str) -> None:
    assert (date(1980, 2, 1), 1980) == normalise_birth((text, ""), TODAY).values


@pytest.mark.parametrize("text", ["1980", "1980 г.р.", "1980.0", "02.1980", "февраль 1980"])
def test_a_year_alone_is_a_year_alone(text: str) -> None:
    assert (None, 1980) == normalise_birth((text, ""), TODAY).values


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31.02.1980", "date.impossible"),
        ("15.15.1980", "date.impossible"),
        ("01.02.2026", "date.implausible"),
        ("01.02.1880", "date.implausible"),
        ("в 5 классе", "date.unreadable"),
    ],
)
def test_a_wrong_date_is_reported_and_not_taken(text: str, code: str) -> None:
    outcome = normalise_birth((text, ""), TODAY)

    assert outcome.values[0] is None
    assert (("birth_date", code),) == outcome.issues


def test_two_figures_of_a_year_mean_a_living_person() -> None:
    assert date(2012, 5, 3) == normalise_birth(("3.5.12", ""), TODAY).values[0]
    assert date(2000, 8, 11) == normalise_birth(("11.8.00", ""), TODAY).values[0]
    assert date(1975, 5, 3) == normalise_birth(("3.5.75", ""), TODAY).values[0]


@pytest.mark.parametrize(
    ("cells", "phones", "emails"),
    [
        (("8(846)331-22-33", "", ""), ["+78463312233"], []),
        (("8 927 123-45-67, 2-13-45", "", ""), ["+79271234567", "21345"], []),
        (("89271234567 89277654321", "", ""), ["+79271234567", "+79277654321"], []),
        (("79271234567.0", "", ""), ["+79271234567"], []),
        (("8-927-123-45-67 доб. 12", "", ""), ["+79271234567"], []),
        (("", "A@Sample.RU; b@sample.ru", ""), [], ["a@sample.ru", "b@sample.ru"]),
        (("", "", "мать +7 927 123 45 67, a@sample.ru"), ["+79271234567"], ["a@sample.ru"]),
    ],
)
def test_contacts_are_found_several_in_a_cell(
    cells: tuple[str, ...], phones: list[str], emails: list[str]
) -> None:
    assert (phones, emails) == normalise_contacts(cells, TODAY).values


@pytest.mark.parametrize(
    ("text", "code", "subjects"),
    [
        ("учитель математики", "TEACHER", ["математика"]),
        ("Учитель русского языка и литературы", "TEACHER", ["русский язык", "литература"]),
        ("учитель (физика), зам. директора по УВР", "TEACHER", ["физика"]),
        ("учитель физической культуры", "TEACHER", ["физическая культура"]),
        ("Заместитель директора по ВР", "DEPUTY_HEAD", []),
        ("и.о. директора", "HEAD", []),
        ("педагог-психолог", "PSYCHOLOGIST", []),
        ("соц. педагог", "SOCIAL_PEDAGOGUE", []),
        ("учитель-логопед", "SPEECH_THERAPIST", []),
        ("старший воспитатель", "EDUCATOR", []),
        ("педагог доп. образования", "ADDITIONAL_TEACHER", []),
        ("педагог-организатор", "ORGANISER", []),
        ("педагог-библиотекарь", "LIBRARIAN", []),
        ("мастер производственного обучения", "MASTER", []),
        ("преподаватель", "LECTURER", []),
        ("тьютор", "TUTOR", []),
        ("методист", "METHODIST", []),
        ("секретарь", "OTHER", []),
        ("", "UNKNOWN", []),
    ],
)
def test_a_position_has_a_code_and_its_subjects(text: str, code: str, subjects: list[str]) -> None:
    outcome = normalise_position((text, ""), TODAY)

    assert (code, subjects) == (outcome.values[0], outcome.values[2])


def test_a_subject_column_speaks_before_the_position() -> None:
    outcome = normalise_position(("учитель", "Физика, ИКТ"), TODAY)

    assert ["физика", "информатика"] == outcome.values[2]


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("12", date(2014, 9, 1)),
        ("12,5", date(2014, 3, 1)),
        ("12 лет 3 мес.", date(2014, 6, 1)),
        ("20/8", date(2018, 9, 1)),
        ("с 01.09.2014", date(2014, 9, 1)),
        ("менее года", date(2026, 9, 1)),
        ("0", date(2026, 9, 1)),
        ("нет", None),
        ("", None),
    ],
)
def test_experience_is_counted_back_from_its_statement(text: str, since: date | None) -> None:
    assert (since,) == normalise_experience((text, "", "2026-09-01"), TODAY).values


@pytest.mark.parametrize(
    ("text", "grade", "letter"),
    [
        ("9«А»", 9, "А"),
        ("9 а", 9, "А"),
        ("9A", 9, "А"),
        ("IX А", 9, "А"),
        ("Х б", 10, "Б"),
        ("11-Б", 11, "Б"),
        ("5 класс", 5, ""),
        ("5.0", 5, ""),
        ("подготовительная", None, ""),
        ("2026", None, ""),
    ],
)
def test_a_class_is_a_grade_and_a_letter(text: str, grade: int | None, letter: str) -> None:
    assert (grade, letter) == normalise_class((text,), TODAY).values


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("высшая, 25.12.2023", "HIGHEST"),
        ("первая (пр. № 12 от 01.01.2020)", "FIRST"),
        ("I", "FIRST"),
        ("СЗД", "COMPLIANCE"),
        ("б/к", "NONE"),
        ("педагог-наставник", "MENTOR"),
        ("", ""),
    ],
)
def test_no_category_is_a_value_and_an_empty_cell_is_none(text: str, category: str) -> None:
    assert (category,) == normalise_category((text,), TODAY).values


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("основное место работы", ""), "MAIN"),
        (("внешний совместитель", ""), "EXTERNAL_PT"),
        (("вн. совм.", ""), "INTERNAL_PT"),
        (("", "учитель химии, внеш. совм."), "EXTERNAL_PT"),
        (("договор ГПХ", ""), "CIVIL"),
        (("", "учитель"), "UNKNOWN"),
    ],
)
def test_employment_has_a_kind(cells: tuple[str, ...], kind: str) -> None:
    assert (kind,) == normalise_employment(cells, TODAY).values


@pytest.mark.parametrize(
    ("text", "answer"),
    [("да", True), ("+", True), ("✓", True), ("нет", False), ("-", False), ("", None)],
)
def test_yes_and_no_have_many_signs(text: str, answer: bool | None) -> None:  # noqa: FBT001 - the expected answer
    assert (answer,) == normalise_young((text,), TODAY).values


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "Барканов Олег Ильич, Вербин Пётр Львович",
            ["Барканов Олег Ильич", "Вербин Пётр Львович"],
        ),
        ("1. Барканов О.И. 2. Вербин П.Л.", ["Барканов О.И.", "Вербин П.Л."]),
        (
            "Барканов Олег; Вербин Пётр\nДоланов Илья",
            ["Барканов Олег", "Вербин Пётр", "Доланов Илья"],
        ),
        ("Барканов, Олег, Ильич", ["Барканов, Олег, Ильич"]),
        ("Барканов Олег, 9А, Вербин Пётр, 9Б", ["Барканов Олег, 9А", "Вербин Пётр, 9Б"]),
        (
            "Барканов Олег Ильич и Вербин Пётр Львович",
            ["Барканов Олег Ильич", "Вербин Пётр Львович"],
        ),
        ("-", []),
        ("", []),
    ],
)
def test_a_cell_with_several_people_falls_apart(text: str, people: list[str]) -> None:
    assert people == split_people(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("МБОУ СОШ № 4 с. Доланка", "МБОУ «Средняя общеобразовательная школа №4» села Доланка"),
        ("МБОУ Доланская СОШ № 4", "МБОУ СОШ N4 с. Доланское"),
        ("Лицей №2 г. Вербинска", "лицей № 2 города Вербинск"),
        ("школа-интернат № 1 г. Вербинска", "МБОУ школа-интернат №1 г. Вербинск"),
        ("ООО «Ромашка»", "Общество с ограниченной ответственностью «Ромашка»"),
    ],
)
def test_spellings_of_one_organisation_have_one_key(one: str, other: str) -> None:
    assert organisation_key(one).name_key == organisation_key(other).name_key


def test_localities_tell_schools_of_one_number_apart() -> None:
    first, second = organisation_key("СОШ № 4 с. Доланка"), organisation_key("СОШ № 4 с. Вербинка")

    assert first.name_key != second.name_key


def test_a_dedication_is_no_locality() -> None:
    name = organisation_key("МАОУ «Гимназия имени О.И. Барканова» города Вербинска")

    assert ("гимназия", "", "барканова") == (name.type, name.number, name.dedication)
