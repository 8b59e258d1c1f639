"""Survivorship: which record's value stands for a person, field by field, and by which rule."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import NO_DAY, Texts, birth_days, birth_years, content_order, texts
from sync.matching.hashing import Int64s

FIELDS = ("last_name", "first_name", "middle_name", "birth_date", "birth_year", "sex", "snils")
COLUMNS = ("label", "field", "position", "rule")
# A card of one's own says more than a row of a base, and that more than being mentioned.
_KIND_RANK = {"STAFF": 0, "PUPIL": 0, "MENTOR": 1, "MENTEE": 1, "MENTION": 2}
_RULES = (
    ("valid", "VALIDITY"),
    ("source", "SOURCE_RANK"),
    ("stated", "RECENCY"),
    ("agreeing", "AGREEMENT"),
    ("length", "COMPLETENESS"),
)
_GENERATION_YEARS = 15


def survivors(
    facts: pd.DataFrame,
    labels: Int64s,
    *,
    source_rank: Mapping[str, Mapping[object, int]] | None = None,
) -> pd.DataFrame:
    """Give (label, field, position, rule): the record whose value stands for each field known.

    Declared order: validity, the source's rank for the field, recency (`stated_as_of`),
    agreement, completeness; what is still equal is decided by content, never by arrival.
    `source_rank` maps field -> source_id -> rank where a field has its own order; otherwise the
    column source_rank (smaller is believed first) and the record's kind decide.
    """
    order = content_order(facts)
    chosen = [
        _choose(
            labels,
            field,
            _values(facts, field),
            _validity(facts, field, labels),
            _rank(facts, (source_rank or {}).get(field)),
            _stated(facts),
            order,
        )
        for field in FIELDS
    ]
    return pd.concat(chosen, ignore_index=True)


def _values(facts: pd.DataFrame, field: str) -> Texts:
    match field:
        case "birth_date":
            days = birth_days(facts)
            return np.where(days == NO_DAY, "", days.astype(str)).astype(object)
        case "birth_year":
            years = birth_years(facts)
            return np.where(years == 0, "", years.astype(str)).astype(object)
        case "snils":
            return texts(facts, "snils_hash")
        case _:
            return texts(facts, field)


def _validity(facts: pd.DataFrame, field: str, labels: Int64s) -> npt.NDArray[np.int64]:
    """Give 2 for a whole value, 1 for an initial, 0 for a value that may not stand at all."""
    values = _values(facts, field)
    if field == "snils":
        return np.where(_owned(facts, labels), 2, 0)
    if field == "birth_year":
        return np.where(birth_days(facts) != NO_DAY, 2, 1)  # the year of a full date comes first
    if field in ("first_name", "middle_name"):
        lengths = np.char.str_len(values.astype(str))
        return np.where(lengths > 1, 2, 1)
    return np.full(len(facts), 2, dtype=np.int64)


def _owned(facts: pd.DataFrame, labels: Int64s) -> npt.NDArray[np.bool_]:
    """Tell whose СНИЛС is their own where several people show one number.

    A parent's number on a child's card belongs to the one who has it from more records; else to
    the elder by a generation; else to nobody until a person answers.
    """
    frame = pd.DataFrame(
        {"snils": texts(facts, "snils_hash"), "label": labels, "year": birth_years(facts)}
    )
    frame["year"] = frame["year"].where(frame["year"] > 0, np.iinfo(np.int32).max)
    held = frame[frame["snils"] != ""].groupby(["snils", "label"], as_index=False)
    holders = held.agg(records=("label", "size"), year=("year", "min"))
    holders = holders.sort_values(
        ["snils", "records", "year", "label"], ascending=[True, False, True, True]
    )
    follower = holders.groupby("snils").shift(-1)
    alone = follower["records"].isna()
    clear = (holders["records"] > follower["records"]) | (
        follower["year"] - holders["year"] >= _GENERATION_YEARS
    )
    first = ~holders.duplicated("snils")
    owners = holders[first & (alone | clear)]
    own = pd.MultiIndex.from_frame(owners[["snils", "label"]])
    return np.asarray(pd.MultiIndex.from_frame(frame[["snils", "label"]]).isin(own))


def _rank(facts: pd.DataFrame, by_source: Mapping[object, int] | None) -> Int64s:
    kinds = facts["kind"].map(_KIND_RANK).fillna(len(_KIND_RANK)).to_numpy(np.int64)
    if by_source is not None:
        last = max(by_source.values(), default=0) + 1
        sources = facts["source_id"].map(by_source).fillna(last).to_numpy(np.int64)
    elif "source_rank" in facts.columns:
        sources = facts["source_rank"].to_numpy(np.int64)
    else:
        sources = np.zeros(len(facts), dtype=np.int64)
    return kinds * 1_000 + sources


def _stated(facts: pd.DataFrame) -> Int64s:
    days = pd.to_datetime(facts["stated_as_of"], errors="coerce").to_numpy("datetime64[D]")
    return np.where(np.isnat(days), NO_DAY, days.astype(np.int64))


def _choose(
    labels: Int64s,
    field: str,
    values: Texts,
    valid: Int64s,
    rank: Int64s,
    stated: Int64s,
    order: Int64s,
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "label": labels,
            "position": np.arange(len(labels)),
            "value": values,
            "valid": valid,
            "source": -rank,
            "stated": stated,
            "length": np.char.str_len(values.astype(str)),
            "order": order,
        }
    )
    frame = frame[(frame["value"] != "") & (frame["valid"] > 0)]
    frame["agreeing"] = frame.groupby(["label", "value"])["value"].transform("size")
    ranked = [name for name, _ in _RULES]
    frame = frame.sort_values(
        ["label", *ranked, "value", "order"],
        ascending=[True, *(False for _ in ranked), True, True],
        kind="stable",
    )
    best = frame.drop_duplicates("label")
    rule = _rules(frame, best)
    return pd.DataFrame(
        {"label": best["label"], "field": field, "position": best["position"], "rule": rule}
    )


def _rules(frame: pd.DataFrame, best: pd.DataFrame) -> Texts:
    """Name the first rule by which the chosen value beat the best other value."""
    winner = best.set_index("label")
    others = frame[frame["value"] != frame["label"].map(winner["value"])]
    rival = others.drop_duplicates("label").set_index("label").reindex(winner.index)
    named = np.full(len(winner), "COMPLETENESS", dtype=object)
    for column, rule in reversed(_RULES):
        named[(winner[column] != rival[column]).to_numpy()] = rule
    named[rival["value"].isna().to_numpy()] = "AGREEMENT"
    return named
