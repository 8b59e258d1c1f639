"""The golden projection: what stands about a person, computed from the records linked to them.

Pure: facts of the person's records in, rows of the projected tables out. Every row names the
record it comes from; a scalar field also the rule that chose it (`person_field`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # a cell is a text, a day, an id, a list or nothing
from uuid import UUID

import numpy as np
import pandas as pd

from sync.columns import column, rows_of
from sync.directory import Directory
from sync.matching.facts import content_order
from sync.mentoring.claims import academic_year
from sync.people.listed import FOREVER, TEXTS, contacts, names, sort_key
from sync.projection import Projected

PERSON_NAME = Projected(
    table="person_name",
    owner="person_id",
    key=("person_id", "last_name", "first_name", "middle_name"),
    values=("kind", "sort_key", "starts", "ends", "record_id"),
)
IDENTIFIER = Projected(
    table="person_identifier",
    owner="person_id",
    key=("person_id", "type", "value_hash"),
    values=("value_sealed", "record_id"),
)
CONTACT = Projected(
    table="contact",
    owner="person_id",
    key=("person_id", "kind", "value"),
    values=("owner", "starts", "ends", "record_id"),
)
EMPLOYMENT = Projected(
    table="employment",
    owner="person_id",
    key=("person_id", "record_id"),
    values=(
        "organisation_id",
        "position_code",
        "position_text",
        "subjects",
        "kind",
        "young_specialist_flag",
        "teaching_since",
        "starts",
        "ends",
    ),
)
EXPERIENCE = Projected(
    table="experience",
    owner="person_id",
    key=("person_id", "kind"),
    values=("since", "record_id"),
)
ENROLMENT = Projected(
    table="enrolment",
    owner="person_id",
    key=("person_id", "record_id"),
    values=("organisation_id", "grade", "letter", "academic_year", "starts", "ends"),
)
QUALIFICATION = Projected(
    table="qualification",
    owner="person_id",
    key=("person_id", "category"),
    values=("record_id",),
)
PERSON_FIELD = Projected(
    table="person_field",
    owner="person_id",
    key=("person_id", "field"),
    values=("value", "rule", "stated_as_of", "record_id", "record_version_id"),
)
MENTOR_PROFILE = Projected(
    table="mentor_profile",
    owner="person_id",
    key=("person_id", "organisation_id", "starts"),
    values=("ends", "record_id"),
)
MENTEE_PROFILE = Projected(
    table="mentee_profile",
    owner="person_id",
    key=("person_id", "organisation_id", "starts"),
    values=("ends", "main_request", "record_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The projected rows of some people: one frame a table, `person` among them."""

    person: pd.DataFrame
    tables: tuple[tuple[Projected, pd.DataFrame], ...]


def project(facts: pd.DataFrame, chosen: pd.DataFrame, directory: Directory) -> Golden:
    """Compute what stands about people.

    `facts`: records with the columns of `record_facts`, their `person_id`, `kind`,
    `source_id`, `is_card`, `first_stated`, `last_stated`, `ended_on`, `stated_as_of`, `record_version_id`,
    `main_request`. `chosen`: person_id, field, position (a row of `facts`), rule, and `value` where
    a person pinned one that no record says.
    """
    facts = facts.assign(order=content_order(facts))  # ties never follow the order of arrival
    standing = list(_standing(facts, chosen))
    person = _person(facts, standing)
    experience = _experience(facts)
    return Golden(
        person=person,
        tables=(
            (PERSON_NAME, names(facts, person, chosen)),
            (IDENTIFIER, _identifiers(facts, chosen)),
            (CONTACT, contacts(facts)),
            (EMPLOYMENT, _employments(facts, experience, directory)),
            (EXPERIENCE, experience),
            (ENROLMENT, _enrolments(facts, directory)),
            (QUALIFICATION, _qualifications(facts)),
            (PERSON_FIELD, _fields(facts, standing)),
            (MENTOR_PROFILE, _profiles(facts, "MENTOR")),
            (MENTEE_PROFILE, _profiles(facts, "MENTEE")),
        ),
    )


SCALARS = ("last_name", "first_name", "middle_name", "birth_date", "birth_year", "sex")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands in a scalar field of a person, by which rule and from which row of the facts."""

    person_id: UUID
    field: str
    value: Any
    rule: str
    position: int


def _standing(facts: pd.DataFrame, chosen: pd.DataFrame) -> Iterator[_Standing]:
    """Give what was pinned, else what the chosen record says."""
    said = {field: facts[field].tolist() for field in SCALARS}
    for person, field, rule, position, own in rows_of(chosen, *CHOSEN):
        if field in said:
            value = own if own is not None else said[field][position]
            yield _Standing(
                person_id=person, field=field, value=value, rule=rule, position=int(position)
            )


CHOSEN = ("person_id", "field", "rule", "position", "value")


def _person(facts: pd.DataFrame, standing: Iterable[_Standing]) -> pd.DataFrame:
    counts = Counter(facts["person_id"].tolist())
    known: dict[UUID, dict[str, Any]] = {person: dict.fromkeys(SCALARS) for person in counts}
    for one in standing:
        known[one.person_id][one.field] = one.value
    for values in known.values():
        values |= {name: values[name] or "" for name in TEXTS}
        born = values["birth_date"]
        values["birth_year"] = born.year if born else values["birth_year"]
        values["sort_key"] = sort_key(*(values[name] for name in TEXTS))
    columns = {name: column(values[name] for values in known.values()) for name in PERSON}
    return pd.DataFrame(
        {"person_id": column(known), **columns, "record_count": list(counts.values())}
    )


PERSON = (*SCALARS, "sort_key")


def _identifiers(facts: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Keep the СНИЛС that survived; one refused as a relative's is evidence only."""
    of_field = chosen[chosen["field"] == "snils"]
    rows = facts.iloc[of_field["position"].to_numpy(np.int64)]
    rows = rows[rows["snils_hash"].notna()]
    return pd.DataFrame(
        {
            "person_id": rows["person_id"].to_numpy(),
            "type": "SNILS",
            "value_hash": rows["snils_hash"].to_numpy(),
            "value_sealed": rows["snils_sealed"].to_numpy(),
            "record_id": rows["record_id"].to_numpy(),
        }
    )


