"""Pseudonyms: a person as a number that only the holder of a key can make again, an age as a band.

The key lies apart from the hub's own: who has the export and the database, but not that key, cannot
bring the two together, and who has the key alone has nobody's data.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final  # a mentorship is as the API gives it

from hub.errors import ConfigError
from hub.law.consents import full_years
from hub.seal import Sealer, create_key_file

BAND: Final = 10  # years
YEAR_BEGINS: Final = 9  # September
Row = Mapping[str, object]
Json = Any


class Pseudonyms:
    """Names people by numbers under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def from_file(cls, path: Path, *, hubs: Path) -> "Pseudonyms":
        """Read the key, or make it; raises ConfigError where it would be the hub's own file."""
        if path.resolve() == hubs.resolve():
            raise ConfigError(
                "Ключ псевдонимов хранят отдельно от ключей хаба: укажите другой файл.",
                code="law.key_not_apart",
            )
        create_key_file(path)
        return cls(Sealer.from_file(path).hash("hub/pseudonyms/v1"))

    def of(self, person_id: str) -> str:
        """Give a person's number: the same in every export under one key."""
        return hmac.digest(self._key, person_id.encode(), "sha256").hex()[:20]


def age_band(born: str | None, on: date) -> str:
    """Give the ten years in which somebody's age on a day falls; an empty text where it is unknown."""
    if not born:
        return ""
    low = max(full_years(date.fromisoformat(born), on), 0) // BAND * BAND
    return f"{low}-{low + BAND - 1}"


def pseudonymised(mentorships: Iterable[Json], names: Pseudonyms, *, on: date) -> Iterator[Row]:
    """Give a row for each member of each mentorship: no name, no day, no organisation."""
    for one in mentorships:
        starts = one["starts"] and date.fromisoformat(one["starts"])
        year = starts and (starts.year if starts.month >= YEAR_BEGINS else starts.year - 1)
        for member in one["members"]:
            person = member["person"] or {}
            yield {
                "mentorship": names.of(one["id"]),
                "person": names.of(person["id"]) if person else "",
                "role": member["role"],
                "form": one["formCode"] or "",
                "academicYear": year or "",
                "confirmation": one["confirmation"],
                "ageBand": age_band(person.get("birthDate"), on),
            }
