"""The way in to «Кадры в образовании»: a check, and a read from a cursor."""

from collections.abc import Iterator

from connectors.answers import fields_of
from connectors.client.failure import SourceError
from connectors.kadry.asking import Asker, client_of
from connectors.kadry.cursor import STREAMS, Cursor
from connectors.kadry.manifest import Manifest
from connectors.kadry.reading import Reading, read_schools
from connectors.protocol import CheckResult, Found, Item

CHECK_SECONDS = 30.0


class Kadry:
    """Reads one installation; a full read without a cursor, else what changed since.

    What changes while it is read belongs to the next read. A read that breaks off with a
    SourceError goes on from its last checkpoint, whose page may then be yielded once more.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Ask each path for one row; the message says what to repair."""
        seconds = min(CHECK_SECONDS, self._manifest.deadline_s)
        quick = self._manifest.model_copy(update={"deadline_s": seconds, "page_size": 1})
        try:
            with client_of(quick) as client:
                asker = Asker(manifest=quick, client=client)
                for stream in ("schools", *STREAMS):
                    if asker.path_of(stream):
                        asker.page(stream, 1)
        except SourceError as error:
            return CheckResult(ok=False, message=error.message)
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """Give the fields of a first page of each stream; raises SourceError."""
        manifest = self._manifest
        maps = {"staff": manifest.staff_fields, "pairs": manifest.pair_fields}
        with client_of(manifest) as client:
            asker = Asker(manifest=manifest, client=client)
            return tuple(
                Found(
                    stream=stream,
                    fields=fields_of(asker.page(stream, 1)[0].items, maps.get(stream, {})),
                )
                for stream in ("schools", *STREAMS)
                if asker.path_of(stream)
            )

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield staff, pairs and numbers without names; raises SourceError where asking fails."""
        reached = Cursor.parse(cursor)
        with client_of(self._manifest) as client:
            asker = Asker(manifest=self._manifest, client=client)
            yield from Reading(asker=asker, schools=read_schools(asker)).items(reached)
