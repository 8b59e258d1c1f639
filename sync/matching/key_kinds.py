"""What keys are made of: the one table by which columns and single records get the same keys."""

from dataclasses import dataclass

# Parts of which a record may have several: the sounds of its surname, of each half of a double one
# and of the former one; the names its first name may be short for; its phones and addresses.
SEVERAL = ("sounds", "roots", "phones", "emails")
NATIONAL_PHONE = 12  # characters of +7 and ten digits
NEVER_KEPT = 0  # the hash of what is unknown
DAY_SHIFT = 1_000_000  # keeps days before 1970 above zero
FINER_SALT = 99
FINER = ("year", "first", "middle")  # what splits a block that grew too large


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A salt and the parts that are hashed in their order; all must be known but the optional."""

    salt: int
    parts: tuple[str, ...]
    optional: tuple[str, ...] = ()


# A missing patronymic is a value in the key of mentions: full names are equal when it is missing
# on both sides.
KINDS = (
    KeyKind(1, ("snils",)),
    KeyKind(2, ("day", "sounds")),
    KeyKind(7, ("sounds", "middle", "place")),
    KeyKind(3, ("day", "roots")),
    KeyKind(4, ("sound", "roots", "year")),
    KeyKind(5, ("sound", "roots", "day_of_year")),
    KeyKind(6, ("roots", "middle", "place")),
    KeyKind(8, ("phones", "first")),
    KeyKind(12, ("phones", "year")),
    KeyKind(9, ("emails", "first")),
    KeyKind(13, ("emails", "year")),
    KeyKind(14, ("day", "place")),
    KeyKind(10, ("place", "last", "initial")),
    KeyKind(11, ("place", "last", "first", "middle"), optional=("middle",)),
)
