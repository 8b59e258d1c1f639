"""What changes from request to request while the plan stays: the values behind the parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from graphql import GraphQLError

from hub.access import Purpose, Viewer
from schema.compiler.arguments import Variables
from schema.compiler.cursors import CursorKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The values of one execution of a plan; `left` is what actions left, by response key."""

    variables: Variables
    viewer: Viewer
    today: date
    cursors: CursorKey
    left: Mapping[str, str] = field(default_factory=dict)


# What is wrong with parts of a request that is answered all the same.
Complaints = Callable[[Request], Sequence[GraphQLError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerShape:
    """What of a viewer changes the SQL; never a value of theirs."""

    purposes: frozenset[Purpose]
    region_wide: bool


def shape_of(viewer: Viewer) -> ViewerShape:
    """Reduce a viewer to what plans are cached by."""
    return ViewerShape(purposes=viewer.purposes, region_wide=viewer.is_region_wide)
