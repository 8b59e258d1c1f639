"""Introspection: the part of an operation that asks about the schema itself runs in graphql-core.

No field of ours has a resolver, so nothing about people can be reached on this path.
"""

from collections.abc import Mapping, Sequence

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from schema.compiler.arguments import Value
from schema.compiler.plan import Selected
from schema.errors import RequestRefused


def asks_schema(root: Selected) -> bool:
    """Tell a root field about the schema (`__schema`, `__type`, `__typename`) from one of data."""
    return root.name.startswith("__")


def introspect(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    roots: Sequence[Selected],
    variables: Mapping[str, Value],
) -> Mapping[str, Value]:
    """Execute these root fields alone; raises RequestRefused if they fail."""
    asked = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(
            selections=tuple(node for root in roots for node in root.nodes)
        ),
    )
    fragments = [part for part in document.definitions if isinstance(part, FragmentDefinitionNode)]
    whole = DocumentNode(definitions=(asked, *fragments))
    result = execute_sync(schema, whole, variable_values=dict(variables))
    if result.errors or result.data is None:
        raise RequestRefused(result.errors or ())
    return result.data
