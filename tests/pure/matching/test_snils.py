"""СНИЛС: the vectors of the control number and what is done with what is none."""

from datetime import date

import pytest

from sync.matching.normalise.snils import normalise_snils

TODAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    "digits",
    [
        "00102889899",
        "00104799000",
        "00104969200",
        "00102989701",
        "00389998799",
        "00489994900",
        "00499996000",
        "00299999901",
        "08765430200",
        "11223344595",
    ],
)
def test_right_control_number_is_valid(digits: str) -> None:
    outcome = normalise_snils((f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}",), TODAY)

    assert (digits, "VALID") == outcome.values


@pytest.mark.parametrize("at", range(11))
def test_one_wrong_figure_is_bad(at: int) -> None:
    digits = "11223344595"
    wrong = digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]

    outcome = normalise_snils((wrong,), TODAY)

    assert ("", "BAD") == outcome.values
    assert (("snils", "snils.checksum"),) == outcome.issues


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("8765430200", "08765430200"),
        ("102889899", "00102889899"),
        ("8765430200.0", "08765430200"),
        ("087 654 302\u00a000", "08765430200"),
        ("О87-654-ЗО2 ОО", "08765430200"),
        ("СНИЛС: 087-654-302 00", "08765430200"),
    ],
)
def test_what_tables_do_to_a_number_is_undone(cell: str, digits: str) -> None:
    assert (digits, "VALID") == normalise_snils((cell,), TODAY).values


@pytest.mark.parametrize(
    ("cell", "state", "code"),
    [
        ("1,12E+10", "UNREADABLE", "snils.scientific"),
        ("1.1223344595e+10", "UNREADABLE", "snils.scientific"),
        ("утерян", "UNREADABLE", "snils.unreadable"),
        ("111-111-111 45", "PLACEHOLDER", "snils.placeholder"),
        ("123-456-789 64", "PLACEHOLDER", "snils.placeholder"),
        ("12345", "BAD", "snils.length"),
        ("112-233-445 951", "BAD", "snils.length"),
    ],
)
def test_what_cannot_be_a_number_is_reported_not_guessed(cell: str, state: str, code: str) -> None:
    outcome = normalise_snils((cell,), TODAY)

    assert ("", state) == outcome.values
    assert (("snils", code),) == outcome.issues


@pytest.mark.parametrize("cell", ["", "нет", "-", "—", "отсутствует"])
def test_nothing_is_absent_and_no_issue(cell: str) -> None:
    outcome = normalise_snils((cell,), TODAY)

    assert ("", "ABSENT") == outcome.values
    assert () == outcome.issues


def test_zeros_are_a_placeholder() -> None:
    assert ("", "PLACEHOLDER") == normalise_snils(("000-000-000 00",), TODAY).values
