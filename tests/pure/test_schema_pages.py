"""The reference in docs is what the declared types say."""

import re

from graphql import GraphQLInputObjectType, GraphQLObjectType

from schema.described import FOLDER, pages
from schema.root import build_schema

COMMAND = "python -m schema.described"


def test_the_committed_reference_is_the_one_that_is_written() -> None:
    written = pages()
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}

    assert written.keys() == committed.keys(), COMMAND
    assert [] == [name for name in written if written[name] != committed[name]], COMMAND


def test_every_field_of_every_type_is_told() -> None:
    kinds = build_schema()._schema.type_map.values()  # noqa: SLF001 - it has no public name
    text = pages()
    outputs, inputs = text["types.md"], text["inputs.md"]
    missing = [
        f"{kind.name}.{name}"
        for kind in kinds
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType)
        and not kind.name.startswith(("_", "Query", "Mutation"))
        for name in kind.fields
        if f"| `{name}` |" not in section(kind.name, outputs, inputs)
    ]

    assert [] == missing


def test_terms_of_a_field_are_told_beside_it() -> None:
    text = pages()

    assert re.search(r"`birthDate` .* цель `BIRTH_DATES`, без неё null", text["types.md"])
    assert "страница до 1000 строк" in text["queries.md"].partition("### changes\n")[2][:400]
    assert "ключ с разрешением `SUBMIT`" in text["mutations.md"]
    assert "[`PersonFilter`](inputs.md#personfilter)" in text["queries.md"]


def section(name: str, *pages_: str) -> str:
    return next(
        (
            page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
            for page in pages_
            if f"\n## {name}\n" in page
        ),
        "",
    )
