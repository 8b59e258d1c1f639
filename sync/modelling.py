"""The matcher's models, the front room: learned from the records stored, tried, made active.

A learned model decides nothing until it was run in shadow and somebody made it active. Whoever was
active before can be made so again: every activation is one change that re-matches everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from hub.audit.events import by_command
from hub.audit.journal import write
from hub.database import Database, ReadSession, WriteSession
from hub.errors import InputError
from hub.seal import Sealer
from sync.changeset import Difference
from sync.engines.learning import checked, learn, suited
from sync.engines.notices import Notice
from sync.evidence.pending import Ids
from sync.matching.model import HAND_MODEL, Model
from sync.people.component import clustered
from sync.people.match import edges_of, read_facts
from sync.people.models import (
    Stored,
    active_model,
    find_model,
    keep_shadow,
    list_models,
    make_active,
    store_model,
)
from sync.people.shadow import Shadow, compared
from sync.projecting import rematch

EVERYBODY = "select record_id from record_facts order by record_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model that was learned and kept, what it promises and keeps, and what to know of it."""

    version: str
    origin: str
    records: int
    calibration: Sequence[Mapping[str, object]]
    notices: Sequence[Notice]


async def train(database: Database, *, version: str, today: date) -> Trained:
    """Learn a model from the stored records and keep it; it decides nothing yet.

    From how often patterns occur among candidates and by chance; СНИЛС check it. Raises InputError
    where records are too few to teach anything.
    """
    async with database.reading() as session:
        facts = await read_facts(session.raw, await _everybody(session), today=today)
        codes = {str(row[0]): row[1] for row in await session.raw.fetch(SOURCES)}
    learned = learn(facts, suited(HAND_MODEL, facts), version=version)
    if learned.model.version != version:
        raise InputError(
            "Учиться не на чем: слишком мало записей, похожих друг на друга. "
            "Действующая модель остаётся.",
            code="match.too_little",
        )
    calibration = [
        {**row, "source": codes.get(str(row["source"]), row["source"])}
        for row in checked(facts, learned.model)
    ]
    origin = "MIXTURE"
    async with database.writing() as session:
        await store_model(session, learned.model, origin=origin, calibration=calibration)
    return Trained(
        version=version,
        origin=origin,
        records=len(facts),
        calibration=calibration,
        notices=learned.notices,
    )


SOURCES = "select id, code from source"


async def _everybody(session: ReadSession) -> Ids:
    rows = await session.raw.fetch(EVERYBODY)
    return np.array([row[0] for row in rows], dtype=np.int64)


async def shadow(database: Database, version: str, *, today: date) -> Shadow:
    """Say what a model would change, and remember that it was tried; writes no person.

    Matches everybody by one snapshot of what is stored, in memory; nobody waits for it.
    """
    async with database.reading() as session:
        _, model = await find_model(session.raw, version)
        found = await _beside(session, model, today=today)
    async with database.writing() as session:
        await keep_shadow(session, version, asdict(replace(found, examples=())))
    return found


async def _beside(session: ReadSession, model: Model, *, today: date) -> Shadow:
    connection = session.raw
    active = await active_model(connection)
    everybody = await _everybody(session)
    edges = await edges_of(connection, everybody, model, today=today)
    facts = await read_facts(connection, everybody, today=today)
    component = await clustered(connection, facts, edges)
    held = await connection.fetch(HELD)
    standing = pd.DataFrame([tuple(row) for row in held], columns=[*edges.columns])
    asked = await connection.fetch(ASKED)
    return compared(
        component,
        before=standing,
        after=edges,
        asked={(row[0], row[1]) for row in asked},
        active=active,
        model=model,
    )


HELD = "select record_a, record_b, pattern, score, decision from edge order by 1, 2"
ASKED = "select record_a, record_b from question where state = 'OPEN' and kind <> 'DISPUTE'"


async def activate(
    database: Database, version: str, *, sealer: Sealer, today: date, actor: str
) -> Difference:
    """Let a model decide and match everybody anew by it, as one audited change.

    Waits for another projection to end. Raises ConflictError for a model that was never tried; of
    the active one it is a full re-match.
    """

    async def chosen(session: WriteSession) -> Model:
        stored, model = await find_model(session.raw, version)
        await make_active(session, stored)
        await write(session.raw, [by_command(f"{actor} {version}")])
        return model

    return await rematch(database, chosen, sealer=sealer, today=today, actor=actor)


async def models(database: Database) -> list[Stored]:
    """Give every model that is kept, the newest first."""
    async with database.reading() as session:
        return await list_models(session.raw)
