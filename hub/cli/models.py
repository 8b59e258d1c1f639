"""`match train|shadow|activate|models`: which model decides who is who in the hub's database."""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from sync.changeset import Difference
    from sync.modelling import Trained
    from sync.people.models import Stored
    from sync.people.shadow import Shadow

CALIBRATION: Final = {
    "source": "Источник",
    "expected": "Обещано",
    "pairs": "Пар",
    "found": "Оказалось",
}
MODELS: Final = {
    "version": "Модель",
    "origin": "Как сделана",
    "active": "Действует",
    "created_at": "Создана",
    "shadowed_at": "Пробовали",
    "activated_at": "Включали",
}
EXAMPLES: Final = {
    "record_a": "Запись",
    "record_b": "Запись",
    "before": "Сейчас",
    "after": "Станет",
    "bits_before": "Бит",
    "bits_after": "Станет бит",
    "says": "Что видно",
}
Version = Annotated[str, typer.Argument(help="Модель, как её показывает match models.")]


def train(
    version: Annotated[str, typer.Option(help="Как назвать модель; без него по дню.")] = "",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Обучить модель на записях базы; действовать она начнёт после match activate."""
    done = asyncio.run(_train(version))
    for notice in done.notices:
        say(f"! {notice.text}: {notice.count} ({notice.cause})")
    if done.calibration:
        print_rows(done.calibration, output, titles=CALIBRATION)
    say(
        f"✓ Модель {done.version} обучена на записях: {done.records}. Что она изменит, покажет "
        f"match shadow {done.version}."
    )


def shadow(version: Version, output: Output = OutputFormat.TABLE) -> None:
    """Сличить всех по модели, ничего не меняя, и показать, чем итог отличается от нынешнего."""
    found = asyncio.run(_shadow(version))
    if found.examples:
        print_rows([asdict(one) for one in found.examples], output, titles=EXAMPLES)
    say(
        f"Записей: {found.records}. Действует {found.active}, пробуем {found.version}.\n"
        f"Пар стало бы одним человеком: {found.pairs_linked}, перестало бы: {found.pairs_parted}.\n"
        f"Людей сейчас {found.people_before}, стало бы {found.people_after}: слилось бы "
        f"{found.people_merged}, отделилось бы {found.people_split}.\n"
        f"Вопросов появилось бы: {found.questions_new}, исчезло бы: {found.questions_gone}."
    )
    if found.is_same:
        say("Люди и вопросы остались бы теми же.")


def activate(version: Version) -> None:
    """Включить модель и сличить всех заново; прежнюю можно включить снова так же."""
    changed = asyncio.run(_activate(version))
    say(
        f"✓ Действует {version}. Изменено людей: {changed.people} (слито {changed.people_merged}, "
        f"разделено {changed.people_split}), наставничеств: {changed.mentorships}."
    )


def models(output: Output = OutputFormat.TABLE) -> None:
    """Показать модели базы: какая действует, какие пробовали."""
    rows = [{name: getattr(one, name) for name in MODELS} for one in asyncio.run(_models())]
    print_rows(rows, output, titles=MODELS)


def _today() -> date:
    from hub.settings import Settings

    return today_in(Settings().zone)


def _address() -> str:
    from hub import addresses
    from hub.settings import Settings

    return addresses.find(Settings()).worker


async def _train(version: str) -> "Trained":
    from hub.database import open_database
    from sync import modelling

    today = _today()
    named = version or f"trained-{today.isoformat()}"
    async with open_database(_address(), pool_size=1) as database:
        return await modelling.train(database, version=named, today=today)


async def _shadow(version: str) -> "Shadow":
    from hub.database import open_database
    from sync import modelling

    async with open_database(_address(), pool_size=1) as database:
        return await modelling.shadow(database, version, today=_today())


async def _activate(version: str) -> "Difference":
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync import modelling

    async with open_database(_address(), pool_size=1) as database:
        return await modelling.activate(
            database,
            version,
            sealer=Sealer.from_file(Settings().keys),
            today=_today(),
            actor="match activate",
        )


async def _models() -> "list[Stored]":
    from hub.database import open_database
    from sync import modelling

    async with open_database(_address(), pool_size=1) as database:
        return await modelling.models(database)
