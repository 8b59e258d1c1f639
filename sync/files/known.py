"""Given files beside what is known of them: one that would say the same again is not read again.

What reading a file gives follows from its content, from what its giver declares, from the register
of organisations, from what people told about headers, from the contract, and from the reader's own
code. All but the
content are hashed into `source_file.reading` once the file has landed whole.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

import connectors
import sync
from hub.records import ChangesetId, Place, Rejected
from sync.directory import Directory
from sync.evidence.contract import Contract
from sync.files.given import FileRead, FileReport, Given
from sync.files.profiles import ToldProfiles
from sync.identity import new_id

Connection = asyncpg.Connection
Refusal = tuple[UUID, str, int | None, str | None, str]
# The codes of what is refused while a file is read; the others are found in cells, later.
OF_READING: Final = "^(row|file|mapping)[.]"
KNOWN_AGAIN: Final = "Файл уже принят {}: с тех пор в нём и в реестре ничего не изменилось"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What tells a given file from others: its content, and what its reading depends on."""

    given: Given
    sha256: str
    size: int
    reading: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Hashes of what the reading of every file depends on.

    Kinds that people told of lists are no matter to a file whose giver says what it lists.
    """

    where_kind_is_open: bytes
    where_it_is_given: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A given file and the id it has or will have.

    `taken_on` is the day since which reading it again would give nothing else; None for a file that
    has to be read.
    """

    print: Print
    id: UUID
    is_new: bool
    taken_on: date | None


def print_of(given: Given, context: Context) -> Print:
    """Hash a file, reading it in blocks, and what its reading depends on."""
    digest, size = sha256(), 0
    with given.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            size += len(block)
    declared = (
        given.kind,
        given.period,
        given.stated_as_of,
        given.completeness,
        sorted(given.columns.items()),
        None if given.within is None else sorted(given.within),
    )
    reading = blake2b(repr(declared).encode(), digest_size=16)
    reading.update(context.where_kind_is_open if given.kind is None else context.where_it_is_given)
    return Print(given=given, sha256=digest.hexdigest(), size=size, reading=reading.digest())


def context_of(directory: Directory, profiles: ToldProfiles, contract: Contract) -> Context:
    """Hash the reader, the register, what people told, and what is promised of fields."""
    known = _reader() + directory.digest() + repr(sorted(contract.items())).encode()
    return Context(
        where_kind_is_open=known + profiles.digest(kinds=True),
        where_it_is_given=known + profiles.digest(kinds=False),
    )


@cache
def _reader() -> bytes:
    """Hash the code and the data by which files are read: a release reads every file once more."""
    digest = blake2b(digest_size=16)
    for package in (connectors, sync):
        folder = Path(next(iter(package.__path__)))
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.json"))):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.digest()


async def recall(connection: Connection, source_id: UUID, prints: Sequence[Print]) -> list[File]:
    """Say of each file whether it was taken in before; in the order of `prints`."""
    rows = await connection.fetch(
        "select f.name, f.sha256, f.id, f.reading, f.taken_at::date as taken_on from source_file f"
        " join unnest($2::text[], $3::text[]) as asked (name, sha256) using (name, sha256)"
        " where f.source_id = $1",
        source_id,
        [one.given.path.name for one in prints],
        [one.sha256 for one in prints],
    )
    known = {(row["name"], row["sha256"]): row for row in rows}
    found: dict[tuple[str, str], File] = {}
    for one in prints:
        named = (one.given.path.name, one.sha256)
        found[named] = found.get(named) or _recalled(one, known.get(named))
    return [found[one.given.path.name, one.sha256] for one in prints]


def _recalled(one: Print, row: asyncpg.Record | None) -> File:
    if row is None:
        return File(print=one, id=new_id(), is_new=True, taken_on=None)
    same = row["reading"] == one.reading and one.given.connector is None
    taken_on = row["taken_on"] if same else None
    return File(print=one, id=row["id"], is_new=False, taken_on=taken_on)


