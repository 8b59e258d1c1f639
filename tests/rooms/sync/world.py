"""A region of a handful of organisations, and what its schools hand in; all invented."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pandas as pd

from connectors.memory import Memory
from hub.database import Database
from hub.demo.registry import (
    FOREVER,
    IdentifierRow,
    OrganisationRow,
    SubordinationRow,
    SuccessionRow,
)
from hub.records import (
    Batch,
    Completeness,
    FileKind,
    OrganisationMention,
    Rejected,
)
from hub.seal import Sealer
from sync import changeset
from sync.intake import Accepted, Given, Progress, accept
from sync.people.saying import By
from sync.projecting import obey_waiting
from sync.registry import changing, write_rows
from sync.review.verdicts import Answer, answer, merge, retract, split

TODAY = date(2026, 11, 21)
BY = By(actor="test", today=TODAY)
MINISTRY, NORTH, SOUTH = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST, SECOND, THIRD, OLD = UUID(int=11), UUID(int=12), UUID(int=13), UUID(int=14)
PLANT = UUID(int=21)
# The second school answers to the north until this day, to the south from then on.
RESUBORDINATED = date(2026, 1, 1)
# The old school was merged into the second one.
REORGANISED = date(2025, 9, 1)
NAMES = {
    MINISTRY: ("MINISTRY", "Министерство образования"),
    NORTH: ("AUTHORITY", "Северный округ"),
    SOUTH: ("AUTHORITY", "Южный округ"),
    FIRST: ("SCHOOL", "МБОУ СОШ № 1"),
    SECOND: ("SCHOOL", "МБОУ СОШ № 2"),
    THIRD: ("SCHOOL", "МБОУ СОШ № 3"),
    OLD: ("SCHOOL", "МБОУ СОШ № 4"),
    PLANT: ("PARTNER", "ООО «Маяк»"),
}
SUBORDINATIONS = (
    SubordinationRow(organisation_id=NORTH, authority_id=MINISTRY, kind="PRIMARY"),
    SubordinationRow(organisation_id=SOUTH, authority_id=MINISTRY, kind="PRIMARY"),
    SubordinationRow(organisation_id=FIRST, authority_id=NORTH, kind="PRIMARY"),
    SubordinationRow(
        organisation_id=SECOND, authority_id=NORTH, kind="PRIMARY", ends=RESUBORDINATED
    ),
    SubordinationRow(
        organisation_id=SECOND, authority_id=SOUTH, kind="PRIMARY", starts=RESUBORDINATED
    ),
    SubordinationRow(organisation_id=THIRD, authority_id=SOUTH, kind="PRIMARY"),
    SubordinationRow(organisation_id=OLD, authority_id=SOUTH, kind="PRIMARY"),
)
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What a school hands in as one file."""

    name: str
    items: tuple[Batch | Rejected, ...]
    completeness: Completeness = Completeness.PARTIAL


def organisation(organisation_id: UUID) -> OrganisationRow:
    kind, name = NAMES[organisation_id]
    ends = REORGANISED if organisation_id == OLD else FOREVER
    return OrganisationRow(
        id=organisation_id,
        kind=kind,
        full_name=name,
        short_name=name,
        legal_entity_id=organisation_id,
        status="ACTIVE" if ends == FOREVER else "CLOSED",
        ends=ends,
        sort_key=name.casefold(),
    )


async def load_register(database: Database) -> None:
    """Write the organisations and who answers to whom."""
    merger = SuccessionRow(from_id=OLD, to_id=SECOND, kind="MERGE", on_date=REORGANISED)
    ogrn = IdentifierRow(organisation_id=FIRST, system="OGRN", value="1020000000011")
    async with database.writing() as session:
        number = await changeset.begin(session, "REGISTRY", actor="test")
        async with changing(session, root_id=MINISTRY):
            await write_rows(session, "organisation", [organisation(i) for i in NAMES], key=("id",))
            await write_rows(session, "organisation_identifier", [ogrn], key=("system", "value"))
            await write_rows(session, "subordination", SUBORDINATIONS, key=())
            await write_rows(session, "succession", [merger], key=())
        await changeset.finish(session, number, changeset.Difference())


