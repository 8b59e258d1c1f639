"""Places for those who stay: how many sockets and subscriptions a process and a credential hold."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from schema.errors import ErrorCode, RequestRefused, failure

RETRY_S: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many places there are in all, and how many one credential may hold."""

    all: int = 500
    one: int = 50


class Seats:
    """The places of one kind; a place is given back when whoever holds it leaves."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._held: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many places are taken now."""
        return self._held.total()

    @property
    def is_full(self) -> bool:
        """Whether there is no place for anybody."""
        return self.taken >= self._bounds.all

    @contextmanager
    def seat(self, credential: str) -> Iterator[None]:
        """Hold a place for a credential; raises RequestRefused with LISTENING_BUSY for want of one."""
        if self.is_full:
            raise _busy("Сейчас слушают слишком многие. Повторите позже.")
        if self._held[credential] >= self._bounds.one:
            raise _busy(f"Этим ключом слушают уже {self._bounds.one} раз: закройте лишнее.")
        self._held[credential] += 1
        try:
            yield
        finally:
            self._held[credential] -= 1
            if not self._held[credential]:
                del self._held[credential]


def _busy(message: str) -> RequestRefused:
    error = failure(ErrorCode.LISTENING_BUSY, message, retryAfter=RETRY_S)
    return RequestRefused([error], status=HTTPStatus.TOO_MANY_REQUESTS, retry_after_s=RETRY_S)
