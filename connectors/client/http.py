"""An HTTP client for sources: token, retries, budget, deadline, two requests at a time."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import httpx
import stamina

from connectors.client.answer import Answer, answer_of, broken_off
from connectors.client.failure import (
    SourceConfigError,
    SourceError,
    SourceSpentError,
    SourceSystemError,
    SourceTransientError,
    TokenRefusedError,
)

CONCURRENT_REQUESTS = 2
_ADDRESS = "Адрес источника записан неверно. Укажите его целиком: https://имя/путь."
_BUDGET = (
    "На одно чтение источника отведено запросов: {0}, и они кончились. Следующее чтение продолжит "
    "с этого места; если так каждый раз, увеличьте `requests` или размер страницы."
)
_DEADLINE = (
    "На чтение источника отведено {0:g} с, и они прошли. Следующее чтение продолжит с этого "
    "места; если так каждый раз, увеличьте `deadline_s`."
)
_TOO_LARGE = "Ответ источника больше разрешённого. Уменьшите размер страницы в его настройках."

Renewal = Callable[[Callable[..., Answer]], str]
Explain = Callable[[int, bytes], SourceError | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one read of a source may cost.

    `requests` counts every request, repeated ones too; `deadline_s` runs from the opening of the
    client to the end of the read, whatever the reader does between requests.
    """

    timeout_s: float = 30.0
    deadline_s: float = 3600.0
    requests: int = 10_000
    answer_bytes: int = 64 * 2**20
    attempts: int = 5
    wait_s: float = 0.5
    longest_wait_s: float = 30.0


@dataclass(slots=True)
class _Spent:
    """What a read has used, and the connections it holds."""

    ends: float = 0.0
    requests: int = 0
    sockets: set[socket.socket] = field(default_factory=set)


class SourceClient:
    """Asks one source for JSON while the block runs; at most two requests at a time.

    `token` is sent as a bearer token; where it is empty or refused `renewal` asks for another. A
    source that knows its callers otherwise is given `headers` instead. `explain` gives the failure
    that an answer names in words of its own, before its status is judged.
    Raises a SourceError only, and no error holds a token, a query or a piece of an answer.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str = "",
        renewal: Renewal | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._is_bearer, self._explain = headers is None, explain
        self._token, self._renewal = token, renewal
        self._spent = _Spent()
        self._gate = threading.BoundedSemaphore(CONCURRENT_REQUESTS)
        self._state, self._renewing = threading.Lock(), threading.Lock()
        self._http = httpx.Client(
            base_url=base_url,
            timeout=self._limits.timeout_s,
            limits=httpx.Limits(max_connections=CONCURRENT_REQUESTS),
            headers={"Accept": "application/json", **(headers or {})},
        )
        self._watch = threading.Timer(self._limits.deadline_s, self._cut)
        self._watch.daemon = True

    def __enter__(self) -> Self:
        self._spent.ends = time.monotonic() + self._limits.deadline_s
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.cancel()
        self._http.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Give the answer to a GET; a refused token is renewed once."""
        if not self._is_bearer:
            return self._repeated("GET", path, query=query)
        used = self._token or self._renewed("")
        try:
            return self._repeated("GET", path, token=used, query=query)
        except TokenRefusedError:
            used = self._renewed(used)
        return self._repeated("GET", path, token=used, query=query)

    def post(self, path: str, body: Mapping[str, str]) -> Answer:
        """Give the answer to a POST of JSON without a token; made for asking for one."""
        return self._repeated("POST", path, body=body)

    @property
    def seconds_left(self) -> float:
        """Say how much of the deadline is left."""
        return self._spent.ends - time.monotonic()

    def _renewed(self, refused: str) -> str:
        """Give a token other than the refused one; of two threads only one asks for it."""
        with self._renewing:
            if self._token != refused:
                return self._token
            if self._renewal is None:
                raise TokenRefusedError
            self._token = self._renewal(self.post)
            return self._token

    def _repeated(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        query: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = self._built(method, path, headers=headers, query=query, body=body)
        # All waits together fit into what is left, so a short deadline still allows a repetition.
        longest = min(self._limits.longest_wait_s, self.seconds_left / self._limits.attempts)
        attempts = stamina.retry_context(
            on=partial(self._is_worth_repeating, longest=longest + self._limits.wait_s),
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=self._limits.wait_s,
            wait_max=longest,
            wait_jitter=self._limits.wait_s,
        )
        for attempt in attempts:
            with attempt, self._gate:
                return self._once(request)
        raise SourceSystemError  # an exhausted context raises the last failure before this

    def _built(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
        body: Mapping[str, str] | None,
    ) -> httpx.Request:
        try:
            return self._http.build_request(
                method,
                path,
                headers=dict(headers),
                params=query,
                json=body,
                extensions={"trace": self._trace},
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise SourceConfigError(_ADDRESS, code="source.address") from error

    def _is_worth_repeating(self, error: Exception, *, longest: float) -> bool | float:
        """Say whether and when to repeat, so that no wait ends after the deadline."""
        if not isinstance(error, SourceTransientError):
            return False
        wait = longest if error.retry_after_s is None else error.retry_after_s
        if wait >= self.seconds_left:
            return False
        return True if error.retry_after_s is None else error.retry_after_s

    def _once(self, request: httpx.Request) -> Answer:
        self._spend()
        left = min(self._limits.timeout_s, self.seconds_left)
        request.extensions["timeout"] = httpx.Timeout(left).as_dict()
        try:
            response = self._http.send(request, stream=True)
            try:
                return self._judged(response, self._read(response))
            finally:
                response.close()
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise SourceConfigError(_ADDRESS, code="source.address") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            self._require_time()
            raise broken_off(error) from error

    def _judged(self, response: httpx.Response, body: bytes) -> Answer:
        said = self._explain(response.status_code, body) if self._explain else None
        if said is not None:
            raise said
        return answer_of(response, body)

    def _spend(self) -> None:
        self._require_time()
        with self._state:
            self._spent.requests += 1
            spent = self._spent.requests
        if spent > self._limits.requests:
            raise SourceSpentError(_BUDGET.format(self._limits.requests), code="source.budget")

    def _require_time(self) -> None:
        if self.seconds_left <= 0:
            raise SourceSpentError(_DEADLINE.format(self._limits.deadline_s))

    def _read(self, response: httpx.Response) -> bytes:
        """Read a body piece by piece: a source that trickles must not outlive the deadline."""
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._limits.answer_bytes:
                raise SourceSystemError(_TOO_LARGE, code="source.too_large")
            self._require_time()
        return bytes(body)

    def _trace(self, event: str, info: Mapping[str, object]) -> None:
        """Remember connections as they are made, so that the deadline can cut them."""
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        stream = info["return_value"]
        made = getattr(stream, "get_extra_info", lambda _: None)("socket")
        if isinstance(made, socket.socket):
            with self._state:
                held = {one for one in self._spent.sockets if one.fileno() >= 0}
                self._spent.sockets = {*held, made}

    def _cut(self) -> None:
        """End reads that no timeout of a single piece would end: headers that trickle in."""
        with self._state:
            held = tuple(self._spent.sockets)
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
