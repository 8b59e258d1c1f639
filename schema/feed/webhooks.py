"""Addresses that are told of changes, and what was sent to them, as their owner sees it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.feed.events import ChangeType
from schema.organisations.organisation import Organisation
from schema.scope.client import client_of
from schema.scope.watching import watches

PREFIX: Final = "webhook"


@declare.choice(
    "Отправляют ли на адрес.",
    {"ACTIVE": "Отправляют.", "DISABLED": "Выключен: причина в reason."},
)
class WebhookState(StrEnum):
    """Whether an address is told."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


@declare.choice(
    "Что с сообщением.",
    {
        "WAITING": "Ждёт отправки или повтора.",
        "DELIVERED": "Принято адресом.",
        "FAILED": "Попытки кончились: его отправит redrive.",
    },
)
class WebhookDeliveryState(StrEnum):
    """Where a message stands."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@declare.bound("Адрес, на который приходят уведомления об изменениях.")
class Webhook:
    """An address of a client."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    url: str = declare.column("Адрес.", "{t}.url")
    types: list[ChangeType] = declare.column("О чём.", "{t}.types")
    state: WebhookState = declare.column("Отправляют ли на него.", "{t}.state")
    reason: str = declare.column("Код причины; пустая строка, если включён.", "{t}.reason")
    failing_since: datetime | None = declare.column(
        "С какого времени не принимает.", "{t}.failing_since"
    )
    created_at: datetime = declare.column("Когда записан.", "{t}.created_at")
    waiting: int = declare.column(
        "Сколько сообщений ждёт.",
        "(select count(*) from webhook_delivery d"
        " where d.endpoint_id = {t}.id and d.state <> 'DELIVERED')",
    )
    organisation: Organisation | None = declare.one(
        "В чьей области видимости.",
        Rows(source="organisation {t}", where=("{t}.id = {p}.authority_id",)),
    )


@declare.bound("Сообщение на адрес: о ком, принято ли.")
class WebhookDelivery:
    """A message to an address."""

    key: strawberry.ID = declare.column("Номер: он же webhook-id.", "'msg_' || {t}.id")
    type: str = declare.column("Что случилось: person.upsert и другие.", "{t}.payload ->> 'type'")
    entity_id: strawberry.ID | None = declare.column("О ком.", "{t}.payload -> 'data' ->> 'id'")
    state: WebhookDeliveryState = declare.column("Что с ним.", "{t}.state")
    attempts: int = declare.column("Сколько раз отправляли.", "{t}.attempts")
    status: int | None = declare.column("Что адрес ответил в последний раз.", "{t}.status")
    error: str | None = declare.column("Код ошибки, если ответа не было.", "{t}.error")
    created_at: datetime = declare.column("Когда составлено.", "{t}.created_at")
    due_at: datetime = declare.column("Когда следующая попытка.", "{t}.due_at")
    delivered_at: datetime | None = declare.column("Когда принято.", "{t}.delivered_at")


STATE: Final = declare.argument("state", WebhookDeliveryState | None, "Что с ними.")
WEBHOOK: Final = declare.argument("webhook", strawberry.ID, "Идентификатор адреса.")


def _own(call: Call, alias: str) -> str:
    """Compose that an address is the viewer's own, or that the viewer watches over the hub."""
    return f"({alias}.client_id = {client_of(call)} or {watches(call)})"


def webhook_rows(call: Call) -> Rows:
    """Read one's own addresses, the oldest first."""
    return Rows(
        source="webhook_endpoint {t}",
        where=(_own(call, "{t}"),),
        order=(Key("{t}.created_at", "timestamptz"), Key("{t}.id", "uuid")),
    )


def delivery_rows(call: Call) -> Rows:
    """Read what was sent to one's own address, the last first."""
    key = call.bind(call.arguments["webhook"], "uuid", convert=key_of(PREFIX))
    where = [
        f"{{t}}.endpoint_id = {key}",
        f"exists (select from webhook_endpoint we where we.id = {key} and {_own(call, 'we')})",
    ]
    if call.arguments["state"].given:
        where.append(f"{{t}}.state = {call.bind(call.arguments['state'], 'text')}")
    return Rows(
        source="webhook_delivery {t}",
        where=tuple(where),
        order=(Key("{t}.id", "bigint"),),
        descending=True,
    )
