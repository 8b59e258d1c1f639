"""The test region behind a served hub: real HTTP, the keys of its viewers, the plain rows beside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.app import build
from hub.settings import Addresses, Settings
from tests.door.asking import Door
from tests.door.conftest import serving

KEYS = "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"  # of the region's sealer
Json = Any  # a decoded response


@dataclass(frozen=True, kw_only=True)
class Served:
    """A hub that answers at a URL; what it must answer is told from `door`."""

    url: str
    door: Door

    def answer(self, who: str, text: str, variables: Mapping[str, Json] | None = None) -> Json:
        """Return the whole body of an answer to a viewer."""
        return httpx.post(
            f"{self.url}/graphql",
            json={"query": text, "variables": dict(variables or {})},
            headers={"Authorization": f"Bearer {getattr(self.door.keys, who)}"},
            timeout=30,
        ).json()

    def ask(self, who: str, text: str, variables: Mapping[str, Json] | None = None) -> Json:
        """Return the data of an answer that must have no error."""
        body = self.answer(who, text, variables)
        assert "errors" not in body, body
        return body["data"]

    def walk(
        self, who: str, text: str, field: str, variables: Mapping[str, Json] | None = None
    ) -> Iterator[Json]:
        """Give every node of a connection, page by page; `text` takes `$after` and `$filter`."""
        after, more = None, True
        while more:
            page = self.ask(who, text, {**(variables or {}), "after": after})[field]
            yield from page["nodes"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]


@contextmanager
def served(
    addresses: Addresses,
    door: Door,
    folder: Path,
    **said: Any,  # noqa: ANN401 - any setting
) -> Iterator[Served]:
    """Serve the region of a door."""
    settings = Settings(data_dir=folder, **said)
    settings.keys.write_text(KEYS)  # what the region holds sealed is opened
    settings.keys.chmod(0o600)
    with serving(build(addresses, settings)) as url:
        yield Served(url=url, door=door)


class WithPools:
    """Gives requests the state that the application's lifespan gives; or pools of another kind."""

    def __init__(self, app: ASGIApp, door: Door, **pools: object) -> None:
        self._app = app
        self._state = {
            "web": door.web,
            "web_region": door.web_region,
            "entrance": door.entrance,
        } | pools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the state in its scope."""
        await self._app({**scope, "state": dict(self._state)}, receive, send)
