"""`python -m tests.conformance`: what others say a GraphQL server must do, asked of a served hub.

Without arguments the quick parts; `--all` asks the slow ones as well, which install several hundred
packages and generate, compile and fuzz for minutes. Parts can be named.

Exit code 0: all held; 1: something did not; 77: nothing was asked, and the reason is printed.
"""

import logging
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from hub import log
from hub.embedded import SOCKETS
from tests.conformance import parts
from tests.conformance.serving import served
from tests.conformance.tools import NotAskedError, install_node, install_python, told

HELD, BROKEN, NOT_ASKED = 0, 1, 77
Part = Callable[[parts.Asked], Sequence[str]]
QUICK: Final[Mapping[str, Part]] = {
    "lint": parts.linted,
    "http": parts.audited,
    "composition": parts.composed,
    "explorer": parts.looked_at,
}
SLOW: Final[Mapping[str, Part]] = {
    "gateways": parts.joined,
    "clients": parts.generated,
    "fuzz": parts.fuzzed,
}
IN_PYTHON: Final = frozenset({"clients", "fuzz"})


def main() -> int:
    """Ask what is wanted and give the exit code."""
    log.configure(as_json=False, level=logging.WARNING)
    wanted = chosen(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="hub-conformance-", dir=SOCKETS) as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the server's account must pass through
        try:
            problems = asked(folder, wanted)
        except NotAskedError as reason:
            told(f"CONFORMANCE WAS NOT CHECKED: {reason}")
            return NOT_ASKED
    for problem in problems:
        told(problem)
    told(f"conformance ({', '.join(wanted)}): {len(problems)} problems")
    return BROKEN if problems else HELD


def chosen(words: Sequence[str]) -> Mapping[str, Part]:
    """Read which parts are wanted."""
    parser = ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    every = {**QUICK, **SLOW}
    parser.add_argument("part", nargs="*", help=f"only these of {', '.join(every)}")
    parser.add_argument("--all", action="store_true", help="the slow parts as well")
    given = parser.parse_args(words)
    if unknown := {*given.part} - {*every}:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    default = every if given.all else QUICK
    return {name: every[name] for name in given.part} if given.part else default


def asked(folder: Path, wanted: Mapping[str, Part]) -> Sequence[str]:
    """Install, serve and ask each part; raises NotAskedError where the tools cannot be had."""
    tools = install_node(folder, slow=bool({*wanted} & {*SLOW}))
    python = install_python(folder) if {*wanted} & IN_PYTHON else None
    problems: list[str] = []
    with served(folder) as (url, keys):
        hub = parts.Asked(url=url, keys=keys, tools=tools, python=python)
        for name, part in wanted.items():
            started = time.monotonic()
            problems += answered(name, part, hub)
            told(f"  {name}: {time.monotonic() - started:.0f} s")
    return problems


def answered(name: str, part: Part, hub: parts.Asked) -> Sequence[str]:
    """Ask one part; what it needs and this machine lacks is said, and is no problem of the hub."""
    try:
        return part(hub)
    except NotAskedError as reason:
        told(f"{name.upper()} WAS NOT CHECKED: {reason}")
        return []


if __name__ == "__main__":
    sys.exit(main())
