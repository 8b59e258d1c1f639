"""Survivorship: validity, source, recency, agreement, completeness, then content."""

from datetime import date
from uuid import UUID

import numpy as np
import pandas as pd

from sync.matching.survive import FIELDS, SURVIVAL, Rule, Survival, Validity, survivors
from sync.people.golden import SCALARS
from tests.pure.matching.labelled import facts_of, match, people, records

NUMBER = "112-233-445 95"
CARD: dict[str, object] = {
    "full_name": "Барканова Анна Ильинична",
    "birth_date": "01.02.1980",
    "kind": "STAFF",
}


def chosen(rows: list[dict[str, object]], field: str) -> tuple[int, str]:
    facts = facts_of(rows)
    found = survivors(facts, np.zeros(len(facts), dtype=np.int64))
    row = found[found["field"] == field].iloc[0]
    return int(row["position"]), str(row["rule"])


def test_a_whole_name_beats_an_initial() -> None:
    rows = [CARD | {"full_name": "Барканова А.И."}, CARD]

    assert (1, "VALIDITY") == chosen(rows, "first_name")


def test_a_card_beats_a_mention() -> None:
    rows = [CARD | {"full_name": "Боранова Анна Ильинична", "kind": "MENTION"}, CARD]

    assert (1, "SOURCE_RANK") == chosen(rows, "last_name")


def test_the_newer_statement_beats_the_older() -> None:
    rows = [
        CARD | {"full_name": "Вербина Анна Ильинична", "stated_as_of": date(2026, 9, 1)},
        CARD | {"stated_as_of": date(2021, 9, 1)},
        CARD | {"stated_as_of": date(2022, 9, 1)},
    ]

    assert (0, "RECENCY") == chosen(rows, "last_name")


def test_the_more_frequent_value_wins_among_equals() -> None:
    rows = [CARD | {"birth_date": "05.06.1981"}, CARD, CARD]

    position, rule = chosen(rows, "birth_date")

    assert position in (1, 2)
    assert "AGREEMENT" == rule


def test_the_longer_value_wins_where_nothing_else_decides() -> None:
    rows = [CARD, CARD | {"full_name": "Барканова-Вербина Анна Ильинична"}]

    assert (1, "COMPLETENESS") == chosen(rows, "last_name")


def test_a_field_may_have_its_own_order_of_sources() -> None:
    first, second = UUID(int=1), UUID(int=2)
    facts = facts_of(
        [CARD | {"source_id": first}, CARD | {"source_id": second, "birth_date": "05.06.1981"}]
    )
    labels = np.zeros(2, dtype=np.int64)

    found = survivors(facts, labels, source_rank={"birth_date": {second: 0, first: 1}})

    row = found[found["field"] == "birth_date"].iloc[0]
    assert (1, "SOURCE_RANK") == (row["position"], row["rule"])


def test_a_rank_for_a_field_goes_before_other_sources_and_not_before_a_card_of_ones_own() -> None:
    ranked, other = UUID(int=1), UUID(int=2)
    born = {"birth_date": "05.06.1981", "source_id": other, "stated_as_of": date(2026, 9, 1)}
    rows = [CARD | {"source_id": ranked, "stated_as_of": date(2021, 9, 1)}, CARD | born]
    mentioned = [rows[0] | {"kind": "MENTION"}, rows[1]]

    found = [
        survivors(facts_of(each), np.zeros(2, dtype=np.int64), source_rank={"birth_date": ranks})
        for each, ranks in ((rows, {ranked: 99}), (mentioned, {ranked: 1}), (rows, {}))
    ]

    chosen = [one[one["field"] == "birth_date"].iloc[0] for one in found]
    assert [(0, "SOURCE_RANK"), (1, "SOURCE_RANK"), (1, "RECENCY")] == [
        (row["position"], row["rule"]) for row in chosen
    ]


def test_the_birth_year_is_that_of_the_chosen_date() -> None:
    rows = [
        CARD | {"birth_date": "", "birth_year": "1981", "stated_as_of": date(2026, 10, 1)},
        CARD,
    ]

    assert 1 == chosen(rows, "birth_year")[0]


def test_what_nobody_states_has_no_row() -> None:
    facts = facts_of([CARD | {"full_name": "Барканова Анна", "birth_date": ""}])

    found = survivors(facts, np.zeros(1, dtype=np.int64))

    assert {"last_name", "first_name", "sex"} == set(found["field"])


def test_a_mothers_number_does_not_become_the_childs() -> None:
    child = {
        "full_name": "Барканов Илья Львович",
        "birth_date": "05.06.2014",
        "kind": "PUPIL",
        "snils": NUMBER,
    }
    facts = facts_of([child, CARD | {"snils": NUMBER}])

    found = survivors(facts, np.array([0, 1]))

    assert [1] == found[found["field"] == "snils"]["label"].tolist()


def test_a_copied_number_is_nobodys_until_a_person_answers() -> None:
    other = CARD | {"full_name": "Доланова Ольга Львовна", "birth_date": "05.06.1984"}
    facts = facts_of([CARD | {"snils": NUMBER}, other | {"snils": NUMBER}])

    found = survivors(facts, np.array([0, 1]))

    assert found[found["field"] == "snils"].empty


def test_order_and_record_ids_choose_nothing() -> None:
    facts = records(people(600), dirt=5).facts
    labels = match(facts).labels
    shuffled = np.random.default_rng(4).permutation(len(facts))
    again = facts.iloc[shuffled].assign(record_id=facts["record_id"].to_numpy())

    def values(frame: pd.DataFrame, of: np.ndarray[tuple[int], np.dtype[np.int64]]) -> set[object]:
        found = survivors(frame, of)
        columns = {f: frame["snils_hash" if f == "snils" else f].to_numpy(object) for f in FIELDS}
        return {
            (label, field, columns[field][position], rule)
            for label, field, position, rule in found.itertuples(index=False)
        }

    assert values(facts, labels) == values(again, labels[shuffled])


def test_each_field_of_a_person_declares_how_its_value_is_chosen() -> None:
    declared = {one.field: one.rules for one in SURVIVAL}

    assert {*SCALARS, "snils"} == set(declared)
    assert all(Rule.VALIDITY == rules[0] for rules in declared.values())


def test_another_declaration_chooses_otherwise_and_says_so() -> None:
    rows = [
        CARD | {"birth_date": "05.06.1981", "stated_as_of": date(2026, 9, 1)},
        CARD | {"stated_as_of": date(2022, 9, 1)},
        CARD | {"stated_as_of": date(2021, 9, 1)},
    ]
    facts = facts_of(rows)
    rules = (Rule.VALIDITY, Rule.AGREEMENT, Rule.RECENCY)
    agreed = Survival(field="birth_date", validity=Validity.ANY, rules=rules)

    found = survivors(facts, np.zeros(3, dtype=np.int64), declared=[agreed])

    assert [(1, "AGREEMENT")] == list(zip(found["position"], found["rule"], strict=True))
    assert (0, "RECENCY") == chosen(rows, "birth_date")
