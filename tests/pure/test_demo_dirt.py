"""Dirt on a name: it loses one thing that a person is known by, and never two."""

from hub.demo.dirt import DirtRates, PersonName, worn
from hub.demo.draw import Draw, dice

NAME = PersonName(last="Барканова", first="Анна", middle="Ильинична")
CERTAIN = DirtRates(surname_typo=1.0, no_patronymic=1.0, name_variant=0.0)


def test_a_misspelled_surname_keeps_its_patronymic() -> None:
    rolls = [dice(Draw(seed=seed), "dirt") for seed in range(20)]

    names = [worn(NAME, roll, CERTAIN, short_forms=False) for roll in rolls]

    assert {"Анна"} == {name.first for name in names}
    assert {"Ильинична"} == {name.middle for name in names}
    assert all(name.last != NAME.last for name in names)
