"""Which claims are one mentorship (COUNTING, «Facts that sources state», item 1).

Pure: claims in, labels and dyads out. Claims of one pair (mentor, mentee) are one mentorship when
their form is the same or unknown and their periods overlap or lie at most `gap_days` apart; a row
that names several mentees is one group. Nothing depends on the order of the claims.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Labels = npt.NDArray[np.int64]
PAIR = ["mentor", "mentee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """The bounds by which claims are joined and lapse; a versioned row of `indicator_rule`."""

    gap_days: int
    lapse_month: int
    lapse_day: int

    def lapse(self, stated: date) -> date:
        """Say on which day a pair without an end no longer counts (the day after the last)."""
        year = academic_year(stated) + 1
        return date(year, self.lapse_month, self.lapse_day) + timedelta(days=1)


def academic_year(day: date) -> int:
    """Name the academic year of a day by the calendar year in which it starts."""
    return day.year if day.month >= 9 else day.year - 1  # noqa: PLR2004 - September


def join_claims(claims: pd.DataFrame, rules: ClaimRules) -> Labels:
    """Label each claim with its mentorship.

    `claims`: mentor, mentee (person ids), form_code (None where unknown), starts, stated_end
    (None where unknown), last_stated, side, record_id (the stating row). Labels are positions of
    a claim in the mentorship, the same for all its claims. O(n log n).
    """
    if claims.empty:
        return np.empty(0, dtype=np.int64)
    timed = _timed(claims, rules)
    groups = _groups(timed)
    timed["form"] = _settled_forms(timed, groups, rules)
    return _components(_runs(timed, [*PAIR, "form"], rules), groups)


def _groups(timed: pd.DataFrame) -> Labels:
    """Number the rows that state the claims; a base of mentees states each pair by itself."""
    by_row = timed["record_id"].where(timed["side"] == "MENTOR", -timed.index.to_series() - 1)
    return pd.factorize(by_row)[0].astype(np.int64)


def dyads_of(claims: pd.DataFrame, labels: Labels, rules: ClaimRules) -> pd.DataFrame:
    """Give a line to each (mentorship, mentor, mentee) with its days, host and who says so.

    `claims` besides what `join_claims` reads: affiliation_id and affiliation_text (the workplace
    stated for the mentor), base_organisation_id (whose base it is), host_organisation_id,
    programme_id, programme_key (what orders programmes whatever their ids), source_id.

    Columns: label, mentor, mentee, form_code, starts, ends, end_assumed, host_organisation_id,
    programme_id, affiliation_id, affiliation_text, by_mentors, by_mentees (which side's base says so), sources (how many), disputed.
    """
    timed = _timed(claims, rules).assign(label=labels)
    key = ["label", *PAIR]
    grouped = timed.groupby(key, sort=True)
    dyads = grouped.agg(
        first_day=("first_day", "min"),
        stated_day=("stated_day", "max"),
        sources=("source_id", "nunique"),
    )
    sides = timed.assign(by_mentors=timed["side"] == "MENTOR", by_mentees=timed["side"] == "MENTEE")
    dyads = dyads.join(sides.groupby(key)[["by_mentors", "by_mentees"]].any())
    dyads = dyads.join(_ends(timed, key, dyads, rules)).join(_hosts(timed, key))
    dyads = dyads.join(_programmes(timed, key)).join(_workplaces(timed, key)).reset_index()
    dyads["starts"] = _dates(dyads["first_day"])
    dyads["ends"] = _dates(dyads["end_day"])
    dyads["form_code"] = _none_for_missing(
        dyads["label"].map(timed.dropna(subset=["form_code"]).groupby("label")["form_code"].min())
    )
    dyads["disputed"] = _disputed(dyads)
    return dyads


def _timed(claims: pd.DataFrame, rules: ClaimRules) -> pd.DataFrame:
    """Add days as numbers: first_day, last_day (half open), stated_day, and end_day (0: none)."""
    timed = claims.reset_index(drop=True)
    lapses = {day: rules.lapse(day).toordinal() for day in pd.unique(timed["last_stated"])}
    first = _days(timed["starts"])
    end = _days(timed["stated_end"])
    last = np.where(end > 0, end, timed["last_stated"].map(lapses).to_numpy(np.int64))
    return timed.assign(
        first_day=first,
        end_day=end,
        stated_day=_days(timed["last_stated"]),
        last_day=np.maximum(last, first + 1),
    )


def _days(dates: pd.Series) -> Labels:
    distinct = {day: day.toordinal() for day in pd.unique(dates.dropna())}
    return dates.map(distinct).fillna(0).to_numpy(np.int64)


def _dates(days: pd.Series) -> list[date]:
    distinct = {day: date.fromordinal(int(day)) for day in pd.unique(days)}
    return [distinct[day] for day in days]


def _none_for_missing(values: pd.Series) -> pd.Series:
    values = values.astype(object)
    return values.where(values.notna(), None)


def _ends(
    timed: pd.DataFrame, key: list[str], dyads: pd.DataFrame, rules: ClaimRules
) -> pd.DataFrame:
    """Take the most recently stated end, unless a statement after that day knows of none."""
    with_end = timed[timed["end_day"] > 0].sort_values(["stated_day", "end_day"])
    stated = with_end.groupby(key)["end_day"].last().reindex(dyads.index).fillna(0)
    without = timed[timed["end_day"] == 0].groupby(key)["stated_day"].max()
    open_since = without.reindex(dyads.index).fillna(0)
    assumed = (stated == 0) | (open_since >= stated)
    lapses = {
        day: rules.lapse(date.fromordinal(int(day))).toordinal()
        for day in pd.unique(dyads["stated_day"])
    }
    ends = dyads["stated_day"].map(lapses).where(assumed, stated)
    last = np.maximum(ends.to_numpy(np.int64), dyads["first_day"].to_numpy(np.int64) + 1)
    return pd.DataFrame({"end_day": last, "end_assumed": assumed}, index=dyads.index)


def _hosts(timed: pd.DataFrame, key: list[str]) -> pd.Series:
    """Prefer the base that lists the mentee (MENTEE sorts before MENTOR), then the newest."""
    ordered = timed.sort_values(
        ["side", "stated_day", "first_day", "host_organisation_id"],
        ascending=[True, False, True, True],
    )
    return ordered.drop_duplicates(key).set_index(key)["host_organisation_id"]


def _programmes(timed: pd.DataFrame, key: list[str]) -> pd.Series:
    named = timed[timed["programme_id"].notna()]
    newest = named.sort_values(
        ["stated_day", "side", "programme_key"], ascending=[False, True, True]
    )
    return newest.drop_duplicates(key).set_index(key)["programme_id"]


def _settled_forms(timed: pd.DataFrame, groups: Labels, rules: ClaimRules) -> pd.Series:
    """Give claims of unknown form a form known of their pair near in time, if there is one.

    Unknown claims that would be one mentorship by themselves are settled together, else a row
    that names several mentees would join two known forms.
    """
    known = timed["form_code"].notna().to_numpy()
    forms = timed["form_code"].where(known, "").astype(object)
    if known.all():
        return forms
    unknown = timed[~known]
    rows = pd.factorize(groups[~known])[0]
    unknown = unknown.assign(knot=_components(_runs(unknown, PAIR, rules), rows))
    near = unknown.merge(timed[known], on=PAIR, suffixes=("", "_known"))
    near = near[
        (near["first_day_known"] <= near["last_day"] + rules.gap_days)
        & (near["first_day"] <= near["last_day_known"] + rules.gap_days)
    ]
    settled = unknown["knot"].map(near.groupby("knot")["form_code_known"].min())
    forms[~known] = settled.where(settled.notna(), "")
    return forms


def _runs(timed: pd.DataFrame, by: list[str], rules: ClaimRules) -> Labels:
    """Number the runs of claims of one key whose periods touch, allowing for the gap."""
    codes = timed.groupby(by, sort=False, dropna=False).ngroup().to_numpy()
    order = np.lexsort((timed["last_day"], timed["first_day"], codes))
    first, last = timed["first_day"].to_numpy()[order], timed["last_day"].to_numpy()[order]
    of_key = codes[order]
    reach = pd.Series(last).groupby(of_key).cummax().shift(fill_value=0).to_numpy()
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (of_key[1:] != of_key[:-1]) | (first[1:] > reach[1:] + rules.gap_days)
    runs = np.empty(len(order), dtype=np.int64)
    runs[order] = np.cumsum(fresh)
    return runs


def _components(dyads: Labels, rows: npt.NDArray[np.int64]) -> Labels:
    """Join claims that share a dyad run or a row; label each by its first claim's position."""
    count, offset = len(dyads), int(dyads.max()) + 1
    edges = coo_array(
        (np.ones(count, dtype=np.int8), (dyads, rows + offset)),
        shape=(offset + count, offset + count),
    )
    _, component = connected_components(edges, directed=False)
    of_claim = component[dyads]
    first = pd.Series(np.arange(count)).groupby(of_claim).transform("min")
    return first.to_numpy(dtype=np.int64)


def _workplaces(timed: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Take the mentor's workplace as last stated; a base that names none means its own people."""
    unstated = timed["affiliation_text"] == ""
    lines = timed.assign(
        unstated=unstated,
        affiliation_id=timed["base_organisation_id"].where(unstated, timed["affiliation_id"]),
    )
    newest = lines.sort_values(
        ["unstated", "stated_day", "side", "affiliation_text", "affiliation_id"],
        ascending=[True, False, True, True, True],
    )
    return newest.drop_duplicates(key).set_index(key)[["affiliation_id", "affiliation_text"]]


def _disputed(dyads: pd.DataFrame) -> list[bool]:
    """Find mentees for whom the two bases of a host name different mentors at one time."""
    by_mentees = dyads[dyads["by_mentees"] & ~dyads["by_mentors"]]
    by_mentors = dyads[dyads["by_mentors"] & ~dyads["by_mentees"]]
    crossed = by_mentees.merge(by_mentors, on=["mentee", "host_organisation_id"])
    crossed = crossed[
        (crossed["mentor_x"] != crossed["mentor_y"])
        & (crossed["first_day_x"] < crossed["end_day_y"])
        & (crossed["first_day_y"] < crossed["end_day_x"])
        & (
            (crossed["form_code_x"] == crossed["form_code_y"])
            | crossed["form_code_x"].isna()
            | crossed["form_code_y"].isna()
        )
    ]
    disputed = {*crossed["label_x"], *crossed["label_y"]}
    return [label in disputed for label in dyads["label"]]
