"""Pushes beside half a million people, over HTTP to durable and resolved: one by one, and in batches.

The people made by SQL have no facts to be compared by; those who are pushed have, and each is told
from all pushed before.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import uuid4

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from schema.http import PATH
from tests.bench.figures import Figure, Section, median
from tests.bench.large import NAME, Large
from tests.bench.region import Ground
from tests.bench.serving import Web, hub_web

SINGLES, BATCH, BATCHES = 100, 100, 10
PUSH = """mutation ($input: StaffUpsertBatchInput!) { staffUpsertBatch(input: $input) {
  results { externalId status personId changed review errors { code } } errors { code } } }"""
NUMBERS = """
insert into organisation_identifier (organisation_id, system, value)
select id, 'BENCH', row_number() over (order by id) from organisation where kind = 'SCHOOL'
"""
LETTERS = str.maketrans("0123456789abcdef", "абвгдежзиклмнопр")
Json = Any  # a card or an answer


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Push cards of new people and changes of them; leaves them in the database."""
    del seconds
    key = asyncio.run(_prepared(ground, large))
    with hub_web(ground, large.where) as web:
        _pushed(web, key, [_card(0)])  # the source is made, plans and pages are warm
        singles = [_pushed(web, key, [_card(number)]) for number in range(1, SINGLES + 1)]
        figures = [
            Figure(name="one card, p50", value=statistics.median(singles) * 1e3, unit="ms"),
            Figure(name="one card, p99", value=sorted(singles)[-2] * 1e3, unit="ms"),
            _rate(web, key, "new cards a second, in batches of 100", rounds, "рождён"),
            _rate(web, key, "changed cards a second, in batches of 100", rounds, "методист"),
        ]
    held = f"{large.held['person']:,} people".replace(",", " ")
    yield Section(title=f"Pushes beside {held}, one web process", figures=tuple(figures))


def _rate(web: Web, key: str, name: str, rounds: int, position: str) -> Figure:
    runs = []
    for run in range(rounds):
        began = time.perf_counter()
        for batch in range(BATCHES):
            first = 1_000_000 + (run * BATCHES + batch) * BATCH
            _pushed(web, key, [_card(first + n, position) for n in range(BATCH)])
        runs.append(BATCH * BATCHES / (time.perf_counter() - began))
    return Figure(name=name, value=median(runs), unit="/s", bar=">= 300")


def _pushed(web: Web, key: str, cards: Sequence[Json]) -> float:
    """Push and say how long the answer took; every card must have been applied."""
    given = {"idempotencyKey": str(uuid4()), "cards": cards}
    body = json.dumps({"query": PUSH, "variables": {"input": given}})
    began = time.perf_counter()
    answer = json.loads(web.fetch(PATH, key, body))
    took = time.perf_counter() - began
    results = answer["data"]["staffUpsertBatch"]["results"]
    if [one["status"] for one in results] != ["APPLIED"] * len(cards):
        raise ValueError(f"not every card was applied: {answer}")
    return took


def _card(number: int, position: str = "учитель") -> Json:
    name = sha256(str(number).encode()).hexdigest().translate(LETTERS).capitalize()
    minute = f"{number % 60:02d}" if position != "методист" else "59"
    return {
        "externalId": str(number),
        "changedAt": f"2026-09-07T{'10' if position != 'методист' else '12'}:{minute}:00Z",
        "organisation": {"system": "BENCH", "value": str(number % 1_000 + 1)},
        "lastName": name[:9],
        "firstName": name[9:16].capitalize(),
        "middleName": name[16:24].capitalize(),
        "birthDate": f"{1950 + number % 50}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "position": position,
        "phone": f"+7927{number % 10_000_000:07d}",
    }


# What SQL made took its numbers by itself: the next ones follow them.
FOLLOW = """
select setval(pg_get_serial_sequence(name, 'id'), 100000000)
from unnest(array['record', 'record_version', 'changeset', 'employment']) name
"""


async def _prepared(ground: Ground, large: Large) -> str:
    superuser = await open_connection(ground.at(NAME))
    await superuser.execute(FOLLOW)
    await superuser.close()
    async with open_database(large.where.worker) as database, database.writing() as session:
        await session.raw.execute(NUMBERS)
        return await issue_key(
            session,
            client_name="Портал",
            kind=ClientKind.SYSTEM,
            role=Role.PARTNER_SYSTEM,
            organisation_id=ground.registry.ministry_id,
            env="bench",
        )
