"""Files given over real HTTP: a served hub of the invented region, who gives, and the way to a worker."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from hub.access import ClientKind, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import Database, open_connection, open_database
from hub.seal import Sealer, create_key_file
from hub.settings import Addresses, Settings
from schema.door.uploading import Bounds
from sync.uploads.accepting import accept_upload
from tests.door.conftest import serving
from tests.rooms.sync.world import FIRST, MINISTRY, NORTH, SECOND, THIRD, TODAY, load_register

Json = Any  # a decoded response
ACCEPT = """mutation ($input: ImportAcceptInput!) { importAccept(input: $input) {
  importFile { id state period asOf completeness rows result { records people } }
  errors { code message path } } }"""
SEEN = """query ($id: ID!) { importFile(id: $id) { name state size kinds rows rejectedCount
  rejected { sheet row column code message } questions { code row }
  columns { header field confidence } unmapped { header suggested } repairs errorCode result { versions } organisation { shortName }
  drift { message missing { header field } added { header } patch { header field } } } }"""
GRANTS = {
    "first": (Role.SCHOOL, FIRST),
    "second": (Role.SCHOOL, SECOND),
    "third": (Role.SCHOOL, THIRD),
    "north": (Role.TERRITORY, NORTH),
    "centre": (Role.REGIONAL_CENTRE, MINISTRY),
    "steward": (Role.STEWARD, MINISTRY),
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served hub of the invented region, its keys, and the files' way to a worker."""

    url: str
    keys: Mapping[str, str]
    addresses: Addresses
    sealer: Sealer
    settings: Settings

    def put(
        self, who: str, content: bytes, *, name: str = "список.csv", **said: str
    ) -> httpx.Response:
        return httpx.put(
            f"{self.url}/imports",
            params={"name": name, **said},
            content=content,
            headers={"Authorization": f"Bearer {self.keys[who]}"},
            timeout=60,
        )

    def given(self, who: str, content: bytes, *, name: str = "список.csv", **said: str) -> Json:
        answer = self.put(who, content, name=name, **said)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def ask(self, who: str, query: str, **variables: Json) -> Json:
        body = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[who]}"},
            timeout=30,
        ).json()
        assert "errors" not in body, body
        return body["data"]

    def accept(self, who: str, upload: str, **said: Json) -> Json:
        return self.ask(who, ACCEPT, input={"id": upload, **said})["importAccept"]

    def codes(self, who: str, upload: str, **said: Json) -> list[str]:
        return [error["code"] for error in self.accept(who, upload, **said)["errors"]]

    async def work(self, upload: str) -> None:
        """Do what the worker does for an accepted file."""
        async with open_database(self.addresses.worker) as database:
            number = UUID(upload.removeprefix("import-"))
            await accept_upload(database, number, sealer=self.sealer, today=TODAY)

    async def rows(self, query: str, *arguments: object) -> list[tuple[object, ...]]:
        connection = await open_connection(self.addresses.worker)
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()


@contextmanager
def served(addresses: Addresses, folder: Path) -> Iterator[Served]:
    """Serve the invented region, with narrow bounds of what may be given."""
    settings = Settings(data_dir=folder)
    create_key_file(settings.keys)
    keys = asyncio.run(prepared(addresses))
    bounds = Bounds(most_bytes=200_000, silence_s=0.5, total_s=1.5)
    with serving(build(addresses, settings, uploads=bounds)) as url:
        yield Served(
            url=url,
            keys=keys,
            addresses=addresses,
            sealer=Sealer.from_file(settings.keys),
            settings=settings,
        )


async def prepared(addresses: Addresses) -> Mapping[str, str]:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        return {who: await key(database, *grant) for who, grant in GRANTS.items()}


async def key(database: Database, role: Role, organisation: UUID) -> str:
    async with database.writing() as session:
        return await issue_key(
            session,
            client_name="Проверка",
            kind=ClientKind.SYSTEM,
            role=role,
            organisation_id=organisation,
            env="test",
        )
