"""No way into a log line leads personal data."""

import json
import subprocess
import sys

import pytest
from structlog.typing import EventDict

from hub.errors import ConflictError
from hub.log import PERSONAL_FIELDS, drop_personal, reduce_exception

LOGGING_PROCESS = """
import logging
import structlog
from hub import log

log.configure(as_json=True)
structlog.contextvars.bind_contextvars(correlation_id="0192-test")
structlog.get_logger().info("ours", last_name="Выдумкина", rows=3, note="тел. +7 900 123-45-67")
try:
    raise ValueError("строка: Выдумкина, 112-233-445 95")
except ValueError:
    logging.getLogger("driver").exception("failed for %s", "112-233-445 95")
    structlog.get_logger().exception("ours failed")
"""


def logged(event: EventDict) -> EventDict:
    return drop_personal(None, "info", event)


@pytest.mark.parametrize("field", sorted(PERSONAL_FIELDS))
def test_a_personal_field_is_dropped_at_any_depth(field: str) -> None:
    event: EventDict = {
        "event": "x",
        field: "Выдумкина",
        "inner": [{field: "Выдумкина", "rows": 1}],
    }

    left = logged(event)

    assert {"event": "x", "inner": [{"rows": 1}]} == left


@pytest.mark.parametrize(
    "identifier",
    ["112-233-445 95", "11223344595", "+7 (900) 123-45-67", "8 900 123 45 67", "anna@example.org"],
)
def test_what_looks_like_an_identifier_is_blotted_out(identifier: str) -> None:
    left = logged({"event": f"нельзя принять {identifier}, исправьте"})

    assert {"event": "нельзя принять ***, исправьте"} == left


@pytest.mark.parametrize(
    "text",
    [
        "0192f3a4-7b1c-7d2e-8f00-123456789012",
        "2026-11-21T10:00:00.123456Z",
        "2026-11-21 10:00",
        "строк 691 из 724",
        "/readyz 200",
    ],
)
def test_ids_dates_and_counts_stay(text: str) -> None:
    assert {"event": text} == logged({"event": text})


def test_an_exception_is_logged_by_type_code_and_frames_only() -> None:
    def fail() -> None:
        raise ConflictError("Ключ (last_name)=(Выдумкина) уже есть.")

    try:
        fail()
    except ConflictError as error:
        event = reduce_exception(None, "error", {"event": "failed", "exc_info": error})

    assert ("ConflictError", "conflict") == (event["error"], event["error_code"])
    assert any("test_log.py" in frame for frame in event["frames"])
    assert "Выдумкина" not in str(event)


def test_a_whole_process_logs_json_without_personal_data() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGING_PROCESS], capture_output=True, check=True, text=True
    )

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "" == done.stdout
    assert ["ours", "failed for ***", "ours failed"] == [line["event"] for line in lines]
    assert {"0192-test"} == {line["correlation_id"] for line in lines}
    assert 3 == lines[0]["rows"]
    assert ["ValueError", "ValueError"] == [line["error"] for line in lines[1:]]
    assert "Выдумкина" not in done.stderr
    assert "445" not in done.stderr
