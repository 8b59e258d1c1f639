"""A change as a whole: begun when evidence lands, applied when its consequences are written."""

import json
from collections.abc import Mapping

from hub.database import WriteSession
from hub.records import ChangesetId


async def begin(session: WriteSession, kind: str, *, actor: str) -> ChangesetId:
    """Open a changeset; evidence written under it waits until a run applies it."""
    number = await session.raw.fetchval(
        "insert into changeset (kind, state, actor, summary) values ($1, 'STAGED', $2, '{}')"
        " returning id",
        kind,
        actor,
    )
    return ChangesetId(number)


async def finish(
    session: WriteSession, changeset_id: ChangesetId, summary: Mapping[str, int]
) -> None:
    """Mark the changeset applied with counts by kind, and with it all that a dead run staged."""
    await session.raw.execute(
        "update changeset set state = 'APPLIED', applied_at = now(),"
        " summary = summary || case when id = $1 then $2::jsonb else '{}' end"
        " where id = $1 or state = 'STAGED'",
        changeset_id,
        json.dumps(dict(summary)),
    )
