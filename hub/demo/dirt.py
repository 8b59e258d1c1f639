"""How dirty the files are: one table of rates, and what each kind of dirt does to a value.

Soft dirt is what a good normaliser undoes; everyone gets it. Hard dirt loses something: it falls
on people who take part in no mentorship, and on anyone in the few schools that keep files badly,
so that the questions it raises stay in those schools.
"""

from dataclasses import dataclass
from datetime import date

from hub.demo.draw import Dice
from hub.demo.naming import diminutives, variants


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtRates:
    """Shares of rows or cells, 0 to 1."""

    # Soft.
    wrong_case: float = 0.008
    look_alikes: float = 0.006
    extra_spaces: float = 0.02
    no_break_space: float = 0.01
    first_name_first: float = 0.004
    trailing_note: float = 0.006
    excel_serial: float = 0.003
    second_phone: float = 0.02
    # Hard.
    surname_typo: float = 0.003
    no_patronymic: float = 0.005
    diminutive: float = 0.006
    name_variant: float = 0.02
    # Hard, and only where files are kept badly: a base that names people by initials.
    initials: float = 0.06
    # Unreadable: each is counted, and the hub must report it.
    bad_snils: float = 0.004
    impossible_date: float = 0.0015
    row_without_name: float = 0.002


EMPTY_MARKERS = ("", "", "", "-", "нет", "–", "н/д", "отсутствует")
_LATIN = str.maketrans("АВЕКМНОРСТХасеорху", "ABEKMHOPCTXaceopxy")
_NOTES = ("(декрет)", "(декретный отпуск)", "(совм.)")
_NO_BREAK = " "
_SHORTEST_TYPO = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """The parts of a name as a cell is going to show them."""

    last: str
    first: str
    middle: str

    @property
    def initials(self) -> str:
        """Give the form «Иванов И.И.»."""
        return f"{self.last} {self.first[:1]}.{self.middle[:1] + '.' if self.middle else ''}"

    @property
    def whole(self) -> str:
        """Give the form «Иванов Иван Иванович»."""
        return " ".join(part for part in (self.last, self.first, self.middle) if part)


def worn(name: PersonName, roll: Dice, rates: DirtRates, *, short_forms: bool) -> PersonName:
    """Apply hard dirt to the parts of a name; `short_forms`: the list may say Саша.

    A misspelled surname keeps its patronymic: with both gone nobody is left to ask about.
    """
    last, first, middle = name.last, name.first, name.middle
    if roll.chance(rates.surname_typo):
        last = _typo(last, roll)
    elif roll.chance(rates.no_patronymic):
        middle = ""
    if roll.chance(rates.name_variant) and first in variants():
        first = roll.one_of(variants()[first])
    if short_forms and roll.chance(rates.diminutive):
        first = diminutives().get(first, first)
    return PersonName(last=last, first=first, middle=middle)


def _typo(word: str, roll: Dice) -> str:
    """Swap two neighbours or drop a letter, never the first one or the ending."""
    if len(word) < _SHORTEST_TYPO:
        return word
    place = 1 + roll.below(len(word) - 4)
    if roll.chance(0.5):
        return word[:place] + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def smudged(text: str, roll: Dice, rates: DirtRates) -> str:
    """Apply soft dirt to a cell with a name."""
    fate = roll.roll()
    for rate, smudge in (
        (rates.wrong_case, _other_case),
        (rates.look_alikes, _look_alikes),
        (rates.extra_spaces, _spaced),
        (rates.no_break_space, _unbroken),
    ):
        if fate < rate:
            return smudge(text)
        fate -= rate
    return text


def _other_case(text: str) -> str:
    return text.upper() if len(text) % 2 else text.lower()


def _look_alikes(text: str) -> str:
    """Latin letters where the eye sees no difference, in the first word."""
    head, space, tail = text.partition(" ")
    return head[:3].translate(_LATIN) + head[3:] + space + tail


def _spaced(text: str) -> str:
    return f" {text.replace(' ', '  ', 1)} "


def _unbroken(text: str) -> str:
    return text.replace(" ", _NO_BREAK, 1)


def noted(text: str, roll: Dice, rates: DirtRates) -> str:
    """Append a note to a name, as lists of staff do."""
    return f"{text} {roll.one_of(_NOTES)}" if roll.chance(rates.trailing_note) else text


def impossible(day: date) -> str:
    """Give a date that no calendar has, in the person's year."""
    return f"31.02.{day.year}"


def broken_snils(number: int) -> int:
    """Give the number with a wrong last check digit."""
    return number - number % 10 + (number + 3) % 10
