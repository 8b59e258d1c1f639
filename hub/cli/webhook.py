"""`webhook`: addresses that are told of changes, what was sent to them, and driving it again."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from hub.cli.consent import number_of
from hub.cli.granting import in_transaction
from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import Exit, say

if TYPE_CHECKING:
    from hub.database import WriteSession

Json = Any  # a decoded answer
ENDPOINTS: Final = """query Webhooks($first: Int) { webhooks(first: $first) { nodes {
  id url types state reason failingSince createdAt waiting } } }"""
DELIVERIES: Final = """query Deliveries($webhook: ID!, $first: Int, $state: WebhookDeliveryState) {
  webhookDeliveries(webhook: $webhook, first: $first, state: $state) { nodes {
    key type entityId state attempts status error createdAt dueAt deliveredAt } } }"""
TITLES: Final = {
    "id": "Номер",
    "url": "Адрес",
    "types": "О чём",
    "state": "Состояние",
    "reason": "Почему",
    "waiting": "Ждут",
    "failingSince": "Не отвечает с",
}
SENT: Final = {
    "key": "№",
    "type": "Что",
    "entityId": "О ком",
    "state": "Состояние",
    "attempts": "Попыток",
    "status": "Ответ",
    "error": "Ошибка",
    "dueAt": "Следующая",
    "deliveredAt": "Доставлено",
}
Endpoint = Annotated[str, typer.Argument(help="Номер адреса: webhook-…")]
app = typer.Typer(
    help="Уведомления об изменениях на адрес клиента.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def add(
    client: Annotated[UUID, typer.Argument(help="Номер клиента из user list.")],
    url: Annotated[str, typer.Argument(help="Адрес: https://…")],
    kind: Annotated[
        list[str] | None, typer.Option("--type", help="PERSON, MENTORSHIP; без него обо всём.")
    ] = None,
) -> None:
    """Записать адрес; секрет для проверки подписи печатается один раз."""
    from hub.seal import Sealer
    from hub.settings import Settings
    from hub.webhooks.endpoints import add_endpoint

    settings = Settings()
    sealer = Sealer.from_file(settings.keys)
    endpoint, secret = in_transaction(
        lambda session: add_endpoint(
            session,
            client,
            url,
            types=[one.upper() for one in kind or ()],
            sealer=sealer,
            today=today_in(settings.zone),
            inward=settings.webhook_inward,
        ),
        change=f"webhook add {client}",
    )
    print(f"webhook-{endpoint}")
    print(secret)
    say("Сохраните секрет сейчас: хаб хранит его запечатанным и больше не покажет.")


@app.command("list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать адреса и сколько сообщений им ждёт."""
    found = _ask(ENDPOINTS, {"first": 100}, "Webhooks")["webhooks"]["nodes"]
    print_rows(found, output, titles=TITLES)


@app.command()
def deliveries(
    endpoint: Endpoint,
    state: Annotated[str, typer.Option(help="WAITING, DELIVERED или FAILED.")] = "",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать, что отправлено адресу, последнее первым."""
    variables = {"webhook": endpoint, "first": 100, "state": state.upper() or None}
    found = _ask(DELIVERIES, variables, "Deliveries")["webhookDeliveries"]["nodes"]
    print_rows(found, output, titles=SENT)


@app.command()
def test(endpoint: Endpoint) -> None:
    """Отправить пробное сообщение, которое ни о ком не говорит."""
    from hub.seal import Sealer
    from hub.settings import Settings
    from hub.webhooks.endpoints import UnknownEndpointError
    from hub.webhooks.telling import try_out

    settings, number = Settings(), number_of(endpoint, "webhook")

    async def read(session: "WriteSession") -> tuple[str, bytes] | None:
        row = await session.raw.fetchrow(
            "select url, secret_sealed from webhook_endpoint where id = $1", number
        )
        return None if row is None else (row["url"], row["secret_sealed"])

    found = in_transaction(read)
    if found is None:
        raise UnknownEndpointError
    url, sealed = found
    secret = Sealer.from_file(settings.keys).open(sealed)
    answered = asyncio.run(try_out(url, secret, inward=settings.webhook_inward))
    say(f"Ответ: {answered.status or answered.error}.")
    if not answered.is_taken:
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def redrive(endpoint: Endpoint) -> None:
    """Снова включить адрес и отправить всё, чего он не принял."""
    from hub.webhooks import endpoints

    number = number_of(endpoint, "webhook")
    waiting = in_transaction(
        lambda session: endpoints.redrive(session, number), change=f"webhook redrive {number}"
    )
    say(f"✓ Адрес включён, ждут отправки: {waiting}.")


@app.command()
def remove(endpoint: Endpoint) -> None:
    """Забыть адрес и всё, что ему ждёт."""
    from hub.webhooks import endpoints

    number = number_of(endpoint, "webhook")
    in_transaction(
        lambda session: endpoints.remove_endpoint(session, number),
        change=f"webhook remove {number}",
    )
    say("✓ Адрес забыт.")


def _ask(document: str, variables: Mapping[str, object], name: str) -> Json:
    from hub.cli.asking import asked

    return asyncio.run(asked(document, variables, name=name))
