"""Clusters: a partition that constraints, verdicts and mentions shape, whatever the order."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from sync.matching.cluster import Clustering, Verdicts, canonical
from tests.pure.matching.labelled import facts_of, match, people, quality, records

NUMBER, OTHER_NUMBER = "112-233-445 95", "087-654-302 00"
HERE, THERE = UUID(int=11), UUID(int=12)
CARD: dict[str, object] = {
    "full_name": "Барканова Анна Ильинична",
    "birth_date": "01.02.1980",
    "kind": "STAFF",
}
MENTION: dict[str, object] = {"full_name": "Барканова Анна Ильинична", "kind": "MENTION"}


def clusters(*rows: Mapping[str, object], verdicts: Verdicts | None = None) -> Clustering:
    return match(facts_of(list(rows)), verdicts=verdicts)


def said(kind: str, *pairs: tuple[int, int]) -> Verdicts:
    left, right = np.array(pairs, dtype=np.int64).T
    return Verdicts(left=left, right=right, kind=[kind] * len(pairs))


def asked(clustering: Clustering) -> list[list[str]]:
    return list(clustering.questions["reasons"])


def test_labels_partition_and_name_the_least_record() -> None:
    facts = records(people(800), dirt=3).facts.sample(frac=1, random_state=1)

    labels = match(facts).labels

    ids = facts["record_id"].to_numpy(np.int64)
    least = pd.Series(ids).groupby(labels).min()
    assert least.tolist() == ids[least.index.to_numpy(np.int64)].tolist()
    assert len(labels) == len(facts)


def test_any_order_of_records_gives_the_same_people_and_questions() -> None:
    facts = records(people(800), dirt=4).facts

    def people_of(some: pd.DataFrame) -> tuple[set[frozenset[int]], set[tuple[int, int]]]:
        found = match(some)
        ids = some["record_id"].to_numpy(np.int64)
        groups = pd.Series(ids).groupby(found.labels).agg(frozenset)
        ends = np.sort(ids[found.questions[["left", "right"]].to_numpy(np.int64)], axis=1)
        return set(groups), set(map(tuple, ends.tolist()))

    expected = people_of(facts)

    for seed in range(3):
        assert expected == people_of(facts.sample(frac=1, random_state=seed))


def test_record_ids_given_in_another_order_change_no_person() -> None:
    facts = records(people(800), dirt=4).facts
    renumbered = facts.assign(record_id=facts["record_id"].to_numpy()[::-1])

    one, other = match(facts).labels, match(renumbered).labels

    places = np.arange(len(facts))
    np.testing.assert_array_equal(canonical(one, places), canonical(other, places))


def test_two_valid_numbers_never_share_a_person() -> None:
    labelled = records(people(1500), dirt=4)

    labels = match(labelled.facts).labels

    numbers = labelled.facts["snils_hash"].groupby(labels).nunique()
    assert 1 == numbers.max()


def test_a_card_between_two_numbers_joins_one_and_the_other_is_asked() -> None:
    found = clusters(
        CARD | {"snils": NUMBER},
        CARD | {"organisation_id": THERE},
        CARD | {"snils": OTHER_NUMBER, "organisation_id": UUID(int=13)},
    )

    assert found.labels[0] != found.labels[2]
    assert found.labels[1] in (found.labels[0], found.labels[2])
    assert [["snils.conflict"]] == asked(found)


def test_a_mention_joins_the_only_bearer_of_the_name_in_its_school() -> None:
    found = clusters(CARD, CARD | {"organisation_id": THERE, "birth_date": "05.06.1991"}, MENTION)

    assert [0, 1, 0] == found.labels.tolist()
    assert [] == asked(found)


def test_a_mention_names_a_colleague_from_another_school_by_the_workplace() -> None:
    found = clusters(
        CARD | {"organisation_id": THERE}, MENTION | {"affiliation_organisation_id": THERE}
    )

    assert [0, 0] == found.labels.tolist()


def test_mentions_that_fit_two_namesakes_stay_together_and_are_asked() -> None:
    namesake = CARD | {"birth_date": "05.06.1991"}

    found = clusters(CARD, namesake, MENTION, MENTION)

    assert [0, 1, 2, 2] == found.labels.tolist()
    assert [["weak.ambiguous"], ["weak.ambiguous"]] == asked(found)


def test_mentions_nobody_bears_are_one_person_of_their_own() -> None:
    misspelled = MENTION | {"full_name": "Бараканова Анна Ильинична"}

    found = clusters(MENTION, MENTION | {"kind": "MENTOR"}, misspelled)

    assert [0, 0, 0] == found.labels.tolist()


def test_a_misspelled_mention_joins_the_only_one_it_can_mean() -> None:
    found = clusters(CARD, MENTION | {"full_name": "Бараканова Анна Ильинична"})

    assert [0, 0] == found.labels.tolist()


def test_initials_are_asked_about_where_they_fit_few_people_and_not_where_many() -> None:
    initials = MENTION | {"full_name": "Барканова А.И."}
    others = [
        CARD | {"full_name": f"Барканова {name}", "birth_date": f"05.06.{year}", "snils": ""}
        for name, year in (
            ("Алла Игоревна", 1991),
            ("Агния Ильинична", 1961),
            ("Агата Ивановна", 1971),
        )
    ]

    two, many = clusters(CARD, others[0], initials), clusters(CARD, *others, initials)

    assert [["weak.initials"]] * 2 == asked(two)
    assert [] == asked(many)


def test_a_mention_that_was_told_apart_from_one_namesake_joins_the_other() -> None:
    namesake = CARD | {"birth_date": "05.06.1991"}

    found = clusters(CARD, namesake, MENTION, verdicts=said("CANNOT_LINK", (0, 2)))

    assert [0, 1, 1] == found.labels.tolist()
    assert [] == asked(found)


def test_a_person_joins_what_the_matcher_parts() -> None:
    married = CARD | {"full_name": "Вербина Анна Ильинична", "organisation_id": THERE}

    apart = clusters(CARD, married)
    joined = clusters(CARD, married, verdicts=said("MUST_LINK", (0, 1)))

    assert 2 == len(set(apart.labels))
    assert 1 == len(set(joined.labels))


def test_a_person_joins_over_two_numbers() -> None:
    rows = CARD | {"snils": NUMBER}, CARD | {"snils": OTHER_NUMBER}

    found = clusters(*rows, verdicts=said("MUST_LINK", (0, 1)))

    assert [0, 0] == found.labels.tolist()
    assert [] == asked(found)


def test_a_person_parts_what_the_matcher_joins_and_is_not_asked_again() -> None:
    rows = CARD | {"snils": NUMBER}, CARD | {"snils": NUMBER}, CARD

    found = clusters(*rows, verdicts=said("CANNOT_LINK", (0, 1)))

    assert found.labels[0] != found.labels[1]
    assert [] == asked(found)


def test_the_last_word_on_a_pair_counts() -> None:
    words = Verdicts(
        left=np.array([0, 1]), right=np.array([1, 0]), kind=["CANNOT_LINK", "MUST_LINK"]
    )

    assert [0, 0] == clusters(CARD, CARD, verdicts=words).labels.tolist()


def test_a_second_active_card_of_one_source_is_asked_about() -> None:
    married = CARD | {"full_name": "Вербина Анна Ильинична"}

    active = clusters(CARD, married)
    part_time = clusters(CARD, married | {"employment_kind": "INTERNAL_PT"})

    assert [0, 1] == active.labels.tolist()
    assert [["surname.differs"]] == asked(active)
    assert [0, 0] == part_time.labels.tolist()


def test_a_card_entered_twice_word_for_word_is_one_person() -> None:
    assert [0, 0] == clusters(CARD, CARD).labels.tolist()


@pytest.mark.parametrize(
    ("number", "year", "expected"),
    [(NUMBER, 1985, [0, 0, 0]), ("", 1985, [0, 1, 1]), (NUMBER, 2005, [0, 1, 1])],
)
def test_two_days_beside_one_number_part_nobody_but_a_generation(
    number: str, year: int, expected: list[int]
) -> None:
    other_day = CARD | {"birth_date": f"14.09.{year}", "organisation_id": THERE}

    found = clusters(
        CARD | {"snils": NUMBER}, other_day | {"snils": number}, other_day | {"kind": "OTHER"}
    )

    assert expected == found.labels.tolist()


def test_a_mothers_number_on_a_childs_card_is_a_question() -> None:
    child = {
        "full_name": "Барканов Илья Львович",
        "birth_date": "05.06.2014",
        "kind": "PUPIL",
        "snils": NUMBER,
    }

    found = clusters(CARD | {"snils": NUMBER}, child)

    assert [0, 1] == found.labels.tolist()
    assert [["snils.single_agreement", "birth.differs", "surname.differs"][:1]] == [
        reasons[:1] for reasons in asked(found)
    ]


def test_twins_are_two_people() -> None:
    twins = [
        {"full_name": name, "birth_date": "05.06.2014", "kind": "PUPIL", "phone": "89271234567"}
        for name in ("Барканова Марина Львовна", "Барканова Арина Львовна")
    ]

    found = clusters(*twins)

    assert [0, 1] == found.labels.tolist()
    assert [] == asked(found)


def test_father_and_son_of_one_name_are_two_people() -> None:
    father = {"full_name": "Барканов Илья Ильич", "birth_date": "05.06.1984", "kind": "STAFF"}
    son = {"full_name": "Барканов Илья Ильич", "birth_date": "05.06.2014", "kind": "PUPIL"}

    assert [0, 1] == clusters(father, son).labels.tolist()


def test_a_pupil_who_moved_is_one_person() -> None:
    pupil = {"full_name": "Барканов Илья Львович", "birth_date": "05.06.2014", "kind": "PUPIL"}

    moved = clusters(pupil | {"active": False}, pupil | {"organisation_id": THERE})

    assert [0, 0] == moved.labels.tolist()


def test_two_children_of_one_list_who_share_a_birthday_and_given_names_are_two() -> None:
    one = CARD | {"kind": "PUPIL", "birth_date": "04.01.2018"}
    other = one | {"full_name": "Михайлова Анна Ильинична"}
    bride = CARD | {"full_name": "Михайлова Анна Ильинична"}

    children, teachers = clusters(one, other), clusters(CARD, bride)

    assert [0, 1] == children.labels.tolist()
    assert [] == asked(children)
    assert [["surname.differs"]] == asked(teachers)


def test_a_question_is_asked_once_for_two_clusters() -> None:
    first = CARD | {"snils": NUMBER}
    second = CARD | {"snils": OTHER_NUMBER}

    found = clusters(first, first, second, second)

    assert 1 == len(found.questions)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_usual_dirt_leaves_people_whole_and_apart(seed: int) -> None:
    labelled = records(people(3000, seed=seed), seed=seed + 50)

    measured = quality(labelled, match(labelled.facts))

    assert measured.precision >= 0.999
    assert measured.recall >= 0.98


def test_nothing_is_nobody() -> None:
    facts = facts_of([CARD]).iloc[:0]

    found = match(facts)

    assert [] == found.labels.tolist()
    assert found.questions.empty