def _employments(
    facts: pd.DataFrame, experience: pd.DataFrame, directory: Directory
) -> pd.DataFrame:
    """Place staff by date, each post with the experience that stands about its person."""
    since = experience.set_index("person_id")["since"]
    staff = facts[facts["kind"] == "STAFF"]
    if staff.empty:
        return staff
    hired = staff["hired_on"].where(staff["hired_on"].notna(), staff["first_stated"])
    return staff.assign(
        kind=staff["employment_kind"],
        teaching_since=staff["person_id"].map(since),
        starts=hired,
        ends=_ends(staff, directory, dismissed=staff["dismissed_on"]),
    ).pipe(_restated)


def _enrolments(facts: pd.DataFrame, directory: Directory) -> pd.DataFrame:
    pupils = facts[facts["kind"] == "PUPIL"]
    if pupils.empty:
        return pupils
    years = pupils["stated_as_of"].map(academic_year)
    return pupils.assign(
        academic_year=years,
        starts=pupils["first_stated"],
        ends=_ends(pupils, directory, dismissed=None),
    ).pipe(_restated)


def _ends(records: pd.DataFrame, directory: Directory, *, dismissed: pd.Series | None) -> pd.Series:
    """End with the dismissal, else with the first full list that leaves out, else with the unit."""
    ended = records["ended_on"].where(records["ended_on"].notna(), FOREVER)
    if dismissed is not None:
        ended = dismissed.where(dismissed.notna(), ended)
    closed = records["organisation_id"].map(lambda unit: directory.organisations[unit].ends)
    return ended.where(ended < closed, closed)


def _restated(records: pd.DataFrame) -> pd.DataFrame:
    """Let an organisation's newest list say what its people's places are from when it dates them.

    A person listed under a new surname or in a new post has a new record; the older one holds
    only until the newer begins. What then holds on no day is left out.
    """
    if not records.duplicated(["person_id", "organisation_id"]).any():
        return records[records["starts"] < records["ends"]]
    unit = [records["person_id"], records["organisation_id"]]
    said = _said_last(records)
    newest = said == said.groupby(unit).transform("max")
    begun = records["starts"].where(newest, FOREVER)
    begun = begun.groupby(unit).transform("min")
    ends = records["ends"].where(newest | (records["ends"] < begun), begun)
    held = records.assign(ends=ends)
    return held[held["starts"] < held["ends"]]


def _said_last(records: pd.DataFrame) -> pd.Series:
    """Tell how fresh each record is: a card that stands is as fresh as any of its source there.

    A system says only what changed, so a card that it does not repeat has not ended.
    """
    stands = records["is_card"].astype(bool) & records["ended_on"].isna()
    of_source = records.groupby(["person_id", "organisation_id", "source_id"])["last_stated"]
    return records["last_stated"].where(~stands, of_source.transform("max"))


def _experience(facts: pd.DataFrame) -> pd.DataFrame:
    """Take the most recent statement of teaching experience."""
    stated = facts[facts["teaching_since"].notna()]
    newest = stated.sort_values(
        ["stated_as_of", "teaching_since", "order"], ascending=[False, True, True]
    ).drop_duplicates("person_id")
    return newest.assign(kind="TEACHING", since=newest["teaching_since"])


def _qualifications(facts: pd.DataFrame) -> pd.DataFrame:
    stated = facts[facts["category"] != ""].sort_values(["stated_as_of", "order"])
    return stated.drop_duplicates(["person_id", "category"], keep="last")


def _fields(facts: pd.DataFrame, standing: Sequence[_Standing]) -> pd.DataFrame:
    rows = facts.iloc[[one.position for one in standing]]
    return pd.DataFrame(
        {
            "person_id": column(one.person_id for one in standing),
            "field": column(one.field for one in standing),
            "value": column(str(one.value) for one in standing),
            "rule": column(one.rule for one in standing),
            "stated_as_of": rows["stated_as_of"].to_numpy(),
            "record_id": rows["record_id"].to_numpy(),
            "record_version_id": rows["record_version_id"].to_numpy(),
        }
    )


def _profiles(facts: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Hold a base's listing over the academic years in which it was stated."""
    listed = facts[facts["kind"] == kind]
    if listed.empty:
        return listed
    first = listed["first_stated"].map(academic_year)
    last = listed["last_stated"].map(academic_year)
    profiles = listed.assign(
        starts=first.map(lambda year: date(year, 9, 1)),
        ends=last.map(lambda year: date(year + 1, 9, 1)),
    )
    profiles = profiles.sort_values(
        ["ends", "stated_as_of", "order"], ascending=[False, False, True]
    )
    return profiles.drop_duplicates(["person_id", "organisation_id", "starts"])
