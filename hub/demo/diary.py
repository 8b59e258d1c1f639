"""Which region a demo made and when: kept beside it, so that two regions are never mixed."""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from hub.demo.files import DemoFile
from hub.errors import ConflictError, InputError


class DayToComeError(InputError):
    """Такой день ещё не наступил: регион создаётся сегодняшним или прошедшим днём."""

    code = "demo.day_to_come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which region to make: the same number of people, seed and day always give the same one.

    Without a day the region is of the day on which it was first made.
    """

    people: int
    seed: int
    day: date | None = None


def first_day(path: Path, wanted: Wanted, *, today: date) -> date:
    """Answer the day of the region of this diary, which is begun where there is none.

    Raises ConflictError when another region is kept here, DayToComeError for a day to come.
    """
    if not path.exists():
        return _begin(path, wanted, today)
    known = json.loads(path.read_text())
    day = date.fromisoformat(known["today"])
    seed = known.get("seed", wanted.seed)  # an older diary has none: the files will tell
    made = Wanted(people=known["people"], seed=seed, day=wanted.day and day)
    if made != wanted:
        raise ConflictError(
            f"Здесь уже другой регион. Добавьте --reset или укажите прежние --people {made.people} "
            f"--seed {made.seed} --day {day}.",
            code="demo.other_region",
        )
    return day


def _begin(path: Path, wanted: Wanted, today: date) -> date:
    day = wanted.day or today
    if day > today:
        raise DayToComeError
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {"people": wanted.people, "seed": wanted.seed, "today": day.isoformat()}
    path.write_text(json.dumps(known))
    return day


def require_same_files(path: Path, files: list[DemoFile]) -> None:
    """Refuse to mix two regions: another release may make another one of the same size."""
    digest = sha256()
    for file in files:
        digest.update(file.path.name.encode() + file.path.read_bytes())
    known = json.loads(path.read_text())
    if known.setdefault("files", digest.hexdigest()) != digest.hexdigest():
        raise ConflictError(
            "В базе регион, который создала другая версия хаба. Добавьте --reset.",
            code="demo.other_region",
        )
    path.write_text(json.dumps(known))
