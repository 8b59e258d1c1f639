"""The edge of a command: errors become a message, a code and an exit code, never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import ConflictError, DatabaseError, HubError
from hub.terminal import Exit, say


def exit_code(error: HubError) -> Exit:
    """Say which exit code stands for an error."""
    if error.reason.endswith(("not_found", "unknown")):
        return Exit.NOT_FOUND
    if isinstance(error, ConflictError):
        return Exit.CONFLICT
    if isinstance(error, DatabaseError):
        return Exit.UNREACHABLE
    return Exit.FAILURE


@contextmanager
def edge() -> Iterator[None]:
    """Run a command line; report what it raises on stderr and exit accordingly.

    An error that is none of ours is logged by type and frames: its text may quote a row. Usage
    errors and interruption are the command line library's: it exits with 2 and 130.
    """
    try:
        yield
    except HubError as error:
        say(f"✗ {error.message}\n  код {error.reason}, что это значит: docs/errors.md")
        sys.exit(exit_code(error))
    except Exception:  # noqa: BLE001 - the edge of a command: logged by type, never shown raw
        _report_fault()
        sys.exit(Exit.FAILURE)


def _report_fault() -> None:
    import structlog

    structlog.get_logger().exception("command.failed")
    say("✗ Внутренняя ошибка хаба: строки выше нужны разработчикам, личных данных в них нет.")
