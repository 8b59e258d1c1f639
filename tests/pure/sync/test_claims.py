"""Joining claims by columns agrees with COUNTING in plain Python, in any order."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.mentoring.claims import ClaimRules, academic_year, dyads_of, join_claims
from tests.pure.sync.reference import Claim, Dyad, dyads, mentorships

RULES = ClaimRules(gap_days=31, lapse_month=8, lapse_day=31)
START = date(2024, 10, 1)
# Days that fall a month short of, at and beyond one another.
DAYS = st.sampled_from([0, 1, 10, 40, 41, 42, 43, 72, 73, 74, 300, 334, 335, 700]).map(
    lambda days: START + timedelta(days=days)
)
FORMS = st.sampled_from(["A", "B", None, None])


@st.composite
def rows(draw: st.DrawFn, number: int) -> list[Claim]:
    """Draw what one row states: a mentor with mentees or a mentee with mentors."""
    side = draw(st.sampled_from(["MENTOR", "MENTEE"]))
    starts, form = draw(DAYS), draw(FORMS)
    lasts = draw(st.sampled_from([None, None, 0, 1, 10, 31, 300]))
    stated = starts + timedelta(days=draw(st.sampled_from([0, 20, 400])))
    mentors = draw(
        st.lists(st.sampled_from("XY"), min_size=1, max_size=1 if side == "MENTOR" else 2)
    )
    mentees = draw(
        st.lists(st.sampled_from("EFG"), min_size=1, max_size=1 if side == "MENTEE" else 2)
    )
    return [
        Claim(
            row=number,
            side=side,
            mentor=mentor,
            mentee=mentee,
            form=form,
            starts=starts,
            stated_end=None if lasts is None else starts + timedelta(days=lasts),
            last_stated=stated,
        )
        for mentor in mentors
        for mentee in mentees
    ]


@st.composite
def stated(draw: st.DrawFn) -> list[Claim]:
    count = draw(st.integers(min_value=1, max_value=7))
    return [claim for number in range(count) for claim in draw(rows(number))]


def frame_of(claims: Sequence[Claim]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record_id": [claim.row for claim in claims],
            "mentor": [claim.mentor for claim in claims],
            "mentee": [claim.mentee for claim in claims],
            "side": [claim.side for claim in claims],
            "form_code": pd.Series([claim.form for claim in claims], dtype=object),
            "starts": [claim.starts for claim in claims],
            "stated_end": pd.Series([claim.stated_end for claim in claims], dtype=object),
            "last_stated": [claim.last_stated for claim in claims],
            "host_organisation_id": [claim.host for claim in claims],
            "base_organisation_id": [claim.host for claim in claims],
            "affiliation_id": pd.Series([None] * len(claims), dtype=object),
            "affiliation_text": "",
            "programme_id": pd.Series([None] * len(claims), dtype=object),
            "programme_key": "",
            "source_id": [claim.source for claim in claims],
        }
    )


def parts(labels: Sequence[int]) -> set[frozenset[int]]:
    return {
        frozenset(at for at, label in enumerate(labels) if label == wanted)
        for wanted in set(labels)
    }


def found_dyads(claims: Sequence[Claim]) -> set[Dyad]:
    frame = frame_of(claims)
    labels = join_claims(frame, RULES)
    members = {
        label: frozenset(at for at, other in enumerate(labels) if other == label)
        for label in set(labels.tolist())
    }
    return {
        Dyad(
            members=members[line["label"]],
            mentor=line["mentor"],
            mentee=line["mentee"],
            form=line["form_code"],
            starts=line["starts"],
            ends=line["ends"],
            end_assumed=bool(line["end_assumed"]),
            by_mentors=bool(line["by_mentors"]),
            by_mentees=bool(line["by_mentees"]),
            disputed=bool(line["disputed"]),
        )
        for line in dyads_of(frame, labels, RULES).to_dict("records")
    }


@settings(max_examples=60, deadline=None)
@given(stated())
def test_claims_are_joined_as_counting_says(claims: list[Claim]) -> None:
    labels = join_claims(frame_of(claims), RULES)

    assert mentorships(claims) == parts(labels.tolist())


@settings(max_examples=40, deadline=None)
@given(stated(), st.randoms(use_true_random=False))
def test_labels_do_not_depend_on_the_order(claims: list[Claim], random: Random) -> None:
    order = random.sample(range(len(claims)), len(claims))
    straight = parts(join_claims(frame_of(claims), RULES).tolist())

    shuffled = parts(join_claims(frame_of([claims[at] for at in order]), RULES).tolist())

    assert straight == {frozenset(order[at] for at in part) for part in shuffled}


@settings(max_examples=60, deadline=None)
@given(stated())
def test_dyads_are_what_counting_says(claims: list[Claim]) -> None:
    found = found_dyads(claims)

    assert dyads(claims) == found


@settings(max_examples=40, deadline=None)
@given(stated())
def test_no_mentorship_holds_two_known_forms(claims: list[Claim]) -> None:
    labels = join_claims(frame_of(claims), RULES)

    for part in parts(labels.tolist()):
        assert 1 >= len({claims[at].form for at in part} - {None})


@pytest.mark.parametrize(("days", "mentorships_expected"), [(31, 1), (32, 2)])
def test_periods_thirty_one_days_apart_are_one_mentorship_and_thirty_two_are_two(
    days: int, mentorships_expected: int
) -> None:
    end = date(2025, 1, 15)
    first = claim(stated_end=end)
    second = claim(row=2, starts=end + timedelta(days=days), last_stated=date(2025, 3, 1))

    labels = join_claims(frame_of([first, second]), RULES)

    assert mentorships_expected == len(set(labels.tolist()))


def test_two_known_forms_are_two_mentorships_and_an_unknown_one_joins_one_of_them() -> None:
    claims = [claim(form="A"), claim(row=2, form="B"), claim(row=3, form=None)]

    labels = join_claims(frame_of(claims), RULES).tolist()

    assert {frozenset({0, 2}), frozenset({1})} == parts(labels)


def test_a_host_and_a_programme_do_not_follow_the_order_of_claims() -> None:
    claims = frame_of([claim(), claim(row=2)]).assign(
        host_organisation_id=["школа 2", "школа 1"],
        programme_id=["p2", "p1"],
        programme_key=["2", "1"],
        affiliation_id=["школа 2", "школа 1"],
        base_organisation_id=["школа 2", "школа 1"],
    )
    chosen = ["host_organisation_id", "programme_id", "affiliation_id"]

    there = dyads_of(claims, join_claims(claims, RULES), RULES)
    back = claims.iloc[::-1].reset_index(drop=True)
    again = dyads_of(back, join_claims(back, RULES), RULES)

    assert there[chosen].to_dict("records") == again[chosen].to_dict("records")


def test_several_sources_are_counted() -> None:
    claims = frame_of([claim(), claim(row=2)]).assign(source_id=["файлы", "кадры"])

    found = dyads_of(claims, join_claims(claims, RULES), RULES)

    assert [2] == found["sources"].tolist()


def test_nothing_joins_nothing() -> None:
    assert [] == join_claims(frame_of([]), RULES).tolist()


def test_an_academic_year_starts_in_september() -> None:
    assert [2025, 2026] == [academic_year(date(2026, 8, 31)), academic_year(date(2026, 9, 1))]


def claim(
    *,
    row: int = 1,
    form: str | None = "A",
    starts: date = START,
    stated_end: date | None = None,
    last_stated: date = START,
) -> Claim:
    return Claim(
        row=row,
        side="MENTEE",
        mentor="X",
        mentee="E",
        form=form,
        starts=starts,
        stated_end=stated_end,
        last_stated=last_stated,
    )
