"""Name parts for display and folded for comparison."""

import re
from functools import cache, lru_cache

from sync.matching.lexicon import first_names, fold_yo, word_set, words

_NOT_LETTERS = re.compile(r"[^а-яa-z\- ]")
_SOFT = re.compile(r"[ьъ]")
_DOUBLES = re.compile(r"(.)\1+")
_PATRONYMIC_MIN = 5


@cache
def turkic() -> tuple[str, ...]:
    """Give the words that follow a father's name: оглы, кызы and their kin."""
    return words("names", "turkic_male") + words("names", "turkic_female")


@lru_cache(maxsize=200_000)
def is_patronymic(folded: str) -> bool:
    """Tell whether a folded word looks like a patronymic."""
    if folded.rpartition(" ")[2] in turkic() and " " in folded:
        return True
    endings = words("names", "patronymic_male") + words("names", "patronymic_female")
    return len(folded) >= _PATRONYMIC_MIN and folded.endswith(endings)


@lru_cache(maxsize=200_000)
def title(part: str) -> str:
    """Give a name part for display: «Петрова-Водкина», «Гасан оглы», «фон Берг»."""
    pieces = part.split()
    last = len(pieces) - 1
    return " ".join(_title_word(word, at, last) for at, word in enumerate(pieces))


def _title_word(word: str, at: int, last: int) -> str:
    folded = word.lower()
    if fold_yo(word) in turkic() and at:
        return folded
    if fold_yo(word) in word_set("names", "particles") and at < last:
        return folded
    return "-".join(piece[:1].upper() + piece[1:] for piece in folded.split("-") if piece)


@lru_cache(maxsize=200_000)
def fold_last(part: str) -> str:
    """Give a surname folded for comparison; halves of a double one stay in their order."""
    folded = _NOT_LETTERS.sub("", fold_yo(part)).strip("- ")
    return folded.replace(" ", "-").replace("ъ", "ь")


@lru_cache(maxsize=200_000)
def fold_first(part: str) -> str:
    """Give a first name folded to its usual spelling: Наталия and Наталья are one name."""
    folded = _NOT_LETTERS.sub("", fold_yo(part)).strip("- ")
    return first_names().canonical.get(folded, folded)


@lru_cache(maxsize=200_000)
def fold_middle(part: str) -> str:
    """Give a patronymic folded: Сергеич and Сергеевич, Валериевна and Валерьевна are one."""
    folded = _NOT_LETTERS.sub("", fold_yo(part)).replace("-", " ").strip()
    folded = re.sub(r"(?<=[а-я]{2})еич$", "еевич", folded)
    folded = re.sub(r"(?<=[а-я]{2})(?<!ов)(?<!ев)ыч$", "ович", folded)
    folded = re.sub(r"и(е[вн])", r"\1", _SOFT.sub("", folded))
    folded = re.sub(r"^даниилов", "данилов", folded)
    for spelling in ("оглу", "огли", "угли"):
        folded = re.sub(rf" {spelling}$", " оглы", folded)
    folded = re.sub(r" (гызы|кизи|кыс)$", " кызы", folded)
    return _DOUBLES.sub(r"\1", folded)
