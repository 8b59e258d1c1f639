"""What a table lists, told by its columns and by the words of its title, sheet and file name."""

import re
from collections.abc import Mapping, Sequence

from hub.records import FileKind

_MENTORS = re.compile(r"\bнаставник(?:ов|и|ах|ами)\b|\bпедагог\w*[ -]наставник", re.IGNORECASE)
_MENTEES = re.compile(r"\bнаставляем(?:ых|ые|ыми)\b", re.IGNORECASE)
_PUPILS = re.compile(
    r"\b(?:обучающи[хе]\w*|учащи[хе]\w*|учени(?:ков|ки)|воспитанник(?:ов|и)|школьник(?:ов|и)"
    r"|студент(?:ов|ы)|контингент\w*|класс(?:а|ов)?)\b",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:педагогическ\w+|педагог(?:ов|и)|работник(?:ов|и)|сотрудник(?:ов|и)|учител(?:ей|я)"
    r"|кадр\w*|персонал\w*|тарификац\w*|штатн\w+|преподавател(?:ей|и))\b",
    re.IGNORECASE,
)
_OF_STAFF = frozenset(
    {"position", "hire_date", "category", "category_date", "total_experience", "rate"}
    | {"teaching_experience", "position_experience", "employment_type", "dismissal_date"}
    | {"personnel_number", "subject", "specialty", "education_institution"}
)
_MENTOR_NAMES = frozenset({"mentor_full_name", "mentor_last_name"})
_MENTEE_NAMES = frozenset({"mentee_full_name", "mentee_last_name"})
_OWN_NAMES = frozenset({"full_name", "last_name"})
# A staff list may name the mentors of a few; a base names one in most of its rows.
_MOST = 0.5


def recognise_kind(
    fields: Sequence[str], filled: Mapping[str, float], words: Sequence[str]
) -> FileKind | None:
    """Say what a table lists, or nothing where neither columns nor words tell.

    `fields` stand in the order of the columns, `filled` gives the share of rows in which a field
    is filled, `words` are what the sheet calls itself, the most trustworthy first.
    """
    present = frozenset(fields)
    by_words = next(filter(None, map(_base_of, words)), None)
    if present & _MENTOR_NAMES and present & _MENTEE_NAMES:
        return by_words or _leftmost(fields)
    if present & (_MENTOR_NAMES | _MENTEE_NAMES):
        return _by_one_side(present, filled, by_words)
    return by_words or _list_of(present, words)


def _base_of(words: str) -> FileKind | None:
    mentors, mentees = _MENTORS.search(words), _MENTEES.search(words)
    if bool(mentors) == bool(mentees):
        return None
    return FileKind.MENTOR_BASE if mentors else FileKind.MENTEE_BASE


def _leftmost(fields: Sequence[str]) -> FileKind:
    first = next(field for field in fields if field in _MENTOR_NAMES | _MENTEE_NAMES)
    return FileKind.MENTOR_BASE if first in _MENTOR_NAMES else FileKind.MENTEE_BASE


def _by_one_side(
    present: frozenset[str], filled: Mapping[str, float], by_words: FileKind | None
) -> FileKind | None:
    """Read a table that names one side of the pair by its role, and perhaps the other plainly."""
    mentors_named = bool(present & _MENTOR_NAMES)
    if not present & _OWN_NAMES:
        return FileKind.MENTOR_BASE if mentors_named else FileKind.MENTEE_BASE
    named = present & (_MENTOR_NAMES | _MENTEE_NAMES)
    if max(filled.get(field, 0.0) for field in named) <= _MOST:
        return by_words or (FileKind.STAFF if present & _OF_STAFF else None)
    return by_words or (FileKind.MENTEE_BASE if mentors_named else FileKind.MENTOR_BASE)


def _list_of(present: frozenset[str], words: Sequence[str]) -> FileKind | None:
    if "class" in present and not present & _OF_STAFF:
        return FileKind.PUPILS
    if "position" in present:
        return FileKind.STAFF
    for text in words:
        pupils, staff = _PUPILS.search(text), _STAFF.search(text)
        if bool(pupils) != bool(staff):
            return FileKind.PUPILS if pupils else FileKind.STAFF
    if present & _OF_STAFF:
        return FileKind.STAFF
    return FileKind.PUPILS if "class" in present else None
