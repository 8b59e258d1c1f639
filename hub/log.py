"""Structured logs on stderr that cannot carry personal data.

Three nets, because one forgotten argument must not reach a disk: fields that name personal data
are dropped by name, numbers and addresses that look like identifiers are blotted out of every
remaining string, and an exception is logged as its type and frames, never as its text (drivers
put the offending row into their messages). Records of other libraries pass the same nets.
"""

import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Final, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from hub.errors import HubError

PERSONAL_FIELDS = frozenset(
    {
        "birth_date",
        "birth_year",
        "contact",
        "contacts",
        "email",
        "emails",
        "facts",
        "fio",
        "first_name",
        "full_name",
        "last_name",
        "middle_name",
        "payload",
        "person_name",
        "phone",
        "phones",
        "previous_last_name",
        "query",
        "row",
        "snils",
        "variables",
    }
)
# Ten digits or more with the usual separators: a СНИЛС, a phone, a passport, an ИНН. Ids of ours
# are UUIDs or short numbers; a date with a time is let through.
_NUMBER = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d[ T])\+?(?:\d[() -]{0,2}){9,}\d(?![\w-])")
# Looked for only where there is an at sign: without one it tries every place of a text to its end.
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
# What every such number holds. It is looked for first, since it begins with a digit and most texts
# have none: the full pattern has to look at each place of a text.
_DIGITS = re.compile(r"(?:\d[() -]{0,2}){9,}\d")
_BLOT = "***"
# One for all lines: `json.dumps` would make an encoder for each.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)
_PLAIN = frozenset({int, float, bool, type(None)})  # what cannot hold a text

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class _StandardError(io.TextIOBase):
    """The stderr of the moment: whoever captures a command's output puts another in its place."""

    def write(self, text: str, /) -> int:
        """Write to whatever is stderr now."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush whatever is stderr now."""
        sys.stderr.flush()


STDERR: Final = cast("TextIO", _StandardError())  # it has what a log writes to


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send every log record of the process to stderr, as JSON lines or for a reader's eyes.

    Until this is called structlog writes to stdout, where only data belong: every process calls it.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.MaybeTimeStamper(fmt="iso", utc=True),
        reduce_exception,
        drop_personal,
    ]
    renderer: Processor = (
        _as_json if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    # Our own records are written here and now; those of other libraries come through `logging`.
    # One way for both would build and format each record twice: half the cost of a short answer.
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(STDERR),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(STDERR)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def reduce_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its type, its code and its frames."""
    info = event.pop("exc_info", None)
    error = _error_of(info)
    if error is not None:
        event["error"] = type(error).__qualname__
        event["error_code"] = error.reason if isinstance(error, HubError) else "internal"
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-8:]
        ]
    return event


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return _ENCODER.encode(event)


def _error_of(info: object) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return cast("_ExcInfo", info)[1]  # the shape of sys.exc_info()
    return sys.exc_info()[1] if info else None


def drop_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop personal fields at any depth and blot out what looks like an identifier."""
    return {
        key: value if type(value) in _PLAIN else _clean(value)
        for key, value in event.items()
        if not _is_personal(key)
    }


@lru_cache(maxsize=1_024)  # the same few names in every line
def _is_personal(key: object) -> bool:
    return isinstance(key, str) and key.casefold() in PERSONAL_FIELDS


def blotted(text: str) -> str:
    """Blot out what looks like an identifier of a person."""
    text = _EMAIL.sub(_BLOT, text) if "@" in text else text
    return _NUMBER.sub(_BLOT, text) if _DIGITS.search(text) else text


def _clean(value: object) -> object:
    if isinstance(value, str):
        return blotted(value)
    match value:
        case Mapping():
            return {key: _clean(item) for key, item in value.items() if not _is_personal(key)}
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case _:
            return value
