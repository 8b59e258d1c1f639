"""The sources a hub reads: what is known of each, kept without its secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final  # a connector's settings are its own

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from connectors import catalogue
from connectors.protocol import Connector
from hub import jobs
from hub.database import ReadSession, WriteSession
from hub.errors import ConfigError
from hub.freshness import expect_source
from hub.records import RecordKind
from hub.settings import Settings
from sync.evidence.contract import Promise
from sync.identity import new_id
from sync.matching.survive import FIELDS
from sync.people.source_ranks import choose_anew
from sync.projecting import PROJECTING
from sync.runs.run import UnknownSourceError
from sync.runs.secret import read_secret
from sync.work.duties import RANKS, REDRIVE

KEEP: Final = """
insert into source (id, code, kind, title, brake_share, settings, secret_name, schedule, brake_shares,
  contract, every_days, ranks)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13)
on conflict (code) do update set title = $4, brake_share = $5, secret_name = $7,
  settings = excluded.settings, schedule = $8, brake_shares = $9, contract = $10,
  every_days = $11, remapped = source.remapped or source.contract <> $10::jsonb,
  cursor = case when $12 then null else source.cursor end, ranks = $13
where (source.title, source.brake_share, source.settings, source.secret_name, source.schedule,
    source.brake_shares, source.contract, source.every_days, source.ranks) is distinct from
  (excluded.title, excluded.brake_share, excluded.settings, excluded.secret_name, excluded.schedule,
    excluded.brake_shares, excluded.contract, excluded.every_days, excluded.ranks)
"""
LIST: Final = """
select s.code, s.kind, s.title, s.schedule, s.paused, s.brake_share, s.brake_shares, s.settings, s.secret_name,
  s.cursor is not null as has_cursor, l.state as last_state, l.requested_at as last_requested_at,
  f.finished_at as last_success_at, s.every_days, s.heard_on, s.ranks
from source s
left join lateral (select state, requested_at from sync_run r where r.source_id = s.id
  order by requested_at desc limit 1) l on true
left join lateral (select finished_at from sync_run r where r.source_id = s.id
  and state in ('SUCCEEDED', 'PARTIAL', 'WAITING') order by requested_at desc limit 1) f on true
