"""The golden projection: what stands about a person, computed from the records linked to them.

Pure: facts of the person's records in, rows of the projected tables out. Every row names the
record it comes from; a scalar field also the rule that chose it (`person_field`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sync.directory import Directory
from sync.matching.facts import content_order
from sync.mentoring.claims import academic_year
from sync.projection import Projected

ALWAYS, FOREVER = date.min, date.max

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
    person = _person(facts, chosen)
    experience = _experience(facts)
    names = person.set_index("person_id")[["last_name", "first_name", "middle_name"]]
    return Golden(
        person=person,
        tables=(
            (PERSON_NAME, _names(facts, names, _pinned_names(facts, chosen))),
            (IDENTIFIER, _identifiers(facts, chosen)),
            (CONTACT, _contacts(facts)),
            (EMPLOYMENT, _employments(facts, experience, directory)),
            (EXPERIENCE, experience),
            (ENROLMENT, _enrolments(facts, directory)),
            (QUALIFICATION, _qualifications(facts)),
            (PERSON_FIELD, _fields(facts, chosen)),
            (MENTOR_PROFILE, _profiles(facts, "MENTOR")),
            (MENTEE_PROFILE, _profiles(facts, "MENTEE")),
        ),
    )


def sort_keys(frame: pd.DataFrame) -> pd.Series:
    """Fold full names for order and search: casefold, ё as е, single spaces between parts."""
    joined = frame["last_name"] + " " + frame["first_name"] + " " + frame["middle_name"]
    return joined.str.casefold().str.replace("ё", "е").str.strip()


SPAN = ("first_stated", "ended_on")
SCALARS = ("last_name", "first_name", "middle_name", "birth_date", "birth_year", "sex")
TEXTS = ("last_name", "first_name", "middle_name")


def _person(facts: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    people = pd.DataFrame({"person_id": pd.unique(facts["person_id"])})
    for field in SCALARS:
        of_field = chosen[chosen["field"] == field]
        by_person = pd.Series(_values(facts, of_field, field), index=of_field["person_id"])
        people[field] = people["person_id"].map(by_person)
    people[list(TEXTS)] = people[list(TEXTS)].astype(object).fillna("")
    years = people["birth_date"].map(lambda day: day.year, na_action="ignore")
    people["birth_year"] = years.where(years.notna(), people["birth_year"])
    counts = facts.groupby("person_id").size()
    return people.assign(
        sort_key=sort_keys(people), record_count=people["person_id"].map(counts).astype(int)
    )


def _values(facts: pd.DataFrame, chosen: pd.DataFrame, field: str) -> list[object]:
    """Give what stands in a field: what was pinned, else what the chosen record says."""
    said = facts[field].astype(object).to_numpy()[chosen["position"].to_numpy(np.int64)]
    return [own if own is not None else one for own, one in zip(chosen["value"], said, strict=True)]


def _pinned_names(facts: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Give people part of whose name a person wrote: they bear a name that no record says."""
    written = chosen[chosen["value"].notna() & chosen["field"].isin(TEXTS)]
    written = written.drop_duplicates("person_id")
    rows = facts.iloc[written["position"].to_numpy(np.int64)]
    return pd.DataFrame(
        {
            "person_id": written["person_id"].to_numpy(),
            "record_id": rows["record_id"].to_numpy(),
            "order": rows["order"].to_numpy(),
        }
    ).assign(kind="CURRENT", starts=ALWAYS, ends=FOREVER)


def _names(facts: pd.DataFrame, current: pd.DataFrame, pinned: pd.DataFrame) -> pd.DataFrame:
    """List every full name some record states, since when and until when; initials are no name.

    A name stated as a former one was borne until then, nobody says since when.
    """
    stated = facts[["person_id", *TEXTS, "previous_last_name", "record_id", "order", *SPAN]]
    stated = stated.assign(ends=_until(stated), starts=stated["first_stated"])
    former = stated[stated["previous_last_name"] != ""].assign(
        last_name=lambda frame: frame["previous_last_name"],
        kind="PREVIOUS",
        ends=lambda frame: frame["first_stated"],
        starts=ALWAYS,
    )
    own = stated.assign(kind="VARIANT")
    borne = current.reindex(pinned["person_id"]).reset_index(drop=True)
    borne = pinned.reset_index(drop=True).join(borne)
    names = pd.concat([own, former, *([borne] if len(borne) else [])])
    names = names.drop(columns="previous_last_name")
    names = _spanned(names, ["person_id", *TEXTS])
    now = current.reindex(names["person_id"]).reset_index(drop=True)
    is_current = (names[list(TEXTS)].reset_index(drop=True) == now).all(axis=1).to_numpy()
    names["kind"] = np.where(is_current, "CURRENT", names["kind"])
    names = names.sort_values(["kind", "order"])
    names = names.drop_duplicates(["person_id", *TEXTS])
    return names.assign(sort_key=sort_keys(names))


def _until(records: pd.DataFrame) -> pd.Series:
    """Say until when a record has said what it says: for ever while it stands."""
    return records["ended_on"].where(records["ended_on"].notna(), FOREVER)


def _spanned(stated: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Let each statement of a key span from its first to its last."""
    alike = stated.groupby(key, sort=False)
    return stated.assign(
        starts=alike["starts"].transform("min"), ends=alike["ends"].transform("max")
    )


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


def _contacts(facts: pd.DataFrame) -> pd.DataFrame:
    kinds = (("PHONE", "phones"), ("EMAIL", "emails"))
    facts = facts.assign(starts=facts["first_stated"], ends=_until(facts))
    lists = [
        facts[["person_id", "contact_owner", "record_id", "order", "starts", "ends", column]]
        .explode(column)
        .dropna(subset=[column])
        .rename(columns={column: "value", "contact_owner": "owner"})
        .assign(kind=kind)
        for kind, column in kinds
    ]
    contacts = _spanned(pd.concat(lists), ["person_id", "kind", "value"])
    contacts = contacts.sort_values(["owner", "order"], ascending=[False, True])
    return contacts.drop_duplicates(["person_id", "kind", "value"])


def _employments(
    facts: pd.DataFrame, experience: pd.DataFrame, directory: Directory
) -> pd.DataFrame:
    """Place staff by date, each post with the experience that stands about its person."""
    since = experience.set_index("person_id")["since"]
    staff = facts[facts["kind"] == "STAFF"]
    hired = staff["hired_on"].where(staff["hired_on"].notna(), staff["first_stated"])
    return staff.assign(
        kind=staff["employment_kind"],
        teaching_since=staff["person_id"].map(since),
        starts=hired,
        ends=_ends(staff, directory, dismissed=staff["dismissed_on"]),
    ).pipe(_restated)


def _enrolments(facts: pd.DataFrame, directory: Directory) -> pd.DataFrame:
    pupils = facts[facts["kind"] == "PUPIL"]
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
    if records.empty:
        return records
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


def _fields(facts: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    scalar = chosen[chosen["field"].isin(SCALARS)].reset_index(drop=True)
    rows = facts.iloc[scalar["position"].to_numpy(np.int64)].reset_index(drop=True)
    values = pd.Series("", index=scalar.index, dtype=object)
    for field in SCALARS:
        of_field = scalar["field"] == field
        values[of_field] = np.array(list(map(str, _values(facts, scalar[of_field], field))))
    return scalar.assign(
        value=values,
        stated_as_of=rows["stated_as_of"],
        record_id=rows["record_id"],
        record_version_id=rows["record_version_id"],
    )


def _profiles(facts: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Hold a base's listing over the academic years in which it was stated."""
    listed = facts[facts["kind"] == kind]
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
