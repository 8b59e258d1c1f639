"""A region's statements read once, for as many questions as there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.demo.dyads import Dyad, dyads_of
from hub.demo.posts import Post, posts_held, teaching_since
from hub.demo.region import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A region's statements read once; give it to `coverage_truth` to ask many questions."""

    region: Region
    today: date
    dyads: tuple[Dyad, ...]
    posts: tuple[Post, ...]
    since: Mapping[int, date]


def facts_of(region: Region, *, today: date | None = None) -> Facts:
    """Read a region's statements into facts; "today" is the region's own day unless told."""
    return Facts(
        region=region,
        today=today or region.today,
        dyads=tuple(dyads_of(region)),
        posts=tuple(posts_held(region)),
        since=teaching_since(region),
    )
