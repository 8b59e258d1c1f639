"""A header that changed: what is lost and what is new, not what is merely called otherwise."""

from datetime import date

import pytest

from hub.records import FileKind, HeaderColumn
from sync.files.headers import Drift, Shape, drift_of

SINCE = date(2026, 9, 1)


def said(missing: dict[str, str], added: dict[str, str]) -> str:
    drift = Drift(sheet="", kind=FileKind.STAFF, since=SINCE, missing=missing, added=added)
    return drift.message


def test_a_field_under_another_name_is_counted_not_listed() -> None:
    message = said({"Дата рожд.": "birth_date", "СНИЛС": "snils"}, {"Дата рождения": "birth_date"})

    assert (
        "Шапка не та, что была принята 01.09.2026; нет: «СНИЛС» (snils); названо иначе столбцов: 1"
        == message
    )


def test_a_header_that_nobody_reads_is_listed_on_both_sides() -> None:
    message = said({"Прим.": ""}, {"Пометка": "", "Пол": "sex"})

    assert message.endswith("нет: «Прим.»; появилось: «Пометка», «Пол» (sex)")


def test_the_same_headers_in_another_order_are_said_so() -> None:
    assert said({}, {}).endswith("другой порядок столбцов")


YESTERDAY = {"ФИО": "full_name", "Дата рождения": "birth_date", "СНИЛС": "snils"}


def drifted(*columns: HeaderColumn) -> Drift:
    shape = Shape(sheet="", kind=FileKind.STAFF, columns=columns, told={}, is_kind_told=False)
    return drift_of(shape, YESTERDAY, since=SINCE)


def read(header: str, field: str = "", *suggested: str) -> HeaderColumn:
    return HeaderColumn(header=header, field=field, suggested=suggested)


FULL, BORN = read("ФИО", "full_name"), read("Дата рождения", "birth_date")


@pytest.mark.parametrize(
    ("columns", "patch"),
    [
        ((FULL, BORN, read("Страховка", "", "snils")), {"Страховка": "snils"}),
        ((FULL, BORN, read("Колонка 7")), {"Колонка 7": "snils"}),
        (
            (FULL, read("Явился", "", "hire_date", "birth_date"), read("Номер", "", "snils")),
            {"Явился": "birth_date", "Номер": "snils"},
        ),
        ((FULL, read("А"), read("Б")), {}),
        ((FULL, BORN, read("Паспорт")), {}),
        ((FULL, BORN, read("СНИЛС", "snils"), read("Новое", "", "snils")), {}),
    ],
)
def test_what_would_read_todays_header_as_yesterdays_is_proposed(
    columns: tuple[HeaderColumn, ...], patch: dict[str, str]
) -> None:
    drift = drifted(*columns)

    assert patch == drift.patch
    assert all(f'--map "{header}={to}"' in drift.message for header, to in patch.items())


def test_the_hubs_own_column_of_keys_is_no_drift() -> None:
    drift = drifted(FULL, BORN, read("СНИЛС", "snils"), read("Ключ строки хаба", "row_key"))

    assert {} == drift.added
