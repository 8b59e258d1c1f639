"""Schools that some lists name and others give by code: which name is which code.

Rows with both say so; where there are none, the people do whom a named and a coded school share.
"""

import numpy as np
import pandas as pd

from sync.matching.facts import NO_DAY, Coded, birth_days, coded
from sync.matching.hashing import Int64s
from sync.matching.lexicon import fold_yo
from sync.matching.normalise import organisation_key
from sync.matching.normalise.columns import recoded
from sync.matching.normalise.organisations import fold_locality
from sync.matching.normalise.outcome import cells_of

_MARKS = ("район", "р-н", "м.р.", "г.о.", "городской", "муниципальный", "округ", "м.о.")
_CODE = "#"
_FEWEST_SHARED = 2  # people
_LEAST_SHARE = 0.5  # of the people whom a named school shares with coded ones
_MOST_SCHOOLS = 4  # of one full name and birthday: more is a day that a form fills in
_NAMES = ("last_key", "first_key", "middle_key")


def stated_places(raw: pd.DataFrame) -> tuple[Coded, Coded]:
    """Give the code of each row's school, and its name within its municipality."""
    name = _cells(raw, "org_name")
    where = _cells(raw, "municipality")
    keys = recoded(name.codes, map(_school, name.distinct.tolist()))
    areas = recoded(where.codes, map(_area, where.distinct.tolist()))
    width = len(areas.distinct)
    numbers, pairs = pd.factorize(keys.codes * width + areas.codes)
    named = [_joined(keys.distinct[p // width], areas.distinct[p % width]) for p in pairs.tolist()]
    return _cells(raw, "org_code"), recoded(numbers.astype(np.int64), named)


def places_of(code: Coded, name: Coded) -> Coded:
    """Give where a record stands: its code, else the code of its school's name, else that name."""
    stated = code.stands()
    known = _codes_of_names(name.codes[stated], code.codes[stated], len(name.distinct))
    schools = [
        f"{_CODE}{code.distinct[at]}" if at >= 0 and text else text
        for at, text in zip(known, name.distinct.tolist(), strict=True)
    ]
    codes = np.where(stated, code.codes, name.codes + len(code.distinct))
    return recoded(codes, [*(f"{_CODE}{text}" for text in code.distinct), *schools])


def _cells(raw: pd.DataFrame, name: str) -> Coded:
    codes, cells = cells_of(raw, name)
    return recoded(codes.astype(np.int64), (cell.strip() for cell in cells))


def _codes_of_names(names: Int64s, codes: Int64s, count: int) -> list[int]:
    """Give for each name the code that rows with both give it, -1 where none or several do."""
    both = pd.DataFrame({"name": names, "code": codes}).drop_duplicates()
    sole = both.drop_duplicates("name", keep=False)
    found = np.full(count, -1, dtype=np.int64)
    found[sole["name"].to_numpy(np.int64)] = sole["code"].to_numpy(np.int64)
    return [int(code) for code in found]


def _school(name: str) -> str:
    if not name:
        return ""
    found = organisation_key(name)
    return found.number or found.name_key


def _area(name: str) -> str:
    """Give a municipality without the words that say what kind it is."""
    words = [word for word in fold_yo(name).replace(",", " ").split() if word not in _MARKS]
    return fold_locality(" ".join(words))


def _joined(school: str, area: str) -> str:
    return f"{area}|{school}" if school else ""


def with_shared_schools(facts: pd.DataFrame) -> pd.DataFrame:
    """Give named schools the code of the school with which they share most of their people."""
    place = coded(facts, "organisation_id")
    is_code = np.array([text.startswith(_CODE) for text in place.distinct], dtype=bool)
    rows = _telling(facts, place)
    by_code = is_code[place.codes[rows]]
    if not len(rows) or by_code.all() or not by_code.any():
        return facts
    people = _people(facts, rows)
    frame = pd.DataFrame({"person": people, "place": place.codes[rows]}).drop_duplicates()
    schools = frame.groupby("person")["place"].transform("size")
    frame = frame[(schools > 1) & (schools <= _MOST_SCHOOLS)]
    coded_rows = is_code[frame["place"]]
    shared = frame[~coded_rows].merge(frame[coded_rows], on="person", suffixes=("", "_code"))
    return _renamed(facts, place, shared)


def _telling(facts: pd.DataFrame, place: Coded) -> Int64s:
    """Give the rows with a school, a whole name and a whole birth date."""
    told = place.stands() & (birth_days(facts) != NO_DAY)
    for name in _NAMES:
        told &= coded(facts, name).stands()
    return np.flatnonzero(told).astype(np.int64)


def _people(facts: pd.DataFrame, rows: Int64s) -> Int64s:
    """Number the full names born on one day."""
    said = pd.DataFrame({name: coded(facts, name).codes[rows] for name in _NAMES})
    said = said.assign(day=birth_days(facts)[rows])
    numbers = said.groupby(list(said.columns), sort=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def _renamed(facts: pd.DataFrame, place: Coded, shared: pd.DataFrame) -> pd.DataFrame:
    votes = shared.groupby(["place", "place_code"], sort=True).size().rename("votes").reset_index()
    total = votes.groupby("place")["votes"].transform("sum")
    best = votes.sort_values("votes", kind="stable").drop_duplicates("place", keep="last")
    sure = best[
        (best["votes"] >= _FEWEST_SHARED) & (best["votes"] > _LEAST_SHARE * total.loc[best.index])
    ]
    texts = place.distinct.tolist()
    for name, code in zip(sure["place"].tolist(), sure["place_code"].tolist(), strict=True):
        texts[name] = place.distinct[code]
    known = recoded(place.codes, texts)
    column = pd.Categorical.from_codes(known.codes, categories=pd.Index(known.distinct))
    return facts.assign(organisation_id=column)
