"""Phones and e-mail addresses, several in a cell as they come."""

import re
from datetime import date

from sync.matching.normalise.outcome import Outcome

_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}")
_EXTENSION = re.compile(r"(доб|вн|ext)[а-я]*\.?\s*\d+", re.IGNORECASE)
_FLOAT_TAIL = re.compile(r"(?<=\d{10})\.0\b")
_CHUNK = re.compile(r"\+?\d[\d\s\-‐–—().]*\d")
_SEPARATORS = re.compile(r"[;,\n\r|/]|\bили\b|\bи\b")
_LATIN_OF = str.maketrans("асеорхукнмт", "aceopxykhmt")
_NATIONAL = 10
_SHORT = range(5, 8)  # a city number without its code


def normalise_contacts(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give (phones, e-mails) of the cells (phone, email, contacts).

    A phone is `+7` and ten digits; a city number without its code stays as its digits.
    """
    phone, email, mixed = cells
    emails = _emails(f"{email} {mixed} {phone if '@' in phone else ''}")
    phones = _phones(f"{phone};{_EMAIL.sub(' ', mixed.lower())}")
    issues = (("phone", "phone.unreadable"),) if _digits(phone) and not phones else ()
    return Outcome(values=(phones, emails), issues=issues)


def _emails(text: str) -> list[str]:
    folded = text.lower().replace(" @", "@").replace("@ ", "@")
    words = (word.translate(_LATIN_OF) if "@" in word else word for word in folded.split())
    return sorted(set(_EMAIL.findall(" ".join(words))))


def _phones(text: str) -> list[str]:
    found: set[str] = set()
    for part in _SEPARATORS.split(_EXTENSION.sub(" ", _FLOAT_TAIL.sub("", text))):
        for chunk in _CHUNK.findall(part):
            found.update(_numbers(_digits(chunk)))
    return sorted(found)


def _numbers(digits: str) -> list[str]:
    """Give the numbers in a run of digits; two written side by side are two."""
    if len(digits) == _NATIONAL + 1 and digits[0] in "78":
        return ["+7" + digits[1:]]
    if len(digits) == _NATIONAL and digits[0] in "3489":
        return ["+7" + digits]
    if len(digits) == 2 * (_NATIONAL + 1):
        return [*_numbers(digits[: _NATIONAL + 1]), *_numbers(digits[_NATIONAL + 1 :])]
    return [digits] if len(digits) in _SHORT else []


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
