"""What a header means: its normal form and the field it names, from the data of fields.json."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
SHORTEST_TYPO = 8
LONGEST_HEADER = 200

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_HYPHENATED = re.compile(r"(\w)[-\u2010\u2011]\s*\n\s*(\w)")
_NUMBERED = re.compile(r"^\s*\d{1,2}\s*[.)]\s*(?=\D)")
_PUNCTUATION = re.compile(r"(?:[^\w/]|_)+")
_SLASH = re.compile(r"\s*/+\s*")
_NUMBER_SIGN = re.compile(r"\bn\b")
_MIXED = re.compile(r"\w*(?:[a-z][а-я]|[а-я][a-z])\w*")
_PARENTHESES = re.compile(r"\([^)]*\)?")
_CAMEL = re.compile(r"(?<=[а-яёa-z])(?=[А-ЯЁA-Z][а-яёa-z])")
_TRAILING_NUMBER = re.compile(r"\s(?:no ?)?\d{1,2}$")

_MENTOR = re.compile(r"\b(?:(?:педагог|учител)\w*[ -])?наставник(?:а|и|ов|ом|у|ами)?\b")
_MENTEE = re.compile(
    r"\b(?:наставляем\w+|подопечн\w+|стажер\w*|молод\w+ (?:специалист|педагог|учител)\w*)"
)
_PUPIL = re.compile(r"\b(?:ученик\w*|учащ\w+|обучающ\w+|ребенк\w+|воспитанник\w*|студент\w*)")
_STAFF = re.compile(
    r"\b(?:педагогическ\w+ )?"
    r"(?:работник|сотрудник|педагог|учител|преподавател|воспитател|специалист)\w*"
)
_ANYONE = re.compile(r"\b(?:участник\w*|получател\w+|слушател\w+|физ(?:ического )?лица)")


class Whose(StrEnum):
    """Whom a header speaks about, as far as it says."""

    UNSAID = "UNSAID"
    MENTOR = "MENTOR"
    MENTEE = "MENTEE"
    PUPIL = "PUPIL"
    STAFF = "STAFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A field that a header names, how sure that is (0-1), and whom the header speaks about."""

    field: str
    confidence: float
    whose: Whose = Whose.UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """The words of fields.json, headers in normal form."""

    field_of: Mapping[str, str]
    contextual: Mapping[str, tuple[tuple[str, str], ...]]
    of_person: frozenset[str]
    neutral_groups: frozenset[str]
    strangers: re.Pattern[str]
    refused: re.Pattern[str]


@cache
def dictionary() -> Dictionary:
    """Read fields.json once."""
    data = json.loads((files(__package__) / "fields.json").read_text(encoding="utf-8"))
    return Dictionary(
        field_of={
            normalise_header(header): field
            for field, headers in data["fields"].items()
            for header in headers
        },
        contextual={
            normalise_header(header): tuple((rule[0], rule[1]) for rule in rules)
            for header, rules in data["contextual"].items()
        },
        of_person=frozenset(data["of_person"]),
        neutral_groups=frozenset(map(normalise_header, data["neutral_groups"])),
        strangers=_any_of(data["strangers"]),
        refused=_any_of(data["refused"]),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + ")")


@lru_cache(maxsize=8192)
def normalise_header(text: str) -> str:
    """Fold a header to the form in which headers are compared."""
    text = _INVISIBLE.sub("", text[:LONGEST_HEADER])
    text = _HYPHENATED.sub(r"\1\2", text)
    text = unicodedata.normalize("NFKC", _NUMBERED.sub("", text)).lower().replace("ё", "е")
    text = _MIXED.sub(lambda word: word.group().translate(LOOKALIKES), text)
    text = _NUMBER_SIGN.sub("no", _SLASH.sub("/", _PUNCTUATION.sub(" ", text)))
    return " ".join(text.split()).strip("/ ")


@lru_cache(maxsize=8192)
def known(header: str) -> Guess | None:
    """Give the field that one header names, or nothing where it names none for sure.

    Tries, in the order of certainty: the header itself, without brackets, without a trailing
    number, with the words of its CamelCase apart; then each of them without the words that say
    whose field it is («наставника», «сотрудника»).
    """
    words = dictionary()
    normal = normalise_header(header)
    if not normal or words.refused.search(normal) or words.strangers.search(normal):
        return _exact(normal) if normal in words.field_of else None
    for read, (order, form) in product((_exact, _of_role, _of_owner), enumerate(_forms(header))):
        if found := read(form):
            return replace(found, confidence=found.confidence - (0.03 if order else 0))
    return None


