"""What breaks the clients of the last release is announced to them."""

import re
from pathlib import Path

from graphql import build_schema

from schema.release import RELEASED, breaking, released
from schema.root import print_schema

CHECKOUT = Path(__file__).resolve().parents[2]


def announced() -> str:
    """Read what the changelog says of the release in work."""
    changelog = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    return changelog.partition("\n## Unreleased\n")[2].partition("\n## ")[0]


def test_what_breaks_clients_stands_in_the_changelog() -> None:
    found = breaking(released(), build_schema(print_schema()))

    assert [] == [line for line in found if line not in announced()]


def test_a_removed_field_and_a_new_duty_are_found() -> None:
    earlier = build_schema("type Query { a: Int, b(c: Int): Int }")
    later = build_schema("type Query { b(c: Int, d: Int!): Int }")

    assert {
        "Field Query.a was removed.",
        "A required argument Query.b(d:) was added.",
    } == set(breaking(earlier, later))


def test_the_kept_schema_says_of_which_release_it_is() -> None:
    first_line = RELEASED.read_text(encoding="utf-8").partition("\n")[0]

    assert re.fullmatch(r"# \d+\.\d+\.\d+", first_line)
