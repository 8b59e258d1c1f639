"""The hub as a subgraph of Federation 2: what a gateway asks, and the SDL it composes.

The two root fields of the specification are compiled like any other. Clients are not shown them:
`schema.graphql` holds what is ours.
"""

from typing import Annotated, Final

import strawberry
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    print_type,
)
from strawberry.federation.schema import FederationAny
from strawberry.types.scalar import ScalarDefinition, ScalarWrapper

from schema.compiler.entities import representation
from schema.mentoring.mentorship import Mentorship, Programme
from schema.organisations.organisation import Organisation
from schema.people.person import Person

FEDERATION_VERSION: Final = "2.9"  # some composers refuse a later one
Entity = Annotated[
    Organisation | Person | Mentorship | Programme,
    strawberry.union(name="_Entity", description="Объект, который другая служба называет ключом."),
]
FEDERATION_SCALARS: dict[object, type | ScalarWrapper | ScalarDefinition] = {
    FederationAny: strawberry.scalar(
        name="_Any",
        description="Чем назван объект: __typename и поля одного из ключей его типа.",
        parse_value=representation,
    ),
}


def printed_for_clients(schema: GraphQLSchema) -> str:
    """Print a schema in alphabetical order without what only gateways ask."""
    kinds = lexicographic_sort_schema(schema).type_map.values()
    return "\n\n".join(print_type(_shown(kind)) for kind in kinds if _is_ours(kind)) + "\n"


def _is_ours(kind: GraphQLNamedType) -> bool:
    is_federal = kind.name.startswith(("_", "link__"))
    return not (is_federal or is_introspection_type(kind) or is_specified_scalar_type(kind))


def _shown(kind: GraphQLNamedType) -> GraphQLNamedType:
    if not isinstance(kind, GraphQLObjectType):
        return kind
    fields = {name: field for name, field in kind.fields.items() if not name.startswith("_")}
    return GraphQLObjectType(
        kind.name, fields, interfaces=kind.interfaces, description=kind.description
    )
