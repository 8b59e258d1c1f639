"""What a command tells a person, and what its exit code tells a script."""

import sys
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    FINDINGS = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNREACHABLE = 6
    INTERRUPTED = 130


def say(text: str) -> None:
    """Print a message for a person on stderr; stdout is for data."""
    print(text, file=sys.stderr, flush=True)
