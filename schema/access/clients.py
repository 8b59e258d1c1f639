"""Clients, what they are granted and the keys they hold, as the operator sees them; never a secret."""

from datetime import date, datetime
from typing import Final

import strawberry

from hub.access import ClientKind, Permit
from schema.access.viewer import Purpose, Role
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.request import Request
from schema.organisations.organisation import Organisation

PREFIX: Final = "client"
declare.choice("Кто спрашивает.", {"PERSON": "Человек.", "SYSTEM": "Система."}, name="ClientKind")(
    ClientKind
)
declare.choice(
    "На что годен ключ.",
    {
        "READ": "Читать.",
        "EXPORT": "Выгружать файлы.",
        "SUBMIT": "Подавать файлы и записи.",
        "MANAGE": "Управлять доступом.",
    },
    name="Permit",
)(Permit)


@declare.bound("Основание доступа: роль в пределах учреждения и его подведомственных, по датам.")
class ClientGrant:
    """What a client is granted."""

    key: strawberry.ID = declare.column("Номер.", "{t}.id::text")
    role: Role = declare.column("Роль.", "{t}.role")
    purposes: list[Purpose] = declare.column("Что видно без маски.", "{t}.purposes")
    starts: date | None = declare.column(
        "С какого дня; null — всегда.", "nullif({t}.starts, '-infinity')"
    )
    ends: date | None = declare.column(
        "До какого дня, не включая его; null — бессрочно.", "nullif({t}.ends, 'infinity')"
    )
    organisation: Organisation | None = declare.one(
        "В пределах какого учреждения.",
        Rows(source="organisation {t}", where=("{t}.id = {p}.organisation_id",)),
    )


@declare.bound("Ключ доступа; секрета в нём нет: он показан один раз.")
class ClientKey:
    """A key of a client."""

    key: strawberry.ID = declare.column("Номер: третья часть ключа.", "{t}.id")
    permits: list[Permit] = declare.column("На что годен.", "{t}.permits")
    created_at: datetime = declare.column("Когда выдан.", "{t}.created_at")
    expires_at: datetime | None = declare.column("До какого времени.", "{t}.expires_at")
    revoked_at: datetime | None = declare.column("Когда отозван.", "{t}.revoked_at")
    last_used_at: datetime | None = declare.column("Когда им входили.", "{t}.last_used_at")
    succeeds: str | None = declare.column("Вместо какого ключа.", "{t}.succeeds")


@declare.bound("Клиент: человек или система, которая спрашивает.")
class Client:
    """A client."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    name: str = declare.column("Должность или название системы.", "{t}.name")
    kind: ClientKind = declare.column("Кто это.", "{t}.kind")
    created_at: datetime = declare.column("Когда заведён.", "{t}.created_at")
    blocked_at: datetime | None = declare.column("Когда приостановлен.", "{t}.blocked_at")
    grants: list[ClientGrant] = declare.many(
        "Что ему дано.",
        Rows(
            source="access_grant {t}",
            where=("{t}.client_id = {p}.id",),
            order=(Key("{t}.id", "bigint"),),
        ),
    )
    keys: list[ClientKey] = declare.many(
        "Его ключи.",
        Rows(
            source="credential {t}",
            where=("{t}.client_id = {p}.id",),
            order=(Key("{t}.created_at", "timestamptz"), Key("{t}.id", "text")),
        ),
    )


def client_rows(call: Call) -> Rows:
    """Read every client, the oldest first; who keeps no access gets an empty list."""
    return Rows(
        source="client {t}",
        where=(keeps(call),),
        order=(Key("{t}.created_at", "timestamptz"), Key("{t}.id", "uuid")),
    )


def keeps(call: Call) -> str:
    """Compose that the viewer keeps access: an operator whose key is good for it."""
    return call.binds.add(_is_keeper, "boolean", key="keeps")


def _is_keeper(request: Request) -> bool:
    viewer = request.viewer
    return viewer.role is Role.OPERATOR and Permit.MANAGE in viewer.permits
