"""The short way: what is posted to one address goes to its endpoint past the router.

A known document is answered in less time than a router needs to look for whom to ask. Everything
else goes the usual way, on which the same endpoint stands as a route.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """A layer under the edge, so that what it passes on is numbered and logged like the rest."""

    def __init__(self, app: ASGIApp, *, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the endpoint or to everything else."""
        is_ours = (
            scope["type"] == "http" and scope["path"] == self._path and scope["method"] == "POST"
        )
        await (self._endpoint if is_ours else self._app)(scope, receive, send)
