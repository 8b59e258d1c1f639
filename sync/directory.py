"""Which organisation a source means: by its identifiers, else by a name that only one bears."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

import asyncpg

from hub.records import OrganisationMention
from sync.matching.normalise import organisation_key

Key = TypeVar("Key")
NO_KEY = organisation_key("").name_key
EXTERNAL_KINDS = frozenset({"PARTNER", "UNIVERSITY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What resolving and projecting need to know of an organisation."""

    id: UUID
    kind: str
    short_name: str
    parent_id: UUID | None
    territory_id: UUID | None
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Every organisation of the region, read once per run; some thousands of rows."""

    organisations: Mapping[UUID, Organisation]
    by_identifier: Mapping[tuple[str, str], UUID]
    by_name: Mapping[str, tuple[UUID, ...]]
    by_key: Mapping[str, tuple[UUID, ...]]
    branches: Mapping[UUID, tuple[UUID, ...]]
    successor: Mapping[UUID, tuple[UUID, date]]
    root_id: UUID

    def resolve(self, mention: OrganisationMention, *, on: date) -> UUID | None:
        """Name the organisation meant on a day; None where nobody or more than one fits."""
        found = self._by_identifiers(mention) or self._by_name(mention.name)
        return None if found is None else self.heir(found, on=on)

    def resolve_name(self, name: str, *, on: date) -> UUID | None:
        """Name the organisation that a free text of a cell means, if only one bears it."""
        found = self._by_name(name)
        return None if found is None else self.heir(found, on=on)

    def heir(self, organisation_id: UUID, *, on: date) -> UUID:
        """Follow reorganisations: the sole successor answers for a closed organisation."""
        seen = {organisation_id}
        while organisation_id in self.successor:
            successor_id, on_date = self.successor[organisation_id]
            if on < on_date or successor_id in seen:
                break
            seen.add(successor_id)
            organisation_id = successor_id
        return organisation_id

    def digest(self) -> bytes:
        """Hash all that decides which organisation a source means."""
        known = (
            sorted(self.by_identifier.items()),
            sorted(self.by_name.items()),
            sorted(self.by_key.items()),
            sorted(self.branches.items()),
            sorted(self.successor.items()),
        )
        return blake2b(repr(known).encode(), digest_size=16).digest()

    def is_external(self, organisation_id: UUID) -> bool:
        """Say whether the organisation is a partner: an employer, a theatre, a sports club."""
        return self.organisations[organisation_id].kind in EXTERNAL_KINDS

    def _by_identifiers(self, mention: OrganisationMention) -> UUID | None:
        stated = (("AIS_KADRY", mention.code), ("OGRN", mention.ogrn), ("INN", mention.inn))
        for system, value in stated:
            found = self.by_identifier.get((system, value)) if value else None
            if found is not None:
                return self._branch_named(found, mention.name)
        return None

    def _branch_named(self, organisation_id: UUID, name: str) -> UUID:
        """A branch writes its parent's identifiers under its own name."""
        named = _folded(name)
        for branch in self.branches.get(organisation_id, ()):
            if named and branch in self.by_name.get(named, ()):
                return branch
        return organisation_id

    def _by_name(self, name: str) -> UUID | None:
        exact = self.by_name.get(_folded(name), ()) if name else ()
        if len(exact) == 1:
            return exact[0]
        alike = self.by_key.get(organisation_key(name).name_key, ()) if name and not exact else ()
        return alike[0] if len(alike) == 1 else None


_kept: OrderedDict[tuple[UUID, int], Directory] = OrderedDict()
KEPT = 4


async def cached_directory(connection: asyncpg.Connection) -> Directory:
    """Give the directory as the register stands, read anew only when that has changed.

    Not within a transaction that changes the register itself: what is rolled back would be kept.
    """
    [row] = await connection.fetch("select feed_epoch() as database, version from register")
    key = (row["database"], row["version"])
    if key not in _kept:
        _kept[key] = await read_directory(connection)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


async def read_directory(connection: asyncpg.Connection) -> Directory:
    """Read the directory in four statements."""
    rows = await connection.fetch(
        "select id, kind, full_name, short_name, parent_id, territory_id, ends"
        " from organisation order by id"
    )
    identifiers = await connection.fetch(
        "select system, value, organisation_id from organisation_identifier"
    )
    successions = await connection.fetch("select from_id, to_id, on_date from succession")
    root = await connection.fetchval(
        "select id from organisation where kind = 'MINISTRY' order by id limit 1"
    )
    by_name, by_key, branches = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in rows:
        by_name[_folded(row["full_name"])].add(row["id"])
        by_name[_folded(row["short_name"])].add(row["id"])
        by_key[organisation_key(row["full_name"]).name_key].add(row["id"])
        by_key[organisation_key(row["short_name"]).name_key].add(row["id"])
        if row["parent_id"] is not None:
            branches[row["parent_id"]].add(row["id"])
    by_key.pop(NO_KEY, None)
    return Directory(
        organisations={row["id"]: _organisation(row) for row in rows},
        by_identifier={(r["system"], r["value"]): r["organisation_id"] for r in identifiers},
        by_name=_sorted(by_name),
        by_key=_sorted(by_key),
        branches=_sorted(branches),
        successor=_sole_successors((r["from_id"], r["to_id"], r["on_date"]) for r in successions),
        root_id=root,
    )


def _organisation(row: asyncpg.Record) -> Organisation:
    return Organisation(
        id=row["id"],
        kind=row["kind"],
        short_name=row["short_name"],
        parent_id=row["parent_id"],
        territory_id=row["territory_id"],
        ends=row["ends"],
    )


def _sorted(groups: Mapping[Key, set[UUID]]) -> dict[Key, tuple[UUID, ...]]:
    return {key: tuple(sorted(ids)) for key, ids in groups.items()}


def _sole_successors(
    rows: Iterable[tuple[UUID, UUID, date]],
) -> dict[UUID, tuple[UUID, date]]:
    found: dict[UUID, list[tuple[UUID, date]]] = defaultdict(list)
    for from_id, to_id, on_date in rows:
        found[from_id].append((to_id, on_date))
    return {from_id: heirs[0] for from_id, heirs in found.items() if len(heirs) == 1}


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").translate(_QUOTES).split())


_QUOTES = str.maketrans(dict.fromkeys("«»\"'“”„", ""))
