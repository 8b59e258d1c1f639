"""What a web process holds over 100,000 requests: known documents, and floods of new ones between."""

import json
from collections.abc import Iterator

from schema.compiler.ids import make_id
from schema.door.http import PATH
from tests.bench.cases import CHANGED, people_cases
from tests.bench.figures import Figure, Section
from tests.bench.large import Large
from tests.bench.load import MOST_REQUESTS
from tests.bench.region import Ground
from tests.bench.serving import Web, hub_web

REQUESTS = 100_000
CLIENTS = 4
NEW = 500  # documents that nobody asked before, ahead of each leg
LONG = 600.0  # seconds, in which any leg ends by its number
SINCE = "2000-01-01T00:00:00+00:00"


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Ask 100,000 times and say what the process held after each leg; one run, whatever is asked."""
    del rounds, seconds
    key = large.keys["department"]
    person = people_cases(make_id("person", large.person))[-1]
    bodies = [
        json.dumps({"query": person.query, "variables": person.variables}),
        json.dumps({"query": "{ viewer { role organisation { shortName } } }"}),
        json.dumps({"query": CHANGED.replace("100", "5"), "variables": {"since": SINCE}}),
    ]
    with hub_web(ground, large.where) as web:
        figures = [_figure("started", web, 0)]
        for leg in range(REQUESTS // MOST_REQUESTS):
            flood(web, key, leg)
            body = bodies[leg % len(bodies)]
            web.shoot(PATH, key, body, clients=CLIENTS, seconds=LONG)
            asked = (leg + 1) * (MOST_REQUESTS + NEW)
            figures.append(_figure(f"after {asked:,} requests", web, leg + 1))
    yield Section(title="Memory of a web process", figures=tuple(figures))


def flood(web: Web, key: str, leg: int) -> None:
    """Ask documents of which no two are the same."""
    for number in range(NEW):
        query = (
            f"query New{leg}x{number} {{ viewer {{ name }} people(first: 1) {{ nodes {{ id }} }} }}"
        )
        web.fetch(PATH, key, json.dumps({"query": query}))


def _figure(name: str, web: Web, legs: int) -> Figure:
    note = f"{legs * NEW} of them new documents" if legs else ""
    return Figure(name=name, value=web.held_bytes() / 2**20, unit="MiB", note=note)