async def begin(
    connection: Connection,
    source_id: UUID,
    files: Sequence[File],
    *,
    changeset_id: ChangesetId,
) -> None:
    """Remember new files before their rows land."""
    await connection.execute(
        "update source_file set rows = 0, rejected = 0, reading = null where id = any($1)",
        [file.id for file in files if not file.is_new],
    )
    await connection.executemany(
        "insert into source_file (id, source_id, name, sha256, size, rows, rejected, changeset_id)"
        " values ($1, $2, $3, $4, $5, 0, 0, $6)",
        [
            (
                file.id,
                source_id,
                file.print.given.path.name,
                file.print.sha256,
                file.print.size,
                changeset_id,
            )
            for file in files
            if file.is_new
        ],
    )


async def finish(
    connection: Connection, reads: Iterable[tuple[File, FileRead]], *, today: date
) -> None:
    """Add what portions gave; after its last one a file need not be read again.

    A file that speaks of days to come is read again: its organisations were named as of today.
    """
    await connection.executemany(
        "update source_file set rows = rows + $2, rejected = rejected + $3, reading = $4"
        " where id = $1",
        [
            (
                file.id,
                read.rows,
                len(read.rejected),
                file.print.reading if read.is_last and _is_past(read, today) else None,
            )
            for file, read in reads
        ],
    )


async def count_refused(connection: Connection, files: Sequence[UUID]) -> None:
    """Count a refused row more of each file that is named, as often as it is."""
    await connection.executemany(
        "update source_file set rejected = rejected + 1 where id = $1", [(one,) for one in files]
    )


async def refused_before(connection: Connection, files: Iterable[File]) -> set[Refusal]:
    """Give what earlier readings of files refused."""
    rows = await connection.fetch(
        'select source_file_id, sheet, row, "column", code from rejection'
        f" where source_file_id = any($1) and code ~ '{OF_READING}'",
        [file.id for file in files if not file.is_new],
    )
    return {tuple(row) for row in rows}


async def forget_refusals(connection: Connection, gone: Collection[Refusal]) -> None:
    """Remove what the newest reading no longer refuses."""
    await connection.executemany(
        "delete from rejection where source_file_id = $1 and sheet = $2"
        ' and row is not distinct from $3 and "column" is not distinct from $4 and code = $5',
        list(gone),
    )


def refusal_of(file_id: UUID, rejected: Rejected) -> Refusal:
    """Give the place and reason by which a refusal is known again."""
    place = rejected.place
    return (file_id, place.sheet, place.row, place.column, rejected.code)


def _is_past(read: FileRead, today: date) -> bool:
    return all(said.stated_as_of <= today for said in read.lists)


async def reports_of(connection: Connection, files: Iterable[File]) -> dict[UUID, FileReport]:
    """Report files that were not read again: what was refused of them then."""
    known = {file.id: file for file in files if file.taken_on is not None}
    rows = await connection.fetch(
        "select f.id, f.rows, array(select distinct l.kind from stated_list l"
        "   where l.source_file_id = f.id order by 1) as kinds"
        " from source_file f where f.id = any($1)",
        list(known),
    )
    refused = await _refused(connection, known)
    return {
        row["id"]: FileReport(
            name=known[row["id"]].print.given.path.name,
            kinds=tuple(row["kinds"]),
            rows=row["rows"],
            rejected=tuple(refused.get(row["id"], ())),
            unmapped=(),
            repairs=(KNOWN_AGAIN.format(f"{known[row['id']].taken_on:%d.%m.%Y}"),),
        )
        for row in rows
    }


async def _refused(
    connection: Connection, known: Mapping[UUID, File]
) -> dict[UUID, list[Rejected]]:
    found: dict[UUID, list[Rejected]] = {}
    for row in await connection.fetch(
        'select source_file_id, sheet, row, "column", code, message from rejection'
        ' where source_file_id = any($1) order by sheet, row nulls first, "column", code',
        list(known),
    ):
        place = Place(
            file=known[row["source_file_id"]].print.given.path.name,
            sheet=row["sheet"],
            row=row["row"],
            column=row["column"],
        )
        found.setdefault(row["source_file_id"], []).append(
            Rejected(place=place, code=row["code"], message=row["message"])
        )
    return found
