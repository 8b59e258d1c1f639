"""Row-level security: the web sees the rows of its scope, and none without one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.database import open_connection
from hub.provision import at
from hub.settings import Addresses
from hub.tables import Base

# The region's day, which the web says; far from the server's own, which decides nothing.
DAY = date(2031, 3, 5)
WHO = {"person_id", "person_a", "mentor_id", "record_id", "record_a", "mentorship_id"}
SUBJECTS = {"person", "record", "mentorship", "rejection", "change", "push_entry"}
# What names nobody and is yet an authority's own.
OWN = {
    "webhook_endpoint",
    "webhook_delivery",
    "hold",
    "simulation",
    "rollup",
    "verdict",
    "question_lease",
}
# What the web writes: files given by those who ask, whose content only the worker reads.
GIVEN = {"upload": (True, True), "upload_chunk": (False, True)}
# What only the worker's role touches of what partners push, and of whom was taken out.
PUSHED = {
    "withheld": (False, False),
    "erased_key": (False, False),
    "lifted_ban": (False, False),
    "push_rekey": (False, False),
    "undone_evidence": (False, False),
    "restatement": (False, False),
    "push_request": (False, False),
}
# What the web keeps of itself; into the audit it adds and reads nothing.
KEPT = {"rate_bucket": (True, True), "audit_event": (False, True)}
ADDED = {"audit_event"}
# Acts without a name, of which only the region's readers see rows.
ACTS = {"destruction_act"}
# And words about who is whom, consents and requests, of which it reads those of its scope.
SAID = (
    "simulation",
    "verdict", "verdict_pair", "pin", "question_lease", "review_request", "consent",
    "subject_request",
)  # fmt: skip
SAMPLES: dict[type, object] = {
    str: "x",
    int: 1,
    bool: False,
    bytes: b"x",
    UUID: UUID(int=0),
    date: date(2025, 9, 1),
    datetime: datetime(2025, 9, 1, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What belongs to one authority: a person, their record and their mentorship."""

    number: int
    authority: UUID = field(default_factory=uuid4)
    organisation: UUID = field(default_factory=uuid4)
    person: UUID = field(default_factory=uuid4)
    mentorship: UUID = field(default_factory=uuid4)
    question: UUID = field(default_factory=uuid4)
    verdict: UUID = field(default_factory=uuid4)


OURS, THEIRS = Side(number=1), Side(number=2)


def naming() -> list[Table]:
    """List the tables that name people, by what their columns point to."""
    tables = Base.metadata.sorted_tables
    named = [table for table in tables if table.name not in PUSHED]
    return [table for table in named if WHO & set(table.c.keys()) or table.name in SUBJECTS | OWN]


def value(table: Table, column: Column[object], side: Side) -> object:
    """Choose a cell so that the row belongs to the side."""
    if column.name in ("id", "alias_id"):
        keys = {
            "person": side.person,
            "record": side.number,
            "mentorship": side.mentorship,
            "question": side.question,
            "verdict": side.verdict,
            "webhook_endpoint": side.verdict,
        }
        return keys.get(table.name, uuid4())
    for start, found in {
        "authority_id": side.authority,
        "organisation_id": side.organisation,
        "mentorship_id": side.mentorship,
        "question_id": side.question,
        "verdict_id": side.verdict,
        "endpoint_id": side.verdict,
        "xid": 1,
        "places_after": [side.authority],
        "digest": side.authority.bytes,
        "record_": side.number,
        "person_": side.person,
        "mentor_id": side.person,
        "mentee_id": side.person,
        "mentor_record": side.number,
        "mentee_record": side.number,
    }.items():
        if column.name.startswith(start):
            return found
    if isinstance(column.type, ARRAY):
        return []
    return "{}" if isinstance(column.type, JSONB) else SAMPLES[column.type.python_type]


async def insert(connection: asyncpg.Connection, table: Table, side: Side) -> None:
    row = {
        column.name: value(table, column, side)
        for column in table.columns
        if not column.identity or table.name == "record"
        if column.server_default is None or table.name == "record"
        if not column.nullable or column.name.endswith("organisation_id")
    }
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    columns = ", ".join(f'"{name}"' for name in row)
    await connection.execute(
        f"insert into {table.name} ({columns}) values ({places})", *row.values()
    )


