"""`documents`: which documents are trusted, so that clients ask for them by their id."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.granting import in_transaction
from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession
    from hub.documents import ListedDocument

TITLES: Final = {
    "id": "Номер",
    "operations": "Операции",
    "characters": "Знаков",
    "created_at": "Добавлен",
}
app = typer.Typer(
    help="Доверенные документы: запросы, которые клиенты называют по номеру.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    manifest: Annotated[
        Path, typer.Argument(help="Манифест: объект JSON, в котором хеш SHA-256 — текст документа.")
    ],
) -> None:
    """Добавить документы манифеста; каждый проверяется по схеме, или не добавляется ни один."""
    from hub.documents import add_documents
    from schema.manifests import read_manifest

    documents = read_manifest(manifest)
    added = in_transaction(
        lambda session: add_documents(session, documents),
        change=f"documents add {' '.join(one.short for one in documents)}",
    )
    say(f"✓ Документов в манифесте {len(documents)}, новых {added}.")


@app.command(name="list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать доверенные документы: номера и операции в них."""
    from hub.documents import read_documents

    async def read(session: "WriteSession") -> list["ListedDocument"]:
        return await read_documents(session)

    print_rows([asdict(one) for one in in_transaction(read)], output, titles=TITLES)


@app.command()
def remove(
    numbers: Annotated[list[str], typer.Argument(help="Номера документов из списка.")],
) -> None:
    """Больше не доверять документам: со следующего запроса их номера неизвестны."""
    from hub.documents import remove_document

    async def drop(session: "WriteSession") -> None:
        for number in numbers:
            await remove_document(session, number)

    in_transaction(drop, change=f"documents remove {' '.join(numbers)}")
    say(f"✓ Документов удалено: {len(numbers)}.")
