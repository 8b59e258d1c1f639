"""The same answers straight from the server and through a pooler in transaction mode, in turns."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

from hub.settings import Addresses
from schema.compiler.ids import make_id
from schema.door.http import PATH
from tests.bench.cases import people_cases
from tests.bench.figures import Section
from tests.bench.region import Ground
from tests.bench.serving import hub_web
from tests.bench.web import Contender, busiest, compared, keys_of
from tests.pooler import pooling

CONNECTIONS = 8  # of the pooler for each role: as many as a web process would open by itself


def measure(ground: Ground, where: Addresses, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Load one person and a list of mentors either way; answer a section a case."""
    keys = keys_of(ground, where)
    person = asyncio.run(busiest(where, ground.registry.department_ids[0]))
    with ExitStack() as running:
        pooler = running.enter_context(pooling(where, connections=CONNECTIONS))
        pooled = running.enter_context(hub_web(ground, where, HUB_POOLER=pooler))
        straight = running.enter_context(hub_web(ground, where))
        ways = (
            Contender(name="through a pooler", web=pooled, path=PATH),
            Contender(name="straight", web=straight, path=PATH),
        )
        for number, case in enumerate(people_cases(make_id("person", person))):
            yield compared(
                ways, number, case, keys[case.who], rounds=rounds, seconds=seconds, bar=""
            )
