"""Headers of a file as they were read: their shape, what was told, what changed since last time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from connectors.mapping import header_hash
from connectors.table_file.fields import is_refused, normalise_header
from hub.records import Batch, FileKind, HeaderColumn, Place, Rejected

UNKNOWN_HEADER = (
    "Столбца с таким названием в файле нет. Назовите его так, как он написан в шапке; у шапки в "
    "несколько строк — все её части через пробел."
)
KEYS = "row_key"  # a column of the hub's own is no change of a school's header
HEADLESS = ("file.no_header", "file.no_name_column")


@dataclass(slots=True, kw_only=True)
class Shape:
    """A table's header as it was read, and the organisations whose rows stood below it.

    `told` is what a person said about it now; of what was said before the profiles know.
    """

    sheet: str
    kind: FileKind
    columns: tuple[HeaderColumn, ...]
    told: Mapping[str, str]
    is_kind_told: bool
    organisations: set[UUID] = field(default_factory=set)

    @property
    def hash(self) -> str:
        """Give the hash by which a header of this shape is known again."""
        return header_hash([column.header for column in self.columns])

    @property
    def owner(self) -> UUID | None:
        """Say whose shape it is: the only organisation's, else everybody's."""
        return next(iter(self.organisations)) if len(self.organisations) == 1 else None

    @property
    def fields(self) -> dict[str, str]:
        """Give what each header was read as."""
        return {column.header: column.field for column in self.columns if column.header}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a table's header differs from the last one of its kind that the organisation gave.

    `missing` are the headers of that day with their fields, `added` those of today. `patch` is what
    would read today's headers as yesterday's: fields by header, to be told by a person.
    """

    sheet: str
    kind: FileKind
    since: date
    missing: Mapping[str, str]
    added: Mapping[str, str]
    patch: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Say it in words; of a field under another name only that there are such."""
        said = f"Шапка не та, что была принята {self.since:%d.%m.%Y}"
        renamed = {*filter(None, self.missing.values())} & {*self.added.values()}
        gone = _listed("нет", self.missing, less=renamed)
        new = _listed("появилось", self.added, less=renamed)
        other = f"названо иначе столбцов: {len(renamed)}" if renamed else ""
        parts = "; ".join(filter(None, (gone, new, other))) or "другой порядок столбцов"
        return f"{said}; {parts}{self._proposal}"

    @property
    def _proposal(self) -> str:
        told = " ".join(f'--map "{header}={to}"' for header, to in self.patch.items())
        return f". Если это те же столбцы, скажите: {told}" if told else ""


def shape_of(batch: Batch, sheet: str, *, told: Mapping[str, str], is_kind_told: bool) -> Shape:
    """Give the shape of a batch's header with what a person said of it."""
    said = {normalise_header(header): to for header, to in told.items()}
    names = {column.header: normalise_header(column.header) for column in batch.columns}
    return Shape(
        sheet=sheet,
        kind=batch.kind,
        columns=batch.columns,
        told={header: said[normal] for header, normal in names.items() if normal in said},
        is_kind_told=is_kind_told,
    )


def drift_of(shape: Shape, yesterday: Mapping[str, str], *, since: date) -> Drift:
    """Compare a header with an earlier one, given as fields by header."""
    today = {name: to for name, to in shape.fields.items() if to != KEYS}
    missing = {name: yesterday[name] for name in sorted(yesterday.keys() - today.keys())}
    return Drift(
        sheet=shape.sheet,
        kind=shape.kind,
        since=since,
        missing={name: to for name, to in missing.items() if to != KEYS},
        added={name: to for name, to in today.items() if name not in yesterday},
        patch=_patch(shape, yesterday),
    )


def _patch(shape: Shape, yesterday: Mapping[str, str]) -> dict[str, str]:
    """Propose for today's unread headers the fields of yesterday that nobody states today.

    By what their values look like; the only one unread for the only one lost where none does.
    """
    read = {column.field for column in shape.columns}
    lost = [to for to in dict.fromkeys(yesterday.values()) if to and to not in read | {KEYS}]
    unread = [
        column
        for column in shape.columns
        if column.header and not column.field and column.header not in yesterday
    ]
    found: dict[str, str] = {}
    for column in unread:
        fits = [to for to in column.suggested if to in lost and to not in found.values()]
        if fits and not is_refused(column.header):
            found[column.header] = fits[0]
    if not found and len(unread) == len(lost) == 1 and not is_refused(unread[0].header):
        found[unread[0].header] = lost[0]
    return found


def open_headers(rejected: Rejected) -> dict[str, tuple[str, ...]]:
    """Give the headers of a table refused for its header, each with the fields it might mean."""
    if rejected.code not in HEADLESS:
        return {}
    return {
        header: tuple(filter(None, said.split(", "))) for header, said in rejected.payload.items()
    }


def unknown_headers(told: Iterable[str], seen: Iterable[str], *, file: str) -> list[Rejected]:
    """Refuse what was told about headers that the file has not."""
    known = set(map(normalise_header, seen))
    return [
        Rejected(
            place=Place(file=file, column=header),
            code="mapping.unknown_header",
            message=UNKNOWN_HEADER,
        )
        for header in told
        if normalise_header(header) not in known
    ]


def _listed(what: str, headers: Mapping[str, str], *, less: Collection[str]) -> str:
    """List headers with their fields, less some fields; nothing where none is left."""
    told = [
        f"«{name}»" + (f" ({to})" if to else "") for name, to in headers.items() if to not in less
    ]
    return f"{what}: {', '.join(told)}" if told else ""
