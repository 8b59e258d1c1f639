"""The GraphQL endpoint on the test region, asked as clients ask it, without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette

from hub.edge import Edge, Lines
from schema.door.http import Door as Endpoint
from schema.door.http import graphql_routes
from tests.door.asking import Door
from tests.door.over_http import WithPools

Json = Any  # a decoded response
GRAPHQL = "application/graphql-response+json"
QUERY = "{ viewer { role isRegionWide } }"


@asynccontextmanager
async def endpoint_client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a client of the endpoint behind the edge, in this process."""
    app = WithPools(
        Edge(
            Starlette(routes=graphql_routes(Endpoint(door.engine, answer_seconds=30))),
            lines=Lines(),
        ),
        door,
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as opened_client:
        yield opened_client


def bearer(key: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": GRAPHQL, **headers}


async def ask(client: httpx.AsyncClient, key: str, query: str, **variables: Json) -> httpx.Response:
    return await client.post(
        "/graphql", headers=bearer(key), json={"query": query, "variables": variables}
    )


def codes(answer: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in answer.json()["errors"]}
