"""Which header is which field: what the hub suggests, and what a person confirmed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from connectors.table_file.columns import Columns
from connectors.table_file.fields import normalise_header
from connectors.table_file.header import Header
from hub.records import FileKind

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one header seems to mean, and how sure that is (0-1); no field where nothing fits."""

    header: str
    field: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingProfile:
    """A mapping that a person confirmed for tables with these headers; an empty field is left out.

    Give `columns` to `SchoolFile(profile=...)` when a table with the same hash comes again.
    """

    kind: FileKind
    header_hash: str
    columns: Mapping[str, str]


def header_hash(headers: Sequence[str]) -> str:
    """Give a hash that is equal for headers equal but for case, ё, signs and spaces."""
    normal = _SEPARATOR.join(normalise_header(header) for header in headers).rstrip(_SEPARATOR)
    return sha256(normal.encode()).hexdigest()


def suggest(header: Header, columns: Columns) -> tuple[Suggestion, ...]:
    """Say for each header what it seems to mean, in the order of the columns."""
    taken = {index for found in columns.sources.values() for index in found}
    return tuple(
        Suggestion(
            header=name,
            field=guess.field if guess and index in taken else "",
            confidence=guess.confidence if guess and index in taken else 0.0,
        )
        for index, (name, guess) in enumerate(zip(header.names, columns.guesses, strict=True))
        if name
    )


def confirmed(header: Header, columns: Columns, kind: FileKind) -> MappingProfile:
    """Make the profile of a mapping that a person has seen and accepted."""
    return MappingProfile(
        kind=kind,
        header_hash=header_hash(header.names),
        columns={one.header: one.field for one in suggest(header, columns)},
    )