where $1::text is null or s.code = $1
order by s.code
"""

# Of the settings of all kinds of sources those that say what a row is read as.
MAPPING: Final = (
    "fields", "staff_fields", "pair_fields", "kind", "table", "schema", "path", "items_key",
    "organisations", "posts", "persons", "employees", "history", "names", "kinds", "dismissal",
)  # fmt: skip

PUSHED: Final = "PUSH"
NUMBERS: Final = range(1, 100)  # of ranks
Share = Annotated[Decimal, Field(gt=0, le=1)]


def _choosable(field: str) -> str:
    if field not in FIELDS:
        raise ValueError(f"такого поля нет, есть {', '.join(FIELDS)}")
    return field


def _rank(value: object) -> object:
    if type(value) is not int or value not in NUMBERS:
        raise ValueError("нужно целое число от 1 до 99: кому верить раньше, у того меньше")
    return value


Ranks = dict[Annotated[str, AfterValidator(_choosable)], Annotated[int, BeforeValidator(_rank)]]


class SourceManifest(BaseModel):
    """A source as its file describes it; `settings` are its connector's."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    code: Annotated[str, Field(pattern=r"^(?:[a-z][a-z0-9-]{1,40}|push:[0-9a-f-]{36})$")]
    kind: str
    title: Annotated[str, Field(min_length=3)]
    schedule: str | None = None
    every_days: Annotated[int, Field(gt=0)] | None = None
    secret_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    brake_share: Share = Decimal("0.1")
    brake_shares: dict[RecordKind, Share] = {}
    contract: dict[str, Promise] = {}
    ranks: Ranks = {}
    settings: dict[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source and how it is: its last run, and the last that brought something."""

    code: str
    kind: str
    title: str
    schedule: str | None
    paused: bool
    brake_share: Decimal
    brake_shares: Mapping[str, str]
    settings: Mapping[str, Any]
    secret_name: str | None
    has_cursor: bool
    last_state: str | None
    last_requested_at: datetime | None
    last_success_at: datetime | None
    every_days: int | None
    heard_on: date | None
    ranks: Mapping[str, int]


def connector_of(source: SourceState, settings: Settings) -> Connector:
    """Make a source's connector with its secret; raises SourceConfigError."""
    secret = (
        "" if source.secret_name is None else read_secret(settings.secrets_dir, source.secret_name)
    )
    return catalogue.connector_of(source.kind, source.settings, secret)


class Kept(StrEnum):
    """What became of a source that was described."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"


async def keep_source(session: WriteSession, manifest: SourceManifest) -> Kept:
    """Add a source, or change what is known of it; the same description again changes nothing.

    Its records stay, and so does its cursor unless the mapping changes: then all is read anew. What
    was refused is looked at again. Where its ranks change, a worker is asked to choose anew whom it
    and others speak of; this waits for a projection under way to end. Raises ConfigError where the
    code belongs to another kind, or to a partner who has pushed nothing yet.
    """
    # Nothing else changes what is read here, and the source's row may be locked only after PROJECTING.
    await session.lock(f"describing:{manifest.code}")
    held = await session.raw.fetchrow(HELD, manifest.code)
    _require_keepable(held["kind"] if held else None, manifest)
    is_ranked_anew = held is not None and held["ranks"] != manifest.ranks
    if is_ranked_anew:
        await session.lock(PROJECTING)
    if not await _wrote(session, manifest, held["settings"] if held else None):
        return Kept.SAME
    await jobs.enqueue_once(session, REDRIVE, {}, key=REDRIVE)
    if held is None:
        return Kept.NEW
    # Each change asks for itself: a job that is at its end sees no more of it, and one job too many
    # finds nobody left.
    if is_ranked_anew and await choose_anew(session, held["id"]):
        await jobs.enqueue(session, RANKS, {})
    return Kept.CHANGED


HELD: Final = "select id, kind, settings, ranks from source where code = $1"


def _require_keepable(held: str | None, manifest: SourceManifest) -> None:
    """Raise ConfigError where the code is another kind's, or nobody's and a partner's is meant."""
    if held is None and manifest.kind == PUSHED:
        raise ConfigError(
            "Источник партнёра хаб заводит сам с первым присланным. Код назовёт python -m hub source list.",
            code="config.source",
        )
    if held not in {None, manifest.kind}:
        raise ConfigError(
            f"Код {manifest.code} занят источником другого вида. Назовите другой код.",
            code="config.source",
        )


async def _wrote(
    session: WriteSession, manifest: SourceManifest, held: Mapping[str, Any] | None
) -> bool:
    """Write a source unless it is so already; what a partner's settings are, stays theirs."""
    settings = held if held is not None and manifest.kind == PUSHED else manifest.settings
    is_remapped = held is not None and _mapping(held) != _mapping(settings)
    done: str = await session.raw.execute(
        KEEP,
        new_id(),
        manifest.code,
        manifest.kind,
        manifest.title,
        manifest.brake_share,
        json.dumps(settings),
        manifest.secret_name,
        manifest.schedule,
        json.dumps({kind.value: str(share) for kind, share in manifest.brake_shares.items()}),
        json.dumps({name: one.model_dump() for name, one in manifest.contract.items()}),
        manifest.every_days,
        is_remapped,
        json.dumps(manifest.ranks),
    )
    return done != "INSERT 0 0"


def _mapping(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give of a source's settings what says where things are and which field is which."""
    told = json.loads(json.dumps({name: settings.get(name) for name in MAPPING}, default=str))
    return dict(told)


async def list_sources(session: ReadSession, code: str | None = None) -> list[SourceState]:
    """Give every source by its code, or the one of this code."""
    rows = await session.raw.fetch(LIST, code)
    return [SourceState(**dict(row)) for row in rows]


async def read_source(session: ReadSession, code: str) -> SourceState:
    """Give a source; raises UnknownSourceError."""
    for found in await list_sources(session, code):
        return found
    raise UnknownSourceError


async def set_expected(session: WriteSession, code: str, every_days: int | None) -> None:
    """Say how often a source is to be heard, or that nobody waits; raises UnknownSourceError."""
    if not await expect_source(session, code, every_days):
        raise UnknownSourceError


async def set_paused(session: WriteSession, code: str, *, paused: bool) -> None:
    """Let the schedule pass a source over, or mind it again; raises UnknownSourceError."""
    found = await session.raw.fetchval(
        "update source set paused = $2 where code = $1 returning code", code, paused
    )
    if found is None:
        raise UnknownSourceError
