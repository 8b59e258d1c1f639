"""What everybody may read: the root fields that a public viewer asks, and no others."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from schema.compiler.plan import Selected
from schema.compiler.request import ViewerShape
from schema.errors import ErrorCode, RequestRefused, failure

OPENED: Final = frozenset({"publications", "rateLimit", "viewer"})


def refuse_unopened(viewer: ViewerShape, roots: Iterable[Selected]) -> None:
    """Refuse a public viewer whatever is not opened; a new root field is closed to them."""
    if viewer.public and any(root.name not in OPENED for root in roots):
        message = "Открытым данным доступны только опубликованные таблицы: publications."
        error = failure(ErrorCode.FORBIDDEN, message, reason="access.public")
        raise RequestRefused([error], status=HTTPStatus.FORBIDDEN)
