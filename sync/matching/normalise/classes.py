"""School classes: the grade and the letter."""

import re
from datetime import date

from sync.matching.lexicon import fold_yo
from sync.matching.normalise.outcome import Outcome

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9} | {
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_ROMAN_DRAWN = str.maketrans("хі", "xi")  # Cyrillic Х and І stand for the Roman figures
_CLASS = re.compile(r"^(\d{1,2})(?:\.0)?\s*[-–—\s«\"'„“(]*([а-яa-z]?)(?![а-яa-z]{2})")
_ROMAN_CLASS = re.compile(r"^([ivx]+)\s*[-–—\s«\"'„“(]*([а-я]?)\b")
_WORD = re.compile(r"класс\w*|кл\b\.?")
_LATIN_LETTERS = str.maketrans("abvgdekmz", "абвгдекмз")
_LAST_GRADE = 12


def normalise_class(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give (grade, letter): «9«А»», «9 а», «IX А», «11-Б»."""
    folded = _WORD.sub(" ", fold_yo(cells[0])).strip()
    grade, letter = _arabic(folded) or _roman(folded) or (None, "")
    if grade is None or not 1 <= grade <= _LAST_GRADE:
        issues = (("class", "class.unreadable"),) if any(c.isdigit() for c in folded) else ()
        return Outcome(values=(None, ""), issues=issues)
    return Outcome(values=(grade, letter.upper()))


def _arabic(folded: str) -> tuple[int, str] | None:
    found = _CLASS.match(folded)
    return (int(found[1]), found[2].translate(_LATIN_LETTERS)) if found else None


def _roman(folded: str) -> tuple[int, str] | None:
    head = re.match(r"^[ivxхі]+", folded)
    drawn = head[0].translate(_ROMAN_DRAWN) + folded[head.end() :] if head else folded
    found = _ROMAN_CLASS.match(drawn)
    grade = _ROMAN.get(found[1]) if found else None
    return (grade, found[2]) if found and grade else None
