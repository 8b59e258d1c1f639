"""What the region lends to whoever works for it: its keys, its clock and its day."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from hub.clock import today_in
from hub.seal import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What the region lends: its keys, its clock and its day."""

    sealer: Sealer
    zone: ZoneInfo
    today: date

    @classmethod
    def now(cls, sealer: Sealer, zone: ZoneInfo) -> "Region":
        """Lend the day by the region's clock."""
        return cls(sealer=sealer, zone=zone, today=today_in(zone))
