"""A labelled region in miniature: invented people, their records and the usual dirt, seeded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.blocks import candidates
from sync.matching.cluster import Clustering, Verdicts, cluster
from sync.matching.decide import Decision, decide
from sync.matching.keys import blocking_keys
from sync.matching.levels import patterns
from sync.matching.lexicon import first_names, table
from sync.matching.model import HAND_MODEL
from sync.matching.normalise import normalise

TODAY = date(2026, 11, 1)
SOURCE, UNIT = UUID(int=1), UUID(int=11)
GIVEN = (
    "record_id",
    "source_id",
    "kind",
    "active",
    "organisation_id",
    "stated_as_of",
    "affiliation_organisation_id",
    "employment_kind",
)
ROLES = {"STAFF": "STAFF", "PUPIL": "PUPIL"}
_STEMS = [
    "бар",
    "вер",
    "гор",
    "дол",
    "зар",
    "кол",
    "лук",
    "мер",
    "нал",
    "пар",
    "руд",
    "сол",
    "тар",
    "фил",
    "шат",
    "яр",
    "борт",
    "верх",
    "груд",
    "клен",
]
_MIDDLES = ["ан", "ен", "ат", "ит", "ох", "ух", "ак", "ык", "ель", "ил", "ар", "ор", "ув"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person of the truth."""

    number: int
    last: str
    first: str
    middle: str
    born: date
    snils: str
    phone: str
    unit: int
    role: str
    former: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Facts of records and the true person of each."""

    facts: pd.DataFrame
    truth: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Pairwise agreement of a clustering with the truth, and how much is asked."""

    precision: float
    recall: float
    questions: int
    asking_units: float


def snils_of(number: int) -> str:
    """Give a СНИЛС with a right control number for any number from 0 up."""
    body = 100_000_000 + number * 7919 % 800_000_000
    digits = f"{body:09d}"
    total = sum(int(d) * w for d, w in zip(digits, range(9, 0, -1), strict=True))
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {total % 101 % 100:02d}"