def handed(
    kind: FileKind,
    school: UUID,
    day: date,
    rows: Iterable[Row],
    *,
    completeness: Completeness = Completeness.PARTIAL,
) -> Handed:
    """Make the file in which a school lists rows as of a day."""
    listed = list(rows)
    frame = pd.DataFrame(listed, dtype=object).fillna("")
    frame["sheet"] = "Лист1"
    frame["row"] = range(5, 5 + len(listed))
    batch = Batch(
        kind=kind,
        frame=frame,
        file=f"{kind}-{school.int}-{day}.csv",
        organisation=OrganisationMention(name=NAMES[school][1]),
        stated_as_of=day,
    )
    return Handed(name=batch.file, items=(batch,), completeness=completeness)


async def take(
    database: Database,
    files: Sequence[Handed],
    *,
    sealer: Sealer,
    folder: Path,
    page_rows: int = 20_000,
    progress: Progress = lambda _station, _done: None,
) -> Accepted:
    """Accept what was handed in as one run."""
    return await accept(
        database,
        [given(file, folder) for file in files],
        sealer=sealer,
        actor="test",
        today=TODAY,
        page_rows=page_rows,
        progress=progress,
    )


def given(file: Handed, folder: Path) -> Given:
    """Put the file into a folder, with a connector that reads it from memory."""
    path = folder / file.name
    frames = (item.frame.to_csv() for item in file.items if isinstance(item, Batch))
    path.write_text("\n".join(frames))
    return Given(path=path, completeness=file.completeness, connector=Memory(file.items))


async def merged(database: Database, sealer: Sealer, one: object, other: object) -> UUID:
    """Say that two people are one, as a steward does, and obey it; gives the verdict."""
    async with database.writing() as session:
        said = await merge(session, UUID(str(one)), UUID(str(other)), by=BY, reason="проверено")
    await obey_waiting(database, sealer=sealer, today=TODAY)
    return said


async def parted(database: Database, sealer: Sealer, person: object, *records: object) -> UUID:
    """Part some records of a person from the rest, and obey it; gives the verdict."""
    numbers = [int(str(record)) for record in records]
    async with database.writing() as session:
        said = await split(session, UUID(str(person)), numbers, by=BY)
    await obey_waiting(database, sealer=sealer, today=TODAY)
    return said


async def answered(
    database: Database, sealer: Sealer, question: object, said: Answer, reason: str = ""
) -> UUID:
    """Answer a question, and obey it; gives the verdict."""
    async with database.writing() as session:
        given = await answer(session, UUID(str(question)), said, by=BY, reason=reason)
    await obey_waiting(database, sealer=sealer, today=TODAY)
    return given


async def retracted(database: Database, sealer: Sealer, verdict: UUID) -> None:
    """Take a verdict back, and obey it."""
    async with database.writing() as session:
        await retract(session, verdict, by=BY, reason="ошибка")
    await obey_waiting(database, sealer=sealer, today=TODAY)


async def rows(database: Database, query: str, *arguments: object) -> list[tuple[object, ...]]:
    """Read a query's lines."""
    async with database.reading() as session:
        return [tuple(row) for row in await session.raw.fetch(query, *arguments)]


def card(full_name: str, birth_date: str = "", **fields: str) -> dict[str, str]:
    """Make a row of a list of staff or pupils."""
    return {"full_name": full_name, "birth_date": birth_date, **fields}


def pair(mentor: str, mentee: str, **fields: str) -> dict[str, str]:
    """Make a row of a base of either side."""
    return {"mentor_full_name": mentor, "mentee_full_name": mentee, **fields}