@pytest.fixture(scope="module")
async def filled(admin_url: str, module_addresses: Addresses) -> Addresses:
    """Give each table that names people a row of ours and a row of theirs."""
    name = module_addresses.owner.split("/")[3].split("?")[0]
    connection = await open_connection(at(admin_url, database=name, role="postgres"))
    await connection.execute("set session_replication_role = replica")  # rows without their keys
    for side in (OURS, THEIRS):
        await connection.execute(
            "insert into organisation_place (authority_id, organisation_id, starts)"
            " values ($1, $1, '-infinity'), ($1, $2, '-infinity')",
            side.authority,
            side.organisation,
        )
        for table in naming():
            await insert(connection, table, side)
    await connection.close()
    return module_addresses


@asynccontextmanager
async def scoped(url: str, scope: str | None) -> AsyncIterator[asyncpg.Connection]:
    """Lend a transaction with a scope, which is undone afterwards."""
    connection = await open_connection(url)
    transaction = connection.transaction()
    await transaction.start()
    if scope is not None:
        await connection.execute("select set_config('hub.scope', $1, true)", scope)
        await connection.execute("select set_config('hub.today', $1, true)", DAY.isoformat())
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


@asynccontextmanager
async def altered(url: str, change: str, undo: str) -> AsyncIterator[None]:
    """Change rows for a while: the module's tests share them."""
    connection = await open_connection(url)
    await connection.execute(change)
    try:
        yield
    finally:
        await connection.execute(undo)
        await connection.close()


async def counts(url: str, scope: str | None = None) -> dict[str, int]:
    async with scoped(url, scope) as connection:
        return {
            table.name: await connection.fetchval(f"select count(*) from {table.name}")
            for table in naming()
        }


def each(count: int) -> dict[str, int]:
    return {table.name: count for table in naming()}


@pytest.mark.parametrize("scope", [None, "", str(UUID(int=9))])
async def test_without_a_scope_of_its_own_the_web_sees_no_row(
    filled: Addresses, scope: str | None
) -> None:
    assert each(0) == await counts(filled.web, scope)


@pytest.mark.parametrize("side", [OURS, THEIRS], ids=["ours", "theirs"])
async def test_with_a_scope_the_web_sees_its_own_row_of_each_table(
    filled: Addresses, side: Side
) -> None:
    assert each(1) == await counts(filled.web, str(side.authority))
    async with scoped(filled.web, str(side.authority)) as connection:
        assert side.person == await connection.fetchval("select id from person")
        assert side.mentorship == await connection.fetchval("select id from mentorship")
        assert side.number == await connection.fetchval("select id from record")


async def test_with_a_scope_but_without_a_day_the_web_sees_nobody_of_a_place(
    filled: Addresses,
) -> None:
    async with scoped(filled.web, None) as connection:
        await connection.execute("select set_config('hub.scope', $1, true)", str(OURS.authority))
        seen = await connection.fetchval("select count(*) from person")

    assert 0 == seen


async def test_a_scope_that_is_no_id_is_refused(filled: Addresses) -> None:
    async with scoped(filled.web, "everything") as connection:
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await connection.fetch("select id from person")


@pytest.mark.parametrize("role", ["owner", "worker", "web_region"])
async def test_region_wide_roles_see_every_row(filled: Addresses, role: str) -> None:
    assert each(2) == await counts(getattr(filled, role))


async def test_every_table_that_names_people_is_secured_even_from_its_owner(
    filled: Addresses,
) -> None:
    connection = await open_connection(filled.owner)
    secured = await connection.fetch(
        "select relname from pg_class where relrowsecurity and relforcerowsecurity"
    )
    policies = await connection.fetch(
        "select tablename from pg_policies group by tablename having count(*) >= 4"
    )
    await connection.close()

    expected = {table.name for table in naming()}
    assert expected | {*GIVEN, *PUSHED} | ADDED | ACTS == {row["relname"] for row in secured}
    assert expected | ADDED | {"upload"} == {row["tablename"] for row in policies}


@pytest.mark.parametrize("role", ["web", "web_region"])
async def test_the_web_reads_every_table_and_writes_only_what_is_given_to_it(
    filled: Addresses, role: str
) -> None:
    connection = await open_connection(getattr(filled, role))
    may = {
        table.name: await connection.fetchrow(
            "select has_table_privilege($1, 'select'), has_table_privilege($1, 'insert')"
            " or has_table_privilege($1, 'update') or has_table_privilege($1, 'delete')"
            " or has_table_privilege($1, 'truncate')",
            table.name,
        )
        for table in Base.metadata.sorted_tables
    }
    await connection.close()

    regional = {"upload": (True, False), "upload_chunk": (False, False)}
    given = GIVEN | KEPT if role == "web" else regional
    said = dict.fromkeys(SAID, (True, role == "web"))
    expected = {**dict.fromkeys(may, (True, False)), **PUSHED, **given, **said}
    assert expected == {name: tuple(row or ()) for name, row in may.items()}


