"""How a name, a date or a number comes to stand in a cell: shapes, slips of the hand, samples."""

from collections.abc import Callable
from datetime import date, timedelta

from hub.demo.draw import Dice
from hub.demo.labelled.habits import Noise
from hub.demo.naming import diminutives, variants

_LATIN = str.maketrans("АВЕКМНОРСТХасеорху", "ABEKMHOPCTXaceopxy")
_EPOCH = date(1899, 12, 30)
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
_SAMPLES = ("000-000-000 00", "11111111111", "123-456-789 64", "0", "нет")
_SPELLED = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "yo",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_SHORTEST = 4
_MONTHS_IN_YEAR = 12


def slipped(word: str, roll: Dice) -> str:
    """Give a word with one slip inside: a swap, a letter dropped, doubled or struck beside."""
    if len(word) < _SHORTEST:
        return word
    at = 1 + roll.below(len(word) - 2)
    match roll.below(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + roll.one_of("аоеиркнлст") + word[at + 1 :]


def worn_first(first: str, roll: Dice, noise: Noise, *, child: bool) -> str:
    """Give a first name as a card may spell it."""
    if roll.chance(noise.spelling) and first in variants():
        return roll.one_of(variants()[first])
    if child and roll.chance(noise.short_form):
        return diminutives().get(first, first)
    return slipped(first, roll) if roll.chance(noise.first_slip) else first


def drawn(text: str, roll: Dice, noise: Noise) -> str:
    """Give a cell with a name as it is typed: case, look-alikes, Latin, ё."""
    if roll.chance(noise.yo_as_ye):
        text = text.replace("ё", "е").replace("Ё", "Е")
    if roll.chance(noise.upper_case):
        text = text.upper()
    if roll.chance(noise.look_alikes):
        text = text.translate(_LATIN)
    if roll.chance(noise.latin):
        text = " ".join(latin(word).capitalize() for word in text.split())
    return text


def latin(word: str) -> str:
    """Give a word in Latin letters, as passports for abroad spell it."""
    return "".join(_SPELLED.get(sign, sign) for sign in word.lower()).replace("_", "")


def _in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year} г."


# Shapes of a date, each as many times as it is met in a hundred.
_DATES: tuple[Callable[[date], str], ...] = (
    *(lambda day: f"{day:%d.%m.%Y}",) * 45,
    *(lambda day: day.isoformat(),) * 35,
    *(lambda day: f"{day.day}.{day.month}.{day.year % 100:02d}",) * 8,
    *(lambda day: str((day - _EPOCH).days),) * 4,
    *(_in_words,) * 3,
    *(lambda day: f"{day:%d/%m/%Y}",) * 3,
    *(lambda day: f"{day.isoformat()} 00:00:00",) * 2,
)
_NUMBERS: tuple[Callable[[str], str], ...] = (
    *(lambda text: f"{text[:3]}-{text[3:6]}-{text[6:9]} {text[9:]}",) * 60,
    *(lambda text: text,) * 30,
    *(lambda text: str(int(text)),) * 6,
    *(lambda text: f"{int(text)}.0",) * 4,
)


def date_text(day: date, roll: Dice) -> str:
    """Give a date in one of the shapes that tables hold."""
    return roll.one_of(_DATES)(day)


def slipped_date(day: date, roll: Dice, noise: Noise) -> date:
    """Give a date with the day and month swapped or one figure wrong, rarely."""
    if roll.chance(noise.date_swapped) and day.day <= _MONTHS_IN_YEAR:
        return day.replace(month=day.day, day=day.month)
    if not roll.chance(noise.date_slip):
        return day
    match roll.below(3):
        case 0:
            return day.replace(year=day.year + roll.one_of((-1, 1, 10, -10)), day=min(day.day, 28))
        case 1:
            return day.replace(month=day.month % 12 + 1, day=min(day.day, 28))
        case _:
            return day + timedelta(days=roll.one_of((-1, 1, 10, -10)))


def snils_text(number: int, roll: Dice, noise: Noise) -> str:
    """Give a СНИЛС in one of its shapes, with a wrong figure or a sample now and then."""
    if roll.chance(noise.snils_sample):
        return roll.one_of(_SAMPLES)
    digits = f"{number:011d}"
    if roll.chance(noise.snils_slip):
        at = roll.below(11)
        digits = digits[:at] + str((int(digits[at]) + 1 + roll.below(8)) % 10) + digits[at + 1 :]
    return roll.one_of(_NUMBERS)(digits)


def phone_text(digits: int, roll: Dice) -> str:
    """Give a phone in one of its shapes."""
    text = f"{digits:010d}"
    return roll.one_of(
        (
            f"+7{text}",
            f"8{text}",
            f"8 ({text[:3]}) {text[3:6]}-{text[6:8]}-{text[8:]}",
            f"+7 {text[:3]} {text[3:6]} {text[6:8]} {text[8:]}",
        )
    )
