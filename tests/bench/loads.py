"""The whole intake: files to queryable people, the same again, where time goes, and memory."""

from collections.abc import Sequence

from hub.settings import Addresses
from tests.bench.figures import Figure, Section, median
from tests.bench.region import Ground, Json

AGAIN = 3


def measure(ground: Ground, where: Addresses) -> list[Section]:
    """Load the region's files once and then again, each time in a fresh process."""
    first = ground.run("tests.bench.loading", where, str(ground.given))
    again = [ground.run("tests.bench.loading", where, str(ground.given)) for _ in range(AGAIN)]
    return [
        _stations("Files to queryable people", first),
        _repeated(first, again),
        _stations("Where time goes when nothing is new", again[-1], least=0.05),
        _memory(first),
    ]


def _stations(title: str, run: Json, *, least: float = 0.0) -> Section:
    """Tell the seconds of each station that took at least so many, the longest first."""
    rows, spent = run["rows"], dict(run["stations"])
    spent["besides"] = run["seconds"] - sum(spent.values())
    listed = sorted(spent.items(), key=lambda item: -item[1])
    return Section(
        title=f"{title}: {rows} rows",
        figures=(
            _of_rows("in all", run["seconds"], rows),
            *(_of_rows(f"  {name}", took, rows) for name, took in listed if took > least),
        ),
    )


def _of_rows(name: str, seconds: float, rows: int) -> Figure:
    return Figure(name=name, value=seconds, unit="s", note=f"{rows / seconds:,.0f} rows/s")


def _repeated(first: Json, again: Sequence[Json]) -> Section:
    seconds = median(run["seconds"] for run in again)
    written = {name: sum(run["written"][name] for run in again) for name in first["written"]}
    return Section(
        title="The same files again",
        figures=(
            Figure(name="first", value=first["seconds"], unit="s"),
            Figure(name="again", value=seconds, unit="s"),
            Figure(name="first / again", value=first["seconds"] / seconds, unit="", bar=">= 10"),
            *(Figure(name=f"  {name}", value=count, unit="") for name, count in written.items()),
        ),
    )


def _memory(first: Json) -> Section:
    return Section(
        title="Memory of the loading process",
        figures=(
            Figure(name="before the first file", value=first["peak_before"] / 2**20, unit="MiB"),
            Figure(name="at its peak", value=first["peak_bytes"] / 2**20, unit="MiB"),
        ),
    )
