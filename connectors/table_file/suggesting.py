"""What an unknown column might hold: the nearest known headers, and the look of its values."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from connectors.table_file.fields import dictionary, known, normalise_header
from hub.errors import InputError

MOST: Final = 3
# How alike words must be to be suggested (0-100), and which share of values must have a look.
ALIKE: Final = 85
MOST_VALUES: Final = 0.8
ROLES: Final = ("mentor", "mentee")

LOOKS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(r"\d{3}-\d{3}-\d{3}[ -]?\d{2}"), ("snils",)),
    (re.compile(r"[^@\s]+@[^@\s]+\.\w+"), ("email",)),
    (re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d"), ("birth_date", "hire_date")),
    (re.compile(r"(?:\+?7|8)[\s(-]*\d{3}[\s)-]*[\d\s-]{7,9}"), ("phone",)),
    (re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:\s[А-ЯЁ][а-яё.]*){1,2}"), ("full_name",)),
    (re.compile(r"(?:1[01]|[1-9])\s*[«\"]?[А-Яа-я][»\"]?"), ("class",)),
    (
        re.compile(r"(?:педагог|учител|воспитател|преподавател|директор|мастер).*", re.IGNORECASE),
        ("position",),
    ),
    (re.compile(r"\d{10}"), ("organization_inn",)),
    (re.compile(r"\d{13}"), ("organization_ogrn",)),
)


def suggestions(name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Give up to three fields that a column might hold, the likeliest first; often none."""
    found = (*_by_look(values), *_by_words(normalise_header(name)))
    return tuple(dict.fromkeys(found))[:MOST]


def field_named(word: str) -> str:
    """Give the field that a person means by its code or by a header that is known for it.

    «full_name» and «ФИО» both name the full name; an empty word leaves a column out. Raises
    InputError where no field is meant.
    """
    if not word or word in titles():
        return word
    found = known(word)
    if found is None or not found.field:
        raise InputError(
            f"Поля «{word}» нет. Назовите поле кодом или привычным заголовком: "
            f"{', '.join(sorted(titles()))}.",
            code="mapping.unknown_field",
        )
    return found.field


@cache
def titles() -> Mapping[str, str]:
    """Give each field that a column may be read as, with a header that is known for it."""
    words = dictionary()
    named: dict[str, str] = {}
    for header, field in words.field_of.items():
        if re.search("[а-я]", header) or field not in named:
            named.setdefault(field, header)
    for field in sorted(words.of_person):
        for role in ROLES:
            named.setdefault(f"{role}_{field}", named[field])
    return named


def _by_look(values: Sequence[str]) -> tuple[str, ...]:
    filled = [value for value in values if value]
    if not filled:
        return ()
    enough = MOST_VALUES * len(filled)
    return next(
        (
            fields
            for look, fields in LOOKS
            if sum(bool(look.fullmatch(v)) for v in filled) >= enough
        ),
        (),
    )


@lru_cache(maxsize=8192)
def _by_words(normal: str) -> tuple[str, ...]:
    words = dictionary().field_of
    near = process.extract(
        normal, words.keys(), scorer=fuzz.token_set_ratio, score_cutoff=ALIKE, limit=None
    )
    headers = [header for header, _, _ in near]
    headers.sort(key=lambda header: fuzz.token_sort_ratio(header, normal), reverse=True)
    return tuple(words[header] for header in headers[:MOST])
