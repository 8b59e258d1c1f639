"""The models that the database keeps: which is active, and how one is added and made active."""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import pandas as pd

from hub.database import WriteSession
from hub.errors import ConflictError, InputError
from sync.columns import insert_frame
from sync.explained import parts
from sync.matching.artefact import model_of, stated_of
from sync.matching.model import Model

Connection = asyncpg.Connection
KEPT: Final = 4
Json = Any  # what a shadow run found, as it is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A model that is kept: how it was made, and whether it was tried and is in force."""

    id: int
    version: str
    origin: str
    active: bool
    created_at: datetime
    shadowed_at: datetime | None
    activated_at: datetime | None


_kept: OrderedDict[tuple[UUID, int], Model] = OrderedDict()


async def active_model(connection: Connection) -> Model:
    """Give the model that decides; read anew only when another became active.

    Raises InputError where another version of the hub made it.
    """
    [row] = await connection.fetch("select feed_epoch() as database, id from model where active")
    key = (row["database"], row["id"])
    if key not in _kept:
        artefact = await connection.fetchval("select artefact from model where id = $1", row["id"])
        _kept[key] = model_of(artefact)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


async def list_models(connection: Connection) -> list[Stored]:
    """Give every model that is kept, the newest first."""
    rows = await connection.fetch(
        "select id, version, origin, active, created_at, shadowed_at, activated_at"
        " from model order by id desc"
    )
    return [Stored(**dict(row)) for row in rows]


async def find_model(connection: Connection, version: str) -> tuple[Stored, Model]:
    """Give a model by its version; raises InputError for one that is not kept or not readable."""
    rows = await connection.fetch(
        "select id, version, origin, active, created_at, shadowed_at, activated_at, artefact"
        " from model where version = $1",
        version,
    )
    if not rows:
        raise InputError(
            f"Модели {version} в базе нет. Какие есть, покажет match models.",
            code="match.unknown_model",
        )
    found = dict(rows[0])
    model = model_of(found.pop("artefact"))
    return Stored(**found), model


async def store_model(
    session: WriteSession,
    model: Model,
    *,
    origin: str,
    calibration: Sequence[Mapping[str, object]],
) -> None:
    """Keep a model beside the active one; raises ConflictError where its version is taken."""
    number = await session.raw.fetchval(
        "insert into model (version, origin, artefact, calibration, active)"
        " values ($1, $2, $3, $4, false) on conflict (version) do nothing returning id",
        model.version,
        origin,
        json.dumps(stated_of(model), ensure_ascii=False),
        json.dumps([dict(row) for row in calibration], ensure_ascii=False),
    )
    if number is None:
        raise ConflictError(
            f"Модель {model.version} уже есть: назовите новую иначе, --version.",
            code="match.version_taken",
        )
    rows = [asdict(part) for part in parts(model)]
    frame = pd.DataFrame(rows, dtype=object).assign(model_id=number, number=range(len(rows)))
    await insert_frame(session.raw, "model_part", frame, list(frame.columns))


async def keep_shadow(session: WriteSession, version: str, found: Json) -> None:
    """Keep what a model would change beside the active one."""
    await session.raw.execute(
        "update model set shadow = $2, shadowed_at = now() where version = $1",
        version,
        json.dumps(found, ensure_ascii=False),
    )


async def make_active(session: WriteSession, stored: Stored) -> None:
    """Let a model decide from this transaction on.

    Raises ConflictError for one that was never tried in shadow nor active before.
    """
    if stored.shadowed_at is None and stored.activated_at is None:
        raise ConflictError(
            f"Модель {stored.version} ещё не пробовали: сначала match shadow {stored.version} "
            "покажет, кого она сольёт и разделит.",
            code="match.not_shadowed",
        )
    await session.raw.execute(
        "update model set active = false where active and id <> $1", stored.id
    )
    await session.raw.execute(
        "update model set active = true, activated_at = now() where id = $1", stored.id
    )
