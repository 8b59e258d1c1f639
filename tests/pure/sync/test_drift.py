"""A header that changed: what is lost and what is new, not what is merely called otherwise."""

from datetime import date

from hub.records import FileKind
from sync.files.headers import Drift

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
