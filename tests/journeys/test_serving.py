"""`serve` as a process: it answers, logs lines without personal data, and stops when told to."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hub.seal import create_key_file

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0
Hub = Callable[..., subprocess.CompletedProcess[str]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{address}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"serve did not answer: {process.poll()}")


@contextmanager
def serving(variables: dict[str, str]) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve", "--port", str(port)],
        cwd=CHECKOUT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_served_hub_answers_logs_and_stops(
    variables: dict[str, str], tmp_path: Path, sign: signal.Signals
) -> None:
    create_key_file(tmp_path / "keys")
    with serving(variables) as (address, process):
        ready = httpx.get(f"{address}/readyz?name=Выдумкина")
        process.send_signal(sign)
        out, err = process.communicate(timeout=PATIENCE_S)

    [line] = [json.loads(line) for line in err.splitlines() if "/readyz" in line]
    assert 200 == ready.status_code
    assert "" == out
    assert ready.headers["X-Request-ID"] == line["correlation_id"]
    assert "Выдумкина" not in err
    assert "Traceback" not in err
    assert {0, -sign, 128 + sign, 130} >= {process.returncode}


def test_serving_without_keys_is_refused_in_words(hub: Hub) -> None:
    done = hub("serve", "--port", str(free_port()))

    assert 1 == done.returncode
    assert "config.keys" in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_a_lost_database_is_exit_code_six(hub_nowhere: Hub) -> None:
    done = hub_nowhere("serve", "--port", str(free_port()))

    assert 6 == done.returncode
    assert "database.unavailable" in done.stderr
