"""What stands in the cells of a row: a stated value in the spelling of its school, with dirt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from hub.demo.dirt import (
    EMPTY_MARKERS,
    DirtRates,
    PersonName,
    broken_snils,
    impossible,
    noted,
    smudged,
    worn,
)
from hub.demo.draw import Dice
from hub.demo.people import People
from hub.demo.sheets import Cell
from hub.demo.style import Style

_SERIAL_ORIGIN = date(1899, 12, 30)
_MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_POSITIONS = {
    "EDUCATOR": ("воспитатель", "Воспитатель"),
    "LECTURER": ("преподаватель", "Преподаватель"),
    "MASTER": ("мастер производственного обучения",),
    "PSYCHOLOGIST": ("педагог-психолог", "Педагог-психолог"),
    "SOCIAL_PEDAGOGUE": ("социальный педагог", "Социальный педагог"),
    "SPEECH_THERAPIST": ("учитель-логопед", "учитель-дефектолог"),
    "METHODIST": ("методист", "Методист"),
    "ADDITIONAL_TEACHER": ("педагог дополнительного образования",),
    "ORGANISER": ("педагог-организатор",),
    "TUTOR": ("тьютор",),
    "LIBRARIAN": ("педагог-библиотекарь",),
    "HEAD": ("директор", "Директор"),
    "DEPUTY_HEAD": ("заместитель директора по УВР", "зам. директора по УВР"),
    "OTHER": ("секретарь", "завхоз", "лаборант"),
}
_SUBJECTS_OF = {
    "математика": "математики",
    "русский язык и литература": "русского языка и литературы",
    "начальные классы": "начальных классов",
    "английский язык": "английского языка",
    "физика": "физики",
    "химия": "химии",
    "биология": "биологии",
    "география": "географии",
    "история и обществознание": "истории и обществознания",
    "информатика": "информатики",
    "физическая культура": "физической культуры",
    "технология": "технологии",
    "музыка": "музыки",
    "изобразительное искусство": "изобразительного искусства",
    "ОБЗР": "ОБЗР",
    "немецкий язык": "немецкого языка",
}
_KINDS = {
    "MAIN": ("основной", "основное место работы", "осн."),
    "INTERNAL_PT": ("внутренний совместитель", "внутр. совместитель", "вн. совм."),
    "EXTERNAL_PT": ("внешний совместитель", "внешний совместитель", "внеш. совм."),
    "CIVIL": ("договор ГПХ", "ГПХ", "договор ГПХ"),
}
_CLASSES = ("{0}{1}", "{0} {1}", "{0}«{1}»", "{0}-{1}")
_BETWEEN_NAMES = (", ", "; ", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something in a file that the hub must report: its row as a person sees it, and what it is."""

    row: int
    field: str
    kind: str  # NO_NAME | IMPOSSIBLE_DATE | BAD_SNILS


