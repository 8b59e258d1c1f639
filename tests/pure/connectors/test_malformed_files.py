"""A file with something wrong in it gives exactly the refusals expected of it, and its good rows."""

from pathlib import Path

import pytest

from tests.pure.connectors.malformed import ROWS, WHOLE, Malformed
from tests.pure.connectors.reading import take


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(ROWS) + len(WHOLE) >= 60


@pytest.mark.parametrize("case", ROWS.values(), ids=ROWS)
def test_what_is_wrong_is_refused_in_its_place_and_the_rest_is_taken(
    tmp_path: Path, case: Malformed
) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)

    taken = take(path)

    assert list(case.refused) == [
        (one.code, one.place.sheet, one.place.row) for one in taken.rejected
    ]
    assert list(case.taken) == [row["row"] for row in taken.rows]
    assert all(one.message.endswith(".") for one in taken.rejected)


@pytest.mark.parametrize(("name", "content", "code"), WHOLE.values(), ids=WHOLE)
def test_what_is_wrong_as_a_whole_is_refused_once(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    taken = take(path)

    assert [code] == taken.codes
    assert name == taken.rejected[0].place.file
    assert not taken.rows
