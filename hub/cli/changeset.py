"""`changeset`: what changed the hub, and taking a change back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.effects import COUNTS, print_effects
from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import Database
    from sync.region import Region

Answer = TypeVar("Answer")
TITLES: Final = {
    "id": "Номер",
    "kind": "Вид",
    "state": "Состояние",
    "origin": "Откуда",
    "people": "Людей",
    "mentorships": "Наставничеств",
    "created_at": "Начато",
    "applied_at": "Применено",
    "undoes": "Отменяет",
    "reason": "Почему",
}
app = typer.Typer(help="Изменения хаба.", no_args_is_help=True, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(help="Номер из changeset list.")]


@app.command("list")
def show_all(
    kind: Annotated[str, typer.Option(help="Только этого вида: IMPORT, SYNC, PUSH, UNDO.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Сколько последних.")] = 20,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать последние изменения."""
    from sync.changeset import list_changes

    found = _ask(lambda database, _: list_changes(database, kind=kind.upper() or None, limit=limit))
    print_rows([asdict(one) for one in found], output, titles=TITLES)


@app.command()
def show(number: Number, output: Output = OutputFormat.TABLE) -> None:
    """Показать, что сделало изменение."""
    from sync.changeset import read_change

    found = _ask(lambda database, _: read_change(database, number))
    if output is not OutputFormat.TABLE:
        print_rows([asdict(found)], output, titles=TITLES)
        return
    rows = [{"what": TITLES[name], "value": getattr(found, name)} for name in TITLES]
    rows += [
        {"what": word, "value": found.summary[name]}
        for name, word in COUNTS.items()
        if found.summary.get(name)
    ]
    print_rows(
        [row for row in rows if row["value"] not in (None, "")],
        output,
        titles={"what": "Что", "value": "Значение"},
    )


@app.command()
def undo(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Почему; без личных данных.")] = "",
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Только показать, что изменится.")
    ] = False,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Отменить одно изменение; сказанное позже остаётся. Источник обмена приостанавливается."""
    from hub.records import ChangesetId
    from sync.changes.simulating import simulate_undo
    from sync.changes.undoing import Desired
    from sync.changes.undoing import undo as take_back

    if simulate:
        effects = _ask(
            lambda database, region: simulate_undo(database, ChangesetId(number), region)
        )
        print_effects(effects, output)
        return
    desired = Desired(changeset_id=ChangesetId(number), actor="changeset undo", reason=reason)
    undone = _ask(lambda database, region: take_back(database, desired, region))
    say(
        f"✓ Изменение {number} отменено изменением {undone.changeset_id}. Изменено людей: "
        f"{undone.difference.people}, наставничеств: {undone.difference.mentorships}."
    )


def _ask(question: "Callable[[Database, Region], Awaitable[Answer]]") -> Answer:
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.region import Region

    settings = Settings()

    async def asked() -> Answer:
        region = Region.now(Sealer.from_file(settings.keys), settings.zone)
        async with open_database(addresses.find(settings).worker) as database:
            return await question(database, region)

    return asyncio.run(asked())
