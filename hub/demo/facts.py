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
    dyads: tuple[Dyad, ...]
    posts: tuple[Post, ...]
    since: Mapping[int, date]


def facts_of(region: Region) -> Facts:
    """Read a region's statements into facts."""
    return Facts(
        region=region,
        dyads=tuple(dyads_of(region)),
        posts=tuple(posts_held(region)),
        since=teaching_since(region),
    )
