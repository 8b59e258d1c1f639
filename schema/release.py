"""`python -m schema.release`: keep the schema of a release, which later ones are compared with."""

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from graphql import GraphQLSchema, build_schema
from graphql.utilities import find_breaking_changes

from hub.settings import CHECKOUT
from schema.root import print_schema

RELEASED: Final = Path(__file__).with_name("released.graphql")


def version() -> str:
    """Return the version that is in work."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def released() -> GraphQLSchema:
    """Build the schema of the last release."""
    return build_schema(RELEASED.read_text(encoding="utf-8"))


def breaking(earlier: GraphQLSchema, later: GraphQLSchema) -> Sequence[str]:
    """Tell what of the earlier schema's clients the later one breaks, a line each."""
    return [change.description for change in find_breaking_changes(earlier, later)]


if __name__ == "__main__":
    RELEASED.write_text(f"# {version()}\n{print_schema()}", encoding="utf-8")
    sys.stdout.write(f"{RELEASED.name} {version()}\n")
