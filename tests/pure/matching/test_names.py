"""Names: their parts in every order and spelling that tables hold."""

from datetime import date

import pytest

from sync.matching.normalise.names import normalise_name

TODAY = date(2026, 11, 1)


def parts(full: str) -> tuple[object, ...]:
    return normalise_name(("", "", "", full, "", ""), TODAY).values[:4]


def keys(full: str) -> tuple[object, ...]:
    return normalise_name(("", "", "", full, "", ""), TODAY).values[4:7]


@pytest.mark.parametrize(
    ("text", "last", "first", "middle"),
    [
        ("Барканов Олег Ильич", "Барканов", "Олег", "Ильич"),
        ("БАРКАНОВ ОЛЕГ ИЛЬИЧ", "Барканов", "Олег", "Ильич"),
        ("барканов олег ильич", "Барканов", "Олег", "Ильич"),
        ("Олег Ильич Барканов", "Барканов", "Олег", "Ильич"),
        ("Барканов, Олег, Ильич", "Барканов", "Олег", "Ильич"),
        ("3. Барканов Олег Ильич", "Барканов", "Олег", "Ильич"),
        ("Барканов О.И.", "Барканов", "О", "И"),
        ("Барканов О. И", "Барканов", "О", "И"),
        ("О.И. Барканов", "Барканов", "О", "И"),
        ("О. И. Барканов", "Барканов", "О", "И"),
        ("Барканова О.И. (декрет)", "Барканова", "О", "И"),
        ("Барканова Анна Ильинична совм.", "Барканова", "Анна", "Ильинична"),
        ("Барканова Анна Ильинична, учитель химии", "Барканова", "Анна", "Ильинична"),
        ("Барканова - Вербина Анна Ильинична", "Барканова-Вербина", "Анна", "Ильинична"),
        ("Барканова Вербина Анна Ильинична", "Барканова-Вербина", "Анна", "Ильинична"),
        ("Мурадов Али Гасан оглы", "Мурадов", "Али", "Гасан оглы"),
        ("МУРАДОВ АЛИ ГАСАН-ОГЛЫ", "Мурадов", "Али", "Гасан оглы"),
        ("Мурадова Лейла Гасанкызы", "Мурадова", "Лейла", "Гасан кызы"),
        ("Олег Барканов", "Барканов", "Олег", ""),
        ("Барканов Олег", "Барканов", "Олег", ""),
        ("Анна Ильинична", "", "Анна", "Ильинична"),
        ("Barkanov Oleg Sergeevich", "Барканов", "Олег", "Сергеевич"),
        ("Yuliya Barkanova", "Барканова", "Юлия", ""),
        ("Barkanova Iuliia", "Барканова", "Юлия", ""),
        ("Barkanova Tatiana", "Барканова", "Татьяна", ""),
        ("Бaркaнов Oлег Ильич", "Барканов", "Олег", "Ильич"),
        ("Баркан0в Олег Ильич", "Барканов", "Олег", "Ильич"),
        ("Вуканович Анна Петровна", "Вуканович", "Анна", "Петровна"),
        ("Анна Вуканович", "Вуканович", "Анна", ""),
        ("-", "", "", ""),
    ],
)
def test_a_full_name_falls_into_its_parts(text: str, last: str, first: str, middle: str) -> None:
    assert (last, first, middle) == parts(text)[:3]


def test_a_surname_in_brackets_is_the_former_one() -> None:
    assert ("Барканова", "Анна", "Ильинична", "Вербина") == parts(
        "Барканова (Вербина) Анна Ильинична"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Барканова Наталия Сергеевна", "Барканова Наталья Сергеевна"),
        ("Берёзов Артём Петрович", "Березов Артемий Петрович"),
        ("Барканов Данил Сергеич", "Барканов Даниил Сергеевич"),
        ("Барканова София Валериевна", "Барканова Софья Валерьевна"),
        ("Барканов Генадий Геннадиевич", "Барканов Геннадий Геннадьевич"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    "cells",
    [
        ("Барканов", "Ильич", "Олег", "", "", ""),
        ("Олег", "Барканов", "Ильич", "", "", ""),
        ("Барканов Олег Ильич", "", "", "", "", ""),
        ("Барканов", "Олег Ильич", "", "", "", ""),
        ("", "", "", "Барканов Олег Ильич", "", ""),
    ],
)
def test_swapped_columns_are_put_right(cells: tuple[str, ...]) -> None:
    assert ("Барканов", "Олег", "Ильич") == normalise_name(cells, TODAY).values[:3]


def test_sex_follows_the_patronymic_and_its_contradiction_is_reported() -> None:
    outcome = normalise_name(("Барканов", "Олег", "Ильич", "", "", "ж"), TODAY)

    assert "FEMALE" == outcome.values[8]
    assert (("gender", "gender.contradiction"),) == outcome.issues


def test_a_row_without_a_name_is_reported() -> None:
    outcome = normalise_name(("", "нет", "-", "", "", ""), TODAY)

    assert (("last_name", "name.missing"),) == outcome.issues
