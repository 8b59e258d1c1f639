"""What changes from request to request while the plan stays: the values behind the parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from graphql import GraphQLError

from hub.access import Purpose, Standing, Viewer
from hub.rates import Allowance
from schema.compiler.arguments import Variables
from schema.compiler.cursors import CursorKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The values of one execution of a plan; `left` is what actions left, by response key.

    With a `standing` the statement itself checks that the viewer's rights still hold. `allowance`
    is what the viewer may still ask, where that is counted.
    """

    variables: Variables
    viewer: Viewer
    today: date
    cursors: CursorKey
    left: Mapping[str, str] = field(default_factory=dict)
    standing: Standing | None = None
    allowance: Allowance | None = None
    cost: int = 0

    @property
    def version(self) -> int | None:
        """The version of access that the rights were read at, where that is to be checked."""
        return self.standing.version if self.standing else None

    @property
    def until(self) -> datetime | None:
        """The moment until which the rights hold, where that is to be checked."""
        return self.standing.until if self.standing else None


# What is wrong with parts of a request that is answered all the same.
Complaints = Callable[[Request], Sequence[GraphQLError]]


class ViewerShape(NamedTuple):
    """What of a viewer changes the SQL; never a value of theirs.

    A tuple, since plans are looked up by it.
    """

    purposes: frozenset[Purpose]
    region_wide: bool
    public: bool = False
    partner: bool = False


def shape_of(viewer: Viewer) -> ViewerShape:
    """Reduce a viewer to what plans are cached by."""
    return ViewerShape(
        purposes=viewer.purposes,
        region_wide=viewer.is_region_wide,
        public=viewer.is_public,
        partner=viewer.is_partner,
    )
