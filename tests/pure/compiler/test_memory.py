"""However many documents are asked, what is kept of them stays within its bound."""

import gc
import tracemalloc
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from hub.recent import Recent
from schema.compiler.request import ViewerShape
from schema.compiler.run import Engine
from schema.root import build_schema

SHAPE = ViewerShape(purposes=frozenset(), region_wide=False)
MEGABYTE = 2**20


def engine(kept_bytes: int) -> Engine:
    return Engine(
        build_schema(),
        cursor_secret=b"k" * 32,
        zone=ZoneInfo("Europe/Samara"),
        open_seal=lambda sealed: sealed.decode(),
        kept_bytes=kept_bytes,
    )


def flood(count: int, *, fields: int) -> Iterator[str]:
    """Give texts of which no two are the same."""
    listed = " ".join(["role name"] * (fields // 2))
    for number in range(count):
        yield f"query Q{number} {{ viewer {{ {listed} }} people {{ nodes {{ id lastName }} }} }}"


def ask(asked: Engine, text: str) -> None:
    prepared, given = asked.prepare(text, None, {})
    asked.plan(prepared, given, SHAPE)


def grown(asked: Engine, texts: Iterator[str]) -> int:
    """Give by how many bytes the memory of a process grows while it answers."""
    ask(asked, "{ viewer { role } }")  # what is made once
    gc.collect()
    tracemalloc.start()
    try:
        for text in texts:
            ask(asked, text)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("count", "fields"), [(20, 120), (120, 2)])
def test_a_flood_of_documents_does_not_grow_memory(count: int, fields: int) -> None:
    kept = MEGABYTE

    memory = grown(engine(kept), flood(count, fields=fields))

    # Documents and plans together, whose trees are the same objects.
    assert 2 * kept > memory > kept // 8


def test_a_document_is_counted_as_heavy_as_it_is() -> None:
    asked = engine(10**9)

    memory = grown(asked, flood(10, fields=120))

    counted = asked._prepared.weight  # noqa: SLF001 - what the bound is measured by
    assert memory / 2 < counted < 2 * memory


def test_what_is_too_heavy_goes_the_longest_unused_first() -> None:
    kept: Recent[str, str] = Recent(9, weigh=len, weight=6)
    for word in ("aa", "bb", "cc"):
        kept.keep(word, word)
    kept.get("aa")

    kept.keep("dd", "dd")
    kept.keep("dd", "d")
    kept.keep("huge", "seven..")

    assert [None] * 5 == [kept.get(word) for word in ("aa", "bb", "cc", "dd", "huge")]
    assert 0 == kept.weight


def test_a_value_that_is_dropped_weighs_nothing() -> None:
    kept: Recent[str, str] = Recent(2, weigh=len, weight=9)
    for word in ("aaaa", "bbb", "c"):
        kept.keep(word, word)
    kept.drop("bbb")

    assert ("c", None, 1) == (kept.get("c"), kept.get("aaaa"), kept.weight)
