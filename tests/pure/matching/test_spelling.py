"""Names compared letter by letter: what outlines of words rule out, a look at the letters rules out too."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.matching.scales import Last
from sync.matching.spelling import last_level, surnames_unlike

LETTERS = "абвлнорт-"  # few, so that words are often a slip apart


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=9), min_size=2, max_size=12, unique=True))
def test_surnames_unlike_by_their_outlines_differ_letter_by_letter(words: list[str]) -> None:
    texts = np.array(words, dtype=object)
    one, other = np.triu_indices(len(words))

    levels = surnames_unlike(texts, one.astype(np.int64), other.astype(np.int64))

    for at in np.flatnonzero(levels >= 0).tolist():
        assert levels[at] == Last.DIFFERENT
        assert last_level(*sorted((words[one[at]], words[other[at]]))) == Last.DIFFERENT


def test_plainly_other_surnames_need_no_look_at_their_letters() -> None:
    words = np.array(["кузнецов", "иванова", "кузнецоф", "", "щукина-белая"], dtype=object)
    one, other = np.array([0, 0, 0, 0], dtype=np.int64), np.array([1, 2, 3, 4], dtype=np.int64)

    levels = surnames_unlike(words, one, other)

    assert [Last.DIFFERENT, -1, -1, -1] == levels.tolist()
