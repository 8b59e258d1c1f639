"""What the audit holds: one event as a value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from structlog.contextvars import get_contextvars

from hub.access import Viewer
from hub.log import blotted


class Action(StrEnum):
    """What somebody did or was refused."""

    READ = "READ"
    DENIED = "DENIED"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"
    CHANGE = "CHANGE"


class Entity(StrEnum):
    """What the ids of an event name."""

    NONE = ""
    PERSON = "PERSON"
    UPLOAD = "UPLOAD"
    CLIENT = "CLIENT"
    MENTORSHIP = "MENTORSHIP"
    CONSENT = "CONSENT"
    REQUEST = "REQUEST"
    QUESTION = "QUESTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done: by whom, in which role and scope, and to whom."""

    at: datetime
    action: Action
    operation: str
    client_id: UUID | None = None
    credential: str = ""
    role: str = ""
    scope_id: UUID | None = None
    purposes: tuple[str, ...] = ()
    entity: Entity = Entity.NONE
    entity_ids: tuple[UUID, ...] = ()
    field_classes: tuple[str, ...] = ()
    reason: str = ""
    row_count: int | None = None
    correlation: str = ""


def by_viewer(  # noqa: PLR0913 - what is told of an event
    viewer: Viewer,
    action: Action,
    operation: str,
    *,
    entity: Entity = Entity.NONE,
    entity_ids: Iterable[UUID] = (),
    field_classes: Iterable[str] = (),
    reason: str = "",
    row_count: int | None = None,
) -> Event:
    """Make the event of what a viewer does now."""
    return Event(
        at=datetime.now(UTC),
        action=action,
        operation=operation,
        client_id=viewer.client_id,
        credential=viewer.credential,
        role=viewer.role,
        scope_id=viewer.authority_id,
        purposes=tuple(sorted(viewer.purposes)),
        entity=entity,
        entity_ids=tuple(sorted(entity_ids)),
        field_classes=tuple(sorted(field_classes)),
        reason=reason,
        row_count=row_count,
        correlation=correlation(),
    )


def by_nobody(operation: str, *, credential: str, reason: str) -> Event:
    """Make the event of a credential that was refused."""
    return Event(
        at=datetime.now(UTC),
        action=Action.DENIED,
        operation=operation,
        credential=credential,
        reason=reason,
        correlation=correlation(),
    )


def by_command(operation: str) -> Event:
    """Make the event of a command that changed who may do what."""
    return Event(at=datetime.now(UTC), action=Action.CHANGE, operation=operation, credential="cli")


def correlation() -> str:
    """Return the number of the request; one that a client chose may not carry anything personal."""
    return blotted(str(get_contextvars().get("correlation_id", "")))
