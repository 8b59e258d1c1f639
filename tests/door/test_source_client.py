"""A source that is slow, busy, half there or gone: each failure in its class, within the deadline."""

import asyncio
import gzip
import logging
import socket
import time
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from connectors.client.failure import Failure, SourceError
from connectors.client.http import Limits, SourceClient
from tests.door.sources import OK, manifest_for, raw_source, read

Serve = Callable[[ASGIApp], str]
Answering = Callable[[Request], Awaitable[Response]]
QUICK = Limits(timeout_s=0.5, deadline_s=2.0, attempts=3, wait_s=0.02, longest_wait_s=0.05)
TOKEN = "secret-token-731"  # noqa: S105 - invented
OLD = "old"
PERSON = "Вьюгин"


def one_page(answer: Answering) -> Starlette:
    return Starlette(routes=[Route("/rows", answer, methods=["GET", "POST"])])


def in_turn(*answers: Response) -> tuple[Starlette, list[str]]:
    """Answer with these one after another, the last for ever; and say which tokens came."""
    tokens: list[str] = []

    async def answer(request: Request) -> Response:
        tokens.append(request.headers.get("Authorization", ""))
        return answers[min(len(tokens), len(answers)) - 1]

    return one_page(answer), tokens


def ask(url: str, limits: Limits = QUICK) -> tuple[object, SourceError | None, float]:
    begun = time.monotonic()
    try:
        with SourceClient(url, token=TOKEN, limits=limits) as client:
            return client.get("rows", {"q": "1"}).body, None, time.monotonic() - begun
    except SourceError as error:
        return None, error, time.monotonic() - begun


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_source_is_asked_again_when_it_said(serve: Serve, form: str) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    wait = "1" if form == "seconds" else later
    busy = Response(status_code=429, headers={"Retry-After": wait})
    app, tokens = in_turn(busy, JSONResponse([1]))

    body, error, seconds = ask(serve(app), Limits(deadline_s=10, wait_s=0.01))

    assert ([1], None) == (body, error)
    assert 2 == len(tokens)
    assert 0.8 < seconds < 3


def test_a_deadline_shorter_than_the_longest_wait_still_allows_a_repetition(serve: Serve) -> None:
    app, tokens = in_turn(Response(status_code=502), JSONResponse([1]))

    body, error, _ = ask(serve(app), Limits(deadline_s=5, longest_wait_s=30, wait_s=0.01))

    assert ([1], None) == (body, error)
    assert 2 == len(tokens)


def test_a_wait_beyond_the_deadline_is_not_waited(serve: Serve) -> None:
    app, tokens = in_turn(Response(status_code=429, headers={"Retry-After": "3600"}))

    _, error, seconds = ask(serve(app))

    assert error is not None
    assert ("source.busy", Failure.TRANSIENT) == (error.reason, error.failure)
    assert 1 == len(tokens)
    assert seconds < 1


@pytest.mark.parametrize(
    ("answer", "reason", "failure", "asked"),
    [
        (Response(status_code=401), "source.denied", Failure.CONFIG, 1),
        (Response(status_code=403), "source.denied", Failure.CONFIG, 1),
        (Response(status_code=404), "source.refused", Failure.CONFIG, 1),
        (
            Response(status_code=302, headers={"Location": "/login"}),
            "source.refused",
            Failure.CONFIG,
            1,
        ),
        (Response(status_code=500), "source.unavailable", Failure.TRANSIENT, 3),
        (HTMLResponse("<h1>502</h1>", status_code=502), "source.unavailable", Failure.TRANSIENT, 3),
        (HTMLResponse("<h1>Вход</h1>"), "source.page", Failure.TRANSIENT, 3),
        (
            Response('{"items": [{"last_name": "Вь', media_type="application/json"),
            "source.half_answer",
            Failure.TRANSIENT,
            3,
        ),
        (Response("[" * 100_000), "source.half_answer", Failure.TRANSIENT, 3),
        (
            Response(b"x", headers={"Content-Encoding": "gzip"}),
            "source.half_answer",
            Failure.TRANSIENT,
            3,
        ),
    ],
)
def test_an_answer_is_classed_by_who_repairs_it(
    serve: Serve, answer: Response, reason: str, failure: Failure, asked: int
) -> None:
    app, tokens = in_turn(answer)

    _, error, seconds = ask(serve(app))

    assert error is not None
    assert (reason, failure) == (error.reason, error.failure)
    assert asked == len(tokens)
    assert seconds < 2


