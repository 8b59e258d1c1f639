"""The documents say what is there, and say it once."""

import re
from collections import Counter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
DECISIONS = sorted(CHECKOUT.glob("docs/adr/[0-9]*.md"))
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
FIRST_SCREEN = 40


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def glossary() -> list[list[str]]:
    lines = [line for line in read("docs/glossary.md").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if row[0] != "по-русски"]


@pytest.mark.parametrize("column", [0, 1])
def test_a_word_of_the_glossary_means_one_thing(column: int) -> None:
    words = Counter(word.strip() for row in glossary() for word in row[column].split(","))

    assert [] == [word for word, count in words.items() if count > 1]


def test_every_row_of_the_glossary_is_whole() -> None:
    rows = glossary()

    assert len(rows) > 40
    assert [] == [row for row in rows if len(row) != 3 or not all(row)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))

    assert [] == [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_first_screen_of_a_readme_shows_both_commands(name: str) -> None:
    first_screen = read(name).splitlines()[:FIRST_SCREEN]

    assert "python -m pip install -r requirements.txt && python -m hub demo" in first_screen
    assert "python -m pip install -r requirements-dev.txt && python -m pytest" in first_screen


def test_the_makefile_has_at_most_twelve_targets_and_all_are_named_phony() -> None:
    makefile = read("Makefile")
    targets = TARGET.findall(makefile)
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)

    assert 12 >= len(targets)
    assert sorted(targets) == sorted(phony.split())


def test_ci_runs_the_steps_of_make_check() -> None:
    [check] = re.findall(r"^check: ([a-z ]+)", read("Makefile"), re.MULTILINE)
    [ci] = re.findall(r"for name in ([a-z ]+);", read(".ci/run"))

    assert check.split() == ci.split()


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_has_the_agreed_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    parts = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", text, re.MULTILINE)

    assert text.startswith(f"# {path.name[:4]}. ")
    assert ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"] == parts
    assert re.search(r"^\*\*Decision\.\*\* \*[^*]+\*$", text, re.MULTILINE), "one quotable line"
    assert text.count("\n") <= 60, "one page"


def test_every_decision_is_in_the_index() -> None:
    index = read("docs/adr/README.md")

    assert [] == [path.name for path in DECISIONS if f"({path.name})" not in index]


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)

    assert "Unreleased" == headings[0]


def test_the_licence_is_whole() -> None:
    text = read("LICENSE")

    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
