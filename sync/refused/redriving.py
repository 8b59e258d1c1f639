"""Refused rows taken after all: once the register knows whose they are, or the contract changed.

Others a person repairs (`repairing`). A refused row is kept sealed with what it would have been.
"""

from typing import Final

import asyncpg

from hub.database import Database
from sync import changeset
from sync.directory import read_directory
from sync.evidence.contract import BROKEN, contract_of
from sync.projecting import project
from sync.refused.rows import land_refused, opened, placed_rows
from sync.region import Region

WAITING: Final = ("row.unknown_organisation", "file.unknown_organisation")


async def redrive(database: Database, region: Region) -> int:
    """Take what waited for organisations that have become known, or for another contract.

    Answers how many rows. Costs one look where neither has changed. Raises ConflictError while a
    source is read.
    """
    async with database.reading() as session:
        version = await session.raw.fetchval(
            "select version from register where version <> redriven"
        )
        sources = await session.raw.fetch(SOURCES, list(WAITING) if version else [], BROKEN)
    rows = 0
    for source in sources:
        rows += await _redrive_source(database, source, region)
    if version is not None:
        async with database.writing() as session:
            await session.raw.execute("update register set redriven = $1", version)
    return rows


SOURCES: Final = """
select s.id, s.code, s.kind, array_agg(distinct r.code) as codes from rejection r
join source_file f on f.id = r.source_file_id join source s on s.id = f.source_id
where r.kind is not null and (r.code = any($1) or r.code = $2 and s.remapped)
group by s.id, s.code, s.kind order by s.code
"""


async def _redrive_source(database: Database, source: asyncpg.Record, region: Region) -> int:
    async with database.holding(f"source:{source['code']}"):
        async with database.writing() as session:
            contract = contract_of(await session.raw.fetchval(LOOKED_AT, source["id"]))
            held = await session.raw.fetch(HELD, source["codes"], source["id"])
            directory = await read_directory(session.raw)
            refused = [opened(row, region.sealer) for row in held]
            placed = [(one, *placed_rows(one, directory, contract)) for one in refused]
            lists = [(one, known) for one, known, _ in placed if known is not None]
            if not lists:
                return 0
            kind = "IMPORT" if source["kind"] == "SCHOOL_FILES" else "SYNC"
            number = await changeset.begin(session, kind, actor="redrive")
            said_at = None if kind == "IMPORT" else held[0]["taken_at"]
            await land_refused(session, source["id"], number, lists, region, said_at)
            await session.raw.execute(
                "delete from rejection where id = any($1)",
                [one.id for one, _, is_whole in placed if is_whole],
            )
        await project(database, number, sealer=region.sealer, today=region.today)
    return sum(len(known.frame) for _, known in lists)


LOOKED_AT: Final = "update source set remapped = false where id = $1 returning contract"
HELD: Final = """
select r.*, f.name, f.taken_at from rejection r join source_file f on f.id = r.source_file_id
where r.code = any($1) and r.kind is not null and f.source_id = $2 order by r.id
"""
