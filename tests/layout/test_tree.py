"""What every committed file must keep to."""

import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LINES_OF_A_ROOM = 300
LINES_AT_MOST = 500
LINES_OF_A_TEST = 700  # an independent evaluator is long and stands alone
# An absolute path under one of these is somebody's machine. What follows is an ordinary word.
MACHINE_PATH = re.compile(r"(?<![\w.:])/(?:home|Users|root|work|mnt|media)/[\w.-]+")
INDEX = re.compile(
    r"index[-_]url|find-links|https?://[^\s/]*py(?:pi|thonhosted)|\"resolved\": *\"http|registry *= *\"http",
    re.IGNORECASE,
)
SELF = Path(__file__).resolve().relative_to(CHECKOUT).as_posix()


def committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


def texts() -> dict[str, str]:
    found = {}
    for name in committed():
        content = (CHECKOUT / name).read_bytes()
        if b"\0" not in content[:8000]:
            found[name] = content.decode("utf-8", errors="replace")
    return found


def places(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number} {found[0]}"
        for name, text in texts().items()
        if name != SELF
        for number, line in enumerate(text.splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    assert [] == places(MACHINE_PATH)


def test_this_checkout_is_named_nowhere() -> None:
    assert [] == places(re.compile(re.escape(f"{CHECKOUT}/")))


def test_no_package_index_is_named() -> None:
    assert [] == places(INDEX)


def test_the_search_for_machine_paths_finds_one() -> None:
    assert MACHINE_PATH.search('open("/home/anna/data.csv")')
    assert MACHINE_PATH.search("see /root/x")
    assert not MACHINE_PATH.search("https://example.org/home/page")


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-spark.txt"]
)
def test_every_requirement_is_pinned_by_hash(name: str) -> None:
    joined = (CHECKOUT / name).read_text().replace("\\\n", " ")

    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    loose = [line[:60] for line in lines if "==" not in line or "--hash=sha256:" not in line]

    assert lines
    assert [] == loose


def test_a_python_file_is_a_room_not_a_hall() -> None:
    lengths = {
        name: text.count("\n")
        for name, text in texts().items()
        if name.endswith(".py") and not name.startswith("migrations/versions/")
    }

    long = {name: count for name, count in lengths.items() if count > LINES_OF_A_ROOM}
    for name, count in sorted(long.items(), key=lambda item: -item[1]):
        print(f"{count} lines: {name}")  # noqa: T201 - a report for whoever runs with -s or fails

    assert [] == [name for name, count in long.items() if count > allowed(name)]
    assert len(long) <= len(lengths) // 10, "more than one room in ten has no walls"


def allowed(name: str) -> int:
    return LINES_OF_A_TEST if name.startswith("tests/") else LINES_AT_MOST


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service"}

    found = [name for name in committed() if drawers & set(re.split(r"[/._]", name.lower()))]

    assert [] == found


def test_tests_have_no_packages() -> None:
    assert [] == [name for name in committed() if re.fullmatch(r"tests/.*__init__\.py", name)]
