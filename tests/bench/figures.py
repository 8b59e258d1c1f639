"""What was measured, as values, and how it is told: tables for people, JSON for programs."""

import json
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number; `bar` is what the design asks of it, empty where it asks nothing."""

    name: str
    value: float
    unit: str
    bar: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Figures that were measured together, in one run."""

    title: str
    figures: tuple[Figure, ...]


def median(values: Iterable[float]) -> float:
    """Give the middle of several runs."""
    return statistics.median(values)


def told(sections: Iterable[Section]) -> str:
    """Write the sections as tables of aligned columns."""
    return "\n".join(line for section in sections for line in _table(section))


def as_json(sections: Iterable[Section], about: Mapping[str, object]) -> str:
    """Write the sections with what the run was, for a later comparison."""
    return json.dumps(
        {"about": dict(about), "sections": [asdict(section) for section in sections]},
        ensure_ascii=False,
        indent=1,
    )


def _table(section: Section) -> Iterator[str]:
    rows = [
        (figure.name, f"{_rounded(figure.value)} {figure.unit}", figure.bar, figure.note)
        for figure in section.figures
    ]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    yield ""
    yield section.title
    for row in rows:
        yield "  " + _aligned(row, widths).rstrip()


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    name, value, bar, note = row
    return f"{name:<{widths[0]}}  {value:>{widths[1]}}  {bar:<{widths[2]}}  {note}"


def _rounded(value: float) -> str:
    """Keep three digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"
