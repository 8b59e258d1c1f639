"""`demo`: a region made up, taken in, reconciled, served; with --check compared with its truth."""

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

from hub import migrate, provision
from hub.addresses import DEMO_DATABASE
from hub.clock import today_in
from hub.database import Database, open_database
from hub.demo.checking import compare, patient
from hub.demo.diary import Wanted, first_day, require_same_files
from hub.demo.facts import facts_of
from hub.demo.files import DemoFile, write_files, write_truth
from hub.demo.kadry_stated import with_kadry
from hub.demo.kadry_sync import exchanged
from hub.demo.keys import issue_keys
from hub.demo.learning import learn
from hub.demo.loading import load_files, load_registry
from hub.demo.onec_stated import places_of, with_onec
from hub.demo.onec_sync import day_of, exchanged_onec
from hub.demo.region import Region, make_region
from hub.demo.serving import listen, served, tell, working
from hub.demo.timing import StationTimes, tell_memory
from hub.embedded import clear, running_server
from hub.errors import ConflictError
from hub.seal import Sealer, create_key_file
from hub.settings import Addresses, Settings
from hub.terminal import Exit, intake_bar, say


def demo(
    wanted: Wanted, *, port: int, reset: bool, train: bool, check: bool, onec: bool = False
) -> None:
    """Make, load and serve a region until interrupted; with `check` compare and leave.

    With `train` people are matched anew by a model that was learned from the region itself.

    Raises ConflictError when the database holds another region. With `check` exits with 1 unless
    every answer agrees with the region's truth. With `onec` the 1С of some schools is read as well.
    """
    settings = Settings()
    agreed = True
    with listen(port) as listening:  # a taken port is said before minutes of work
        if reset:
            _forget(settings)
        with _lent(settings) as addresses:
            agreed = asyncio.run(
                _run(
                    settings,
                    addresses,
                    wanted,
                    listening=listening,
                    train=train,
                    check=check,
                    onec=onec,
                )
            )
    if not agreed:
        sys.exit(Exit.FAILURE)


def _forget(settings: Settings) -> None:
    """Remove what an earlier demo left; a database of the environment is not ours to empty."""
    if settings.names_a_database:
        raise ConflictError(
            "База данных задана в окружении, и демонстрация её не очищает. Создайте пустую базу "
            "сами или уберите HUB_DATABASE_URL.",
            code="demo.foreign_database",
        )
    clear(settings.directory)
    if (settings.directory / "demo").exists():
        shutil.rmtree(settings.directory / "demo")


@contextmanager
def _lent(settings: Settings) -> Iterator[Addresses]:
    """Lend the database's addresses: those of the environment, else of a server of our own."""
    if settings.names_a_database:
        yield settings.addresses()
        return
    begun = time.monotonic()
    with running_server(settings.directory, choice=settings.postgres_bin) as server:
        addresses = asyncio.run(provision.provision(server.admin_url, database=DEMO_DATABASE))
        _say_time("PostgreSQL", begun)
        yield addresses


def _say_time(station: str, begun: float) -> None:
    say(f"{station}: {time.monotonic() - begun:.1f} с")


async def _run(
    settings: Settings,
    addresses: Addresses,
    wanted: Wanted,
    *,
    listening: socket.socket,
    train: bool,
    check: bool,
    onec: bool,
) -> bool:
    await migrate.upgrade(addresses.owner)
    async with open_database(addresses.worker) as database:
        await _require_ours(settings, database)
        region, files = _region(settings, wanted)
        sealer = _sealer(settings)
        await _load(database, region, files, sealer)
        secrets = settings.directory / "demo" / "secrets"
        first = exchanged_onec(database, region, sealer=sealer, folder=secrets)
        async with (
            first if onec else nullcontext(),
            exchanged(database, region, sealer=sealer, folder=secrets) as kadry,
            served(addresses, patient(settings) if check else settings, listening) as web,
        ):
            keys = await issue_keys(database, region.registry)
            if train:
                await _learn(database, settings, sealer)
            if check:
                stated = with_onec(region, places_of(region), day_of(region)) if onec else region
                facts = facts_of(with_kadry(stated, kadry), today=_today(settings))
                return await compare(web.url, keys, facts, files, database)
            tell(web.url, keys, settings.directory / "demo")
            knowing = settings.model_copy(update={"secrets_dir": secrets})
            async with working(addresses, knowing):
                await web.until_told()
    return True


async def _require_ours(settings: Settings, database: Database) -> None:
    """Refuse a database with organisations that no demo of this folder wrote."""
    async with database.reading() as session:
        taken = await session.raw.fetchval("select exists (select from organisation)")
    if taken and not _diary(settings).exists():
        raise ConflictError(
            "В базе уже есть организации, и это не придуманный регион. Укажите пустую базу "
            "или уберите HUB_DATABASE_URL.",
            code="demo.foreign_database",
        )


def _diary(settings: Settings) -> Path:
    """Say where the demo keeps which region it made and when."""
    return settings.directory / "demo" / "region.json"


def _region(settings: Settings, wanted: Wanted) -> tuple[Region, list[DemoFile]]:
    begun = time.monotonic()
    day = first_day(_diary(settings), wanted, today=_today(settings))
    region = make_region(people=wanted.people, seed=wanted.seed, today=day)
    files = write_files(region, settings.directory / "demo" / "files")
    require_same_files(_diary(settings), files)
    write_truth(files, settings.directory / "demo" / "truth")
    _say_time(f"Регион из {wanted.people} человек, файлов школ {len(files)}", begun)
    return region, files


async def _learn(database: Database, settings: Settings, sealer: Sealer) -> None:
    begun = time.monotonic()
    await learn(database, sealer=sealer, today=_today(settings))
    _say_time("Обучение модели и сверка людей заново", begun)


def _today(settings: Settings) -> date:
    return today_in(settings.zone)


def _sealer(settings: Settings) -> Sealer:
    if not settings.keys.exists():
        create_key_file(settings.keys)
    return Sealer.from_file(settings.keys)


async def _load(database: Database, region: Region, files: list[DemoFile], sealer: Sealer) -> None:
    begun, times = time.monotonic(), StationTimes()
    await load_registry(database, region.registry)
    with intake_bar(len(files)) as progress:
        accepted = await load_files(
            database,
            files,
            sealer=sealer,
            today=region.today,
            progress=times.watching(progress),
        )
    times.begin("")
    _say_time("Приём файлов и сверка людей", begun)
    say(
        f"  записей новых {accepted.records}, версий {accepted.versions}; изменилось людей "
        f"{accepted.projected.people}, наставничеств {accepted.projected.mentorships}"
    )
    times.tell(accepted.versions)
    await tell_memory(database)
