"""Who is a young specialist on a day, and whose row makes them one."""

from collections import defaultdict
from datetime import date

from hub.demo.facts import Facts
from hub.demo.pairing import PEDAGOGICAL_FORMS
from hub.demo.posts import Post, months_after

YOUNG_MONTHS = 36
YOUNG_POSITIONS = frozenset({"TEACHER"})
_SIDE_JOBS = frozenset({"EXTERNAL_PT", "CIVIL"})


def posts_on(facts: Facts, day: date) -> dict[int, list[Post]]:
    """Give the posts on a day of everyone who then has a post of the rule's positions."""
    held: dict[int, list[Post]] = defaultdict(list)
    for post in facts.posts:
        if post.starts <= day < post.ends:
            held[post.person].append(post)
    return {
        person: posts
        for person, posts in held.items()
        if any(post.position in YOUNG_POSITIONS for post in posts)
    }


def is_young(facts: Facts, person: int, posts: list[Post], day: date) -> bool | None:
    """Say whether somebody with these posts is young in the work; None: nobody knows."""
    since = facts.since.get(person)
    if since is not None:
        return day < months_after(since, YOUNG_MONTHS)
    flags = [
        post.flag for post in posts if post.position in YOUNG_POSITIONS and post.flag is not None
    ]
    return any(flags) if flags else None


def row_posts(posts: list[Post]) -> list[Post]:
    """Choose the posts that make a person's row: the main job, else what is not a side job."""
    main = [post for post in posts if post.kind == "MAIN"]
    own = [post for post in posts if post.kind not in _SIDE_JOBS]
    chosen = main or own or posts
    teaching = [post for post in chosen if post.position in YOUNG_POSITIONS]
    return teaching or chosen


def mentored(facts: Facts, day: date) -> set[int]:
    """Give who is a mentee on a day in a form between teachers."""
    return {
        dyad.mentee
        for dyad in facts.dyads
        if dyad.form in PEDAGOGICAL_FORMS and dyad.starts <= day < dyad.ends
    }
