"""What a page's size and its depth cost: the time of an answer beside the objects that it holds."""

import json
from collections.abc import Iterator, Sequence
from statistics import correlation, linear_regression

from schema.door.http import PATH
from tests.bench.figures import Figure, Section, median
from tests.bench.large import Large
from tests.bench.region import Ground
from tests.bench.serving import Web, hub_web

SIZES = (1, 10, 25, 50, 75, 100)
BREADTH = 20  # people of a page that is nested
LEVELS = (
    "id displayName {}",
    "mentorships(first: 20) {{ nodes {{ id formName {} }} }}",
    "members {{ role displayName {} }}",
    "person {{ id displayName {} }}",
    "employments {{ positionName {} }}",
    "organisation {{ id shortName {} }}",
    "department {{ id shortName {} }}",
)
PEOPLE = (
    "query Page($n: Int) {{ people(first: $n, filter: {{ role: MENTOR }}) {{ nodes {{ {} }} }} }}"
)
FLAT = (
    "id displayName birthYear employments { isCurrent positionName organisation { id shortName } }"
)
Point = tuple[int, float]  # objects, milliseconds


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Load pages of growing size, then of growing depth; answer a section each."""
    with hub_web(ground, large.where) as web:
        range_ = _Range(web, large.keys["department"], rounds=rounds, seconds=seconds)
        sizes = [(f"first: {size}", PEOPLE.format(FLAT), size) for size in SIZES]
        yield range_.curve("Cost of a page's size (department)", sizes)
        depths = [
            (f"{depth} levels", PEOPLE.format(nested(depth)), BREADTH)
            for depth in range(1, len(LEVELS) + 1)
        ]
        yield range_.curve(f"Cost of nesting, {BREADTH} mentors (department)", depths)


def nested(depth: int) -> str:
    """Write a selection that goes so many levels down."""
    text = ""
    for level in reversed(LEVELS[:depth]):
        text = level.format(text)
    return text


class _Range:
    """Loads one document after the other by one client: latency, not throughput."""

    def __init__(self, web: Web, key: str, *, rounds: int, seconds: float) -> None:
        self._web = web
        self._key = key
        self._rounds = rounds
        self._seconds = seconds

    def curve(self, title: str, asked: Sequence[tuple[str, str, int]]) -> Section:
        points = [(name, *self._point(query, size)) for name, query, size in asked]
        figures = [
            Figure(name=name, value=took, unit="ms", note=f"{objects} objects")
            for name, objects, took in points
        ]
        return Section(title=title, figures=(*figures, *fitted([point[1:] for point in points])))

    def _point(self, query: str, size: int) -> Point:
        body = json.dumps({"query": query, "variables": {"n": size}})
        answer = json.loads(self._web.fetch(PATH, self._key, body))
        shots = [
            self._web.shoot(PATH, self._key, body, clients=1, seconds=self._seconds)
            for _ in range(self._rounds)
        ]
        return objects_in(answer["data"]), median(shot["p50_ms"] for shot in shots)


def fitted(points: Sequence[Point]) -> tuple[Figure, ...]:
    """Lay a line through the points: what an object costs, and how well a line tells it."""
    objects = [float(point[0]) for point in points]
    took = [point[1] for point in points]
    line = linear_regression(objects, took)
    return (
        Figure(name="an object more", value=line.slope * 1000, unit="µs"),
        Figure(name="a request without any", value=line.intercept, unit="ms"),
        Figure(name="r² of the line", value=correlation(objects, took) ** 2, unit=""),
    )


def objects_in(value: object) -> int:
    """Count the objects of an answer."""
    if isinstance(value, dict):
        return 1 + sum(map(objects_in, value.values()))
    return sum(map(objects_in, value)) if isinstance(value, list) else 0
