"""Title lines say whose a table is, as of when, for which year, and which figures."""

from datetime import date

import pytest

from connectors.table_file.titles import academic_year, as_of, figures_of, organisation_of
from hub.records import FigureMetric, Place


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("СПИСОК работников на 01.09.2026", date(2026, 9, 1)),
        ("по состоянию на 1 сентября 2026 г.", date(2026, 9, 1)),
        ("по состоянию на «15» мая 2026 года", date(2026, 5, 15)),
        ("на 5.10.26", date(2026, 10, 5)),
        ("на 2026-09-01", date(2026, 9, 1)),
        ("Дата выгрузки: 20.09.2026", date(2026, 9, 20)),
        ("Приложение к приказу от 30.08.2026", None),
        ("на 31.02.2026", None),
        ("на 2026-2027 учебный год", None),
    ],
)
def test_the_day_of_a_table_is_the_one_it_claims(line: str, day: date | None) -> None:
    assert day == as_of(line)


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("2026/2027 учебный год", 2026),
        ("на 2021-2022 уч. г.", 2021),
        ("База наставников 2026 – 27 уч.год", 2026),
        ("за 2026 год", None),
        ("2024-2026 гг.", None),
        ("тел. 2013-45", None),
    ],
)
def test_an_academic_year_is_two_years_in_a_row(line: str, year: int | None) -> None:
    assert year == academic_year(line)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("СПИСОК педагогов МБОУ СОШ № 4 с. Луговое на 01.09.2026", "МБОУ СОШ № 4 с. Луговое"),
        ("Образовательная организация: Гимназия «Ясная»", "Гимназия «Ясная»"),
        ("Реестр наставников (МОУ Полевая СОШ) 2026/27", "МОУ Полевая СОШ"),
        (
            "База наставляемых МБУ ДО Дом детского творчества № 1",
            "МБУ ДО Дом детского творчества № 1",
        ),
        ("Филиал МАОУ СОШ № 1 в с. Ключи", "Филиал МАОУ СОШ № 1 в с. Ключи"),
        ('МБОУ "СОШ №4" ИНН 6101001234', 'МБОУ "СОШ №4"'),
        ("Детский сад № 5 «Теремок»", "Детский сад № 5 «Теремок»"),
        ("Начальная школа", ""),
        ("Сведения о педагогических кадрах школы", ""),
    ],
)
def test_the_name_of_a_school_is_cut_out_of_its_title(line: str, name: str) -> None:
    assert name == organisation_of([line]).name


def test_identifiers_and_place_are_read_from_any_line() -> None:
    found = organisation_of(["Список", "ИНН 6101001234, ОГРН: 1026100123456", "Район: Полевой"])

    assert ("6101001234", "1026100123456", "Полевой") == (found.inn, found.ogrn, found.municipality)


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("Всего наставнических пар: 12", {FigureMetric.PAIRS: 12}),
        ("Всего 12 пар", {FigureMetric.PAIRS: 12}),
        (
            "Итого наставников: 5, наставляемых: 12",
            {FigureMetric.MENTORS: 5, FigureMetric.MENTEES: 12},
        ),
        ("Всего наставляемых (чел.) 7", {FigureMetric.MENTEES: 7}),
        ("Всего пар (групп): 4", {FigureMetric.PAIRS: 4}),
        ("Итого: 12", {}),
        ("Всего наставников 2026 года", {}),
        ("Наставник 5 разряда", {}),
    ],
)
def test_a_figure_says_in_words_what_it_counts(line: str, figures: dict[FigureMetric, int]) -> None:
    found = figures_of(line, Place(file="x"))

    assert figures == {figure.metric: figure.value for figure in found}
