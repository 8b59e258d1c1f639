"""One read of the system: its streams one after another, each page a batch and a checkpoint."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from types import MappingProxyType

from connectors.answers import Row, frame_of, missing_of, refused, unmapped_of
from connectors.kadry.asking import Asker
from connectors.kadry.cursor import STREAMS, Cursor
from connectors.kadry.rows import read_row
from connectors.paging import Portion, Position, Sheet, portions
from connectors.protocol import Checkpoint, Item, Roll
from hub.records import Batch, Figure, FigureMetric, FileKind, OrganisationMention, Place, Rejected

_SCHOOL_FIELDS = MappingProxyType(
    {"external_id": "id", "organization_code": "id", "name": "name", "archived": "archived"}
)
_COUNT_FIELDS = MappingProxyType(
    {
        "external_id": "id",
        "organization_code": "school_id",
        "as_of": "as_of",
        "PAIRS": "pairs",
        "MENTORS": "mentors",
        "MENTEES": "mentees",
    }
)
_INCOMPLETE = (
    "Источник обещал больше записей, чем отдал, и повторное чтение не помогло. Прочитанное "
    "принято; остальное будет запрошено при следующем чтении."
)
_BAD_COUNT = "Число без имён не читается. Исправьте его в системе."


@dataclass(frozen=True, slots=True, kw_only=True)
class Schools:
    """Names of organisations by number, those in the archive, and the source's clock."""

    names: Mapping[str, str]
    archived: frozenset[str]
    now: datetime | None

    def roll(self) -> Roll:
        """List the organisations by number and name."""
        mentions = (OrganisationMention(code=code, name=name) for code, name in self.names.items())
        return Roll(organisations=tuple(mentions))


def read_schools(asker: Asker) -> Schools:
    """Read the list of organisations; where it is not asked only the clock is known."""
    clocks: list[datetime | None] = []

    def ask(number: int) -> Sheet:
        stream = "schools" if asker.path_of("schools") else STREAMS[0]
        sheet, clock = asker.page(stream, number)
        clocks.append(clock)
        return sheet if stream == "schools" else Sheet(items=(), total=0)

    found = [
        row.stated
        for portion in portions(ask, partial(read_row, fields=_SCHOOL_FIELDS), Position())
        for _, row in portion.rows
        if row.fault is None
    ]
    return Schools(
        names={one["organization_code"]: one["name"] for one in found},
        archived=frozenset(one["organization_code"] for one in found if one["archived"] == "да"),
        now=clocks[0],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A read from a cursor, with the organisations as they were at its beginning."""

    asker: Asker
    schools: Schools

    def items(self, reached: Cursor) -> Iterator[Item]:
        """Yield what the streams hold; a state from the future starts the next read anew."""
        now = self.schools.now
        if reached.since and now is not None and datetime.fromisoformat(reached.since) > now:
            yield Checkpoint(cursor=Cursor().text())
            return
        if not reached.since and self.schools.names:
            yield self.schools.roll()
        cursor = replace(reached, until=reached.until or ("" if now is None else now.isoformat()))
        for stream in STREAMS[STREAMS.index(reached.stream) :]:
            if stream != cursor.stream:
                cursor = cursor.at(stream, Position())
                yield Checkpoint(cursor=cursor.text())
            if self.asker.path_of(stream):
                cursor = yield from self._stream(stream, cursor)
        yield Checkpoint(cursor=Cursor(since=cursor.until if cursor.whole else cursor.since).text())

    def _stream(self, stream: str, cursor: Cursor) -> Generator[Item, None, Cursor]:
        """Yield one stream; answer the cursor behind it."""

        def ask(number: int) -> Sheet:
            return self.asker.page(stream, number, since=cursor.since)[0]

        read = partial(read_row, fields=self._fields(stream))
        for portion in portions(ask, read, cursor.position):
            yield from self._portion(stream, portion, cursor)
            if not portion.whole and portion.then is None:
                yield self._incomplete(stream)
                cursor = replace(cursor, whole=False)
            if portion.then is not None:
                yield Checkpoint(cursor=cursor.at(stream, portion.then).text())
        return cursor

    def _fields(self, stream: str) -> Mapping[str, str]:
        manifest = self.asker.manifest
        return {
            "staff": manifest.staff_fields,
            "pairs": manifest.pair_fields,
            "counts": _COUNT_FIELDS,
        }[stream]

    def _place(self, stream: str, row: int | None = None) -> Place:
        return Place(file=self.asker.manifest.name, sheet=stream, row=row)

    def _incomplete(self, stream: str) -> Rejected:
        return Rejected(place=self._place(stream), code="source.incomplete", message=_INCOMPLETE)

    def _portion(self, stream: str, portion: Portion, cursor: Cursor) -> Iterator[Item]:
        """Yield the refusals of a portion, then its rows: one batch, or one for each number."""
        good = [(number, row) for number, row in portion.rows if row.fault is None]
        for number, row in portion.rows:
            if row.fault is not None:
                yield refused(row, self._place(stream, number))
        if stream == "counts":
            for number, row in good:
                yield self._count(row, self._place(stream, number))
        elif good:
            yield self._batch(stream, good, portion, cursor)

    def _batch(
        self, stream: str, rows: list[tuple[int, Row]], portion: Portion, cursor: Cursor
    ) -> Batch:
        frame = frame_of(rows, stream)
        codes = frame["organization_code"]
        if stream == "staff" and self.schools.names:
            frame["organization"] = [self.schools.names.get(code, "") for code in codes]
        return Batch(
            kind=FileKind.STAFF if stream == "staff" else FileKind.MENTOR_BASE,
            frame=frame,
            file=self.asker.manifest.name,
            organisation=OrganisationMention(),
            stated_as_of=datetime.fromisoformat(cursor.until).date() if cursor.until else None,
            unmapped=unmapped_of(portion.items, self._fields(stream)),
            repairs=self._notes(stream, portion, list(codes)),
        )

    def _notes(self, stream: str, portion: Portion, codes: list[str]) -> tuple[str, ...]:
        """Say what a person should know of a page besides its rows."""
        kept = Counter(code for code in codes if code in self.schools.archived)
        archived = [
            f"Организация {code} в архиве системы: записей {count}"
            for code, count in sorted(kept.items())
        ]
        missing = missing_of(portion.items, self._fields(stream))
        absent = [f"Поля «{name}» нет ни в одной записи страницы" for name in missing]
        return (*archived, *absent)

    def _count(self, row: Row, place: Place) -> Batch | Rejected:
        """Give the numbers of one organisation: a batch without rows."""
        stated, as_of = row.stated, None
        school = stated["organization_code"]
        try:
            as_of = date.fromisoformat(stated["as_of"][:10]) if stated["as_of"] else None
            figures = tuple(
                Figure(metric=metric, value=_natural(stated[metric]), place=place)
                for metric in FigureMetric
                if stated[metric]
            )
        except ValueError:
            return Rejected(place=place, code="row.bad_count", message=_BAD_COUNT)
        return Batch(
            kind=FileKind.MENTOR_BASE,
            frame=frame_of([], place.sheet),
            file=place.file,
            organisation=OrganisationMention(code=school),
            stated_as_of=as_of,
            figures=figures,
        )


def _natural(text: str) -> int:
    """Read a number of people or pairs; raises ValueError for a negative one."""
    if (number := int(text)) < 0:
        raise ValueError
    return number
