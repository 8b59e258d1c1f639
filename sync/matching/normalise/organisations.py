"""Names of organisations: type, number, locality, dedication."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sync.matching.lexicon import fold_yo, rules, words
from sync.matching.normalise.letters import clean_text

_NUMBER_SIGN = re.compile(r"№|\bN[o°]?\.?\s*(?=\d)|\?\s*(?=\d)|\bномер\b")
_NUMBER = re.compile(r"#\s*(\d{1,4})\b|\b(\d{1,4})\b")
_COMPANY = re.compile(r"\bобществ\w* с ограниченной ответственностью\b")
_DEDICATION = re.compile(r"\b(?:им\.|имени|им\b)\s*([^,\"»()]+)")
_QUOTES = re.compile(r"[«»\"“”„'()]")
_SPACES = re.compile(r"\s+")
_ADJECTIVE = re.compile(r"\b([а-я\-]+?)ск(?:ая|ой|ое|ого|ий|ую|ом|ому|им)\b")
_ENDING = re.compile(r"(?:ого|ого|ому|ое|ая|ой|ий|ый|ую|[аеиоуыэюяйь])$")
_SUFFIX = re.compile(r"(?<=..)(?:ск|к|ц)$")
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationName:
    """The parts of an organisation's name, folded; an unknown part is empty."""

    type: str
    number: str
    locality: str
    dedication: str
    legal_form: str

    @property
    def name_key(self) -> str:
        """Give «type|number|locality», the key under which organisations are looked up."""
        return f"{self.type}|{self.number}|{self.locality}"


@lru_cache(maxsize=50_000)
def organisation_key(name: str) -> OrganisationName:
    """Give the parts of an organisation's name however it is written out or abbreviated.

    Type and number alone are not unique inside a district: compare localities too.
    """
    numbered = _NUMBER_SIGN.sub(" # ", name)  # NFKC would spell the sign with two letters
    folded = _COMPANY.sub(" ооо ", _SPACES.sub(" ", fold_yo(clean_text(numbered)))).strip()
    dedication, rest = _take_dedication(folded)
    rest = _SPACES.sub(" ", _QUOTES.sub(" ", rest)).strip()
    kind, without_type = _take_type(rest)
    number, without_number = _take_number(without_type)
    legal, words_left = _take_legal(without_number)
    locality = _locality(rest) or _proper(words_left, kind)
    return OrganisationName(
        type=kind, number=number, locality=locality, dedication=dedication, legal_form=legal
    )


def _take_dedication(folded: str) -> tuple[str, str]:
    found = _DEDICATION.search(folded)
    if not found:
        return "", folded
    inside = re.split(rf"\s(?={_mark_pattern()})", found[1], maxsplit=1)
    dedication = re.sub(r"[^а-я\- ]", " ", inside[0])
    named = [word for word in dedication.split() if len(word) > 1]
    return (named[-1] if named else ""), folded.replace(
        found[0][: found[0].find(inside[0]) + len(inside[0])], " "
    )


def _mark_pattern() -> str:
    marks = sorted(words("organisations", "locality_marks"), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(mark) for mark in marks) + r")(?:\.\s*|\s+)"


def _take_type(rest: str) -> tuple[str, str]:
    for pattern, code in rules("organisations", "types"):
        if found := pattern.search(rest):
            return code, rest[: found.start()] + " " + rest[found.end() :]
    return "", rest


def _take_number(rest: str) -> tuple[str, str]:
    found = _NUMBER.search(rest)
    if not found:
        return "", rest
    number = (found[1] or found[2]).lstrip("0")
    return number, rest[: found.start()] + " " + rest[found.end() :]


def _take_legal(rest: str) -> tuple[str, list[str]]:
    forms = words("organisations", "legal_forms")
    tokens = [token.strip(".,;:-") for token in re.split(r"[\s,]+", rest)]
    legal = next((token for token in tokens if token in forms), "")
    skip = {*forms, *words("organisations", "legal_words"), ""}
    return legal, [token for token in tokens if token not in skip and any(map(str.isalpha, token))]


@lru_cache(maxsize=1)
def _locality_rule() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[\s,]){_mark_pattern()}([а-я][а-я\-]*(?:(?<=[ыио]й|ая|ое|ые)\s[а-я\-]+)?)(?![а-я.])"
    )


def _locality(rest: str) -> str:
    for found in reversed(list(_locality_rule().finditer(rest))):
        if not re.match(r"\w+\s+(?:р-н|район)", rest[found.start(1) :]):
            return fold_locality(found[1])
    adjective = _ADJECTIVE.search(rest)
    after = rest[adjective.end() :].split() if adjective else []
    if adjective and not (
        after and after[0].strip(".,") in words("organisations", "district_marks")
    ):
        return fold_locality(adjective[0]) if adjective[0] not in _common_adjectives() else ""
    return ""


def _common_adjectives() -> frozenset[str]:
    return frozenset({"детский", "детского", "городская", "сельская", "кадетская", "кадетский"})


def _proper(left: list[str], kind: str) -> str:
    """Give the proper name of an organisation without type: a partner is known by it."""
    marks = {*words("organisations", "locality_marks"), *words("organisations", "district_marks")}
    return "" if kind else " ".join(token for token in left if token not in marks)


def fold_locality(name: str) -> str:
    """Give a locality's stem, the same for «Самарское», «села Самарского» and «Самарская»."""
    return " ".join(_stem(word) for word in fold_yo(name).split())


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    stem = stem if len(stem) >= _SHORTEST_STEM else word
    shorter = _SUFFIX.sub("", stem)
    return shorter if len(shorter) >= _SHORTEST_STEM else stem
