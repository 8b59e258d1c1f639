"""The fault suite as one command: each fault, what proves it, and what it cost; kept in docs/faults.md.

    python -m tests.faults            the table on the terminal
    python -m tests.faults --keep     and in docs/faults.md, with the commit it was run on
    python -m tests.faults --bound 900   on a machine that others use as well

Two processes share the tests, those that wait longest first. Bounded: after eight minutes, or the
seconds given, what has not run is said to have not run.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree as ET

CHECKOUT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = CHECKOUT / "docs" / "faults.md"
BOUND_S: Final = 480.0
PROCESSES: Final = 2
KILLED = "tests/faults/test_killed_worker.py"
LIES = "tests/faults/test_lying_sources.py"
RESTARTED = "tests/faults/test_restarted_database.py"
TWO = "tests/faults/test_two_workers.py"
CLIENT = "tests/door/test_source_client.py"
HOSTILE = "tests/pure/connectors/test_hostile_files.py"
CREW = "tests/rooms/work/test_worker.py"
REVIEW = "tests/rooms/sync/test_review_at_once.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, and the tests that prove that it loses and doubles nothing."""

    number: str
    what: str
    tests: tuple[str, ...]


FAULTS: Final = (
    Fault(number="F1", what="kill -9 of a worker or its child at each station", tests=(KILLED,)),
    Fault(number="F2", what="the database restarted or killed under a run", tests=(RESTARTED,)),
    Fault(number="F3", what="500, 502, 429, 401, then well again", tests=(LIES, CLIENT)),
    Fault(
        number="F4",
        what="slow, hanging, trickling, half an answer",
        tests=(f"{CLIENT}::test_a_source_that_answers_badly_is_left_within_the_deadline", CLIENT),
    ),
    Fault(
        number="F5",
        what="pages doubled, overlapping, reordered, shrinking",
        tests=("tests/pure/connectors/test_kadry_paging.py",),
    ),
    Fault(
        number="F6",
        what="numbers changed or dealt anew",
        tests=("tests/rooms/sync/test_brake.py", LIES),
    ),
    Fault(
        number="F7",
        what="clocks that go wrong, days to come",
        tests=("tests/rooms/sync/test_running.py::test_a_day_that_has_not_come_is_today",),
    ),
    Fault(number="F8", what="an empty answer, half the staff gone", tests=(LIES,)),
    Fault(
        number="F9",
        what="malformed files, each refused in its place",
        tests=("tests/pure/connectors/test_malformed_files.py",),
    ),
    Fault(number="F10", what="zip bombs, ways out of a folder", tests=(HOSTILE,)),
    Fault(number="F11", what="endless lines, huge files, thousands of columns", tests=(HOSTILE,)),
    Fault(
        number="F12",
        what="formulas in cells and exports",
        tests=(f"{HOSTILE}::test_formulas_are_text_and_formulas_of_a_book_give_their_value",),
    ),
    Fault(
        number="F13",
        what="two workers on one source; stewards and a run at once",
        tests=(
            TWO,
            f"{REVIEW}::test_of_two_stewards_on_one_question_the_second_is_told",
            f"{REVIEW}::test_merging_splitting_and_taking_in_at_once_leave_each_record_in_one_person",
        ),
    ),
    Fault(
        number="F14",
        what="one push a hundred times at once",
        tests=(
            "tests/rooms/sync/test_push.py::test_the_same_request_is_one_effect_and_a_hundred_equal_answers",
        ),
    ),
    Fault(
        number="F16",
        what="a full disk under the database, and under an export",
        tests=("tests/faults/test_full_disk.py", "tests/faults/test_no_room.py"),
    ),
    Fault(
        number="F17",
        what="200 queries over four connections, behind a pooler; no connection left",
        tests=("tests/faults/test_exhausted_pool.py", "tests/faults/test_pooled_web.py"),
    ),
    Fault(
        number="F18",
        what="storms of deadlocks: begun anew, no error is seen",
        tests=("tests/faults/test_deadlocks.py",),
    ),
    Fault(
        number="F22",
        what="SIGTERM in work; the schema goes forward under readers",
        tests=(
            f"{TWO}::test_a_worker_told_to_stop_hands_its_run_over",
            "tests/faults/test_migration_under_load.py",
        ),
    ),
    Fault(
        number="F23",
        what="a heavy job and its heartbeats",
        tests=(f"{CREW}::test_heartbeats_go_on_while_a_job_holds_the_interpreter",),
    ),
    Fault(
        number="F24",
        what="a job that kills its process is held; a poison row stands alone",
        tests=(
            f"{CREW}::test_a_job_that_kills_its_process_is_held_after_its_third_repetition",
            "tests/rooms/sync/test_poison_rows.py",
        ),
    ),
    Fault(number="F25", what="a hub out of a dump", tests=("tests/journeys/test_backup.py",)),
    Fault(
        number="F27",
        what="deliveries that failed are sent after recovery",
        tests=("tests/rooms/webhooks",),
    ),
    Fault(
        number="—", what="an undone file was never taken", tests=("tests/faults/test_undone.py",)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A test that was run: how it ended and what it says of its ledger."""

    place: str
    ended: str  # passed | failed | skipped
    seconds: float
    figures: str


def main() -> int:
    """Run the suite, print its table, keep it where asked."""
    asked = _arguments()
    begun = time.monotonic()
    with TemporaryDirectory(prefix="hub-faults-") as folder:
        report = Path(folder) / "report.xml"
        is_whole = _run(report, asked.bound)
        ran = list(_read(report)) if report.exists() else []
    seconds = time.monotonic() - begun
    lines = list(_table(ran))
    cut = "" if is_whole else ", cut off at the bound"
    sys.stdout.write("\n".join([*lines, f"{len(ran)} tests, {seconds:.0f} s{cut}", ""]))
    if asked.keep:
        PAGE.write_text(_page(lines, len(ran), seconds, is_whole=is_whole), encoding="utf-8")
    return 0 if is_whole and all(one.ended != "failed" for one in ran) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/faults.md")
    parser.add_argument("--bound", type=float, default=BOUND_S, help="seconds")
    return parser.parse_args()


def _run(report: Path, bound_s: float) -> bool:
    """Run every named test once; answers whether all of it fitted within the bound."""
    paths = list(dict.fromkeys(test.partition("::")[0] for one in FAULTS for test in one.tests))
    names = {test for one in FAULTS for test in one.tests}
    whole = [path for path in paths if path in names]
    single = [name for name in names if name.partition("::")[0] not in names]
    chosen = sorted({*single, *whole}, key=_cost, reverse=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-n", str(PROCESSES), "--dist", "worksteal"]
    process = subprocess.Popen(
        [*command, f"--junitxml={report}", *chosen], cwd=CHECKOUT, stdout=sys.stderr
    )
    try:
        process.wait(bound_s)
    except subprocess.TimeoutExpired:
        process.send_signal(2)
        process.wait(30)
        return False
    return True


def _cost(test: str) -> int:
    """Tell what starts databases of its own, then what starts workers: the dearest come first."""
    return 2 * test.startswith((RESTARTED, KILLED)) + test.startswith(
        ("tests/faults/", "tests/journeys/")
    )


def _read(report: Path) -> Iterator[Ran]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        module = case.get("classname", "").replace(".", "/") + ".py"
        failed = case.find("failure") is not None or case.find("error") is not None
        said = [one.get("value", "") for one in case.iter("property")]
        yield Ran(
            place=f"{module}::{case.get('name', '')}",
            ended="failed"
            if failed
            else "skipped"
            if case.find("skipped") is not None
            else "passed",
            seconds=float(case.get("time", "0")),
            figures="; ".join(said),
        )


def _table(ran: Sequence[Ran]) -> Iterator[str]:
    yield "| | fault | tests | lost, doubled, seconds to recover |"
    yield "|---|---|---|---|"
    for fault in FAULTS:
        mine = [one for one in ran if any(one.place.startswith(name) for name in fault.tests)]
        ended: Mapping[str, int] = {
            name: sum(one.ended == name for one in mine) for name in ("passed", "failed", "skipped")
        }
        told = ", ".join(f"{count} {name}" for name, count in ended.items() if count)
        figures = [one.figures for one in mine if one.figures]
        worst = max(figures, key=_recovery) if figures else "—"
        untold = "not reached" if fault.tests else "not rehearsed"
        yield f"| {fault.number} | {fault.what} | {told or untold} | {worst} |"


def _recovery(figures: str) -> float:
    return float(figures.rpartition(",")[2].strip().removesuffix(" s") or 0)


def _page(lines: Sequence[str], count: int, seconds: float, *, is_whole: bool) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    cut = "" if is_whole else " It was cut off at its bound."
    head = (
        "# Faults that are rehearsed\n\n"
        f"`python -m tests.faults --keep` wrote this on commit {commit}: {count} tests in "
        f"{seconds:.0f} s.{cut} Where a fault has a ledger, what the source or the client was told is "
        "compared with what the database holds at the end; the line of the test that took longest to "
        "recover is shown. «Not rehearsed»: no test of it yet; «not reached»: cut off before it.\n\n"
    )
    return head + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