async def test_the_web_notes_when_a_credential_was_used_and_changes_nothing_else_of_it(
    filled: Addresses,
) -> None:
    async with scoped(filled.web, None) as connection:
        assert "UPDATE 0" == await connection.execute(
            "update credential set last_used_at = now() where id = 'x'"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update credential set revoked_at = null")


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("web", "select payload from jobs.pgqueuer"),
        ("web", "delete from jobs.pgqueuer"),
        ("web", "update jobs.pgqueuer set status = 'canceled'"),
        ("web_region", "select id from jobs.pgqueuer"),
    ],
)
async def test_the_web_puts_into_the_queue_and_reads_nothing_out_of_it(
    filled: Addresses, role: str, statement: str
) -> None:
    async with scoped(getattr(filled, role), None) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_the_web_gives_files_on_behalf_of_its_scope_alone(filled: Addresses) -> None:
    ours = str(OURS.organisation)
    give = (
        "insert into upload (id, organisation_id, client_id, name, sha256, size, state, report)"
        " values (gen_random_uuid(), $1, gen_random_uuid(), 'a.csv', 'x', 1, 'CHECKED', '{}')"
    )

    for scope, refused in ((ours, THEIRS.organisation), (None, OURS.organisation)):
        async with scoped(filled.web, scope) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level"):
                await connection.execute(give, refused)


async def test_the_worker_writes_every_table_and_only_adds_to_the_audit(filled: Addresses) -> None:
    connection = await open_connection(filled.worker)
    allowed = [
        table.name
        for table in Base.metadata.sorted_tables
        if await connection.fetchval(
            "select has_table_privilege($1, 'select') and has_table_privilege($1, 'insert')"
            " and has_table_privilege($1, 'update') and has_table_privilege($1, 'delete')",
            table.name,
        )
    ]
    await connection.close()

    tables = {table.name for table in Base.metadata.sorted_tables}
    assert tables - ADDED == {*allowed}


async def test_the_view_that_policies_ask_holds_the_scopes_own_people_alone(
    filled: Addresses,
) -> None:
    seen = {}
    for scope in (None, str(UUID(int=9)), str(OURS.authority), str(THEIRS.authority)):
        async with scoped(filled.web, scope) as connection:
            seen[scope] = [row[0] for row in await connection.fetch("table seen_person")]

    assert [[], [], [OURS.person], [THEIRS.person]] == [*seen.values()]
    async with scoped(filled.web_region, None) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("table seen_person")


@pytest.mark.parametrize(("starts", "ends", "seen"), [(-9, 1, 1), (0, 1, 1), (-9, 0, 0), (1, 9, 0)])
async def test_a_person_is_seen_on_the_days_of_their_place(
    filled: Addresses, starts: int, ends: int, seen: int
) -> None:
    change = (
        f"update person_place set starts = date '{DAY}' + {starts}, ends = date '{DAY}' + {ends}"
    )
    undo = "update person_place set starts = '-infinity', ends = 'infinity'"

    async with altered(filled.worker, change, undo):
        found = await counts(filled.web, str(OURS.authority))

    assert (seen, seen) == (found["person"], found["person_place"])


async def test_a_link_between_records_of_two_sides_is_seen_by_neither(filled: Addresses) -> None:
    change = "update edge set record_b = 2 where record_a = 1"
    undo = "update edge set record_b = 1 where record_a = 1"

    async with altered(filled.owner, change, undo):
        ours = await counts(filled.web, str(OURS.authority))
        theirs = await counts(filled.web, str(THEIRS.authority))

    assert (0, 1) == (ours["edge"], theirs["edge"])


async def test_a_move_is_seen_by_the_old_place_and_by_the_new_one(filled: Addresses) -> None:
    change = (
        f"update change set places_before = '{{{THEIRS.authority}}}'"
        f" where places_after = '{{{OURS.authority}}}'"
    )
    undo = "update change set places_before = '{}'"

    async with altered(filled.worker, change, undo):
        ours = await counts(filled.web, str(OURS.authority))
        theirs = await counts(filled.web, str(THEIRS.authority))

    assert (1, 2) == (ours["change"], theirs["change"])
