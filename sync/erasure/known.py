"""Who of a source's rows was erased: the hashes, read once a run."""

from datetime import date
from uuid import UUID

from hub.database import ReadSession
from hub.seal import Sealer
from sync.erasure.keys import Erased


async def erased_keys(session: ReadSession) -> frozenset[bytes]:
    """Read the hashes by which the erased are known again."""
    rows = await session.raw.fetch("select hash from erased_key")
    return frozenset(row["hash"] for row in rows)


async def lifted_keys(session: ReadSession) -> frozenset[bytes]:
    """Read the hashes of those whom sources may state again."""
    rows = await session.raw.fetch("select hash from lifted_ban")
    return frozenset(row["hash"] for row in rows)


async def erased_for(
    session: ReadSession, source_id: UUID, sealer: Sealer, *, today: date
) -> Erased:
    """Give what parts the rows of a source from those of the erased."""
    keys = await erased_keys(session)
    lifted = await lifted_keys(session) if keys else frozenset[bytes]()
    return Erased(source_id=source_id, keys=keys, sealer=sealer, today=today, lifted=lifted)
