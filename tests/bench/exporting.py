"""What an export of many rows costs: seconds and memory of the process that makes it.

    python -m tests.bench.exporting [rows ...]

Makes a database of its own with plain people under one authority, and writes the same list as
text and as a workbook at each size: the memory that is held must not grow with the rows.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import psutil

from hub.access import ClientKind, Grant, Purpose, Role, Viewer
from hub.database import open_connection
from hub.pools import open_read_pool
from hub.settings import Addresses
from schema.compiler.run import Engine
from schema.exports.formats import ExportFormat
from schema.exports.wanted import made, own_export
from schema.root import build_schema
from tests.conftest import clone, server_choice, serving
from tests.day import ZONE

ROWS = (10_000, 100_000)
ROOT = UUID(int=1)
QUERY = """{ people { nodes {
  id lastName firstName middleName birthDate birthYear sex recordCount changedAt
  contacts { value }
} } }"""
FILL = """
with made as (
    insert into changeset (kind, state, actor, summary) values ('IMPORT', 'APPLIED', 'bench', '{}')
    returning id
), people as (
    insert into person (id, last_name, first_name, middle_name, sort_key, birth_date, birth_year,
                        sex, record_count, changeset_id)
    select gen_random_uuid(), 'Пробный' || n, 'Тестан', 'Образцович',
           'пробный' || lpad(n::text, 9, '0'), date '1970-01-01' + n % 12000,
           1970 + (n % 12000) / 366, 'MALE', 1, made.id
    from generate_series(1, $1::int) n, made returning id, sort_key, changed_at, changeset_id
)
insert into person_place (authority_id, sort_key, person_id, changed_at, changeset_id)
select $2::uuid, sort_key, id, changed_at, changeset_id from people
"""


def viewer() -> Viewer:
    """Give somebody who sees the whole region."""
    grant = Grant(
        role=Role.REGIONAL_CENTRE,
        organisation_id=ROOT,
        authority_id=ROOT,
        purposes=frozenset(Purpose),
    )
    return Viewer(
        client_id=ROOT, client_name="bench", kind=ClientKind.SYSTEM, grant=grant, grants=(grant,)
    )


async def fill(addresses: Addresses, rows: int) -> None:
    """Write people without anything else about them."""
    connection = await open_connection(addresses.worker)
    await connection.execute(FILL, rows, ROOT)
    await connection.execute("analyze person")
    await connection.execute("analyze person_place")
    await connection.close()


async def written(url: str, wanted: ExportFormat, path: Path) -> int:
    """Export the list; return how many bytes came."""
    engine = Engine(build_schema(), cursor_secret=b"k" * 32, zone=ZONE, open_seal=lambda _: "")
    pool = await open_read_pool(url, size=1, statement_s=5)
    asked = own_export(engine, QUERY, None, {}, wanted)
    async with made(asked, engine, pool, viewer(), ZONE) as blocks:
        size = await _drained(blocks, path)
    await pool.close()
    return size


async def _drained(blocks: AsyncIterator[bytes], path: Path) -> int:
    size = 0
    with path.open("wb") as stream:
        async for block in blocks:
            size += stream.write(block)
    return size


def child(url: str, name: str) -> None:
    """Export in a process of its own and print its figures."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(written(url, ExportFormat(name), Path(folder) / "warm"))
        before = psutil.Process().memory_info().rss
        began = time.perf_counter()
        size = asyncio.run(written(url, ExportFormat(name), Path(folder) / "export"))
        seconds = time.perf_counter() - began
    peak = psutil.Process().memory_info()
    held = getattr(peak, "peak_wset", None) or _peak()
    sys.stdout.write(
        f"{name:12} {seconds:6.1f} s  {size / 1e6:7.1f} MB"
        f"  rss before {before / 2**20:5.0f} MiB, peak {held / 2**20:5.0f} MiB\n"
    )


def _peak() -> int:
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in one]
    return int(line.split()[1]) * 1024


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size in a database of its own."""
    with serving(server_choice()) as admin_url:
        for rows in sizes:
            addresses = asyncio.run(clone(admin_url, f"bench_{rows}"))
            asyncio.run(fill(addresses, rows))
            sys.stdout.write(f"{rows} rows\n")
            sys.stdout.flush()
            for name in ExportFormat:
                subprocess.run(
                    [sys.executable, "-m", "tests.bench.exporting", addresses.web_region, name],
                    check=True,
                )


if __name__ == "__main__":
    given = sys.argv[1:]
    if given and given[0].startswith("postgresql"):
        child(given[0], given[1])
    else:
        main(tuple(map(int, given)) or ROWS)
