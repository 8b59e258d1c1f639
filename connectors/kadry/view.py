"""A view of the system's own database, where its operator gives one instead of HTTP or exports.

The description of any table of a database, with the system's columns and its way of naming schools
known beforehand; whoever has others says so in `fields`.
"""

from collections.abc import Mapping

from pydantic import Field

from connectors.database_view.manifest import Manifest, Name
from connectors.kadry.manifest import STAFF_FIELDS


class KadryView(Manifest):
    """Where the view of the staff is; it names the whole staff of every school in it."""

    name: str = "АИС «Кадры в образовании»"
    table: Name = "staff"
    fields: Mapping[str, Name] = Field(default_factory=lambda: dict(STAFF_FIELDS))
    whole_staff: bool = True
