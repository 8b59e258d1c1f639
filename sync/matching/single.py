"""One record and its keys, without a data frame: what a push compares with what is stored.

The same bits as the columns give: texts are compared by the same functions, keys made of the same
table, scores and decisions taken from the same model for the same pattern.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product

from sync.matching.facts import NO_DAY
from sync.matching.hashing import hash_text, mix_one
from sync.matching.key_kinds import (
    DAY_SHIFT,
    FINER,
    FINER_SALT,
    KINDS,
    NATIONAL_PHONE,
    NEVER_KEPT,
    KeyKind,
)
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_sound

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """What comparing reads of one record; "" and 0 are unknown, `day` is then NO_DAY."""

    last: str
    first: str
    middle: str
    former: str
    day: int
    month: int  # of the year 1 on, one number for each calendar month
    year: int
    figures: str  # DDMMYYYY of a whole date
    snils: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    place: str
    sex: str
    role: str
    own_place: str
    source: str
    kind: str
    employment: str
    active: bool

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> "Single":
        """Give the record of the facts by column, as `sync.matching.facts` names them."""
        born = _day(facts.get("birth_date"))
        own = _text(facts.get("organisation_id"))
        return cls(
            last=_text(facts.get("last_key")),
            first=_text(facts.get("first_key")),
            middle=_text(facts.get("middle_key")),
            former=_text(facts.get("previous_last_key")),
            day=born.toordinal() - _EPOCH if born else NO_DAY,
            month=born.year * 12 + born.month if born else 0,
            year=born.year if born else _year(facts.get("birth_year")),
            figures=f"{born:%d%m}{born.year:04d}" if born else "",
            snils=_text(facts.get("snils_hash")),
            phones=_list(facts.get("phones")),
            emails=_list(facts.get("emails")),
            place=_text(facts.get("affiliation_organisation_id")) or own,
            sex=_text(facts.get("sex")),
            role=_text(facts.get("role")),
            own_place=own,
            source=_text(facts.get("source_id")),
            kind=_text(facts.get("kind")),
            employment=_text(facts.get("employment_kind")),
            active=bool(facts.get("active", True)),
        )

    @property
    def is_weak(self) -> bool:
        """Tell whether it states neither a birth date or year nor a СНИЛС."""
        return not self.snils and not self.year


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case bytes():
            return value.hex()
        case None:
            return ""
        case float() if value != value:  # noqa: PLR0124 - NaN is what no cell holds
            return ""
    return str(value)


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part for part in value.split("\n") if part)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _day(value: object) -> date | None:
    if isinstance(value, int):
        return date.fromordinal(value + _EPOCH) if value != NO_DAY else None
    return value if isinstance(value, date) else None


def _year(value: object) -> int:
    return int(value) if isinstance(value, int | float) and value == value else 0  # noqa: PLR0124


def keys_of(record: Single) -> dict[int, int]:
    """Give the record's blocking keys, each with the finer key that splits a large block."""
    parts = _parts(record)
    finer = mix_one(*(parts[name][0] for name in FINER), salt=FINER_SALT)
    return dict.fromkeys((key for kind in KINDS for key in _of_kind(kind, parts)), finer)


def _of_kind(kind: KeyKind, parts: Mapping[str, tuple[int, ...]]) -> Iterator[int]:
    """Give the keys of one kind: of every choice among parts of which there are several."""
    for chosen in product(*(parts[name] for name in kind.parts)):
        known = zip(chosen, kind.parts, strict=True)
        if all(value != NEVER_KEPT or name in kind.optional for value, name in known):
            yield mix_one(*chosen, salt=kind.salt)


def _parts(record: Single) -> dict[str, tuple[int, ...]]:
    first = record.first if len(record.first) > 1 else ""
    born = record.day != NO_DAY
    return {
        "snils": (_hash(record.snils),),
        "last": (_hash(record.last),),
        "first": (_hash(first),),
        "middle": (_hash(record.middle),),
        "sound": (_hash(surname_sound(record.last)),),
        "initial": (_hash(record.first[:1]),),
        "day": (record.day + DAY_SHIFT if born else NEVER_KEPT,),
        "day_of_year": (_day_of_year(record.figures),),
        "year": (record.year,),
        "place": (_hash(record.place),),
        "sounds": tuple(map(_hash, _sounds(record))),
        "roots": tuple(map(hash_text, _roots(first))),
        "phones": tuple(_hash(one) for one in record.phones if len(one) == NATIONAL_PHONE),
        "emails": tuple(map(_hash, record.emails)),
    }


@lru_cache(maxsize=100_000)
def _hash(text: str) -> int:
    return hash_text(text) if text else NEVER_KEPT


def _day_of_year(figures: str) -> int:
    return int(figures[2:4]) * 100 + int(figures[:2]) if figures else NEVER_KEPT


def _sounds(record: Single) -> list[str]:
    halves = record.last.split("-")[:2] if "-" in record.last else []
    return [surname_sound(name) for name in (record.last, record.former, *halves)]


def _roots(first: str) -> list[str]:
    return sorted({first, *first_names().roots.get(first, ())}) if first else []
