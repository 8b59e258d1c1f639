"""The documents as what can be run: their fenced blocks, where each is run, and how it is readied."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
FENCE: Final = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLLOWED: Final = (
    "docs/tutorial.md",
    "docs/how-to/regional-centre.md",
    "docs/how-to/department.md",
    "docs/how-to/school.md",
    "docs/how-to/partner-system.md",
    "docs/how-to/steward.md",
    "docs/federation.md",
)
SHOWN: Final = ("text", "json", "toml")  # what is read, or goes with the block before it
VIEWERS: Final = {
    "региональный центр": "CENTRE",
    "управление": "DEPARTMENT",
    "школа": "SCHOOL",
    "партнёр": "PARTNER",
    "разбирающий": "STEWARD",
}
SERVER: Final = "http://127.0.0.1:8000"
KEY_LINE: Final = re.compile(r"^(\w+)=hub_\S*.*$", re.MULTILINE)
EXIT_LINE: Final = re.compile(r"^(.+?)\s+# код выхода (\d+)$", re.MULTILINE)
VIEWER_LINE: Final = re.compile(r"# ключ: (.+)")
INSTALL: Final = "an environment is made and filled by .ci/run, step install"
DEMO: Final = "tests/journeys/test_demo.py runs the demo as a newcomer does"
KIT: Final = "tests/door/test_connector_conformance.py"
BY_HAND: Final = "it measures for minutes, by hand"
# Every block that the pages' test does not run: its page, its first line, and who runs it instead.
ELSEWHERE: Final[Mapping[tuple[str, str], str]] = {
    ("docs/tutorial.md", "python -m venv .venv && . .venv/bin/activate"): f"{INSTALL}; {DEMO}",
    ("docs/tutorial.md", ". .venv/bin/activate"): INSTALL,
    ("README.md", "python -m pip install -r requirements.txt && python -m hub demo"): DEMO,
    ("README.md", "python -m pip install -r requirements-dev.txt && python -m pytest"): INSTALL,
    ("README.ru.md", "python -m pip install -r requirements.txt && python -m hub demo"): DEMO,
    ("README.ru.md", "python -m pip install -r requirements-dev.txt && python -m pytest"): INSTALL,
    ("CONTRIBUTING.md", "python -m venv .venv && . .venv/bin/activate"): INSTALL,
    ("docs/counting.md", "python -m hub demo --check"): DEMO,
    ("docs/measurements.md", "python -m tests.bench"): BY_HAND,
    ("docs/measurements.md", "python -m hub demo --check"): f"{BY_HAND}; {DEMO}",
    ("docs/matching.md", "python -m hub match"): "tests/journeys/test_match_command.py",
    ("docs/matching.md", "python -m tests.bench.matching"): BY_HAND,
    ("docs/scale.md", "python -m tests.bench.matching"): BY_HAND,
    ("docs/scale.md", "python -m pip install -r requirements-spark.txt"): "tests/spark",
    ("docs/exports.md", "python -m hub export"): "tests/journeys/test_export_command.py",
    ("docs/how-to/register.md", '"""The approved lists'): "tests/door/test_register.py",
    ("docs/how-to/register.md", "python -m schema.root"): "tests/pure/test_schema_pages.py",
    ("docs/how-to/connector.md", '"""A connector of the how-to'): KIT,
    ("docs/how-to/connector.md", "def of_cards("): KIT,
    ("docs/how-to/connector.md", "python -m pytest tests/door"): KIT,
    ("docs/imports.md", "python -m hub import check работники.xlsx"): (
        "tests/journeys/test_school_files.py"
    ),
    ("docs/imports.md", "python -m hub import mark"): "tests/journeys/test_school_files.py",
    ("docs/imports.md", "curl -T работники.xlsx"): "docs/how-to/school.md sends a file so",
    ("docs/imports.md", "mutation {"): "tests/journeys/test_files_over_http.py",
    ("docs/imports.md", "python -m hub import check список.csv"): (
        "docs/how-to/school.md explains a header so"
    ),
    ("docs/operating.md", "[databases]"): "tests/faults/test_pooled_web.py",
    ("docs/operating.md", "python -m hub db provision"): (
        "tests/rooms/test_provision.py, tests/journeys/test_operator.py, test_serving.py;"
        " the second in tests/journeys/test_backup.py"
    ),
    ("docs/operating.md", "python -m hub documents"): "tests/journeys/test_access_commands.py",
    ("docs/operating.md", "python -m hub user"): "tests/journeys/test_access_commands.py",
    ("docs/operating.md", "python -m hub audit"): "tests/journeys/test_access_commands.py",
    ("docs/operating.md", "python -m hub webhook"): "tests/journeys/test_webhook_commands.py",
    ("docs/operating.md", "python -m hub subject"): "tests/journeys/test_law_commands.py",
    ("docs/personal-data.md", "python -m hub consent"): "tests/journeys/test_law_commands.py",
    ("docs/operating.md", "pg_dump"): "tests/journeys/test_backup.py",
    ("docs/operating.md", "python -m hub source add kadry.toml"): "tests/journeys/test_sources.py",
    ("docs/operating.md", "python -m hub sync holds"): "docs/how-to/department.md",
    ("docs/operating.md", "python -m hub sync simulate"): "tests/rooms/sync/test_undoing.py",
    ("docs/operating.md", "python -m hub sync silent"): "tests/door/test_changing.py",
    ("docs/operating.md", "python -m tests.faults"): BY_HAND,
    ("docs/sources.md", "python -m hub source add kadry.toml"): "tests/journeys/test_sources.py",
    ("docs/sources.md", 'code = "kadry"'): "tests/journeys/test_pages.py reads it as a source",
}
BY_OTHERS: Final = {"docs/questions.md": "tests/door/test_questions_page.py"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: where it stands, what it is, and the block that follows it at once."""

    page: str
    line: int
    language: str
    text: str
    after: "Block | None" = None

    @property
    def first(self) -> str:
        """Its first line."""
        return self.text.split("\n", 1)[0]

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Name every document."""
    found = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def blocks_of(page: str) -> list[Block]:
    """Read the fenced blocks of a page, in their order."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    blocks: list[Block] = []
    following: tuple[int, Block] | None = None
    for found in reversed(list(FENCE.finditer(text))):
        adjoins = following is not None and not text[found.end() : following[0]].strip()
        block = Block(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=found[1].strip(),
            text=found[2],
            after=following[1] if following and adjoins else None,
        )
        blocks.insert(0, block)
        following = (found.start(), block)
    return blocks


def elsewhere(block: Block) -> str | None:
    """Say who runs a block that the pages' test does not."""
    if block.page in BY_OTHERS:
        return BY_OTHERS[block.page]
    return next(
        (
            reason
            for (page, first), reason in ELSEWHERE.items()
            if page == block.page and block.first.startswith(first)
        ),
        None,
    )


def script_of(block: Block, url: str, keys: Mapping[str, str]) -> str:
    """Put the server's address and the keys in, and expect the exit codes that the page names."""
    text = KEY_LINE.sub(lambda line: f"{line[1]}={keys[line[1]]}", block.text)
    text = EXIT_LINE.sub(
        lambda line: f"if {line[1]}; then exit 90; else test $? = {line[2]}; fi", text
    )
    return text.replace(SERVER, url)


def viewer_of(block: Block) -> str:
    """Name the key with which a query is asked; every query of a page names it."""
    found = VIEWER_LINE.match(block.text)
    assert found, f"{block.place} does not say with whose key it is asked"
    return VIEWERS[found[1].strip()]


def variables_of(block: Block) -> dict[str, Any]:
    """Take the variables that stand right under a query."""
    if block.after is None or block.after.language != "json":
        return {}
    variables: dict[str, Any] = json.loads(block.after.text)
    return variables


def is_empty(value: object) -> bool:
    """Tell an answer that says nothing: no row, no number, no name."""
    if isinstance(value, Mapping):
        return value.get("nodes") == [] or all(is_empty(one) for one in value.values())
    if isinstance(value, list):
        return all(is_empty(one) for one in value)
    return value in {None, "", 0}
