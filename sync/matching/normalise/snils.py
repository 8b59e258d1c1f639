"""СНИЛС: its digits when it is one, and otherwise what is the matter with it."""

import re
from collections.abc import Iterable
from datetime import date

from sync.matching.lexicon import fold_yo, word_set
from sync.matching.normalise.outcome import Outcome

LENGTH = 11
_SHORTEST_REPAIRED = 8  # a number kept as a number loses at most three leading zeros
UNCHECKED_UP_TO = 1_001_998  # control digits exist above 001-001-998 only
_SCIENTIFIC = re.compile(r"^\d+([.,]\d+)?\s*[eе]\s*\+?\d+$", re.IGNORECASE)
_FLOAT_TAIL = re.compile(r"[.,]0+$")
_SEPARATORS = re.compile(r"[\s\-–—‑.,_№'\u00a0\u00ad]+")
_LABEL = re.compile(r"снилс|страхов\w*|номер|:")
_DIGIT_LIKE = str.maketrans({"о": "0", "o": "0", "з": "3"})
# Numbers that stand in forms as samples: they pass the check and belong to nobody.
SAMPLES = frozenset({"12345678964", "11111111145", "00000000000"})


def has_valid_check(digits: str) -> bool:
    """Tell whether eleven digits carry the right control number (consultant.ru LAW_124607)."""
    number = int(digits[:9])
    if number <= UNCHECKED_UP_TO:
        return True
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, _weights(), strict=False))
    return weighted % 101 % 100 == int(digits[9:])


def normalise_snils(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give (digits, state): digits only of a valid number, else an empty string."""
    text = fold_yo(cells[0]).strip()
    if not text or text in word_set("names", "empty") or not text.strip("-–—_ .0x"):
        return Outcome(values=("", "PLACEHOLDER" if "0" in text and len(text) > 1 else "ABSENT"))
    if _SCIENTIFIC.match(text):
        return Outcome(values=("", "UNREADABLE"), issues=(("snils", "snils.scientific"),))
    text = _LABEL.sub("", _FLOAT_TAIL.sub("", text)).translate(_DIGIT_LIKE)
    bare = _SEPARATORS.sub("", text)
    if not bare.isascii() or not bare.isdigit():
        return Outcome(values=("", "UNREADABLE"), issues=(("snils", "snils.unreadable"),))
    return _judge(bare)


def _judge(digits: str) -> Outcome:
    if not _SHORTEST_REPAIRED <= len(digits) <= LENGTH:
        return Outcome(values=("", "BAD"), issues=(("snils", "snils.length"),))
    padded = digits.zfill(LENGTH)
    if len(set(padded[:9])) == 1 or padded in SAMPLES:
        return Outcome(values=("", "PLACEHOLDER"), issues=(("snils", "snils.placeholder"),))
    repaired_unchecked = len(digits) < LENGTH and int(padded[:9]) <= UNCHECKED_UP_TO
    if repaired_unchecked or not has_valid_check(padded):
        return Outcome(values=("", "BAD"), issues=(("snils", "snils.checksum"),))
    return Outcome(values=(padded, "VALID"))


def _weights() -> Iterable[int]:
    return range(9, 0, -1)
