"""`worker` as a process: it shows that it lives, logs lines of JSON, and stops when told to."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.seal import create_key_file

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
Hub = Callable[..., subprocess.CompletedProcess[str]]


def appeared(file: Path, process: "subprocess.Popen[str]") -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_lives_until_it_is_told_to_stop(
    hub: Hub, variables: dict[str, str], tmp_path: Path, sign: signal.Signals
) -> None:
    create_key_file(tmp_path / "keys")
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "worker"],
        cwd=CHECKOUT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lives = appeared(tmp_path / "worker.health", process)

    while_it_lives = hub("worker", "--check")
    process.send_signal(sign)
    out, err = process.communicate(timeout=PATIENCE_S)
    afterwards = hub("worker", "--check")

    lines = [json.loads(line) for line in err.splitlines() if "queue.line_open" in line]
    assert lives
    assert (0, 0, 1) == (while_it_lives.returncode, process.returncode, afterwards.returncode)
    assert "" == out
    assert 1 == len(lines)
    assert "Traceback" not in err


def test_a_worker_without_a_database_says_so_and_ends(hub_nowhere: Hub) -> None:
    done = hub_nowhere("worker")

    assert (6, "") == (done.returncode, done.stdout)
    assert "database.unavailable" in done.stderr
