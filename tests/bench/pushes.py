"""Pushes beside a loaded region, over HTTP to durable and resolved: one by one, and in batches.

Each card is of somebody new to the region, and is compared with everybody who shares a key with them.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import open_database
from hub.settings import Addresses
from schema.door.http import PATH
from tests.bench.figures import Figure, Section, median
from tests.bench.region import Ground
from tests.bench.serving import Web, hub_web

SINGLES, BATCH, BATCHES = 100, 100, 10
PUSH = """mutation ($input: StaffUpsertBatchInput!) { staffUpsertBatch(input: $input) {
  results { externalId status personId changed review errors { code } } errors { code } } }"""
NUMBERS = """
insert into organisation_identifier (organisation_id, system, value)
select id, 'BENCH', row_number() over (order by id) from organisation where kind = 'SCHOOL'
"""
SCHOOLS = "select count(*) from organisation_identifier where system = 'BENCH'"
LETTERS = str.maketrans("0123456789abcdef", "абвгдежзиклмнопр")
Json = Any  # a card or an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """Who pushes: the key, and how many people and schools stand there before."""

    key: str
    people: int
    schools: int

    def card(self, number: int, position: str = "учитель") -> Json:
        """Make up a card, the same for the same number."""
        name = sha256(str(number).encode()).hexdigest().translate(LETTERS).capitalize()
        minute = f"{number % 60:02d}" if position != "методист" else "59"
        return {
            "externalId": str(number),
            "changedAt": f"2026-09-07T{'10' if position != 'методист' else '12'}:{minute}:00Z",
            "organisation": {"system": "BENCH", "value": str(number % self.schools + 1)},
            "lastName": name[:9],
            "firstName": name[9:16].capitalize(),
            "middleName": name[16:24].capitalize(),
            "birthDate": f"{1950 + number % 50}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "position": position,
            "phone": f"+7927{number % 10_000_000:07d}",
        }


def measure(ground: Ground, where: Addresses, *, rounds: int) -> Section:
    """Push cards of new people and changes of them; leaves them in the database."""
    pushing = asyncio.run(_prepared(ground, where))
    with hub_web(ground, where) as web:
        _pushed(web, pushing, [0])  # the source is made, plans and pages are warm
        singles = [_pushed(web, pushing, [number]) for number in range(1, SINGLES + 1)]
        figures = [
            Figure(name="one card, p50", value=statistics.median(singles) * 1e3, unit="ms"),
            Figure(name="one card, p99", value=sorted(singles)[-2] * 1e3, unit="ms"),
            _rate(web, pushing, "new cards a second, in batches of 100", rounds, "рождён"),
            _rate(web, pushing, "changed cards a second, in batches of 100", rounds, "методист"),
        ]
    held = f"{pushing.people:,} people"
    return Section(title=f"Pushes beside {held}, one web process", figures=tuple(figures))


def _rate(web: Web, pushing: Pushing, name: str, rounds: int, position: str) -> Figure:
    runs = []
    for run in range(rounds):
        began = time.perf_counter()
        for batch in range(BATCHES):
            first = 1_000_000 + (run * BATCHES + batch) * BATCH
            _pushed(web, pushing, range(first, first + BATCH), position)
        runs.append(BATCH * BATCHES / (time.perf_counter() - began))
    return Figure(name=name, value=median(runs), unit="/s", bar=">= 300")


def _pushed(web: Web, by: Pushing, numbers: Sequence[int], position: str = "учитель") -> float:
    """Push and say how long the answer took; every card must have been applied."""
    cards = [by.card(number, position) for number in numbers]
    given = {"idempotencyKey": str(uuid4()), "cards": cards}
    body = json.dumps({"query": PUSH, "variables": {"input": given}})
    began = time.perf_counter()
    answer = json.loads(web.fetch(PATH, by.key, body))
    took = time.perf_counter() - began
    results = answer["data"]["staffUpsertBatch"]["results"]
    if [one["status"] for one in results] != ["APPLIED"] * len(cards):
        raise ValueError(f"not every card was applied: {answer}")
    return took


async def _prepared(ground: Ground, where: Addresses) -> Pushing:
    async with open_database(where.worker) as database, database.writing() as session:
        await session.raw.execute(NUMBERS)
        key = await issue_key(
            session,
            client_name="Портал",
            kind=ClientKind.SYSTEM,
            role=Role.PARTNER_SYSTEM,
            organisation_id=ground.registry.ministry_id,
            env="bench",
        )
        people = await session.raw.fetchval("select count(*) from person")
        schools = await session.raw.fetchval(SCHOOLS)
        return Pushing(key=key, people=people, schools=schools)