@dataclass(slots=True)
class Pen:
    """Writes the cells of one file; remembers what it made unreadable.

    `gentle` says whom hard dirt must spare. `day` is the file's: names are those of that day.
    """

    people: People
    style: Style
    rates: DirtRates
    day: date
    is_text: bool
    gentle: Callable[[int], bool]
    borrowed_snils: dict[int, int] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def name(
        self, person: int, roll: Dice, *, mention: bool, short_forms: bool = False
    ) -> PersonName:
        """Give the parts of a person's name as of the file's day, perhaps worn."""
        name = self._known_as(person)
        if not self.gentle(person) and (not mention or self.style.messy):
            name = worn(name, roll, self.rates, short_forms=short_forms)
        return self._spelt(name)

    def _known_as(self, person: int) -> PersonName:
        """Give the parts of the name that a person bore on the file's day."""
        people = self.people
        former = people.previous_last[person]
        earlier = bool(former) and np.datetime64(self.day) < people.changed_on[person]
        return PersonName(
            last=former if earlier else people.last[person],
            first=people.first[person],
            middle=people.middle[person],
        )

    def _spelt(self, name: PersonName) -> PersonName:
        if not self.style.without_yo:
            return name
        return PersonName(
            last=_plain(name.last), first=_plain(name.first), middle=_plain(name.middle)
        )

    def whole_name(
        self, person: int, roll: Dice, *, mention: bool, short_forms: bool = False
    ) -> str:
        """Give a name in one cell."""
        name = self.name(person, roll, mention=mention, short_forms=short_forms)
        initials = self.style.messy and mention and not self.gentle(person)
        if initials and roll.chance(self.rates.initials):
            return self._spelt(self._known_as(person)).initials  # of a surname without a slip
        text = name.whole
        if name.middle and " " not in name.middle and roll.chance(self.rates.first_name_first):
            text = f"{name.first} {name.middle} {name.last}"
        text = text.upper() if self.style.upper_case else text
        return smudged(text, roll, self.rates)

    def split_name(
        self, person: int, roll: Dice, *, short_forms: bool = False
    ) -> tuple[str, str, str]:
        """Give a name in three cells."""
        name = self.name(person, roll, mention=False, short_forms=short_forms)
        last = name.last.upper() if self.style.upper_case else name.last
        return smudged(last, roll, self.rates), name.first, name.middle

    def noted(self, text: str, roll: Dice) -> str:
        """Append a note to a name now and then."""
        return noted(text, roll, self.rates)

    def names(self, people: tuple[int, ...], roll: Dice) -> str:
        """Give several names in one cell."""
        separator = _BETWEEN_NAMES[self.style.wording % len(_BETWEEN_NAMES)]
        if self.is_text and separator == "\n":
            separator = ", "
        return separator.join(self.whole_name(person, roll, mention=True) for person in people)

    def birth(self, person: int, roll: Dice, *, row: int) -> Cell:
        """Give the birth date in the school's way; once in a while one that cannot be."""
        day: date = self.people.birth[person].item()
        if not self.gentle(person) and roll.chance(self.rates.impossible_date):
            self.unreadable.append(Unreadable(row=row, field="birth_date", kind="IMPOSSIBLE_DATE"))
            return impossible(day)
        if roll.chance(self.rates.excel_serial):
            return str((day - _SERIAL_ORIGIN).days)
        return self.date(day)

    def date(self, day: date | None) -> Cell:
        """Give a date in the school's way."""
        return None if day is None else _DATES[self.style.dates](day)

    def snils(self, person: int, roll: Dice, *, row: int) -> Cell:
        """Give the СНИЛС in the school's way; a number loses its leading zeros."""
        number = int(self.people.snils[self.borrowed_snils.get(person, person)])
        if not number:
            return roll.one_of(EMPTY_MARKERS)
        if not self.gentle(person) and roll.chance(self.rates.bad_snils):
            self.unreadable.append(Unreadable(row=row, field="snils", kind="BAD_SNILS"))
            number = broken_snils(number)
        return _SNILS[self.style.snils](number)

    def phone(self, person: int, roll: Dice) -> str:
        """Give a telephone in one of its spellings."""
        digits = str(int(self.people.phone[person]))
        a, b, c, d = digits[:3], digits[3:6], digits[6:8], digits[8:]
        text = (f"8({a}){b}-{c}-{d}", f"+7 {a} {b}-{c}-{d}", f"8{digits}", f"8 {a} {b} {c} {d}")[
            self.style.wording % 4
        ]
        return f"{text}, 2-13-45" if roll.chance(self.rates.second_phone) else text

    def email(self, person: int) -> str:
        """Give an address in a domain that nobody can own."""
        return f"mail{person}@{('example.org', 'example.com')[person % 2]}"

    def experience(self, months: int) -> Cell:
        """Give an experience; full years are a number or words, months are always told."""
        years, rest = divmod(months, 12)
        if rest == 0:
            return years if self.style.experience == "number" else f"{years} {_of_years(years)}"
        if rest * 2 == 12 and self.style.experience == "number":  # noqa: PLR2004 - half of a year
            return f"{years},5"
        return f"{years} {_of_years(years)} {rest} мес."

    def position(self, code: str, subject: str, roll: Dice) -> str:
        """Give a post; a teacher's often says what they teach."""
        if code == "TEACHER":
            told = self.style.wording % 3 == 0 and subject
            return (
                f"учитель {_SUBJECTS_OF[subject]}"
                if told
                else ("учитель", "Учитель")[self.style.wording % 2]
            )
        return roll.one_of(_POSITIONS[code])

    def kind(self, code: str) -> str:
        """Give the kind of employment."""
        return _KINDS[code][self.style.wording % 3]

    def school_class(self, grade: int, letter: str) -> str:
        """Give a class in one of its spellings."""
        return _CLASSES[self.style.wording % len(_CLASSES)].format(grade, letter)


def _plain(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")


def _of_years(years: int) -> str:
    if years % 10 == 1 and years % 100 != 11:  # noqa: PLR2004 - Russian plurals
        return "год"
    if 2 <= years % 10 <= 4 and not 12 <= years % 100 <= 14:  # noqa: PLR2004 - Russian plurals
        return "года"
    return "лет"


def _dashed(number: int) -> str:
    digits = f"{number:011d}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def _worded(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_DATES: dict[str, Callable[[date], Cell]] = {
    "excel": lambda day: day,
    "dots": lambda day: f"{day:%d.%m.%Y}",
    "short": lambda day: f"{day.day}.{day.month}.{day.year % 100:02d}",
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "year mark": lambda day: f"{day:%d.%m.%Y} г.",
    "words": _worded,
}
_SNILS: dict[str, Callable[[int], Cell]] = {
    "dashes": _dashed,
    "spaces": lambda number: _dashed(number).replace("-", " "),
    "digits": lambda number: f"{number:011d}",
    "number": lambda number: number,
}
