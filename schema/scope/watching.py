"""What those who run the hub and the regional centre watch over: who they are, counts by name."""

from hub.access import Role
from schema.compiler import declare
from schema.compiler.call import Call
from schema.compiler.request import Request

WATCHERS = frozenset({Role.OPERATOR, Role.REGIONAL_CENTRE})


@declare.bound("Сколько чего.")
class NamedCount:
    """A count by its name."""

    name: str = declare.column("Что сосчитано.", "{t}.key")
    count: int = declare.column("Сколько.", "{t}.value::bigint")


def watches(call: Call) -> str:
    """Compose that the viewer watches over the hub; anybody else gets an empty list."""
    return call.binds.add(_is_watcher, "boolean", key="watches")


def _is_watcher(request: Request) -> bool:
    return request.viewer.role in WATCHERS
