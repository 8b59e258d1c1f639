"""What the region's «Кадры в образовании» holds: schools, cards, pairs, numbers without names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from hub.demo.pairing import FORM_WORDINGS, NOBODY, NOT_SHOWN, Pairing
from hub.demo.region import Region

Item = dict[str, object]

FIRST_CARD, FIRST_PAIR = 500_000, 700_000
_POSITIONS = {
    "TEACHER": "учитель",
    "EDUCATOR": "воспитатель",
    "LECTURER": "преподаватель",
    "MASTER": "мастер производственного обучения",
    "PSYCHOLOGIST": "педагог-психолог",
    "SOCIAL_PEDAGOGUE": "социальный педагог",
    "SPEECH_THERAPIST": "учитель-логопед",
    "METHODIST": "методист",
    "ADDITIONAL_TEACHER": "педагог дополнительного образования",
    "ORGANISER": "педагог-организатор",
    "TUTOR": "тьютор",
    "LIBRARIAN": "педагог-библиотекарь",
    "HEAD": "директор",
    "DEPUTY_HEAD": "заместитель директора по УВР",
}
_KINDS = {
    "MAIN": "основное место работы",
    "INTERNAL_PT": "внутренний совместитель",
    "EXTERNAL_PT": "внешний совместитель",
    "CIVIL": "договор ГПХ",
}
_QUIET_DAYS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All that the system can answer, in the order of its numbers."""

    schools: tuple[Item, ...]
    staff: tuple[Item, ...]
    pairs: tuple[Item, ...]
    counts: tuple[Item, ...]


def holdings_of(region: Region) -> Holdings:
    """Make the system's holdings; the same region always gives the same."""
    codes = school_codes(region)
    return Holdings(
        schools=tuple(_schools(region, codes)),
        staff=tuple(_staff(region, codes)),
        pairs=tuple(_pair(region, codes, *pair) for pair in pairs_of(region)),
        counts=tuple(_counts(region, codes)),
    )


def school_codes(region: Region) -> dict[int, int]:
    """Give the system's number of each organisation that it knows, by position."""
    ids = {row.id: place for place, row in enumerate(region.registry.organisations)}
    return {
        ids[row.organisation_id]: int(row.value)
        for row in region.registry.identifiers
        if row.system == "AIS_KADRY"
    }


def now_of(region: Region) -> datetime:
    """Give the instant at which the system's clock stands: noon of the region's day."""
    today = region.today
    return datetime(today.year, today.month, today.day, 12, tzinfo=UTC)


def _changed(region: Region, number: int) -> str:
    """Spread the last changes over the past, the same for each number."""
    return (now_of(region) - timedelta(days=1 + number * 7919 % _QUIET_DAYS)).isoformat()


def _schools(region: Region, codes: dict[int, int]) -> Iterator[Item]:
    for place, code in sorted(codes.items(), key=lambda pair: pair[1]):
        row = region.registry.organisations[place]
        yield {
            "id": code,
            "name": row.short_name,
            "full_name": row.full_name,
            "archived": row.status == "CLOSED",
        }


def _staff(region: Region, codes: dict[int, int]) -> Iterator[Item]:
    """Yield a card for each post; numbers of schools come as floats, as from a spreadsheet."""
    posts = region.posts[region.posts["organisation"].isin(list(codes))]
    for number, post in zip(posts.index, posts.to_dict("records"), strict=True):
        person = int(post["person"])
        yield {
            "id": FIRST_CARD + int(number),
            "school_id": float(codes[int(post["organisation"])]),
            "last_name": str(region.people.last[person]),
            "first_name": str(region.people.first[person]),
            "middle_name": str(region.people.middle[person]) or None,
            "previous_last_name": str(region.people.previous_last[person]) or None,
            "birth_date": str(region.people.birth[person]),
            "snils": written_snils(region, person),
            "position": position_words(str(post["position"])),
            "subject": str(post["subject"]) or None,
            "employment": _KINDS.get(str(post["kind"])),
            "hired": written_day(post["hired"]),
            "dismissed": written_day(post["dismissed"]),
            "teaching_experience": _experience(region, post["since"]),
            "updated_at": _changed(region, int(number)),
        }


def pairs_of(region: Region) -> Iterator[tuple[int, Pairing, int]]:
    """Number the current year's pairs of grown-ups, one for each mentee: number, pairing, mentee."""
    codes, number = school_codes(region), FIRST_PAIR
    for pairing in region.pairings:
        known = pairing.organisation in codes and pairing.mentor != NOBODY
        if not known or region.academic_year not in pairing.years:
            continue
        for mentee in pairing.mentees:
            yield number, pairing, mentee
            number += 1


def _pair(
    region: Region, codes: dict[int, int], number: int, pairing: Pairing, mentee: int
) -> Item:
    names = region.registry.organisations
    workplace = "" if pairing.workplace == NOT_SHOWN else names[pairing.workplace].short_name
    return {
        "id": number,
        "school_id": codes[pairing.organisation],
        "mentor": {**_named(region, pairing.mentor), "workplace": workplace},
        "mentee": _named(region, mentee),
        "form": FORM_WORDINGS.get(pairing.form, ("",))[0],
        "programme": pairing.programme or None,
        "started": written_day(pairing.joined),
        "ended": written_day(pairing.left),
        "updated_at": _changed(region, number),
    }


def _counts(region: Region, codes: dict[int, int]) -> Iterator[Item]:
    """Yield what each organisation's bases of a day number in all, once."""
    said: dict[tuple[int, date], dict[str, int]] = {}
    for plan in region.statements.files:
        if plan.figures and plan.organisation in codes:
            figures = said.setdefault((codes[plan.organisation], plan.as_of), {})
            figures |= {metric.value.lower(): value for metric, value in plan.figures}
    for (code, as_of), figures in said.items():
        yield count_of(code, as_of, figures)


def count_of(code: int, as_of: date, figures: dict[str, int]) -> Item:
    """Give an answer that numbers what a school has and names nobody."""
    return {
        "id": f"{code}-{as_of:%Y%m%d}",
        "school_id": code,
        "as_of": as_of.isoformat(),
        "updated_at": f"{as_of.isoformat()}T00:00:00+00:00",
        **figures,
    }


def _named(region: Region, person: int) -> Item:
    people = region.people
    parts = (people.last[person], people.first[person], people.middle[person])
    return {
        "full_name": " ".join(filter(None, map(str, parts))),
        "birth_date": str(people.birth[person]),
        "snils": written_snils(region, person),
    }


def position_words(code: str) -> str:
    """Name a position as personnel systems do."""
    return _POSITIONS.get(code, "иная должность")


def written_snils(region: Region, person: int) -> str | None:
    """Write a person's СНИЛС with its signs; None where there is none."""
    number = int(region.people.snils[person])
    digits = f"{number:011d}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}" if number else None


def _experience(region: Region, since: object) -> str | None:
    day = written_day(since)
    if day is None:
        return None
    begun = date.fromisoformat(day)
    months = (region.today.year - begun.year) * 12 + region.today.month - begun.month
    years, rest = divmod(max(0, months - (begun.day > region.today.day)), 12)
    return f"{years} лет {rest} мес."


def written_day(value: object) -> str | None:
    """Write a day; pandas' missing instant passes for a date, so it is asked for first."""
    if value is pd.NaT or not isinstance(value, date):
        return None
    return value.isoformat()[:10]
