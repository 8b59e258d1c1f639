"""Rules of the house that neither the linter nor the import contracts can see."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS = ("connectors", "hub", "schema", "sync")
# A request and a command each have one place where everything unforeseen is answered.
EDGES = {"hub/cli/edge.py", "hub/edge.py", "sync/work/child.py", "sync/work/worker.py"}
FILE_MODULES = {"glob", "io", "os", "pathlib", "shutil", "tempfile"}


def nodes(*roots: str) -> Iterator[tuple[str, ast.AST]]:
    for root in roots:
        for path in sorted((CHECKOUT / root).rglob("*.py")):
            name = path.relative_to(CHECKOUT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield name, node


def imported(node: ast.AST) -> set[str]:
    match node:
        case ast.Import(names=names):
            return {alias.name.partition(".")[0] for alias in names}
        case ast.ImportFrom(module=str(module)):
            return {module.partition(".")[0]}
        case _:
            return set()


def called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def caught(node: ast.AST) -> set[str]:
    if not isinstance(node, ast.ExceptHandler):
        return set()
    if node.type is None:
        return {"Exception"}
    return {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}


def test_the_matcher_opens_no_file() -> None:
    found = [
        name
        for name, node in nodes("sync/matching")
        if imported(node) & FILE_MODULES or called(node) in {"open", "print"}
    ]

    assert [] == found


def test_only_the_database_room_commits() -> None:
    found = {name for name, node in nodes(*ROOTS) if called(node) in {"commit", "rollback"}}

    assert set() == found - {"hub/database.py"}


def test_everything_unforeseen_is_caught_at_the_edges_only() -> None:
    found = {name for name, node in nodes(*ROOTS) if caught(node) & {"Exception", "BaseException"}}

    assert EDGES == found


def test_nothing_is_mocked() -> None:
    found = {name for name, node in nodes("tests") if "mock" in str(sorted(imported(node)))}

    assert set() == found


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    words = {"skip", "skipif", "xfail", "importorskip"}
    found = {
        name
        for name, node in nodes("tests")
        if called(node) in words or (isinstance(node, ast.Attribute) and node.attr in words)
    }

    assert set() == found


def test_only_the_pipeline_calls_the_stations() -> None:
    stations = {"refresh_facts", "recompare", "recluster", "write_people", "write_mentorships"}
    found = {name for name, node in nodes(*ROOTS) if called(node) in stations}

    assert {"sync/pipeline.py"} == found


def test_no_statement_asks_the_server_for_the_day() -> None:
    found = {
        name
        for name, node in nodes(*ROOTS)
        if isinstance(node, ast.Constant) and "current_date" in str(node.value).lower()
    }

    assert set() == found


def test_the_day_is_asked_in_one_place() -> None:
    found = {
        name
        for name, node in nodes(*ROOTS, "tests")
        if called(node) == "date"
        and {"now", "fromtimestamp"} & {called(part) for part in ast.walk(node)}
    }

    # An export that names no day is of the day it was written: connectors know no region.
    assert {"connectors/kadry/export.py", "hub/clock.py"} == found
