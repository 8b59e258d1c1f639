"""Who asks, as a value of the statement."""

from schema.compiler.call import Call
from schema.compiler.request import Request
from schema.compiler.sql import Sql


def client_of(call: Call) -> Sql:
    """Return the placeholder of who asks."""
    return call.binds.add(_client, "uuid", key="client")


def _client(request: Request) -> object:
    return request.viewer.client_id
