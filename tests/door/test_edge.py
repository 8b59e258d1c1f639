"""What every HTTP answer passes, over real HTTP."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from hub.edge import SECURITY_HEADERS, WRITE_S, Edge, Lines

Serve = Callable[[ASGIApp], str]


async def greet(_: Request) -> Response:
    return PlainTextResponse("ok")


async def own_policy(_: Request) -> Response:
    return PlainTextResponse("ok", headers={"Content-Security-Policy": "default-src 'self'"})


async def fail(_: Request) -> Response:
    raise ValueError("строка: Выдумкина Вера")


async def fail_halfway(_: Request) -> Response:
    def body() -> Iterator[str]:
        yield "начало"
        raise ValueError("строка: Выдумкина Вера")

    return StreamingResponse(body())


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def address(serve: Serve, lines: Lines) -> str:
    routes = [
        Route("/", greet),
        Route("/policy", own_policy),
        Route("/fail", fail),
        Route("/halfway", fail_halfway),
    ]
    return serve(Starlette(routes=routes, middleware=[Middleware(Edge, lines=lines)]))


def test_every_answer_carries_the_security_headers(address: str) -> None:
    answers = [httpx.get(address + path) for path in ("/", "/nowhere", "/fail")]

    assert [200, 404, 500] == [answer.status_code for answer in answers]
    for answer in answers:
        assert (
            SECURITY_HEADERS.items()
            <= {name: answer.headers.get(name) for name in SECURITY_HEADERS}.items()
        )


def test_a_route_may_set_a_header_of_its_own(address: str) -> None:
    answer = httpx.get(f"{address}/policy")

    assert ["default-src 'self'"] == answer.headers.get_list("Content-Security-Policy")


def test_a_good_correlation_id_is_taken_over(address: str) -> None:
    answer = httpx.get(address, headers={"X-Request-ID": "0192f3a4-7b1c"})

    assert "0192f3a4-7b1c" == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "id; drop", "Выдумкина-Вера"])
def test_any_other_correlation_id_is_replaced(address: str, given: str) -> None:
    answer = httpx.get(address, headers=[(b"X-Request-ID", given.encode())])

    assert given != answer.headers["X-Request-ID"]
    assert 36 == len(answer.headers["X-Request-ID"])


def test_a_failure_is_answered_with_an_id_and_without_its_text(address: str) -> None:
    answer = httpx.get(f"{address}/fail")

    assert 500 == answer.status_code
    assert "internal" == answer.json()["code"]
    assert answer.headers["X-Request-ID"] == answer.json()["correlationId"]
    assert "Выдумкина" not in answer.text


def test_a_failure_after_the_first_byte_cuts_the_answer(address: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{address}/halfway")


def test_the_log_names_the_path_without_its_query(address: str, lines: Lines) -> None:
    with capture_logs() as written:
        answer = httpx.get(f"{address}/?name=Vera")
        lines.write()

    [line] = [line for line in written if line["event"] == "http.request"]
    assert ("GET", "/", 200) == (line["method"], line["path"], line["status"])
    assert answer.headers["X-Request-ID"] == line["correlation_id"]
    assert "Vera" not in str(written)


def test_a_line_is_written_soon_and_bears_the_moment_of_its_answer(address: str) -> None:
    with capture_logs() as written:
        ids = [httpx.get(address).headers["X-Request-ID"] for _ in range(3)]
        asked_until = datetime.now(UTC)
        deadline = time.monotonic() + 5
        while len(written) < len(ids) and time.monotonic() < deadline:
            time.sleep(0.01)

    assert ids == [line["correlation_id"] for line in written]
    moments = [datetime.fromisoformat(line["timestamp"]) for line in written]
    assert sorted(moments) == moments
    assert moments[-1] < asked_until + timedelta(seconds=WRITE_S / 2)
