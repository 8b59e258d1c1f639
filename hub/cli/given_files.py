"""Files as the command line gives them: which, and what their giver declares of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.records import Completeness, FileKind
    from sync.intake import Given

Paths = Annotated[list[Path], typer.Argument(help="Файлы или папки с ними.", exists=True)]
Period = Annotated[
    int | None,
    typer.Option(help="Учебный год, в который он начался: 2025. Иначе берётся из заголовка."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(help="На какую дату составлен список: 2025-09-01.", formats=["%Y-%m-%d"]),
]
Kind = Annotated[
    str,
    typer.Option(help="Вид списка, если не виден: STAFF, PUPILS, MENTOR_BASE, MENTEE_BASE."),
]
Completely = Annotated[
    str,
    typer.Option(help="FULL: кого нет в списке, тот выбыл. PARTIAL: молчание не значит ничего."),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="Что значит столбец: «Кто=ФИО» или «Кто=full_name»; «Кто=» — не брать. Можно "
        "несколько раз; принятое запоминается для таких же шапок.",
        metavar="ЗАГОЛОВОК=ПОЛЕ",
    ),
]


def given_files(
    files: Iterable[Path],
    *,
    kind: str,
    period: int | None,
    as_of: datetime | None,
    completeness: str,
    mapped: Sequence[str] | None,
) -> list["Given"]:
    """Name the files, those of folders too, with what is declared of all of them."""
    from sync.intake import Given

    told = _told(mapped or ())

    declared_kind, declared_completeness = _kind(kind), _completeness(completeness)
    return [
        Given(
            path=path,
            kind=declared_kind,
            period=period,
            stated_as_of=as_of.date() if as_of else None,
            completeness=declared_completeness,
            columns=told,
        )
        for path in _listed(files)
    ]


def _listed(files: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and for a folder the visible files under it by name."""
    for path in files:
        if path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.is_file())
            yield from (item for item in found if not item.name.startswith((".", "~$")))
        else:
            yield path


def _kind(text: str) -> "FileKind | None":
    from hub.records import FileKind

    try:
        return FileKind(text.upper()) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text}: такого вида нет.", param_hint="--kind") from error


def _told(mapped: Iterable[str]) -> dict[str, str]:
    """Read what a person says of columns; a field is named by its code or by a known header."""
    from connectors.mapping import told

    pairs = [text.rpartition("=") for text in mapped]
    for text, (header, _, _) in zip(mapped, pairs, strict=True):
        if not header:
            message = f"{text}: нужны заголовок и поле, например «Кто=ФИО»."
            raise typer.BadParameter(message, param_hint="--map")
    return told({header.strip(): field.strip() for header, _, field in pairs})


def _completeness(text: str) -> "Completeness":
    from hub.records import Completeness

    try:
        return Completeness(text.upper())
    except ValueError as error:
        message = f"{text}: бывает FULL или PARTIAL."
        raise typer.BadParameter(message, param_hint="--completeness") from error
