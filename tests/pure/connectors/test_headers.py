"""A header means one field whatever hand wrote it; what is not meant for the hub stays out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.table_file.fields import guess, is_refused, normalise_header, read_levels

MEANINGS = {
    "СтраховойНомерПФР": "snils",
    "CНИЛC": "snils",
    "ФИO": "full_name",
    "Преподава-\nемый предмет": "subject",
    "3. Дата рождения": "birth_date",
    "Дата рожденя": "birth_date",
    "дата\u00a0рождения\u00ad сотрудника": "birth_date",
    "Телефон 2": "phone",
    "Контактный телефон педагога": "phone",
    "Ф.И.О. педагога-наставника": "mentor_full_name",
    "Должность наставника": "mentor_position",
    "Год рождения наставляемого": "mentee_birth_year",
    "Наставляемый №2": "mentee_full_name",
    "BirthDate_recip": "birth_date",
    "? п/п": "row_no",
    "Место работы / учёбы наставляемого": "mentee_organization",
    'ID в АИС "Кадры в образовании"': "external_id",
}
STRANGERS = ("ФИО родителя", "Телефон законного представителя", "ФИО директора", "Куратор пары")
REFUSED = (
    "Паспорт",
    "Серия и номер паспорта",
    "Группа здоровья",
    "ОВЗ",
    "Инвалидность",
    "Полис ОМС",
)


@pytest.mark.parametrize(("header", "field"), MEANINGS.items())
def test_a_header_is_understood_in_many_hands(header: str, field: str) -> None:
    found = guess(header)

    assert found is not None
    assert field == found.field


@pytest.mark.parametrize("header", [*STRANGERS, "Количество наставляемых", "Адрес", ""])
def test_a_header_about_somebody_or_something_else_names_no_field(header: str) -> None:
    assert guess(header) is None


@pytest.mark.parametrize("header", REFUSED)
def test_passports_and_health_are_refused(header: str) -> None:
    assert is_refused(header)
    assert guess(header) is None


def test_a_mistyped_header_is_less_sure_than_a_right_one() -> None:
    right, mistyped = guess("Дата рождения"), guess("Дата рожденя")

    assert right is not None
    assert mistyped is not None
    assert mistyped.confidence < right.confidence


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        (("Стаж", "общий"), "total_experience"),
        (("Наставник", "ФИО"), "mentor_full_name"),
        (("Наставляемый", "Дата рождения"), "mentee_birth_date"),
        (("Сведения о работнике", "ФИО"), "full_name"),
        (("Период", "с"), "joined_at"),
    ],
)
def test_a_header_of_two_rows_is_read_joined(levels: tuple[str, ...], field: str) -> None:
    found = read_levels(levels)

    assert found is not None
    assert field == found.field


@pytest.mark.parametrize("group", ["Сведения о родителях", "Мать", "Директор", "Куратор", "Разное"])
def test_a_name_below_a_foreign_group_is_nobodys_name(group: str) -> None:
    assert read_levels((group, "ФИО")) is None


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise_header(text)

    assert once == normalise_header(once)


@given(st.sampled_from(sorted(MEANINGS)), st.sampled_from((" ", "\u00a0", "\n", "  ")))
def test_spaces_and_case_do_not_change_a_meaning(header: str, space: str) -> None:
    spaced = f"{space}{header.replace(' ', space)}{space}"

    found, expected = guess(spaced), guess(header)

    assert expected is not None
    assert found is not None
    assert expected.field == found.field
