"""docs/errors.md and the code name the same errors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS = ("connectors", "hub", "schema", "sync")
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (.+) \| (.+) \|$")
# Refusals of a file or a row are passed on by position as well, so their shape alone tells them.
REFUSAL = re.compile(r"(file|row)\.[a-z_]+")
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def rows() -> list[tuple[str, str, str]]:
    lines = (CHECKOUT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()
    return [(found[1], found[2], found[3]) for line in lines if (found := ROW.match(line))]


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield what stands as an error's code: `code = "..."`, `code="..."`, `code: X = "..."`."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                yield code
            case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
                yield code
            case ast.keyword(arg="code", value=ast.Subscript()):
                continue  # a stored code: its column's name is none
            case ast.keyword(arg="code", value=value):
                yield from (
                    part.value
                    for part in ast.walk(value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def trees() -> Iterator[ast.AST]:
    for root in ROOTS:
        for path in (CHECKOUT / root).rglob("*.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


def codes_raised() -> set[str]:
    named = {code for tree in trees() for code in codes_in(tree) if CODE.fullmatch(code)}
    return named | {text for text in texts_in_code() if REFUSAL.fullmatch(text)}


def texts_in_code() -> set[str]:
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_has_a_remedy() -> None:
    documented = {code for code, _, _ in rows()}

    assert [] == sorted(codes_raised() - documented)


def test_no_remedy_is_for_a_code_that_is_gone() -> None:
    documented = {code for code, _, _ in rows()}

    assert [] == sorted(documented - texts_in_code())


def test_a_code_has_one_row_and_the_row_says_something() -> None:
    codes = [code for code, _, _ in rows()]

    assert len(set(codes)) == len(codes)
    assert all(what.strip() and remedy.strip() for _, what, remedy in rows())
