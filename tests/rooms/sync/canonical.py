"""What a database holds, said without ids: two hubs that know the same say the same.

A record is named by its natural key, a person by their records, a mentorship by its claims, a
programme by its organisation, year and title. Ids, changesets, instants, sealed texts (each
sealing differs) and the place of a row in a file that said the same again are left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any  # a cell is of any type
from uuid import UUID

import asyncpg

from hub.database import Database, ReadSession

TABLES = (
    "record",
    "record_version",
    "record_facts",
    "record_key",
    "edge",
    "link",
    "person",
    "person_name",
    "person_identifier",
    "contact",
    "employment",
    "experience",
    "enrolment",
    "qualification",
    "person_field",
    "person_place",
    "mentor_profile",
    "mentee_profile",
    "mentorship_claim",
    "mentorship",
    "mentorship_member",
    "mentorship_place",
    "participation_fact",
    "programme",
    "programme_organisation",
    "question",
    "stated_list",
    "stated_figure",
)
LEFT_OUT = {
    "changeset_id",
    "changed_at",
    "source_id",
    "source_file_id",
    "payload",
    "sheet",
    "row",
    "stated_at",
    "snils_sealed",
    "value_sealed",
    "version",  # of a question: how often it came to ask otherwise
    "pattern",  # who stands on which side of a pair follows the ids
}
NUMBERED = {
    "record",
    "record_version",
    "employment",
    "enrolment",
    "mentorship_claim",
    "mentorship_member",
    "participation_fact",
    "stated_figure",
    "question",
}
RECORDS = {
    "record_id",
    "record_a",
    "record_b",
    "stated_by",
    "mentor_record_id",
    "mentee_record_id",
}
VERSIONS = {
    "record_version_id",
    "current_version_id",
    "projected_version_id",
    "standing_version_id",
}
Names = Mapping[Any, str]
Line = tuple[object, ...]


async def canonical(database: Database) -> dict[str, list[Line]]:
    """Give the lines of each table, sorted."""
    async with database.reading() as session:
        names = await _names(session)
        said = {}
        for table in TABLES:
            rows = await session.raw.fetch(f"select * from {table}")
            said[table] = _sorted(_line(table, row, names) for row in rows)
        twins = await session.raw.fetch("select group_id, person_id from possible_twin")
        said["possible_twin"] = _sorted(_groups(twins, names.ids))
        return said


def differences(one: Mapping[str, list[Line]], other: Mapping[str, list[Line]]) -> list[str]:
    """Say what stands on one side only, for whoever reads a failed test."""
    return [
        f"{side} {table}: {line}"
        for table in one
        for side, here, there in (("-", one, other), ("+", other, one))
        for line in _beyond(here[table], there[table])
    ]


async def checksums(database: Database) -> dict[str, str]:
    """Give a checksum of every table, ids and instants included, but for what a run says of itself.

    How a file was read last and on which day a source was heard are such words too.
    """
    async with database.reading() as session:
        tables = await session.raw.fetch(
            "select tablename from pg_tables where schemaname = 'public'"
            " and tablename not in ('changeset', 'sync_run', 'sync_run_event', 'alembic_version')"
        )
        return {
            table: await session.raw.fetchval(
                "select coalesce(md5(string_agg(line, ';' order by line)), '') from"
                f" (select (to_jsonb(t) - 'reading' - 'heard_on')::text as line from {table} t) lines"
            )
            for (table,) in tables
        }


def _beyond(here: list[Line], there: list[Line]) -> list[Line]:
    left = list(there)
    beyond = []
    for line in here:
        if line in left:
            left.remove(line)
        else:
            beyond.append(line)
    return beyond


def _sorted(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=repr)


class _Names:
    """Natural names of records, versions and everything that has a UUID of its own."""

    def __init__(self, records: Names, versions: Names, ids: Names) -> None:
        self.records, self.versions, self.ids = records, versions, ids


async def _names(session: ReadSession) -> _Names:
    raw = session.raw
    records = {
        row["id"]: f"{row['kind']}/{row['organisation_id'].int}/{row['external_id'].hex()}"
        for row in await raw.fetch("select id, kind, organisation_id, external_id from record")
    }
    versions = {
        row["id"]: f"{records[row['record_id']]}@{row['stated_as_of']}/{row['content_hash'].hex()}"
        for row in await raw.fetch(
            "select id, record_id, stated_as_of, content_hash from record_version"
        )
    }
    members: dict[UUID, list[str]] = defaultdict(list)
    for row in await raw.fetch("select record_id, person_id from link"):
        members[row["person_id"]].append(records[row["record_id"]])
    for row in await raw.fetch(
        "select mentorship_id, mentor_record_id, mentee_record_id, record_id"
        " from mentorship_claim where mentorship_id is not null"
    ):
        claim = ">".join(records[row[name]] for name in ("mentor_record_id", "mentee_record_id"))
        members[row["mentorship_id"]].append(f"{records[row['record_id']]}:{claim}")
    ids = {owner: "|".join(sorted(keys)) for owner, keys in members.items()}
    for row in await raw.fetch(
        "select id, lead_organisation_id, academic_year, title_key from programme"
    ):
        ids[row["id"]] = f"{row['lead_organisation_id'].int}/{row[2]}/{row['title_key']}"
    return _Names(records, versions, ids)


def _line(table: str, row: asyncpg.Record, names: _Names) -> Line:
    cells = {
        name: _cell(name, value, names)
        for name, value in row.items()
        if name not in LEFT_OUT and not (name == "id" and table in NUMBERED)
    }
    if "record_a" in cells:
        sides = sorted((cells.pop(f"record_{s}"), cells.pop(f"person_{s}", "")) for s in "ab")
        cells["sides"] = tuple(sides)
    return tuple(sorted(cells.items()))


def _cell(name: str, value: object, names: _Names) -> object:
    rules: tuple[tuple[bool, Callable[[Any], object]], ...] = (
        (value is None, lambda nothing: nothing),
        (name in RECORDS, lambda number: names.records[number]),
        (name in VERSIONS, lambda number: names.versions[number]),
        (isinstance(value, UUID), lambda found: names.ids.get(found, str(found))),
        (isinstance(value, bytes), lambda found: found.hex()),
        (isinstance(value, list), tuple),
        (isinstance(value, dict), repr),
    )
    for applies, rule in rules:
        if applies:
            return rule(value)
    return value


def _groups(rows: Iterable[asyncpg.Record], ids: Names) -> list[Line]:
    groups: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        groups[row["group_id"]].append(ids[row["person_id"]])
    return [tuple(sorted(people)) for people in groups.values()]
