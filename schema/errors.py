"""Errors as GraphQL answers them: a code, a Russian sentence, and never a value of the request."""

from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError


class ErrorCode(StrEnum):
    """The codes a client may rely on; docs/errors.md tells the remedy of each."""

    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    DOCUMENTS_ONLY = "DOCUMENTS_ONLY"
    DOCUMENT_UNKNOWN = "DOCUMENT_UNKNOWN"
    EXPORT_BUSY = "EXPORT_BUSY"
    EXPORT_NOT_A_LIST = "EXPORT_NOT_A_LIST"
    EXPORT_TOO_LARGE = "EXPORT_TOO_LARGE"
    EXPORT_UNKNOWN = "EXPORT_UNKNOWN"
    FORBIDDEN = "FORBIDDEN"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    INTERNAL = "INTERNAL"
    LISTENING_BUSY = "LISTENING_BUSY"
    MUTATION_NEEDS_POST = "MUTATION_NEEDS_POST"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    OPERATION_NAME_UNKNOWN = "OPERATION_NAME_UNKNOWN"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    PREFLIGHT_REQUIRED = "PREFLIGHT_REQUIRED"
    QUERY_TIMED_OUT = "QUERY_TIMED_OUT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    REQUEST_TOO_SLOW = "REQUEST_TOO_SLOW"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAVAILABLE = "UNAVAILABLE"
    UPLOAD_BUSY = "UPLOAD_BUSY"
    UPLOAD_TOO_HARD = "UPLOAD_TOO_HARD"
    UPLOAD_TOO_SLOW = "UPLOAD_TOO_SLOW"
    VALUE_MISSING = "VALUE_MISSING"


def failure(code: ErrorCode, message: str, **details: object) -> GraphQLError:
    """Make an error of the request with a code that a client can act on."""
    return GraphQLError(message, extensions={"code": code.value, **details})


def bad_input(message: str) -> GraphQLError:
    """Make the error of a value that cannot be taken."""
    return failure(ErrorCode.BAD_USER_INPUT, message)


class RequestRefused(Exception):  # noqa: N818 - a control signal to the HTTP edge, not a fault
    """A request is answered with errors before anything was executed.

    `malformed` means that it could not even be read as GraphQL; `retry_after_s` when to return.
    """

    def __init__(
        self,
        errors: Sequence[GraphQLError],
        *,
        status: int = 400,
        malformed: bool = False,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(status)
        self.errors = tuple(errors)
        self.status = status
        self.malformed = malformed
        self.retry_after_s = retry_after_s
