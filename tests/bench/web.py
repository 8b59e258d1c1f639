"""The web's answers beside endpoints written by hand over the same statements, in turns."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

from hub.credentials import authenticate
from hub.database import open_connection, open_database
from hub.demo.keys import issue_keys
from hub.pools import open_read_pool
from hub.settings import Addresses, Settings
from schema.compiler.documents import prepare
from schema.compiler.ids import make_id
from schema.compiler.request import shape_of
from schema.door.http import PATH, build_engine
from tests.bench.cases import Case, coverage_cases, people_cases, write_cases
from tests.bench.figures import Figure, Section, median
from tests.bench.region import Ground
from tests.bench.serving import Web, hand_web, hub_web
from tests.day import region_day

CLIENTS = (1, 8)
COMPILATIONS = 30
# Somebody with much to show: many records of theirs, and mentorships.
BUSIEST = """
select p.id from person p
join person_place here on here.person_id = p.id and here.authority_id = $1
    and here.starts <= $2 and here.ends > $2
where exists (select from participation_fact f where f.mentor_id = p.id)
order by p.record_count desc, p.id limit 1
"""
Measured = Mapping[str, Sequence[Mapping[str, float]]]  # of each contender, round by round


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to the same answer: which process, and which path leads to a case."""

    name: str
    web: Web
    path: str

    def to(self, number: int) -> str:
        """Give the path of a case."""
        return self.path.format(number=number)


def keys_of(ground: Ground, where: Addresses) -> dict[str, str]:
    """Issue a key to the regional centre and one to a department."""
    keys = asyncio.run(_keys(ground, where))
    return {"centre": keys[0], "department": keys[1]}


async def _keys(ground: Ground, where: Addresses) -> tuple[str, str]:
    async with open_database(where.worker) as database:
        keys = await issue_keys(database, ground.registry)
    return keys.centre, keys.department


def measure(ground: Ground, where: Addresses, *, rounds: int, seconds: float) -> list[Section]:
    """Load every case in turns; answer a section a case, one for compiling, one for memory."""
    keys = keys_of(ground, where)
    person = asyncio.run(busiest(where, ground.registry.department_ids[0]))
    cases = [*coverage_cases(), *people_cases(make_id("person", person))]
    listed = ground.folder / "cases.json"
    write_cases(listed, cases, keys)
    with ExitStack() as running:
        hub = running.enter_context(hub_web(ground, where))
        idle = hub.peak_bytes()
        hand = running.enter_context(hand_web(ground, where, listed))
        found = [
            compared(
                ways_to(hub, hand), number, case, keys[case.who], rounds=rounds, seconds=seconds
            )
            for number, case in enumerate(cases)
        ]
        memory = Section(
            title="Memory of the web process",
            figures=(
                Figure(name="started", value=idle / 2**20, unit="MiB"),
                Figure(name="at its peak", value=hub.peak_bytes() / 2**20, unit="MiB"),
            ),
        )
    return [*found, asyncio.run(_compiling(ground, where, cases, keys)), memory]


async def busiest(where: Addresses, department: UUID) -> UUID:
    """Give somebody of a department with much to show."""
    connection = await open_connection(where.worker)
    try:
        found: UUID = await connection.fetchval(BUSIEST, department, region_day())
    finally:
        await connection.close()
    return found


def ways_to(hub: Web, hand: Web) -> Sequence[Contender]:
    """Name the contenders: the hub, and the endpoints by hand with and without a key."""
    return (
        Contender(name="hub", web=hub, path=PATH),
        Contender(name="by hand, key looked up", web=hand, path="/keyed/{number}"),
        Contender(name="by hand, no key", web=hand, path="/bare/{number}"),
    )


def compared(
    ways: Sequence[Contender],
    number: int,
    case: Case,
    key: str,
    *,
    rounds: int,
    seconds: float,
    bar: str = ">= 0.5",
) -> Section:
    """Load one case by each way in turns; answer rates, medians and ratios of the first to others."""
    body = json.dumps({"query": case.query, "variables": case.variables})
    answers = {way.name: way.web.fetch(way.to(number), key, body) for way in ways}
    size = _agreed(answers)
    figures: list[Figure] = []
    for clients in CLIENTS:
        measured: dict[str, list[Mapping[str, float]]] = {way.name: [] for way in ways}
        for _ in range(rounds):
            for way in ways:
                shot = way.web.shoot(way.to(number), key, body, clients=clients, seconds=seconds)
                measured[way.name].append(shot)
        figures += _figures(measured, clients, bar)
    return Section(title=f"{case.name} ({case.who}, {size / 1024:.1f} KiB)", figures=tuple(figures))


def _agreed(answers: Mapping[str, bytes]) -> int:
    """Give the answer's size; raises ValueError unless all ways gave one and the same."""
    distinct = {_data(text) for text in answers.values()}
    (answer,) = distinct if len(distinct) == 1 else [b""]
    if not answer or b'"errors"' in answer:
        raise ValueError(
            f"The answers differ: { {way: len(text) for way, text in answers.items()} }"
        )
    return len(answer)


def _data(text: bytes) -> bytes:
    """Leave out what the hub tells of an answer's cost."""
    data, has_more, _ = text.partition(b',"extensions":')
    return data + b"}" if has_more else text


def _figures(measured: Measured, clients: int, bar: str) -> Iterator[Figure]:
    told = "1 client" if clients == 1 else f"{clients} clients"
    rate = {way: median(shot["rate"] for shot in shots) for way, shots in measured.items()}
    for way, shots in measured.items():
        waited = median(shot["p50_ms"] for shot in shots)
        yield Figure(
            name=f"{told}: {way}", value=rate[way], unit="req/s", note=f"p50 {waited:.2f} ms"
        )
    hub, *others = rate
    for other in others:
        yield Figure(
            name=f"{told}: {hub} / {other}",
            value=rate[hub] / rate[other],
            unit="",
            bar=bar if other == others[0] else "",
        )


async def _compiling(
    ground: Ground, where: Addresses, cases: Sequence[Case], keys: Mapping[str, str]
) -> Section:
    """Time what stands before the statement: parsing to SQL uncached, and with a known text."""
    engine = build_engine(Settings(key_file=ground.keys))
    figures: list[Figure] = []
    async with await open_read_pool(where.web, statement_s=5) as web:
        for case in cases:
            viewer = await authenticate(web, keys[case.who], today=ground.today)
            cold, known = [], []
            for _ in range(COMPILATIONS):
                begun = time.perf_counter()
                fresh = prepare(engine.schema, case.query, None, {})
                _, given = engine.prepare(case.query, None, case.variables)
                engine.compile(fresh, given, shape_of(viewer))
                cold.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                prepared, given = engine.prepare(case.query, None, case.variables)
                engine.plan(prepared, given, shape_of(viewer)).values(engine.request(viewer, given))
                known.append(time.perf_counter() - begun)
            figures.append(
                Figure(
                    name=f"{case.name} ({case.who})",
                    value=median(cold) * 1000,
                    unit="ms",
                    note=f"known: {median(known) * 1000:.3f} ms",
                )
            )
    return Section(title="Compiling: a new text, and a known one", figures=tuple(figures))
