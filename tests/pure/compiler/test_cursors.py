"""Cursors are opened only where and for whom they were signed."""

from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as some

from schema.compiler.cursors import CursorKey

KEY = CursorKey(b"k" * 32, UUID(int=1))
TEXTS = some.text(some.characters(codec="utf-8", exclude_characters="\x1f"))


@given(TEXTS, some.uuids())
def test_what_was_signed_is_read_back(name: str, key: UUID) -> None:
    cursor = KEY.encode("list", [name, str(key)])

    assert [name, str(key)] == list(KEY.decode("list", cursor, 2))


@given(some.text())
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(GraphQLError):
        KEY.decode("list", garbage, 2)


@pytest.mark.parametrize(
    "other",
    [CursorKey(b"k" * 32, UUID(int=2)), CursorKey(b"x" * 32, UUID(int=1))],
)
def test_a_cursor_of_another_scope_or_server_is_refused(other: CursorKey) -> None:
    cursor = other.encode("list", ["а", "б"])

    with pytest.raises(GraphQLError):
        KEY.decode("list", cursor, 2)


def test_a_cursor_of_another_list_or_with_a_changed_byte_is_refused() -> None:
    cursor = KEY.encode("list", ["а", "б"])
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")

    for name, text in (("other", cursor), ("list", changed)):
        with pytest.raises(GraphQLError):
            KEY.decode(name, text, 2)
