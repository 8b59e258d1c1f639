"""The schema: its roots and scalars put together, and the text committed as schema.graphql."""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import strawberry
from graphql import GraphQLSchema
from strawberry import federation
from strawberry.printer import print_schema as print_sdl
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from schema.compiler import declare
from schema.compiler.call import Call
from schema.federation import (
    FEDERATION_SCALARS,
    FEDERATION_VERSION,
    Entity,
    printed_for_clients,
)
from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription

COMMITTED = Path(__file__).with_name("schema.graphql")


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


SCALARS: Mapping[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="День: 2026-09-01.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=date.fromisoformat,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="Мгновение с часовым поясом: 2026-09-01T08:00:00+00:00.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=datetime.isoformat,
        parse_value=_instant,
    ),
}


def _sdl(call: Call) -> str:
    return call.value(print_subgraph(), "text")


@declare.bound("Служба федеративного графа.", name="_Service")
class Service:
    """What a gateway composes its graph of."""

    sdl: str = declare.column("Схема этой службы с её ключами.", _sdl)


@declare.bound("Чтение.", name="Query")
class SubgraphQuery(Query):
    """The root fields with those that gateways ask."""

    entities: list[Entity | None] = declare.entities(
        "Объекты по ключам, для шлюза федеративного графа; на месте ненайденного — null."
    )
    service: Service = declare.inline("Эта служба, для шлюза федеративного графа.", name="_service")


def build_schema() -> strawberry.Schema:
    """Build the schema that operations are validated and compiled against."""
    return _schema(sort=False)


def print_schema() -> str:
    """Print the schema in alphabetical order, as clients see it and as it is committed."""
    return printed_for_clients(_core(build_schema()))


@cache
def print_subgraph() -> str:
    """Print the schema as gateways compose it: with keys, and with what they ask."""
    # Sorting rebuilds the enums without their Python members, which plans are cached by.
    return f"{print_sdl(_schema(sort=True))}\n"


def _core(schema: strawberry.Schema) -> GraphQLSchema:
    return schema._schema  # noqa: SLF001 - Strawberry gives its graphql-core schema no public name


def _schema(*, sort: bool) -> strawberry.Schema:
    return federation.Schema(
        query=SubgraphQuery,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=True, sort_schema=sort
        ),
        scalar_overrides=FEDERATION_SCALARS,
        federation_version=FEDERATION_VERSION,
    )


if __name__ == "__main__":
    COMMITTED.write_text(print_schema(), encoding="utf-8")
    sys.stdout.write(f"{COMMITTED.name}\n")
