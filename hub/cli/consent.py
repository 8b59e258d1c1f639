"""`consent`: the register of consents at the command line."""

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from hub.cli.granting import choice, in_transaction
from hub.cli.law_documents import CONSENTS
from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession
    from hub.law.requests import Keeping

COMMAND: Final = "hub consent"
TITLES: Final = {
    "id": "Номер",
    "purpose": "На что",
    "state": "Действует",
    "relation": "Кто подписал",
    "document": "Документ",
    "signedOn": "Подписано",
    "ends": "До",
    "withdrawnOn": "Отозвано",
    "organisation": "Кому",
}
Person = Annotated[str, typer.Argument(help="Идентификатор человека: person-…")]
Basis = Annotated[
    str,
    typer.Option(help="Основание хранить дальше: EMPLOYMENT, EDUCATION, ARCHIVE или CLAIM."),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="День: 2026-09-01.")]
app = typer.Typer(help="Согласия на обработку.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def add(
    person: Person,
    purpose: Annotated[str, typer.Option(help="PROCESSING, TRANSFER или PUBLICATION.")],
    document: Annotated[str, typer.Option(help="Номер документа; на каждую цель свой.")],
    signed: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Когда подписано.")],
    relation: Annotated[
        str, typer.Option(help="Кто подписал: SELF, PARENT, GUARDIAN, REPRESENTATIVE.")
    ] = "SELF",
    kind: Annotated[str, typer.Option(help="SEPARATE, APPLICATION или CONTRACT.")] = "SEPARATE",
    ends: Day = None,
) -> None:
    """Записать согласие: отдельный документ на одну цель."""
    from hub.law.consents import DocumentKind, Paper, Relation, record_consent
    from hub.law.rules import ConsentPurpose
    from hub.seal import Sealer
    from hub.settings import Settings

    paper = Paper(
        purpose=choice(ConsentPurpose, purpose, "--purpose"),
        relation=choice(Relation, relation, "--relation"),
        document=document,
        kind=choice(DocumentKind, kind, "--kind"),
        signed_on=signed.date(),
        ends=ends.date() if ends else None,
    )
    sealer, number = Sealer.from_file(Settings().keys), number_of(person, "person")
    found = in_transaction(
        lambda session: record_consent(session, number, paper, actor=COMMAND, sealer=sealer),
        change="consent add",
    )
    print(f"consent-{found}")


@app.command("list")
def show(
    person: Annotated[str, typer.Argument(help="Чьи: person-…; без него все.")] = "",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать согласия, подписанные последними — первыми."""
    from hub.cli.asking import asked

    variables = {"person": person or None, "first": 100}
    found = asyncio.run(asked(CONSENTS, variables, name="Consents"))["consents"]["nodes"]
    rows = [{**one, "organisation": (one["organisation"] or {}).get("shortName")} for one in found]
    print_rows(rows, output, titles=TITLES)


@app.command()
def withdraw(
    consent: Annotated[str, typer.Argument(help="Номер согласия: consent-…")],
    on: Day = None,
    basis: Basis = "",
    until: Day = None,
) -> None:
    """Отозвать согласие; если обрабатывать больше не на чем, сведения блокируются."""
    from hub.law.consents import withdraw_consent

    number, day = number_of(consent, "consent"), on.date() if on else today()
    kept = keeping(basis, until)

    async def act(session: "WriteSession") -> UUID | None:
        return await withdraw_consent(session, number, on=day, actor=COMMAND, keeping=kept)

    request = in_transaction(act, change="consent withdraw")
    say("✓ Согласие отозвано.")
    if request is not None:
        print(f"request-{request}")


def keeping(basis: str, until: datetime | None) -> "Keeping | None":
    """Read by what the data are kept still, and until when."""
    from hub.law.requests import Keeping

    if bool(basis) is not bool(until):
        raise typer.BadParameter("Основание и его последний день называют вместе.")
    return Keeping(basis=basis.upper(), until=until.date()) if until else None


def number_of(text: str, prefix: str) -> UUID:
    """Read an id as the API writes it."""
    try:
        return UUID(text.removeprefix(f"{prefix}-"))
    except ValueError as error:
        raise typer.BadParameter(f"Номер выглядит как {prefix}-…") from error


def today() -> date:
    """Give the day by the region's clock."""
    from hub.settings import Settings

    return today_in(Settings().zone)
