"""The whole intake: files to queryable people, the same again, everybody matched anew; memory."""

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
        _memory(first, "the first file"),
    ]


def measure_again(ground: Ground, where: Addresses) -> list[Section]:
    """Match everybody who was loaded anew, from the database to new links and projections."""
    run = ground.run("tests.bench.rematching", where)
    return [
        _stations("Everybody matched anew", run, of="records"),
        _memory(run, "the first record"),
    ]


def _stations(title: str, run: Json, *, least: float = 0.0, of: str = "rows") -> Section:
    """Tell the seconds of each station that took at least so many, the longest first."""
    rows, spent = run["rows"], dict(run["stations"])
    spent["besides"] = run["seconds"] - sum(spent.values())
    listed = sorted(spent.items(), key=lambda item: -item[1])
    return Section(
        title=f"{title}: {rows} {of}",
        figures=(
            _rate("in all", run["seconds"], rows, of),
            *(_rate(f"  {name}", took, rows, of) for name, took in listed if took > least),
        ),
    )


def _rate(name: str, seconds: float, rows: int, of: str) -> Figure:
    return Figure(name=name, value=seconds, unit="s", note=f"{rows / seconds:,.0f} {of}/s")


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


def _memory(run: Json, first: str) -> Section:
    return Section(
        title="Memory of the process",
        figures=(
            Figure(name=f"before {first}", value=run["peak_before"] / 2**20, unit="MiB"),
            Figure(name="at its peak", value=run["peak_bytes"] / 2**20, unit="MiB"),
        ),
    )
