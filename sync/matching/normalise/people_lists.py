"""Several people in one cell."""

import re

from sync.matching.lexicon import fold_yo, word_set

_NUMBERED = re.compile(r"(?:^|[\s,;])\d{1,3}\s*[.)]\s*(?=[А-ЯЁA-Z])")
_LINES = re.compile(r"[\n\r;|]+")
_COMMAS = re.compile(r"\s*,\s*")
_CONJUNCTION = re.compile(r"\s+и\s+(?=[А-ЯЁ][а-яё]+\s+[А-ЯЁ])")
_WORD = re.compile(r"[А-ЯЁа-яёA-Za-z][А-ЯЁа-яёA-Za-z\-']*\.?")
_BRACKETS = re.compile(r"\([^)]*\)")


def split_people(text: str) -> list[str]:
    """Give one text for each person that a cell names.

    «Фамилия, Имя, Отчество» is one person: commas part people only where every part holds at
    least two words of a name.
    """
    people: list[str] = []
    for line in _LINES.split(_NUMBERED.sub("\n", text)):
        for part in _CONJUNCTION.split(line):
            people += _by_commas(
                part.strip(" ,.\t") + ("." if part.rstrip(" ,\t").endswith(".") else "")
            )
    return [person for person in people if _is_someone(person)]


def _by_commas(line: str) -> list[str]:
    parts = [part.strip() for part in _COMMAS.split(line) if part.strip()]
    if len(parts) <= 1:
        return [line.strip()]
    named = [len(_name_words(part)) > 1 for part in parts]
    if all(named):
        return parts
    if not any(named):
        return [line.strip()]
    return _with_notes(parts, named)


def _with_notes(parts: list[str], named: list[bool]) -> list[str]:
    """Keep a part of one word with the person before it: it is a class or a note."""
    people: list[str] = []
    for part, is_named in zip(parts, named, strict=True):
        if is_named or not people:
            people.append(part)
        else:
            people[-1] = f"{people[-1]}, {part}"
    return people


def _name_words(part: str) -> list[str]:
    notes = word_set("names", "notes")
    found = _WORD.findall(_BRACKETS.sub(" ", part))
    return [
        word
        for word in found
        if fold_yo(word).strip(".") not in notes and (word[:1].isupper() or part.islower())
    ]


def _is_someone(person: str) -> bool:
    folded = fold_yo(person).strip()
    return bool(_WORD.search(person)) and folded not in word_set("names", "empty")
