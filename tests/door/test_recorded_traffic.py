"""What every connector over HTTP does with its own traffic, recorded and replayed spoilt."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from connectors.client.failure import SourceError
from connectors.protocol import Checkpoint, Connector
from hub.records import Rejected
from tests.door.conftest import serving
from tests.door.recorded import FAULTS, Pages, Recorder
from tests.door.specimens import SPECIMENS, Heard, Specimen

OVER_HTTP = ("http_json", "kadry", "onec")
# Spoilt so, the source still says everything: the read has to have it, and needs no excuse.
HARMLESS = ("reordered",)
MOST_REQUESTS = 20  # for each that the whole read takes


@dataclass(slots=True, kw_only=True)
class Taped:
    """A specimen whose traffic is recorded, and what its source said of itself."""

    specimen: Specimen
    recorders: list[Recorder]
    whole: Heard
    requests: int

    def replay(self, fault: Callable[[Pages], Pages]) -> None:
        for recorder in self.recorders:
            if recorder.heard:
                recorder.replay(fault)

    @property
    def asked(self) -> int:
        return sum(recorder.asked for recorder in self.recorders)


@dataclass(slots=True, kw_only=True)
class Broken:
    """What a read gave before it ended or broke off."""

    heard: Heard = field(default_factory=Heard)
    error: SourceError | None = None

    @property
    def codes(self) -> set[str]:
        return {one.code for one in self.heard.items if isinstance(one, Rejected)}

    @property
    def is_excused(self) -> bool:
        """Whether the read says that something may be missing."""
        return self.error is not None or bool(self.codes)


@pytest.fixture(scope="module", params=OVER_HTTP)
def taped(request: pytest.FixtureRequest) -> Iterator[Taped]:
    recorders: list[Recorder] = []
    with ExitStack() as running:

        def recorded(app: ASGIApp) -> str:
            recorders.append(Recorder(app=app))
            return running.enter_context(serving(recorders[-1]))

        specimen = SPECIMENS[request.param](Path(), recorded)  # of HTTP: no folder is asked for
        whole = Heard(items=list(specimen.connector.fetch()))
        asked = sum(recorder.asked for recorder in recorders)
        yield Taped(specimen=specimen, recorders=recorders, whole=whole, requests=asked)


def read(connector: Connector, cursor: str | None = None) -> Broken:
    found = Broken()
    try:
        for item in connector.fetch(cursor):
            found.heard.items.append(item)
    except SourceError as error:
        found.error = error
    return found


def rows(taped: Taped, heard: Heard) -> Mapping[str, Mapping[str, str]]:
    return heard.rows(taped.specimen.key)


def test_replayed_as_it_was_it_says_the_same(taped: Taped) -> None:
    taped.replay(lambda pages: pages)

    again = read(taped.specimen.connector)

    assert None is again.error
    assert rows(taped, taped.whole) == rows(taped, again.heard)
    assert taped.requests == taped.asked


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_what_a_spoilt_source_leaves_out_is_said_and_nothing_is_made_up(
    taped: Taped, fault: str
) -> None:
    taped.replay(FAULTS[fault])

    found = read(taped.specimen.connector)

    whole, kept = rows(taped, taped.whole), rows(taped, found.heard)
    assert found.is_excused or kept == whole
    assert fault in {"drifted", "mangled"} or kept.items() <= whole.items()
    assert fault not in HARMLESS or kept == whole
    assert taped.asked <= MOST_REQUESTS * taped.requests


@pytest.mark.parametrize("fault", ["drifted", "mangled"])
def test_what_is_refused_of_a_spoilt_source_is_refused_alike(taped: Taped, fault: str) -> None:
    taped.replay(FAULTS[fault])

    first, second = read(taped.specimen.connector), read(taped.specimen.connector)

    assert first.is_excused
    assert rows(taped, first.heard) == rows(taped, second.heard)
    assert (first.codes, str(first.error)) == (second.codes, str(second.error))


def test_a_source_that_broke_off_is_read_to_the_end_from_its_last_place(taped: Taped) -> None:
    taped.replay(FAULTS["truncated"])
    before = read(taped.specimen.connector)
    places = [one.cursor for one in before.heard.items if isinstance(one, Checkpoint)]
    taped.replay(lambda pages: pages)

    after = read(taped.specimen.connector, places[-1] if places else None)

    assert before.error is not None
    assert None is after.error
    assert rows(taped, taped.whole) == {**rows(taped, before.heard), **rows(taped, after.heard)}


def test_a_place_from_the_future_gives_nothing_new_and_comes_to_an_end(taped: Taped) -> None:
    last = [one.cursor for one in taped.whole.items if isinstance(one, Checkpoint)][-1]
    said = {**json.loads(last), "page": 1_000}
    said |= {"since": "2999-01-01T00:00:00+00:00"} if "since" in said else {}
    taped.replay(lambda pages: pages)

    found = read(taped.specimen.connector, json.dumps(said))

    assert None is found.error
    assert rows(taped, found.heard).items() <= rows(taped, taped.whole).items()
    assert taped.asked <= MOST_REQUESTS * taped.requests
