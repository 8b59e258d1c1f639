"""Whoever follows the documents gets what they say: each block is run, or named with who runs it."""

import asyncio
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import pytest

from hub.access import ClientKind, Purpose, Role
from hub.credentials import issue_key
from hub.database import open_database
from hub.demo.kadry_server import LOGIN, SECRET, KadryServer
from hub.settings import Addresses
from schema.door.body import MAX_BODY
from schema.limits import LIMITS, PAGE_LIMIT
from sync.work.sources import SourceManifest, keep_source
from tests.door.conftest import serving
from tests.journeys import pages
from tests.journeys.conftest import CHECKOUT, variables_of
from tests.journeys.region import Made, served_hub

SCHOOL: Final = UUID("019b76da-a800-716d-b3bf-18b5a04ef46f")  # of the pages, in every region
BLOCK_S: Final = 180  # against a block that hangs, not a measure of the machine
# What is remembered from one block of a page to the next, as a terminal does.
BEFORE: Final = '. "$STATE" 2>/dev/null || true\nset -euo pipefail\n'
AFTER: Final = '\n{ declare -p; declare -f; } > "$STATE"\n'
ERRORS: Final = re.compile(r'"errors": ?\[\{.*?"code": ?"(\w+)"')
FIELD: Final = re.compile(r'"(\w+)":')
STAFF: Final = """Список педагогических работников на {day}.11.2026
ОГРН;1039800000250;;
№;ФИО;Дата рождения;Должность
"""
MANY: Final = "".join(
    f"1;Придержин{one} Лев Ильич;0{day}.03.1985;воспитатель\n"
    for day, one in enumerate("абвгдежзи", 1)
)
FEW: Final = "1;Придержина Лев Ильич;01.03.1985;воспитатель\n"
DOUBTED: Final = """Список педагогических работников на 20.10.2026
ОГРН;1049800000140;;;
№;ФИО;Дата рождения;Должность;Стаж педагогической работы
1;Двойников Захар Ильич;01.02.1980;учитель;20
2;Младоумов Егор Святославович;03.04.2003;учитель;1
"""
INITIALS: Final = """База наставников на 20.10.2026
ОГРН;1049800000140;;
№;ФИО наставника;ФИО наставляемого;Дата вхождения в программу
1;Двойников З. И.;Самобытнов Лука Ильич;01.10.2026
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A served region, and a terminal before it: the environment and the keys of five viewers."""

    url: str
    keys: Mapping[str, str]
    environment: Mapping[str, str]
    folder: Path

    def run(self, block: pages.Block) -> str:
        """Run a block as bash does; what earlier blocks of its page set is still set."""
        script = BEFORE + pages.script_of(block, self.url, self.keys) + AFTER
        place = self.folder / block.page.replace("/", "-")
        place.mkdir(exist_ok=True)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=place,
            env={**self.environment, "STATE": str(place / "state")},
            capture_output=True,
            check=False,
            text=True,
            timeout=BLOCK_S,
        )
        said = done.stdout + done.stderr
        assert 0 == done.returncode, f"{block.place}: {done.returncode}\n{said}"
        return said

    def ask(self, block: pages.Block) -> dict[str, object]:
        """Ask a query with the key and the variables that the page names."""
        answer = httpx.post(
            f"{self.url}/graphql",
            json={"query": block.text, "variables": pages.variables_of(block)},
            headers={"Authorization": f"Bearer {self.keys[pages.viewer_of(block)]}"},
            timeout=30,
        ).json()
        assert "errors" not in answer, f"{block.place}: {answer['errors']}"
        data: dict[str, object] = answer["data"]
        return data


