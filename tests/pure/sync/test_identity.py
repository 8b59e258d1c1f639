"""Ids stay with those who stay together; every id that was ever given keeps an answer."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.identity import Identities, assign, new_id

OLD = [UUID(int=number) for number in range(1, 5)]
MEMBERS = st.lists(
    st.tuples(st.integers(min_value=0, max_value=4), st.sampled_from([None, *OLD])), max_size=12
)


def maker() -> Callable[[], UUID]:
    numbers = count(100)
    return lambda: UUID(int=next(numbers))


def assigned(members: Sequence[tuple[int, UUID | None]]) -> Identities:
    labels = np.array([label for label, _ in members], dtype=np.int64)
    return assign(labels, [old for _, old in members], make_id=maker())


def greedy(members: Sequence[tuple[int, UUID | None]]) -> dict[int, UUID]:
    """Take the pair of most members, then of the older id, then of the smaller label; again."""
    shared = Counter((label, old) for label, old in members if old is not None)
    kept: dict[int, UUID] = {}
    while shared:
        label, old = min(shared, key=lambda pair: (-shared[pair], pair[1], pair[0]))
        kept[label] = old
        shared = Counter(
            {pair: size for pair, size in shared.items() if pair[0] != label and pair[1] != old}
        )
    return kept


@settings(max_examples=100, deadline=None)
@given(MEMBERS)
def test_labels_keep_ids_by_the_greedy_rule(members: list[tuple[int, UUID | None]]) -> None:
    found = assigned(members)

    kept = {label: owner for label, owner in found.ids.items() if owner in OLD}
    assert greedy(members) == kept
    assert {label for label, _ in members} == set(found.ids)
    assert len(found.ids) == len(set(found.ids.values()))


@settings(max_examples=100, deadline=None)
@given(MEMBERS)
def test_every_old_id_is_kept_or_merged_into_one_that_took_a_member(
    members: list[tuple[int, UUID | None]],
) -> None:
    found = assigned(members)

    living = set(found.ids.values())
    for old in {old for _, old in members if old is not None}:
        assert (old in living) != (old in found.merged)
        heirs = {found.ids[label] for label, had in members if had == old}
        assert found.merged.get(old, old) in heirs


@settings(max_examples=100, deadline=None)
@given(MEMBERS)
def test_every_new_id_made_of_known_members_points_back(
    members: list[tuple[int, UUID | None]],
) -> None:
    found = assigned(members)

    fresh = {owner: label for label, owner in found.ids.items() if owner not in OLD}
    of_known = {
        owner
        for owner, label in fresh.items()
        if any(at == label and had is not None for at, had in members)
    }
    assert of_known == set(found.split)


def test_unchanged_clusters_keep_their_ids() -> None:
    members = [(0, OLD[0]), (0, OLD[0]), (1, OLD[1])]

    found = assigned(members)

    assert {0: OLD[0], 1: OLD[1]} == found.ids
    assert {} == found.merged
    assert {} == found.split


def test_a_merger_keeps_the_id_of_the_larger_part() -> None:
    members = [(0, OLD[0]), (0, OLD[1]), (0, OLD[1])]

    found = assigned(members)

    assert {0: OLD[1]} == found.ids
    assert {OLD[0]: OLD[1]} == found.merged


def test_a_merger_of_equal_parts_keeps_the_older_id() -> None:
    found = assigned([(0, OLD[1]), (0, OLD[0])])

    assert {0: OLD[0]} == found.ids


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    members = [(0, OLD[0]), (1, OLD[0]), (1, OLD[0])]

    found = assigned(members)

    assert OLD[0] == found.ids[1]
    assert {found.ids[0]: OLD[0]} == found.split


def test_ids_made_later_sort_later() -> None:
    made = [new_id() for _ in range(100)]

    assert sorted(made) == made
    assert 100 == len(set(made))
