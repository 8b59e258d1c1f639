"""Posting a message: to where the name leads at that moment, and never inward.

The name is resolved for the connection itself and the connection is made to what was resolved and
looked at, so a name that answers otherwise the second time leads nowhere else. Redirects are not
followed and answers are not read.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpcore

from hub.errors import InputError

TIMEOUT_S: Final = 15.0
OK: Final = range(200, 300)


class InwardError(InputError):
    """Адрес ведёт внутрь сети: уведомления шлют только наружу, по https."""

    code = "webhook.inward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a message was received: the status, or the code of why there is none."""

    status: int | None = None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint took the message."""
        return self.status in OK


class Outward(httpcore.AsyncNetworkBackend):
    """Connects to public addresses alone, unless inward ones are allowed."""

    def __init__(self, *, inward: bool = False) -> None:
        self._inward = inward
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface says so
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve a name, refuse it where any of its addresses is inward, connect to the first."""
        addresses = await _addresses(host, port)
        if not self._inward and not all(is_public(one) for one in addresses):
            raise InwardError
        return await self._backend.connect_tcp(
            addresses[0], port, timeout, local_address, socket_options
        )


async def _addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError("no address") from error
    return [str(one[4][0]) for one in found]


def is_public(address: str) -> bool:
    """Tell an address of the open internet from any other, IPv4 within IPv6 included."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def refuse_bad_address(url: str, *, inward: bool) -> None:
    """Refuse what is no address to post to; raises InputError and InwardError."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise InputError("Нужен адрес вида https://имя/путь, без пароля.", code="webhook.address")
    if parts.scheme == "http" and not inward:
        raise InwardError
    try:
        is_inward = not is_public(parts.hostname)
    except ValueError:
        return  # a name, which is looked at when it is connected to
    if is_inward and not inward:
        raise InwardError


async def post(url: str, headers: Mapping[str, str], body: bytes, *, inward: bool) -> Answered:
    """Post a message once; whatever goes wrong on the way is a code, not an exception."""
    said = {"content-type": "application/json", "user-agent": "mentoring-hub", **headers}
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpcore.AsyncConnectionPool(network_backend=Outward(inward=inward)) as pool,
            pool.stream(
                "POST", url, headers=list(said.items()), content=body,
                extensions={"timeout": timeouts},
            ) as response,
        ):  # fmt: skip
            return Answered(status=response.status)
    except InwardError as error:
        return Answered(error=error.reason)
    except (TimeoutError, httpcore.TimeoutException):
        return Answered(error="webhook.timed_out")
    except (OSError, httpcore.NetworkError, httpcore.ProtocolError):
        return Answered(error="webhook.unreachable")
