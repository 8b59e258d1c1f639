"""What every node shares: the interface, and the enums that several types use."""

from enum import StrEnum

import strawberry

from schema.compiler import declare


@strawberry.interface(name="Node", description="Объект с постоянным идентификатором.")
class GlobalNode:
    """An object that `node(id)` finds."""

    id: strawberry.ID = strawberry.field(description="Непрозрачный идентификатор.")


@declare.choice(
    "Действует ли учреждение.",
    {
        "ACTIVE": "Действует.",
        "CLOSED": "Закрыто.",
    },
)
class Status(StrEnum):
    """Whether an organisation exists today."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
