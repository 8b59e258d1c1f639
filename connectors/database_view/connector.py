"""The way in to a table of a database: a check, its columns, and a read page by page of a key."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import (
    ColumnClause,
    Engine,
    TableClause,
    column,
    create_engine,
    event,
    select,
)
from sqlalchemy import inspect as inspected
from sqlalchemy import table as table_named
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from connectors.answers import Row
from connectors.client.failure import (
    SourceConfigError,
    SourceError,
    SourceSpentError,
    SourceTransientError,
)
from connectors.database_view.manifest import Manifest
from connectors.listed import Told, read_listed
from connectors.prints import Cursor, print_of
from connectors.protocol import Checkpoint, CheckResult, Found, Item
from connectors.table_file.fields import guess
from hub.records import FileKind

# What keeps a session of each database from writing and from thinking too long (milliseconds):
# PostgreSQL is told as it is connected to, since what a transaction sets is lost with it.
GUARDED = (
    "-c default_transaction_read_only=on -c statement_timeout={0}"
    " -c idle_in_transaction_session_timeout=60000"
)
GUARDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "postgresql": (),
        "mysql": ("set session transaction read only", "set session max_execution_time = {0}"),
        "mariadb": ("set session transaction read only",),
        "sqlite": ("pragma query_only = on",),
    }
)
# What each driver calls the seconds it waits for a connection, or for somebody's lock.
WAITING: Mapping[str, str] = MappingProxyType(
    {
        "postgresql": "connect_timeout",
        "mysql": "connect_timeout",
        "mariadb": "connect_timeout",
        "sqlite": "timeout",
    }
)
_NO_TABLE = (
    "В базе нет таблицы «{0}» или в ней нет столбцов: {1}. Проверьте table, schema и fields; "
    "что есть, покажет source discover."
)
_UNREACHABLE = "До базы источника нет связи, или она не пустила. Проверьте url, права и сеть."
_REFUSED = "База источника отказала в чтении. Проверьте права пользователя и имена столбцов."
_DRIVER = "Для базы этого вида не установлен драйвер Python. Установите его рядом с хабом."
_DEADLINE = (
    "На чтение источника отведено {0:g} с, и они прошли. Следующее чтение продолжит с места."
)


class DatabaseView:
    """Reads one table; each read asks for everything and says what is new.

    A page is one statement in a transaction of its own, so nothing of the source stays locked.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Connect and look for the columns; the message says what to repair."""
        try:
            with _engine_of(self._manifest) as engine:
                _require_columns(self._manifest, engine)
        except SourceError as error:
            return CheckResult(ok=False, message=error.message)
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """Give every table and view with its columns and what each seems to be; raises SourceError."""
        manifest = self._manifest
        taken = {name: field for field, name in manifest.fields.items()}
        with _engine_of(manifest) as engine:
            found = inspected(engine)
            schema = manifest.table_schema
            names = [*found.get_table_names(schema), *found.get_view_names(schema)]
            return tuple(
                Found(
                    stream=name,
                    fields={
                        str(one["name"]): _field(str(one["name"]), taken, name == manifest.table)
                        for one in found.get_columns(name, schema)
                    },
                )
                for name in sorted(names)
            )

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the rows in the order of their key; raises SourceError where the base fails."""
        manifest, reached = self._manifest, Cursor.parse(cursor)
        known = reached.known
        told = Told(name=manifest.name, kind=manifest.kind)
        ends = time.monotonic() + manifest.deadline_s
        with _engine_of(manifest) as engine:
            _require_columns(manifest, engine)
            while items := _page(engine, manifest, reached.after):
                _require_time(ends, manifest)
                rows = _numbered(items, manifest, len(reached.seen))
                told.see(rows)
                is_known, reached = reached.met(print_of(row for _, row in rows))
                if not is_known:
                    yield from told.of(rows)
                reached = replace(reached, after=_written(items[-1][_key(manifest)]))
                yield Checkpoint(cursor=reached.text())
        if not known and manifest.whole_staff and manifest.kind is FileKind.STAFF:
            yield told.roll()
        yield Checkpoint(cursor=Cursor(known=reached.seen).text())


def _field(name: str, taken: Mapping[str, str], is_read: bool) -> str:  # noqa: FBT001 - one of its table
    found = guess(name)
    return (taken.get(name, "") if is_read else "") or (found.field if found else "")


def _key(manifest: Manifest) -> str:
    return manifest.fields["external_id"]


@contextmanager
def _engine_of(manifest: Manifest) -> Iterator[Engine]:
    """Lend a way into the base that cannot write; what the base says goes into no error."""
    try:
        address = manifest.address()
        arguments = _arguments(address.get_backend_name(), manifest)
        engine = create_engine(
            address, poolclass=NullPool, hide_parameters=True, connect_args=arguments
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceConfigError(_DRIVER) from error
    dialect = engine.dialect.name

    @event.listens_for(engine, "connect")
    def guard(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        for statement in GUARDS[dialect]:
            cursor.execute(statement.format(int(manifest.statement_s * 1000)))
        cursor.close()

    try:
        yield engine
    except (OperationalError, InterfaceError) as error:
        raise SourceTransientError(_UNREACHABLE, code="source.unreachable") from error
    except (DBAPIError, SQLAlchemyError) as error:
        raise SourceConfigError(_REFUSED, code="source.refused") from error
    finally:
        engine.dispose()


def _arguments(backend: str, manifest: Manifest) -> dict[str, object]:
    arguments: dict[str, object] = {WAITING[backend]: manifest.connect_s}
    if backend == "postgresql":
        arguments["options"] = GUARDED.format(int(manifest.statement_s * 1000))
    return arguments


def _require_columns(manifest: Manifest, engine: Engine) -> None:
    found = inspected(engine)
    schema = manifest.table_schema
    there: set[str] = set()
    names = (*found.get_table_names(schema), *found.get_view_names(schema))
    if manifest.table in names:
        there = {str(one["name"]) for one in found.get_columns(manifest.table, schema)}
    if missing := sorted(set(manifest.fields.values()) - there):
        raise SourceConfigError(_NO_TABLE.format(manifest.table, ", ".join(missing)))


def _require_time(ends: float, manifest: Manifest) -> None:
    if time.monotonic() > ends:
        raise SourceSpentError(_DEADLINE.format(manifest.deadline_s))


def _page(engine: Engine, manifest: Manifest, after: str) -> list[dict[str, object]]:
    """Read the rows behind a key, as many as a page has."""
    source = _table(manifest)
    key: ColumnClause[object] = column(_key(manifest))
    statement = select(*source.columns).select_from(source).order_by(key).limit(manifest.page_size)
    if after:
        statement = statement.where(key > json.loads(after))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def _table(manifest: Manifest) -> TableClause:
    columns = dict.fromkeys(manifest.fields.values())
    return table_named(
        manifest.table, *(column(name) for name in columns), schema=manifest.table_schema
    )


def _numbered(
    items: Sequence[Mapping[str, object]], manifest: Manifest, pages: int
) -> list[tuple[int, Row]]:
    """Make rows of a page, numbered as they follow each other."""
    # A column may have a dot in its name, which in a map of an answer leads inside.
    first = pages * manifest.page_size + 1
    flat = [{name: item[path] for name, path in manifest.fields.items()} for item in items]
    same = {name: name for name in manifest.fields}
    return [(first + at, read_listed(one, same)) for at, one in enumerate(flat)]


def _written(key: object) -> str:
    return json.dumps(key if isinstance(key, int | float) else str(key), ensure_ascii=False)