@pytest.fixture(scope="module")
def terminal(
    module_loaded: Addresses, made: Made, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """Serve the region with a worker and the imitated system beside it, as the demo does."""
    folder = tmp_path_factory.mktemp("pages")
    with ExitStack() as stack:
        served = stack.enter_context(served_hub(module_loaded, made, folder))
        system = stack.enter_context(
            serving(KadryServer(region=made.region, quirks=frozenset()).app)
        )
        environment = environment_of(module_loaded, folder)
        own = asyncio.run(prepared(module_loaded, system))
        give(environment, folder)
        stack.enter_context(worker(environment))
        yield Terminal(
            url=str(served.web.base_url).rstrip("/"),
            keys={"CENTRE": served.keys.centre, "DEPARTMENT": served.keys.department, **own},
            environment=environment,
            folder=folder,
        )


def environment_of(addresses: Addresses, folder: Path) -> dict[str, str]:
    """Give a terminal where `python` is this one and the hub's settings are known."""
    (folder / "kadry").write_text(SECRET, encoding="utf-8")
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return variables_of(addresses, folder) | {
        "HUB_SECRETS_DIR": str(folder),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
    }


async def prepared(addresses: Addresses, system: str) -> dict[str, str]:
    """Keep the system as a source, and issue the keys of a school, a partner, a steward."""
    settings = {"base_url": system, "login": LOGIN, "token_path": "token", "retry_wait_s": 0.05}
    manifest = SourceManifest(
        code="kadry",
        kind="KADRY",
        title="Кадры",
        secret_name="kadry",  # noqa: S106 - the name of a file
        settings=settings,
    )
    async with open_database(addresses.worker) as database, database.writing() as session:
        await keep_source(session, manifest)
        root = await session.raw.fetchval("select id from organisation where kind = 'MINISTRY'")
        return {
            name: await issue_key(
                session,
                client_name=name,
                kind=ClientKind.SYSTEM,
                role=role,
                organisation_id=organisation,
                purposes=frozenset(Purpose),
                env="demo",
            )
            for name, role, organisation in (
                ("SCHOOL", Role.SCHOOL, SCHOOL),
                ("PARTNER", Role.PARTNER_SYSTEM, SCHOOL),
                ("STEWARD", Role.STEWARD, root),
            )
        }


def give(environment: Mapping[str, str], folder: Path) -> None:
    """Give what the pages look at: a list that is held, and initials that only a school knows."""
    files = {
        "many.csv": STAFF.format(day=18) + MANY,
        "few.csv": STAFF.format(day=19) + FEW,
        "doubted.csv": DOUBTED,
        "initials.csv": INITIALS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for expected, words in (
        (0, ("many.csv", "doubted.csv", "initials.csv")),
        (3, ("few.csv", "--completeness", "FULL")),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "hub", "import", "accept", *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
        assert expected == done.returncode, done.stdout + done.stderr


@contextmanager
def worker(environment: Mapping[str, str]) -> Iterator[None]:
    """Let a worker do the queue's jobs while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "worker"],
        cwd=CHECKOUT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("page", pages.FOLLOWED)
def test_a_page_can_be_followed_to_its_end(terminal: Terminal, page: str) -> None:
    for block in pages.blocks_of(page):
        if pages.elsewhere(block) or block.language in pages.SHOWN:
            continue
        if block.language == "graphql":
            data = terminal.ask(block)
            assert [] == [name for name, value in data.items() if pages.is_empty(value)], (
                f"{block.place}: {data}"
            )
        else:
            assert_as_shown(block, terminal.run(block))


def assert_as_shown(block: pages.Block, said: str) -> None:
    """Hold an output to the one that the page shows: its fields, and its errors if it shows any."""
    shown = block.after.text if block.after and block.after.language == "text" else ""
    assert set(FIELD.findall(shown)) <= set(FIELD.findall(said)), f"{block.place}: {said}"
    assert [] == [code for code in ERRORS.findall(said) if code not in shown], (
        f"{block.place}: {said}"
    )


@pytest.mark.parametrize("page", pages.pages())
def test_each_block_of_a_document_is_run_by_somebody(page: str) -> None:
    unknown = [
        block.place
        for block in pages.blocks_of(page)
        if not (block.language in pages.SHOWN or pages.elsewhere(block) or is_followed(block))
    ]

    assert [] == unknown


def is_followed(block: pages.Block) -> bool:
    return block.page in pages.FOLLOWED and block.language in {"sh", "graphql"}


def test_whoever_is_said_to_run_a_block_is_there() -> None:
    blocks = [block for page in pages.pages() for block in pages.blocks_of(page)]
    unused = [
        key
        for key in pages.ELSEWHERE
        if not any(block.page == key[0] and block.first.startswith(key[1]) for block in blocks)
    ]
    named = re.findall(
        r"(?:tests|docs)/[\w/.-]+\.(?:py|md)",
        " ".join((*pages.ELSEWHERE.values(), *pages.BY_OTHERS.values())),
    )

    assert [] == unused
    assert [] == [path for path in named if not (CHECKOUT / path).exists()]


def test_a_source_that_a_document_describes_can_be_added() -> None:
    described = [
        block.text
        for page in pages.pages()
        for block in pages.blocks_of(page)
        if block.language == "toml"
    ]

    assert {"kadry", "school-files"} == {
        SourceManifest.model_validate(tomllib.loads(text)).code for text in described
    }


def test_the_limits_that_a_partner_is_told_are_those_that_hold() -> None:
    text = (CHECKOUT / "docs" / "how-to" / "partner-system.md").read_text(encoding="utf-8")
    told = {
        int(number.replace("\u00a0", "")) for number in re.findall(r"\| ([\d\u00a0]+) \|", text)
    }

    assert told == {
        MAX_BODY,
        PAGE_LIMIT,
        LIMITS.tokens,
        LIMITS.depth,
        LIMITS.aliases,
        LIMITS.root_fields,
        LIMITS.cost,
    }
