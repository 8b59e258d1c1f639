"""Mapping profiles: the headers that were accepted, what people told of them, what is promised.

Only what a person told changes how a table is read, so a header that the hub understands by itself
is read the same whatever was accepted before it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

import asyncpg

from connectors.mapping import MappingProfile
from hub.records import FileKind, OrganisationMention
from sync.directory import Directory
from sync.evidence.contract import Contract, contract_of
from sync.files.headers import Drift, Shape, drift_of

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProfiles:
    """What people told about headers, by shape and organisation; everybody's under None."""

    by_shape: Mapping[str, Mapping[UUID | None, MappingProfile]]
    directory: Directory
    on: date

    @property
    def shapes(self) -> Collection[str]:
        """Give the hashes of all headers that a person told something about."""
        return self.by_shape.keys()

    def digest(self, *, kinds: bool) -> bytes:
        """Hash the fields that people told and, where asked, the kinds of lists."""
        told = [
            (shape, str(owner), profile.kind if kinds else "", sorted(profile.columns.items()))
            for shape, profiles in sorted(self.by_shape.items())
            for owner, profile in sorted(profiles.items(), key=lambda item: str(item[0]))
            if kinds or profile.columns
        ]
        return blake2b(repr(told).encode(), digest_size=16).digest()

    def find(self, header_hash: str, organisation: OrganisationMention) -> MappingProfile | None:
        """Give what was told about an organisation's header: its own, else everybody's."""
        known = self.by_shape.get(header_hash, {})
        owner = self.directory.resolve(organisation, on=self.on)
        return known.get(owner) or known.get(None)


TOLD: Final = """
select p.organisation_id, p.kind, p.header_hash, p.told from mapping_profile p
join source s on s.id = p.source_id
where s.code = $1 and (p.told <> '{}' or p.is_kind_told)
"""


async def read_profiles(
    connection: Connection, source_code: str, directory: Directory, *, on: date
) -> ToldProfiles:
    """Read what people told about the headers of a source; few rows whatever the region's size."""
    by_shape: dict[str, dict[UUID | None, MappingProfile]] = {}
    for row in await connection.fetch(TOLD, source_code):
        profile = MappingProfile(
            kind=FileKind(row["kind"]),
            header_hash=row["header_hash"],
            columns=row["told"],
        )
        by_shape.setdefault(profile.header_hash, {})[row["organisation_id"]] = profile
    return ToldProfiles(by_shape=by_shape, directory=directory, on=on)


async def read_contract(connection: Connection, source_code: str) -> Contract:
    """Read what is promised of the fields of a source's lists; nothing before it has any."""
    said = await connection.fetchval("select contract from source where code = $1", source_code)
    return contract_of(said or {})


# A header is new where neither its organisation nor everybody has had its shape before; yesterday's
# is the last one of the same kind that was accepted before this run.
DRIFTED: Final = """
select asked.number, last.columns, last.confirmed_at
from unnest($2::int[], $3::uuid[], $4::text[], $5::text[])
    as asked (number, organisation_id, kind, header_hash)
join source s on s.code = $1
cross join lateral (
    select p.columns, p.confirmed_at from mapping_profile p
    where p.source_id = s.id and p.organisation_id = asked.organisation_id
      and p.kind = asked.kind and p.confirmed_at < coalesce($6::timestamptz, 'infinity')
    order by p.confirmed_at desc, p.id desc limit 1
) last
where asked.organisation_id is not null and not exists (
    select from mapping_profile p
    where p.source_id = s.id and p.header_hash = asked.header_hash
      and (p.organisation_id = asked.organisation_id or p.organisation_id is null)
      and p.confirmed_at < coalesce($6::timestamptz, 'infinity')
)
order by asked.number
"""


async def drifted(
    connection: Connection,
    source_code: str,
    files: Sequence[Sequence[Shape]],
    *,
    before: datetime | None = None,
) -> list[tuple[Drift, ...]]:
    """Say for each file which of its headers differ from what was accepted before a moment."""
    shapes = [(at, shape) for at, file in enumerate(files) for shape in file]
    rows = await connection.fetch(
        DRIFTED,
        source_code,
        list(range(len(shapes))),
        [shape.owner for _, shape in shapes],
        [shape.kind for _, shape in shapes],
        [shape.hash for _, shape in shapes],
        before,
    )
    found: list[list[Drift]] = [[] for _ in files]
    for row in rows:
        at, shape = shapes[row["number"]]
        since = row["confirmed_at"].date()
        found[at].append(drift_of(shape, row["columns"], since=since))
    return [tuple(file) for file in found]


KEPT: Final = """
insert into mapping_profile as held
    (source_id, organisation_id, kind, header_hash, columns, told, is_kind_told)
select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::bool[])
on conflict (source_id, organisation_id, header_hash) do update
    set kind = excluded.kind, columns = excluded.columns, told = held.told || excluded.told,
        is_kind_told = held.is_kind_told or excluded.is_kind_told, confirmed_at = now()
    where excluded.told <> '{}' and (held.told || excluded.told) <> held.told
       or excluded.is_kind_told and not held.is_kind_told
"""


async def keep_profiles(connection: Connection, source_id: UUID, shapes: Iterable[Shape]) -> None:
    """Remember the accepted shapes; one known already changes only by what a person tells of it."""
    known = {(shape.owner, shape.hash): shape for shape in shapes}
    if not known:
        return
    await connection.execute(
        KEPT,
        source_id,
        [owner for owner, _ in known],
        [shape.kind for shape in known.values()],
        [shape_hash for _, shape_hash in known],
        [_as_json(shape.fields) for shape in known.values()],
        [_as_json(shape.told) for shape in known.values()],
        [shape.is_kind_told for shape in known.values()],
    )


def _as_json(fields: Mapping[str, str]) -> str:
    return json.dumps(dict(fields), ensure_ascii=False)
