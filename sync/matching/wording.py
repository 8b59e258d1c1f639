"""What a level says, in words a person reads: the explanation of a score."""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.matching.model import Model
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same

FIELD_WORDS: Mapping[str, str] = {
    "prior": "до сравнения",
    "last": "фамилия",
    "first": "имя",
    "middle": "отчество",
    "birth": "рождение",
    "snils": "СНИЛС",
    "phone": "телефон",
    "email": "почта",
    "place": "организация",
    "sex": "пол",
    "rarity": "редкость имени",
    "role": "роль",
    "weak": "дата рождения и СНИЛС",
    "list": "список",
    "interactions": "вместе взятое",
}
_SAME: Mapping[int, str] = {
    Same.UNKNOWN: "у одной из записей нет",
    Same.EQUAL: "одно и то же",
    Same.DIFFERENT: "разное",
}
_GIVEN: Mapping[int, str] = {
    Given.UNKNOWN: "у одной из записей нет",
    Given.EQUAL: "одно и то же",
    Given.VARIANT: "написания одного имени",
    Given.INITIAL: "подходит инициал",
    Given.CLOSE: "отличается опиской",
    Given.DIFFERENT: "разное",
    Given.ABSENT: "нет у обеих",
    Given.GARBLED: "похоже лишь отдалённо",
}
LEVEL_WORDS: Mapping[str, Mapping[int, str]] = {
    "last": {
        Last.UNKNOWN: "у одной из записей нет",
        Last.EQUAL: "одна и та же",
        Last.PART: "половина двойной",
        Last.SOUND: "звучит одинаково",
        Last.FORMER: "прежняя",
        Last.CLOSE: "отличается опиской",
        Last.DIFFERENT: "разная",
        Last.SWAPPED: "имя и фамилия переставлены",
    },
    "first": _GIVEN,
    "middle": _GIVEN,
    "birth": {
        Birth.UNKNOWN: "у одной из записей нет",
        Birth.EQUAL: "один и тот же день",
        Birth.TYPO: "отличается опиской",
        Birth.YEAR_ONLY: "год тот же, день известен не у обеих",
        Birth.MONTH: "тот же месяц, другой день",
        Birth.YEAR: "тот же год, другой день",
        Birth.APART: "разные годы",
        Birth.GENERATION: "разница в поколение",
        Birth.NEXT_YEAR: "соседний год, день известен не у обеих",
    },
    "snils": {**_SAME, Same.EQUAL: "один и тот же", Same.DIFFERENT: "разные, оба верны"},
    "phone": {**_SAME, Same.EQUAL: "общий", Same.DIFFERENT: "разные"},
    "email": {**_SAME, Same.EQUAL: "общая", Same.DIFFERENT: "разная"},
    "place": {**_SAME, Same.EQUAL: "одна и та же", Same.DIFFERENT: "разные"},
    "sex": {**_SAME, Same.EQUAL: "один и тот же", Same.DIFFERENT: "разный"},
    "rarity": {
        Rarity.NONE: "имя не общее",
        Rarity.RARE: "редкое",
        Rarity.MIDDLING: "обычное",
        Rarity.FREQUENT: "частое",
    },
    "role": {**_SAME, Same.EQUAL: "одна и та же", Same.DIFFERENT: "разные"},
    "list": {**_SAME, Same.EQUAL: "один и тот же", Same.DIFFERENT: "разные"},
    "weak": {0: "есть у обеих", 1: "у одной из записей нет ни того, ни другого"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one field says and how many bits it adds: each bit doubles the odds."""

    field: str
    says: str
    bits: float


def explained(pattern: int, model: Model) -> list[Reason]:
    """Give the parts of a pattern's score in the order of the fields; they add up to it."""
    parts = model.explain(pattern)
    found = []
    for field, centibits in parts.items():
        shift, bits = FIELDS.get(field, (0, 0))
        level = pattern >> shift & (1 << bits) - 1
        says = LEVEL_WORDS[field][level] if field in LEVEL_WORDS else ""
        found.append(Reason(field=FIELD_WORDS[field], says=says, bits=centibits / 100))
    return found
