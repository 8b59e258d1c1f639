"""The audit: only added to, chained by the database, and checked without it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from hub.audit.chain import Check, Fault, Finding, Head, exported, line, read
from hub.audit.events import Action, Entity, Event
from hub.audit.finding import Wanted, every, search, verify
from hub.audit.journal import MOST, Journal, write
from hub.database import Database, open_connection
from hub.errors import DatabaseError, InputError
from hub.pools import open_note_pool
from hub.provision import at
from hub.settings import Addresses

pytestmark = pytest.mark.anyio
PEOPLE = [UUID(int=number) for number in range(1, 4)]


def event(number: int = 1, **said: object) -> Event:
    given: dict[str, object] = {
        "at": datetime(2026, 3, 2, 10, 0, number, 7, tzinfo=UTC), "action": Action.READ,
        "operation": f"people#{number}", "client_id": UUID(int=77), "credential": "k",
        "role": "TERRITORY", "scope_id": UUID(int=5), "purposes": ("CONTACTS",),
        "entity": Entity.PERSON, "entity_ids": tuple(PEOPLE[:number]),
        "field_classes": ("CONTACTS",), "correlation": "01-abc",
    }  # fmt: skip
    return Event(**(given | said))  # type: ignore[arg-type]  # fields by name, for a test


@pytest.fixture
async def web(addresses: Addresses) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_note_pool(addresses.web)
    yield pool
    await pool.close()


async def filled(web: asyncpg.Pool, count: int = 5) -> None:
    for number in range(1, count + 1):
        await write(web, [event(number), event(number, action=Action.DENIED, reason="a.b")])


async def rows(database: Database) -> list[dict[str, object]]:
    async with database.reading() as session:
        return [dict(row) async for part in every(session) for row in part]


def checked(lines: Sequence[str], head: Head | None = None) -> list[Finding]:
    """Check an export as `audit verify FILE` does."""
    check = Check(head)
    found = list(check.findings(read(text, number) for number, text in enumerate(lines, start=1)))
    return [*found, *check.end()]


async def dumped(database: Database) -> list[str]:
    return [json.dumps(exported(row), default=str) for row in await rows(database)]


async def test_the_database_and_the_offline_check_compute_one_line(
    database: Database, web: asyncpg.Pool
) -> None:
    await filled(web)
    await write(web, [event(client_id=None, scope_id=None, entity_ids=(), row_count=12)])

    async with database.reading() as session:
        theirs = await session.raw.fetch(
            "select audit_line(a) as line from audit_event a order by seq"
        )

    assert [row["line"] for row in theirs] == [line(row) for row in await rows(database)]


async def test_events_are_numbered_without_a_gap_whoever_writes_at_once(
    database: Database, addresses: Addresses
) -> None:
    pool = await open_note_pool(addresses.web, size=8)
    await asyncio.gather(*(write(pool, [event(), event(2)]) for _ in range(40)))
    await pool.close()

    async with database.reading() as session:
        head, findings = await verify(session)

    assert (80, []) == (head.seq, findings)


@pytest.mark.parametrize("role", ["owner", "worker", "web", "web_region"])
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set reason = ''",
        "delete from audit_event",
        "truncate audit_event",
    ],
)
async def test_nobody_changes_what_was_written(
    database: Database, web: asyncpg.Pool, addresses: Addresses, role: str, statement: str
) -> None:
    await filled(web, 1)
    before = await rows(database)
    connection = await open_connection(getattr(addresses, role))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)

    await connection.close()
    assert before == await rows(database)


async def test_the_web_adds_and_does_not_read(web: asyncpg.Pool) -> None:
    await filled(web, 1)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await web.fetch("select * from audit_event")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update audit_event set operation = 'x' where seq = 4", [(4, 4, Fault.ALTERED)]),
        ("update audit_event set entity_ids = '{}' where seq = 10", [(10, 10, Fault.ALTERED)]),
        ("update audit_event set at = at + interval '1 s' where seq = 1", [(1, 1, Fault.ALTERED)]),
        ("delete from audit_event where seq in (4, 5)", [(4, 5, Fault.MISSING)]),
        ("delete from audit_event where seq = 1", [(1, 1, Fault.MISSING)]),
        ("delete from audit_event where seq > 8", [(9, 10, Fault.SHORT)]),
        (
            "update audit_event set client_id = null where seq in (2, 7)",
            [(2, 2, Fault.ALTERED), (7, 7, Fault.ALTERED)],
        ),
        (
            (
                "update audit_event set reason = 'z' where seq = 4; update audit_event a"
                " set hash = sha256(convert_to(audit_line(a), 'UTF8')) where seq = 4"
            ),
            [(4, 5, Fault.BROKEN)],
        ),
    ],
)
async def test_what_a_superuser_altered_is_named_with_and_without_the_database(
    database: Database,
    web: asyncpg.Pool,
    addresses: Addresses,
    admin_url: str,
    change: str,
    expected: list[tuple[int, int, Fault]],
) -> None:
    await filled(web)
    async with database.reading() as session:
        head, _ = await verify(session)
    name = addresses.owner.split("/")[3].split("?")[0]
    superuser = await open_connection(at(admin_url, database=name, role="postgres"))
    await superuser.execute(
        "set session_replication_role = replica"
    )  # no trigger stands in the way
    await superuser.execute(change)
    await superuser.close()

    async with database.reading() as session:
        _, online = await verify(session, head)
    offline = checked(await dumped(database), head)

    assert [Finding(seq=a, until=b, fault=c) for a, b, c in expected] == online
    assert online == offline


async def test_a_rewritten_chain_contradicts_the_head_that_was_kept(
    database: Database, web: asyncpg.Pool
) -> None:
    await filled(web)
    kept = Head(seq=10, hash="0" * 64)

    findings = checked(await dumped(database), kept)

    assert [Finding(seq=10, until=10, fault=Fault.ALTERED)] == findings


async def test_what_is_no_export_is_refused_by_its_line() -> None:
    with pytest.raises(InputError) as caught:
        checked(['{"seq": 1}'])

    assert "audit.not_an_export" == caught.value.reason
    assert "Строка 1" in caught.value.message


async def test_who_saw_a_person_is_found_under_every_id_they_had(
    database: Database, web: asyncpg.Pool, addresses: Addresses, admin_url: str
) -> None:
    await filled(web, 3)
    name = addresses.owner.split("/")[3].split("?")[0]
    superuser = await open_connection(at(admin_url, database=name, role="postgres"))
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(
        "insert into person_alias (alias_id, person_id, kind, changeset_id)"
        " values ($1, $2, 'MERGED', 1)",
        PEOPLE[2],
        UUID(int=900),
    )
    await superuser.close()

    async with database.reading() as session:
        one = await search(session, Wanted(person=PEOPLE[1]))
        merged = await search(session, Wanted(person=UUID(int=900)))
        denied = await search(session, Wanted(action=Action.DENIED, limit=2))
        later = await search(session, Wanted(since=datetime(2026, 3, 2, 10, 0, 3, tzinfo=UTC)))

    assert [6, 5, 4, 3] == [row["seq"] for row in one]
    assert [6, 5] == [row["seq"] for row in merged]
    assert [6, 4] == [row["seq"] for row in denied]
    assert [6, 5] == [row["seq"] for row in later]


async def test_what_cannot_be_written_is_kept_in_its_order_and_bounded(
    database: Database, web: asyncpg.Pool
) -> None:
    journal = Journal()
    gone = await open_note_pool("postgresql://nobody@127.0.0.1:1/none")
    for number in (1, 2):
        journal.note(event(number))
    with pytest.raises(ConnectionRefusedError):
        await journal.flush(gone)
    journal.note(event(3))
    await journal.flush(web)
    for _ in range(MOST):
        journal.note(event())

    with pytest.raises(DatabaseError) as caught:
        journal.need_room()

    await gone.close()
    assert ["people#1", "people#2", "people#3"] == [
        row["operation"] for row in await rows(database)
    ]
    assert "audit.kept_back" == caught.value.reason
