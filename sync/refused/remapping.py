"""Tables that nobody could read, taken after all: once a mapping is told for a header like theirs.

Of a file given over HTTP that was taken in without such a table the content is kept sealed, as of one
that nobody has accepted yet; what is told on another acceptance puts it into the queue again. A file
of the command line is not kept: whoever has it is told to give it again.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from hub import jobs
from hub.database import ReadSession, WriteSession
from sync.files.given import FileReport

# Refusals of a table that a person's word about its header, or its kind, would make readable.
UNREADABLE: Final = frozenset({"file.no_header", "file.no_name_column", "file.unknown_kind"})


def waits_for_mapping(report: FileReport) -> bool:
    """Say whether a table of the file could not be read for its header."""
    return not UNREADABLE.isdisjoint(one.code for one in report.rejected)


async def ask_again(session: WriteSession, *, since: datetime) -> list[UUID]:
    """Put the files that wait for a mapping into the queue if anything was told since an instant."""
    rows = await session.raw.fetch(AGAIN, since)
    for row in rows:
        await jobs.enqueue(session, jobs.IMPORT, {"upload": str(row["id"])})
    return [row["id"] for row in rows]


async def to_give_again(
    session: ReadSession, *, since: datetime, given: Collection[UUID]
) -> tuple[str, ...]:
    """Name the files whose table waits and that are not kept, if anything was told since an instant.

    Those that were `given` just now were read by all that is told.
    """
    rows = await session.raw.fetch(NOT_KEPT, since, list(given), list(UNREADABLE))
    return tuple(row["name"] for row in rows)


# A mapping that says nothing new keeps its instant, so no two files call each other for ever.
TOLD_SINCE: Final = """
exists (select from mapping_profile p
        where p.confirmed_at >= $1 and (p.told <> '{}' or p.is_kind_told))
"""
AGAIN: Final = f"""
update upload u set state = 'QUEUED', queued_at = now()
where u.state = 'ACCEPTED' and exists (select from upload_chunk c where c.upload_id = u.id)
  and {TOLD_SINCE}
returning u.id
"""
NOT_KEPT: Final = f"""
select distinct f.name from rejection r join source_file f on f.id = r.source_file_id
where r.code = any($3) and f.id <> all($2) and {TOLD_SINCE}
  and not exists (select from upload u join upload_chunk c on c.upload_id = u.id
                  where u.name = f.name and u.sha256 = f.sha256)
order by f.name
"""
