"""Taking files in: saying what a file would give, and taking it.

`check` reads files and says what was understood; nothing is written. `accept` lands the files page
by page and projects what follows from them.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from hub.access import see_as
from hub.database import Database
from hub.records import ChangesetId
from hub.seal import Sealer
from sync.brake.holding import Passing
from sync.changeset import Difference
from sync.directory import read_directory
from sync.evidence.ahead import ahead
from sync.evidence.parts import CARD_KINDS, card_identities
from sync.files.doubts import doubts, read_standing
from sync.files.findings import examined
from sync.files.given import FileReport, Given
from sync.files.opened import SOURCE_CODE, open_intake, pages
from sync.files.profiles import drifted, read_contract, read_profiles
from sync.files.reading import FileReader
from sync.files.taking import Taken, reported, take
from sync.projecting import project
from sync.refused.remapping import ask_again, to_give_again

__all__ = [
    "CARD_KINDS",
    "Accepted",
    "FileReport",
    "Given",
    "accept",
    "card_identities",
    "check",
]

PAGE_ROWS = 5_000
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What accepting files did; no records, versions and projections where all was known.

    `to_give_again` names files of which a table was not read and that nobody kept: what was told of
    headers now may make it readable.
    """

    changeset_id: ChangesetId
    files: tuple[FileReport, ...]
    records: int
    versions: int
    projected: Difference
    to_give_again: tuple[str, ...] = ()


async def check(
    database: Database,
    files: Sequence[Given],
    *,
    today: date,
    sealer: Sealer | None = None,
    owner: UUID | None = None,
) -> list[FileReport]:
    """Say what each file holds, what in it cannot be taken and what is unclear; writes nothing.

    The web's role looks as the `owner` of the files and sees the people of that scope. Without a
    sealer the keys of a returned template are not looked at.
    """
    async with database.reading() as session:
        directory = await read_directory(session.raw)
        profiles = await read_profiles(session.raw, SOURCE_CODE, directory, on=today)
        contract = await read_contract(session.raw, SOURCE_CODE)
    reader = FileReader(
        directory=directory, today=today, profiles=profiles, sealer=sealer, contract=contract
    )
    reads = [reader.read(given) for given in files]
    looked = [examined(read, directory, today=today) for read in reads]
    async with database.reading() as session:
        if owner is not None:
            await see_as(session, owner, today)
        found = await drifted(session.raw, SOURCE_CODE, [read.shapes for read in reads])
        standing = [await read_standing(session.raw, one.cards) for one in looked]
    return [
        replace(
            one.report,
            drift=drift,
            questions=doubts(one.cards, known, file=one.report.name),
        )
        for one, drift, known in zip(looked, found, standing, strict=True)
    ]


async def accept(  # noqa: PLR0913 - who gives what and how, each by name
    database: Database,
    files: Sequence[Given],
    *,
    sealer: Sealer,
    actor: str,
    today: date,
    page_rows: int = PAGE_ROWS,
    release: bool = False,
    progress: Progress = lambda _station, _done: None,
) -> Accepted:
    """Take files in as one changeset and write what follows from them.

    Evidence is committed in pages of about `page_rows` rows: small files together, a large one in
    portions. One run of the source at a time: raises ConflictError while another is at work. The
    same files again change nothing and are not read again; what is told of a header calls those in
    that wait for it. With `release` the person who gives the
    files answers for what they end: the brake lets their organisations pass.
    """
    async with database.holding(f"source:{SOURCE_CODE}"):
        intake = await open_intake(
            database, files, sealer=sealer, actor=actor, today=today, release=release
        )
        taken = Taken()
        async with aclosing(ahead(pages(intake, page_rows))) as ready:
            async for page in ready:
                await take(database, intake, page, taken)
                progress("landing", len(intake.known) + len(taken.reports))
        projected = await project(
            database,
            intake.changeset_id,
            sealer=sealer,
            today=today,
            passing=Passing(
                actor=actor,
                units=frozenset((intake.source_id, unit) for unit in taken.listed if release),
            ),
            progress=lambda station: progress(station, len(intake.files)),
        )
        async with database.writing() as session:
            await ask_again(session, since=intake.began)
            given = {file.id for file in intake.files}
            missing = await to_give_again(session, since=intake.began, given=given)
    return Accepted(
        changeset_id=intake.changeset_id,
        files=await reported(database, intake, taken),
        records=taken.records,
        versions=taken.versions,
        projected=projected,
        to_give_again=missing,
    )
