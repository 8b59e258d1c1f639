"""Pages that grow, shrink, repeat and lie: every lasting row once, or word that some may miss."""

from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.answers import frame_of, missing_of, text_of, unmapped_of
from connectors.client.failure import SourceError
from connectors.kadry.cursor import Cursor
from connectors.kadry.manifest import Manifest, read_manifest
from connectors.kadry.rows import read_row
from connectors.paging import Portion, Position, Sheet, portions

FIELDS = {"external_id": "id", "organization_code": "school"}
READ = partial(read_row, fields=FIELDS)
SIZE = 3


class Source:
    """Rows by number; after each page the next of `changes` is done to them."""

    def __init__(self, count: int, *changes: tuple[str, int]) -> None:
        self.rows = [{"id": number, "school": 1} for number in range(count)]
        self.added = count
        self.changes = list(changes)
        self.asked = 0

    def ask(self, page: int) -> Sheet:
        self.asked += 1
        items, total = self.rows[(page - 1) * SIZE : page * SIZE], len(self.rows)
        self._change()
        return Sheet(items=tuple(items), total=total)

    def _change(self) -> None:
        what, where = self.changes.pop(0) if self.changes else ("", 0)
        if what == "add":
            self.rows.insert(where % (len(self.rows) + 1), {"id": self.added, "school": 1})
            self.added += 1
        elif what == "drop" and self.rows:
            del self.rows[where % len(self.rows)]

    @property
    def ids(self) -> set[str]:
        return {str(row["id"]) for row in self.rows}


def keys(read: list[Portion]) -> list[str]:
    return [row.key for portion in read for _, row in portion.rows]


def test_quiet_pages_are_asked_once() -> None:
    source = Source(7)

    read = list(portions(source.ask, READ, Position()))

    assert [str(number) for number in range(7)] == keys(read)
    assert 3 == source.asked
    assert [True, True, True] == [portion.whole for portion in read]


def test_a_full_last_page_needs_no_page_after_it() -> None:
    source = Source(6)

    list(portions(source.ask, READ, Position()))

    assert 2 == source.asked


@given(
    count=st.integers(0, 14),
    changes=st.lists(
        st.tuples(st.sampled_from(["", "add", "drop"]), st.integers(0, 30)), max_size=6
    ),
)
def test_no_lasting_row_is_lost_without_a_word_and_none_comes_twice(
    count: int, changes: list[tuple[str, int]]
) -> None:
    source = Source(count, *changes)
    old = source.ids

    read = list(portions(source.ask, READ, Position()))

    given_keys = keys(read)
    assert len(given_keys) == len(set(given_keys))
    drops, adds = (any(what == name for what, _ in changes) for name in ("drop", "add"))
    if read[-1].whole and not (drops and adds):
        assert old & source.ids <= set(given_keys)


def test_a_shrinking_total_is_read_again_from_the_first_page() -> None:
    source = Source(7, ("drop", 0))

    read = list(portions(source.ask, READ, Position()))

    assert source.ids <= set(keys(read))
    assert read[-1].whole


def test_a_total_that_is_never_reached_ends_and_is_said() -> None:
    source = Source(4)

    read = list(
        portions(lambda page: Sheet(items=source.ask(page).items, total=9), READ, Position())
    )

    assert not read[-1].whole
    assert source.ids == set(keys(read))


def test_one_page_for_ever_has_an_end() -> None:
    page = Sheet(items=({"id": 1, "school": 1},), total=-1)

    read = list(portions(lambda _: page, READ, Position()))

    assert ["1"] == keys(read)


def test_a_resumed_read_of_a_shrunk_stream_begins_anew() -> None:
    source = Source(9)
    first = next(iter(portions(source.ask, READ, Position())))
    assert first.then is not None
    del source.rows[0]

    rest = list(portions(source.ask, READ, first.then))

    assert source.ids <= set(keys(rest))


def test_a_cursor_says_again_what_it_was_told() -> None:
    cursor = Cursor(since="2026-03-01T12:00:00+00:00", stream="pairs", page=4, size=3, total=20)

    assert cursor == Cursor.parse(cursor.text())
    assert Cursor() == Cursor.parse(None)


@pytest.mark.parametrize("text", ["x", "[]", '{"page": 1, "what": 2}', '{"since": "yesterday"}'])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(SourceError) as refused:
        Cursor.parse(text)

    assert "source.cursor" == refused.value.reason


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "да"), (1003.0, "1003"), (["физика", None, "химия"], "физика, химия")],
)
def test_a_value_is_written_as_a_cell_shows_it(value: object, text: str) -> None:
    assert text == text_of(value)


@pytest.mark.parametrize("school", [None, "Школа № 5", "1.5", -3, "1" * 5000, {"id": 4}])
def test_a_school_without_an_integer_number_refuses_the_row(school: object) -> None:
    row = read_row({"id": 1, "school": school}, FIELDS)

    assert row.fault is not None
    assert "row.no_school" == row.fault[0]


def test_what_no_field_takes_is_named_and_what_is_missing_too() -> None:
    items = [{"id": 1, "passport": "x"}, "text"]

    assert ("passport",) == unmapped_of(items, FIELDS)
    assert ("school",) == missing_of(items, FIELDS)


def test_a_frame_of_no_rows_still_has_places() -> None:
    assert ["sheet", "row"] == list(frame_of([], "counts").columns)


def test_a_manifest_has_at_most_25_keys_and_hides_its_secret() -> None:
    manifest = read_manifest({"base_url": "https://kadry.example.org/api/", "secret": "s-731"})

    assert 25 >= len(Manifest.model_fields)
    assert "s-731" not in repr(manifest)


def wrong_manifests() -> Iterator[dict[str, object]]:
    yield {}
    yield {"base_url": "kadry"}
    yield {"base_url": "https://user:s-731@kadry.example.org"}
    yield {"base_url": "https://kadry.example.org", "page_size": 0}
    yield {"base_url": "https://kadry.example.org", "pages": 3}
    yield {"base_url": "https://kadry.example.org", "staff_fields": {**FIELDS, "shoe_size": "x"}}
    yield {"base_url": "https://kadry.example.org", "staff_fields": {"last_name": "x"}}


@pytest.mark.parametrize("values", list(wrong_manifests()))
def test_wrong_settings_are_refused_without_their_values(values: dict[str, object]) -> None:
    with pytest.raises(SourceError) as refused:
        read_manifest(values)

    assert "source.config" == refused.value.reason
    assert "s-731" not in refused.value.message
