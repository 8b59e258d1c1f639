"""What every connector offers: a check, and a stream of batches, rejections and checkpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hub.records import Batch, OrganisationMention, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A point from which a broken read goes on; opaque to everyone but its connector."""

    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """The organisations whose whole staff a read from the beginning names: who is absent is gone."""

    organisations: tuple[OrganisationMention, ...]


Item = Batch | Rejected | Checkpoint | Roll


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Whether a source can be read now, and if not, what its owner should do."""

    ok: bool
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A table, list or object of a source; `fields` gives each of its parts the field it seems to be.

    A part that seems to be none has an empty field; what the source lacks has no parts.
    """

    stream: str
    fields: Mapping[str, str]


class Connector(Protocol):
    """A way in. It knows its source and no database."""

    def check(self) -> CheckResult:
        """Say whether the source can be read, without reading it whole."""
        ...

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the source's rows in order, from `cursor` if it is given.

        A row that cannot be taken is a `Rejected`, never an exception. A read that could not give
        everything says `source.incomplete`. A source that breaks off raises SourceError.
        """
        ...


@runtime_checkable
class Discovering(Protocol):
    """What a connector of a described source can besides: say what there is to describe."""

    def discover(self) -> tuple[Found, ...]:
        """Give what the source offers and what of it is read as what; raises SourceError."""
        ...