def test_a_passing_fault_is_not_seen(serve: Serve) -> None:
    app, _ = in_turn(Response(status_code=500), HTMLResponse("<p>"), JSONResponse({"a": 1}))

    body, error, _ = ask(serve(app))

    assert ({"a": 1}, None) == (body, error)


HALF = [OK + b"Content-Length: 900\r\n\r\n", b'{"items": [']
TRICKLING_HEADERS = [OK, *[f"X-{n}: 1\r\n".encode() for n in range(400)]]
TRICKLING_BODY = [OK + b"Content-Length: 900\r\n\r\n", *[b" "] * 400]
CUT_GZIP = gzip.compress(b'{"items": []}' * 50)[:-12]


@pytest.mark.parametrize(
    ("pieces", "pause_s", "reason"),
    [
        (HALF, 0.0, "source.half_answer"),
        ([b""], 0.0, "source.half_answer"),
        ([b"not http at all\r\n\r\n"], 0.0, "source.half_answer"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + CUT_GZIP], 0.0, "source.half_answer"),
        ([b""], 1.0, "source.timed_out"),
        (TRICKLING_HEADERS, 0.1, "source.deadline"),
        (TRICKLING_BODY, 0.1, "source.deadline"),
    ],
)
def test_a_source_that_answers_badly_is_left_within_the_deadline(
    pieces: list[bytes], pause_s: float, reason: str
) -> None:
    with raw_source(pieces, pause_s=pause_s) as url:
        _, error, seconds = ask(url)

    assert error is not None
    assert (reason, Failure.TRANSIENT) == (error.reason, error.failure)
    assert seconds < QUICK.deadline_s + 0.5


def test_nobody_there_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    _, error, seconds = ask(f"http://127.0.0.1:{port}")

    assert error is not None
    assert ("source.unreachable", Failure.TRANSIENT) == (error.reason, error.failure)
    assert seconds < 1


def test_an_answer_too_large_is_not_read_to_its_end() -> None:
    pieces = [OK + b"Content-Length: 90000000\r\n\r\n", *[b" " * 65536] * 100]
    with raw_source(pieces) as url:
        _, error, _ = ask(url, Limits(answer_bytes=100_000))

    assert error is not None
    assert ("source.too_large", Failure.SYSTEM) == (error.reason, error.failure)


def test_a_budget_counts_repeated_requests_too(serve: Serve) -> None:
    app, tokens = in_turn(Response(status_code=500))

    _, error, _ = ask(serve(app), Limits(requests=2, attempts=9, wait_s=0.01))

    assert error is not None
    assert ("source.budget", Failure.TRANSIENT) == (error.reason, error.failure)
    assert 2 == len(tokens)


def test_at_most_two_requests_are_under_way_and_a_token_is_renewed_once(serve: Serve) -> None:
    under_way, most, renewals = 0, 0, 0

    async def answer(request: Request) -> Response:
        nonlocal under_way, most, renewals
        if request.method == "POST":
            renewals += 1
            return JSONResponse({"access_token": TOKEN})
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        good = request.headers["Authorization"] == f"Bearer {TOKEN}"
        return JSONResponse([1], status_code=200 if good else 401)

    with (
        SourceClient(serve(one_page(answer)), token=OLD, renewal=renewed, limits=QUICK) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        bodies = list(threads.map(lambda _: client.get("rows").body, range(8)))

    assert [[1]] * 8 == bodies
    assert (2, 1) == (most, renewals)


def renewed(post: Callable[..., object]) -> str:
    post("rows", {})
    return TOKEN


def test_no_token_and_no_piece_of_an_answer_reaches_errors_or_logs(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = in_turn(Response(f'{{"last_name": "{PERSON}", ', media_type="application/json"))
    caplog.set_level(logging.DEBUG)

    with capture_logs() as logged:
        _, error, _ = ask(serve(app))

    assert error is not None
    said = "".join(traceback.format_exception(error)) + caplog.text + str(logged)
    assert "source" in error.reason
    assert TOKEN not in said
    assert PERSON not in said


def test_a_read_of_a_hanging_source_ends_with_its_deadline() -> None:
    with raw_source([b""], pause_s=30) as url:
        given = read(manifest_for(url, deadline_s=1, timeout_s=20, attempts=3))

    assert given.error is not None
    assert Failure.TRANSIENT is given.error.failure
    assert given.seconds < 2


def test_settings_are_refused_by_key_and_never_by_value() -> None:
    with pytest.raises(SourceError) as refused:
        manifest_for("ftp://host", secret=TOKEN, staff_fields={"external_id": "id"})

    assert Failure.CONFIG is refused.value.failure
    assert "base_url" in refused.value.message
    assert TOKEN not in "".join(traceback.format_exception(refused.value))
