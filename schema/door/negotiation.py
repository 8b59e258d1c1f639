"""Which media type a client takes: the two of GraphQL over HTTP, or a page for a browser."""

from collections.abc import Mapping

from starlette.requests import Request

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
_ANSWERS: Mapping[str, str] = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    "application/*": GRAPHQL_RESPONSE,
    "*/*": JSON,
}


def negotiate(accept: str) -> str | None:
    """Return the media type of the answer, or nothing when the client takes neither."""
    if not accept.strip():
        return JSON
    best, best_quality = None, 0.0
    for media, quality in map(_range, accept.split(",")):
        answer = _ANSWERS.get(media)
        if answer is not None and quality > best_quality:
            best, best_quality = answer, quality
    return best


def wants_page(request: Request) -> bool:
    """Tell a browser that opens the address from a client that asks with GET."""
    return (
        request.method == "GET"
        and not {"query", "documentId"} & set(request.query_params)
        and "text/html" in request.headers.get("Accept", "")
    )


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            return media, _quality(parameter[2:])
    return media, 1.0


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
