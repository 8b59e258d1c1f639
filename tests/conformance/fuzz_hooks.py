"""What schemathesis draws, less what is always refused: cursors of nobody, two sizes of one page."""

import schemathesis
from graphql import ArgumentNode, DocumentNode, FieldNode, Visitor, print_ast, visit

CURSORS = frozenset({"after", "before"})


class Pages(Visitor):
    """Leaves a page one size and no cursor."""

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode:
        kept = [each for each in node.arguments or () if each.name.value not in CURSORS]
        return FieldNode(
            **{name: getattr(node, name) for name in node.keys if name != "arguments"},
            arguments=tuple(_one_size(kept)),
        )


def _one_size(given: list[ArgumentNode]) -> list[ArgumentNode]:
    has_first = any(each.name.value == "first" for each in given)
    return [each for each in given if not (has_first and each.name.value == "last")]


@schemathesis.hook  # type: ignore[untyped-decorator]  # the checker's environment has no schemathesis
def map_body(_: object, body: DocumentNode) -> DocumentNode:
    """Take the cursors out of every other document."""
    return visit(body, Pages()) if len(print_ast(body)) % 2 else body
