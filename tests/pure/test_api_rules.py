"""docs/api.md tells the limits that hold."""

import re
from pathlib import Path

from hub.settings import Settings
from schema.compiler.documents import MAX_ERRORS
from schema.door.body import BODY_SECONDS, MAX_BODY
from schema.limits import ENTITY_LIMIT, LIMITS, PAGE_DEFAULT, PAGE_LIMIT

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_table_of_limits_is_the_one_in_force() -> None:
    told = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+) \|$", TEXT, re.MULTILINE))

    default = {name: field.default for name, field in Settings.model_fields.items()}
    assert {name: int(figure.replace(",", "")) for name, figure in told.items()} == {
        "bytes of a body": MAX_BODY,
        "seconds until a body has arrived": BODY_SECONDS,
        "characters of a document": LIMITS.characters,
        "tokens of a document": LIMITS.tokens,
        "depth": LIMITS.depth,
        "aliases": LIMITS.aliases,
        "root fields": LIMITS.root_fields,
        "directives": LIMITS.directives,
        "cost": LIMITS.cost,
        "rows of a page (`first`, `last`), ids of `nodes`": PAGE_LIMIT,
        "representations of `_entities`": ENTITY_LIMIT,
        "seconds of a statement": default["statement_s"],
        "seconds of a request, waiting included": default["answer_s"],
        "errors told of one request that is refused": MAX_ERRORS,
    }


def test_a_page_without_a_size_counts_as_it_says() -> None:
    assert f"a page without a size counts as {PAGE_DEFAULT}." in TEXT
