"""Which header is which field: what the hub suggests, and what a person confirmed once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.table_file.columns import Columns
from connectors.table_file.fields import is_refused
from connectors.table_file.head import Memory, Remembered
from connectors.table_file.header import Header, header_hash
from connectors.table_file.suggesting import field_named
from hub.errors import InputError
from hub.records import FileKind, OrganisationMention

__all__ = [
    "MappingProfile",
    "Profiles",
    "Suggestion",
    "confirmed",
    "header_hash",
    "suggest",
    "told",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one header seems to mean, and how sure that is (0-1); no field where nothing fits."""

    header: str
    field: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingProfile:
    """A mapping that a person confirmed for tables with these headers; an empty field is left out.

    Headers that are not in `columns` are read as they are without it; `kind` is taken where the
    table does not tell its own.
    """

    kind: FileKind
    header_hash: str
    columns: Mapping[str, str]


class Profiles(Protocol):
    """Mappings confirmed before, by the shape of the header and by whose table it is."""

    @property
    def shapes(self) -> Collection[str]:
        """Give the hashes of all headers that have a mapping."""
        ...

    def find(self, header_hash: str, organisation: OrganisationMention) -> MappingProfile | None:
        """Give the mapping of an organisation's table: its own, else the one for everybody."""
        ...


def memory(
    profiles: Profiles, whose: Callable[[Sequence[str], Mapping[str, str]], OrganisationMention]
) -> Memory:
    """Let a reader of tables ask the profiles; `whose` says whose table it is.

    It is given the lines above the header, and what fields say alike in every row.
    """

    def recall(shape: str, lines: Sequence[str], stated: Mapping[str, str]) -> Remembered | None:
        known = profiles.find(shape, whose(lines, stated))
        return Remembered(kind=known.kind, columns=known.columns) if known else None

    return Memory(shapes=profiles.shapes, recall=recall)


def told(columns: Mapping[str, str]) -> dict[str, str]:
    """Check what a person says of columns and give it as fields by header.

    Raises InputError for a field that nobody knows and for a column that the hub must not keep.
    """
    for header in columns:
        if is_refused(header):
            raise InputError(
                f"Столбец «{header}» не берётся: такие сведения хабу не нужны.",
                code="mapping.refused",
            )
    return {header: field_named(field) for header, field in columns.items()}


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