@lru_cache(maxsize=8192)
def guess(header: str) -> Guess | None:
    """Give what `known` gives, or else forgive one mistyped letter in a long header."""
    words = dictionary()
    normal = normalise_header(header)
    if words.refused.search(normal) or words.strangers.search(normal):
        return known(header)
    return known(header) or _with_typo(normal)


def _forms(header: str) -> list[str]:
    normal = normalise_header(header)
    forms = [normal, normalise_header(_PARENTHESES.sub(" ", header))]
    forms.append(_TRAILING_NUMBER.sub("", forms[-1]))
    forms.append(normalise_header(_CAMEL.sub(" ", header)))
    return [form for form in dict.fromkeys(forms) if form]


def _exact(normal: str) -> Guess | None:
    words = dictionary()
    if normal in words.contextual:
        return Guess(field=words.contextual[normal][-1][1], confidence=0.9, whose=_whose(normal))
    field = words.field_of.get(normal)
    return Guess(field=field, confidence=1.0, whose=_whose(normal)) if field else None


def _whose(normal: str) -> Whose:
    patterns = (
        (Whose.MENTOR, _MENTOR),
        (Whose.MENTEE, _MENTEE),
        (Whose.PUPIL, _PUPIL),
        (Whose.STAFF, _STAFF),
    )
    return next((whose for whose, words in patterns if words.search(normal)), Whose.UNSAID)


def _of_role(normal: str) -> Guess | None:
    """Read «должность наставника» as the mentor's position."""
    roles = [
        (whose, pattern)
        for whose, pattern in ((Whose.MENTOR, _MENTOR), (Whose.MENTEE, _MENTEE))
        if pattern.search(normal)
    ]
    if len(roles) != 1:
        return None
    whose, pattern = roles[0]
    rest = " ".join(_STAFF.sub(" ", pattern.sub(" ", normal)).split())
    found = dictionary().field_of.get(rest) if rest else "full_name"
    if found not in dictionary().of_person:
        return None
    return Guess(field=f"{whose.lower()}_{found}", confidence=0.97, whose=whose)


def _of_owner(normal: str) -> Guess | None:
    """Read «телефон сотрудника» as a phone of the person of the row."""
    rest = normal
    for pattern in (_STAFF, _PUPIL, _ANYONE):
        rest = pattern.sub(" ", rest)
    rest = " ".join(rest.split())
    found = dictionary().field_of.get(rest) if rest != normal else None
    if found not in dictionary().of_person:
        return None
    return Guess(field=found, confidence=0.95, whose=_whose(normal))


def _with_typo(normal: str) -> Guess | None:
    """Give the field of the headers that differ by one letter, if they agree on one."""
    if not SHORTEST_TYPO <= len(normal) <= LONGEST_HEADER // 4:
        return None
    words = dictionary()
    near = process.extract(
        normal, words.field_of.keys(), scorer=OSA.distance, score_cutoff=1, limit=None
    )
    fields = {words.field_of[header] for header, _, _ in near if len(header) >= SHORTEST_TYPO}
    if len(fields) != 1:
        return None
    return Guess(field=fields.pop(), confidence=0.8, whose=_whose(normal))


def read_levels(
    levels: tuple[str, ...], read: Callable[[str], Guess | None] = guess
) -> Guess | None:
    """Give the field that a header of several rows names, its groups first.

    «Стаж | общий» is read joined; «Сведения о педагоге | ФИО» by its last part, but only below
    groups that are known to add nothing: «Сведения о родителях | ФИО» names nobody of ours.
    """
    if len(levels) <= 1:
        return read(levels[0]) if levels else None
    joined = read(" ".join(levels))
    if joined is not None:
        return joined
    groups = [normalise_header(level) for level in levels[:-1]]
    return read(levels[-1]) if all(map(_adds_nothing, groups)) else None


def _adds_nothing(group: str) -> bool:
    words = dictionary()
    if _MENTOR.search(group) or _MENTEE.search(group):
        return False
    return group in words.neutral_groups or group in words.field_of


def is_refused(header: str) -> bool:
    """Say whether a column holds what the hub must not keep: passports, health, origin."""
    normal = normalise_header(header)
    words = dictionary()
    return normal not in words.field_of and bool(words.refused.search(normal))
