"""What others say a GraphQL server must do, part by part; each part gives what it found wrong."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schema.root import COMMITTED, print_subgraph
from tests.conformance import explorer
from tests.conformance.tools import HERE, Json, last_line, printed, run, said_by, told
from tests.door.keys import Keys

AUDITS: Final = 61
QUERIES: Final = COMMITTED.parent / "static" / "queries"
TSC: Final = (
    "--strict --noEmit --skipLibCheck --target es2022 --module nodenext --moduleResolution nodenext"
)
FUZZ: Final = (
    "--checks not_a_server_error --phases fuzzing --max-examples 25 --max-time 90 --no-color"
    " --generation-deterministic --suppress-health-check all --warnings off"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who is asked, and with what: a served hub, its viewers' keys, and the tools."""

    url: str
    keys: Keys
    tools: Path
    python: Path | None = None

    @property
    def key(self) -> str:
        return self.keys.north

    @property
    def endpoint(self) -> str:
        return f"{self.url}/graphql"

    def node(self, *words: str) -> Json:
        """Run a script of ours and read what it prints."""
        return printed(["node", *words], self.tools)

    def bin(self, name: str) -> str:
        return str(self.tools / "node_modules" / ".bin" / name)


def linted(asked: Asked) -> Sequence[str]:
    """Ask both linters of the schema that clients see."""
    schema = shutil.copy(COMMITTED, asked.tools / "schema.graphql")
    command = [asked.bin("graphql-schema-linter"), "--format", "json", str(schema)]
    found: Json = printed(command, asked.tools)["errors"]
    problems = [f"graphql-schema-linter {each['rule']}: {each['message']}" for each in found]
    linted_files = printed([asked.bin("eslint"), "--format", "json", "schema.graphql"], asked.tools)
    messages = [each for file in linted_files for each in file["messages"]]
    problems += [f"graphql-eslint {each['ruleId']}: {each['message']}" for each in messages]
    told(f"linters: {len(problems)} problems; graphql-schema-linter, graphql-eslint with Relay")
    return problems


def audited(asked: Asked) -> Sequence[str]:
    """Tell which audits of graphql-http the hub does not pass."""
    results: Json = asked.node("audit.mjs", asked.endpoint, asked.key)
    failed = [each for each in results if each["status"] != "ok"]
    told(f"graphql-http: {len(results) - len(failed)} of {len(results)} audits passed")
    fewer = [f"graphql-http asked less than {AUDITS}"] if len(results) < AUDITS else []
    return [*fewer, *(f"{each['id']} {each['name']}: {each['reason']}" for each in failed)]


def composed(asked: Asked) -> Sequence[str]:
    """Compose the subgraph with another one."""
    subgraph = asked.tools / "subgraph.graphql"
    subgraph.write_text(print_subgraph(), encoding="utf-8")
    problems: Sequence[str] = asked.node("compose.mjs", subgraph.name)
    told(f"composition by Apollo and by the Guild: {len(problems)} problems")
    return problems


def looked_at(asked: Asked) -> Sequence[str]:
    """Use the explorer in a browser as its three viewers do."""
    problems = explorer.looked_at(asked.url, lambda who: str(getattr(asked.keys, who)))
    told(f"explorer in chromium: {len(problems)} problems, three ready queries run")
    return [f"explorer: {problem}" for problem in problems]


def joined(asked: Asked) -> Sequence[str]:
    """Ask the hub through gateways."""
    problems: Sequence[str] = asked.node("gateways.mjs", asked.url, asked.key)
    told(f"@apollo/gateway and Hive gateway before the hub: {len(problems)} problems")
    return problems


def generated(asked: Asked) -> Sequence[str]:
    """Generate clients, compile one and let the other ask."""
    shutil.copy(COMMITTED, asked.tools / "schema.graphql")
    shutil.copytree(QUERIES, asked.tools / "documents")
    problems = [*_typescript(asked), *_python(asked)]
    told(f"clients by graphql-codegen and ariadne-codegen: {len(problems)} problems")
    return problems


def _typescript(asked: Asked) -> Sequence[str]:
    config = ["--config", "codegen.config.mjs"]
    made = run([asked.bin("graphql-codegen"), *config], asked.tools)
    files = [str(path) for path in sorted(asked.tools.glob("generated/*.ts"))]
    compiled = run([asked.bin("tsc"), *TSC.split(), *files], asked.tools)
    return [*said_by("graphql-codegen", made), *said_by("tsc", compiled)]


def _python(asked: Asked) -> Sequence[str]:
    python = _python_of(asked)
    config = ["--config", str(HERE / "pyproject-client.toml")]
    made = run([str(python / "ariadne-codegen"), *config], asked.tools)
    if problems := said_by("ariadne-codegen", made):
        return problems
    script = shutil.copy(HERE / "call.py", asked.tools)
    called = run([str(python / "python"), str(script), asked.endpoint, asked.key], asked.tools)
    if called.returncode:
        return [f"the Python client failed: {last_line(called.stderr)}"]
    answer: Mapping[str, Json] = json.loads(called.stdout)
    is_whole = answer["mentors"] > 0 and len(answer["people"]) == min(3, answer["total"])
    return [] if is_whole else [f"the Python client was answered {called.stdout}"]


def fuzzed(asked: Asked) -> Sequence[str]:
    """Let schemathesis look for requests that are answered with a fault of the server."""
    shutil.copy(HERE / "fuzz_hooks.py", asked.tools)
    tool = str(_python_of(asked) / "schemathesis")
    header = ["-H", f"Authorization: Bearer {asked.key}"]
    more = {"SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": str(asked.tools)}
    done = run([tool, "run", asked.endpoint, *header, *FUZZ.split()], asked.tools, more)
    cases = next((line.strip() for line in done.stdout.splitlines() if "generated," in line), "")
    told(f"schemathesis: {cases or 'no case'}")
    if done.returncode or not cases:
        return [f"schemathesis: {line}" for line in done.stdout.splitlines()[-40:] if line.strip()]
    return []


def _python_of(asked: Asked) -> Path:
    if asked.python is None:
        raise RuntimeError("the tools of Python are not installed")
    return asked.python
