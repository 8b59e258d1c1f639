"""The levels at which two records may agree, and how levels pack into one integer."""

from enum import IntEnum

from sync.matching.hashing import Int64s

VERSION = "2"  # of the meaning of levels; weights are made for one version


class Last(IntEnum):
    """How surnames agree."""

    UNKNOWN = 0
    EQUAL = 1
    PART = 2  # halves of a double surname
    SOUND = 3
    FORMER = 4
    CLOSE = 5
    DIFFERENT = 6
    SWAPPED = 7


class Given(IntEnum):
    """How first names or patronymics agree."""

    UNKNOWN = 0
    EQUAL = 1
    VARIANT = 2
    INITIAL = 3
    CLOSE = 4
    DIFFERENT = 5
    ABSENT = 6  # neither side has one
    GARBLED = 7  # alike from afar, and one of them is no known name: perhaps misspelled


class Birth(IntEnum):
    """How births agree."""

    UNKNOWN = 0
    EQUAL = 1
    TYPO = 2  # day and month swapped, or one figure differs
    YEAR_ONLY = 3  # one side knows the year alone, and it is the same
    MONTH = 4  # year and month
    YEAR = 5  # both days known, only the year agrees
    APART = 6
    GENERATION = 7  # fifteen years or more
    NEXT_YEAR = 8  # one side knows the year alone, and it is one off


class Same(IntEnum):
    """Whether values agree where both sides have one."""

    UNKNOWN = 0
    EQUAL = 1
    DIFFERENT = 2


class Rarity(IntEnum):
    """How rare surname and first name are together, by the model's frequencies."""

    NONE = 0
    RARE = 1
    MIDDLING = 2
    FREQUENT = 3


# Field -> (shift, bits). Fields are only ever appended: stored patterns keep their meaning.
FIELDS = {
    "last": (0, 3),
    "first": (3, 3),
    "middle": (6, 3),
    "birth": (9, 4),
    "snils": (13, 2),
    "phone": (15, 2),
    "email": (17, 2),
    "place": (19, 2),
    "sex": (21, 2),
    "rarity": (23, 2),
    "role": (25, 2),
    "weak": (27, 1),
    "list": (28, 2),
}


def level(patterns: Int64s, field: str) -> Int64s:
    """Give one field's levels out of patterns."""
    shift, bits = FIELDS[field]
    return patterns >> shift & (1 << bits) - 1


# Levels at which a side states nothing: they say nothing. Of every other field it is the level 0.
SILENT = {
    "first": (Given.UNKNOWN, Given.ABSENT),
    "middle": (Given.UNKNOWN, Given.ABSENT),
}
