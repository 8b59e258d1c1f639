"""`subject keys`, `replay` and `lift`: whom the hub took out, known again by keyed hashes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.consent import today
from hub.cli.granting import in_transaction
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession
    from sync.erasure.erasing import Keeper

Answer = TypeVar("Answer")
COMMAND: Final = "hub subject"
LIFTED: Final = "+"  # how a line of `keys` begins that lets somebody in again


def keys() -> None:
    """Выгрузить отпечатки уничтоженного: их хранят рядом с копиями базы."""
    from sync.erasure.known import erased_keys, lifted_keys

    for key in sorted(in_transaction(erased_keys)):
        print(key.hex())
    for key in sorted(in_transaction(lifted_keys)):
        print(f"{LIFTED}{key.hex()}")


def replay(
    file: Annotated[Path, typer.Argument(help="Выгрузка subject keys, сделанная после копии.")],
) -> None:
    """Изъять снова тех, кого вернула старая копия базы."""
    from sync.erasure import erasing

    with file.open(encoding="ascii") as lines:
        written = lines.read().split()
    known = list(_read(line for line in written if not line.startswith(LIFTED)))
    lifted = list(_read(line[1:] for line in written if line.startswith(LIFTED)))
    count = as_keeper(lambda keeper: erasing.replay(keeper, known, lifted=lifted))
    say(f"✓ Изъято снова: {count}.")


def lift(
    basis: Annotated[str, typer.Option(help="Основание закона: EMPLOYMENT, EDUCATION, …")],
    document: Annotated[str, typer.Option(help="Документ: номер и день.")],
    last_name: Annotated[str, typer.Option(prompt="Фамилия", help="Фамилия, как в документе.")],
    first_name: Annotated[str, typer.Option(prompt="Имя", help="Имя, как в документе.")],
    middle_name: Annotated[
        str, typer.Option(prompt="Отчество", help="Отчество, как в документе.")
    ] = "",
    birth_date: Annotated[
        str, typer.Option(prompt="Дата рождения", help="Дата рождения, как в документе.")
    ] = "",
    snils: Annotated[str, typer.Option(prompt="СНИЛС", help="СНИЛС, как в документе.")] = "",
) -> None:
    """Снять запрет: изъятого человека снова примут из источников по новому основанию."""
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.erasure import lifting

    who = lifting.Identity(
        last_name=last_name, first_name=first_name, middle_name=middle_name,
        birth_date=birth_date, snils=snils,
    )  # fmt: skip
    sealer = Sealer.from_file(Settings().keys)

    async def act(session: "WriteSession") -> int:
        return await lifting.lift(
            session, who, basis=basis.upper(), document=document, actor=COMMAND, sealer=sealer,
            today=today(),
        )  # fmt: skip

    in_transaction(act, change=f"subject lift {basis.upper()}")
    say("✓ Запрет снят: сведения примут со следующим файлом или записью.")


def as_keeper(work: "Callable[[Keeper], Awaitable[Answer]]") -> Answer:
    """Do one thing as whoever takes people out, over a database of its own."""

    async def run() -> Answer:
        from hub import addresses
        from hub.database import open_database
        from hub.seal import Sealer
        from hub.settings import Settings
        from sync.erasure.erasing import Keeper

        settings = Settings()
        sealer = Sealer.from_file(settings.keys)
        day = today_in(settings.zone)
        async with open_database(addresses.find(settings).worker) as database:
            return await work(Keeper(database=database, sealer=sealer, today=day, actor=COMMAND))

    return asyncio.run(run())


def _read(lines: Iterable[str]) -> Iterable[bytes]:
    from hub.errors import InputError

    for line in lines:
        try:
            yield bytes.fromhex(line.strip())
        except ValueError as error:
            raise InputError(
                "Это не выгрузка subject keys: в каждой строке нужен отпечаток.",
                code="law.not_keys",
            ) from error