def people(count: int, *, seed: int = 7) -> list[Someone]:
    """Invent people: pupils, staff and outside mentors, with twins and namesakes by chance."""
    dice = Random(seed)  # noqa: S311 - repeatable test data, no secret
    units = max(count // 150, 2)
    found: list[Someone] = []
    for number in range(count):
        role = dice.choices(("PUPIL", "STAFF", "OTHER"), (0.72, 0.24, 0.04))[0]
        found.append(_someone(dice, number, role, units))
        if role == "PUPIL" and dice.random() < 0.006 and number:
            found.append(_twin(dice, found[-1], count + number))
    return found


def _someone(dice: Random, number: int, role: str, units: int) -> Someone:
    female = dice.random() < (0.8 if role == "STAFF" else 0.5)
    born = date(2009, 1, 1) if role == "PUPIL" else date(1962, 1, 1)
    born += timedelta(days=dice.randrange(365 * (11 if role == "PUPIL" else 40)))
    return Someone(
        number=number,
        last=_surname(dice, female=female),
        first=_first(dice, female=female),
        middle=_patronymic(_first(dice, female=False), female=female),
        born=born,
        snils=snils_of(number) if dice.random() < (0.7 if role == "PUPIL" else 0.9) else "",
        phone=f"+79{270_000_000 + number}",
        unit=dice.randrange(units),
        role=role,
        former=_surname(dice, female=True)
        if female and role == "STAFF" and dice.random() < 0.03
        else "",
    )


def _twin(dice: Random, first: Someone, number: int) -> Someone:
    female = dice.random() < 0.5
    last = first.last.removesuffix("а") + ("а" if female else "")
    given = _first(dice, female=female)
    while given == first.first:
        given = _first(dice, female=female)
    return Someone(
        number=number,
        last=last,
        first=given,
        middle=_gendered(first.middle, female=female),
        born=first.born,
        snils=snils_of(number),
        phone=first.phone,
        unit=first.unit,
        role="PUPIL",
    )


def _surname(dice: Random, *, female: bool) -> str:
    listed = table("surname_frequencies")["per_ten_thousand"]
    assert isinstance(listed, dict)
    usual = [name for name in listed if name.endswith(("ов", "ев", "ин"))]
    if dice.random() < 0.5:
        name = dice.choices(usual, [listed[n] for n in usual])[0]
    else:
        name = dice.choice(_STEMS) + dice.choice(_MIDDLES) + dice.choice(("ов", "ин", "ев"))
    return str(name + ("а" if female else "")).capitalize()


def _first(dice: Random, *, female: bool) -> str:
    known = first_names()
    sex = "FEMALE" if female else "MALE"
    names = [name for name in known.per_mille if known.sex.get(name) == sex]
    return dice.choices(names, [known.per_mille[n] for n in names])[0].capitalize()


def _patronymic(father: str, *, female: bool) -> str:
    stem = father
    for ending, male in (("ий", "ьевич"), ("й", "евич"), ("ь", "евич"), ("а", "ич"), ("я", "ич")):
        if father.endswith(ending):
            return _gendered(stem.removesuffix(ending) + male, female=female)
    return _gendered(stem + "ович", female=female)


def _gendered(middle: str, *, female: bool) -> str:
    if middle.endswith("ич") and female:
        return middle.removesuffix("ич") + ("на" if middle.endswith(("ович", "евич")) else "ична")
    if middle.endswith("вна") and not female:
        return middle.removesuffix("на") + "ич"
    return middle.removesuffix("на") + "ич" if middle.endswith("ична") and not female else middle


def records(everyone: list[Someone], *, seed: int = 8, dirt: float = 1.0) -> Labelled:
    """Write the people's records with dirt at `dirt` times the usual rates."""
    dice = Random(seed)  # noqa: S311 - repeatable test data, no secret
    units = max(person.unit for person in everyone) + 1
    mothers = [p for p in everyone if p.role == "STAFF" and p.last.endswith("а")]
    rows: list[dict[str, object]] = []
    for person in everyone:
        rows += _cards(dice, person, units, dirt, mothers)
        rows += _mentions(dice, person, dirt)
    truth = np.array([row.pop("truth") for row in rows], dtype=np.int64)
    return Labelled(facts=facts_of(rows), truth=truth)


def facts_of(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Give the facts of raw rows; beside cells a row may hold columns of the facts themselves."""
    raw = pd.DataFrame([dict(row) for row in rows])
    cells = raw.drop(columns=[name for name in GIVEN if name in raw.columns])
    frame = normalise(cells.fillna(""), today=TODAY).frame
    facts = frame.assign(
        record_id=np.arange(len(raw)) * 3 + 1,
        source_id=_all(SOURCE, len(raw)),
        kind="STAFF",
        active=True,
        organisation_id=_all(UNIT, len(raw)),
        affiliation_organisation_id=None,
        contact_owner="SELF",
        snils_hash=pd.Series([d.encode() or None for d in frame["snils"]], dtype=object),
        stated_as_of=date(2026, 9, 1),
    )
    for name in GIVEN:
        if name in raw.columns:
            given = raw[name].astype(object)
            facts[name] = given.where(given.notna(), facts[name])
    return facts.assign(role=facts["kind"].map(ROLES).fillna("OTHER"))


def _all(value: UUID, count: int) -> npt.NDArray[np.object_]:
    return np.full(count, value, dtype=object)


def _unit(number: int) -> UUID:
    return UUID(int=100 + number)


def _cards(
    dice: Random, person: Someone, units: int, dirt: float, mothers: list[Someone]
) -> list[dict[str, object]]:
    if person.role == "OTHER":
        return []
    cards = [_card(dice, person, dirt)]
    if dice.random() < 0.05:
        second = _card(dice, person, dirt)
        second["organisation_id"] = _unit((person.unit + 1 + dice.randrange(units - 1)) % units)
        if person.former and dice.random() < 0.5:
            second |= {"full_name": f"{person.former} {person.first} {person.middle}"}
            cards[0] |= {"previous_last_name": person.former}
        cards.append(second)
    if person.role == "PUPIL" and dice.random() < 0.01 * dirt and mothers:
        cards[0]["snils"] = dice.choice(mothers).snils
    return cards


def _card(dice: Random, person: Someone, dirt: float) -> dict[str, object]:
    snils = person.snils if dice.random() > 0.1 * dirt else ""
    return {
        "full_name": _written(dice, person, dirt),
        "birth_date": _date(dice, person.born, dirt),
        "snils": snils,
        "phone": person.phone if dice.random() < 0.3 else "",
        "gender": "ж" if person.middle.endswith("на") else "м",
        "kind": person.role,
        "organisation_id": _unit(person.unit),
        "truth": person.number,
    }


def _mentions(dice: Random, person: Someone, dirt: float) -> list[dict[str, object]]:
    chance = {"OTHER": 1.0, "STAFF": 0.5, "PUPIL": 0.25}[person.role]
    if dice.random() > chance:
        return []
    base: dict[str, object] = {
        "full_name": _written(dice, person, dirt),
        "kind": "MENTEE" if person.role == "PUPIL" else "MENTOR",
        "organisation_id": _unit(person.unit),
        "truth": person.number,
    }
    if person.role == "PUPIL":
        base["birth_year"] = str(person.born.year)
    mention = {**base, "full_name": _mentioned(dice, person, dirt), "kind": "MENTION"}
    mention.pop("birth_year", None)
    return [base, mention]


def _mentioned(dice: Random, person: Someone, dirt: float) -> str:
    if dice.random() < 0.01 * dirt:
        return f"{person.last} {person.first[0]}.{person.middle[0]}."
    return _written(dice, person, dirt)


def _written(dice: Random, person: Someone, dirt: float) -> str:
    last, first, middle = person.last, person.first, person.middle
    if dice.random() < 0.01 * dirt:
        last = _mistyped(dice, last)
    if dice.random() < 0.005 * dirt:
        first = _mistyped(dice, first)
    if dice.random() < 0.005 * dirt:
        middle = _mistyped(dice, middle)
    if dice.random() < 0.01 * dirt:
        middle = ""
    name = f"{last} {first} {middle}".strip()
    style = dice.random()
    if style < 0.05 * dirt:
        return name.upper()
    if style < 0.07 * dirt:
        return f"{first} {middle} {last}" if middle else name
    if style < 0.08 * dirt:
        return name.replace("о", "o").replace("а", "a")
    return name


def _mistyped(dice: Random, word: str) -> str:
    at = dice.randrange(1, len(word) - 1)
    kind = dice.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if kind == 1 else word[:at] + word[at] + word[at:]


def _date(dice: Random, born: date, dirt: float) -> str:
    roll = dice.random()
    if roll < 0.003 * dirt and born.day <= 12:
        return f"{born.month:02d}.{born.day:02d}.{born.year}"
    if roll < 0.006 * dirt:
        return f"{born.day:02d}.{born.month:02d}.{born.year + dice.choice((-1, 1))}"
    if roll < 0.02 * dirt:
        return ""
    return born.isoformat() if roll < 0.3 else f"{born.day:02d}.{born.month:02d}.{born.year}"


def match(facts: pd.DataFrame, *, verdicts: Verdicts | None = None) -> Clustering:
    """Run the matcher from keys to clusters, as the pipeline does."""
    found = candidates(blocking_keys(facts))
    pattern = patterns(facts, found.left, found.right, HAND_MODEL)
    score = HAND_MODEL.score(pattern)
    decision = decide(pattern, score, HAND_MODEL)
    kept = decision != Decision.APART
    return cluster(
        facts,
        left=found.left[kept],
        right=found.right[kept],
        score=score[kept],
        decision=decision[kept],
        verdicts=verdicts,
    )


def quality(labelled: Labelled, clustering: Clustering) -> Quality:
    """Compare a clustering with the truth by pairs of records."""
    frame = pd.DataFrame({"truth": labelled.truth, "label": clustering.labels})
    right = _pairs(frame.groupby(["truth", "label"]).size())
    found, true = _pairs(frame.groupby("label").size()), _pairs(frame.groupby("truth").size())
    units = labelled.facts["organisation_id"]
    asking = set(units.iloc[clustering.questions["left"]])
    return Quality(
        precision=right / found,
        recall=right / true,
        questions=len(clustering.questions),
        asking_units=len(asking) / units.nunique(),
    )


def _pairs(sizes: "pd.Series[int]") -> int:
    counts = sizes.to_numpy(np.int64)
    return int((counts * (counts - 1) // 2).sum())
