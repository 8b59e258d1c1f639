"""Where facts come from and how each run went: for those who run the hub and for the centre."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from hub.freshness import IS_SILENT, REMINDER, SILENT_SINCE
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.connection import Connection
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.scope.places import SEEN_STATED
from schema.scope.watching import NamedCount, watches
from schema.sources.changesets import Changeset
from schema.words.sync import HoldState, SyncFailure, SyncLevel, SyncMode, SyncState

SourceRef = Annotated["Source", strawberry.lazy("schema.sources.runs")]
NEWEST = (Key("{t}.requested_at", "timestamptz"), Key("{t}.id", "uuid"))
_UNFINISHED = "('QUEUED', 'RUNNING')"


def _newest(condition: str) -> Rows:
    """Read the newest run of the source above that meets a condition."""
    return Rows(
        source=(
            "(select x.* from sync_run x where x.source_id = {p}.id"
            f" and x.state {condition} {_UNFINISHED}"
            " order by x.requested_at desc, x.id desc limit 1) {t}"
        )
    )


@declare.bound("Строка журнала обмена.")
class SyncRunEvent:
    """A line of a run's log."""

    at: datetime = declare.column("Когда.", "{t}.at")
    level: SyncLevel = declare.column("Насколько важно.", "{t}.level")
    code: str = declare.column("Код.", "{t}.code")
    message: str = declare.column("Что произошло.", "{t}.message")
    counts: list[NamedCount] = declare.many(
        "Числа, по названиям.",
        Rows(source="jsonb_each_text({p}.counts) {t}", order=(Key("{t}.key", "text"),)),
    )


@declare.bound("Обмен с источником: попрошен, идёт или закончен.")
class SyncRun:
    """One run of one source."""

    key: strawberry.ID = declare.column("Номер обмена.", "{t}.id::text")
    mode: SyncMode = declare.column("Что читает.", "{t}.mode")
    state: SyncState = declare.column("Состояние.", "{t}.state")
    failure: SyncFailure | None = declare.column(
        "Кому чинить; null, если не было ошибки.", "{t}.failure"
    )
    error_code: str | None = declare.column("Код ошибки.", "{t}.error_code")
    message: str | None = declare.column("Что не так и что сделать.", "{t}.message")
    cancel_requested: bool = declare.column("Просили ли остановить.", "{t}.cancel_requested")
    requested_at: datetime = declare.column("Когда попрошен.", "{t}.requested_at")
    started_at: datetime | None = declare.column("Когда начат.", "{t}.started_at")
    finished_at: datetime | None = declare.column("Когда закончен.", "{t}.finished_at")
    heartbeat_at: datetime | None = declare.column(
        "Когда в последний раз было видно, что он идёт.", "{t}.heartbeat_at"
    )
    counts: list[NamedCount] = declare.many(
        "Сколько прочитано, отвергнуто и изменено, по названиям.",
        Rows(source="jsonb_each_text({p}.counts) {t}", order=(Key("{t}.key", "text"),)),
    )
    events: Connection[SyncRunEvent] = declare.page(
        "Журнал, по порядку.",
        Rows(
            source="sync_run_event {t}",
            where=("{t}.run_id = {p}.id",),
            order=(Key("{t}.id", "bigint"),),
        ),
    )
    source: SourceRef | None = declare.one(
        "Источник.", Rows(source="source {t}", where=("{t}.id = {p}.source_id",))
    )
    changeset: Changeset | None = declare.one(
        "Что изменил; null, пока не начат.",
        Rows(source="changeset {t}", where=("{t}.id = {p}.changeset_id",)),
    )


@declare.bound("Место источника по полю: по нему решают, чьё значение поля стоит у человека.")
class SourceRank:
    """Whose word about a field goes first."""

    field: str = declare.column(
        "Поле, как в provenance: last_name, birth_date и другие.", "{t}.key"
    )
    rank: int = declare.column(
        "Место, от 1 до 99: у кого меньше, тому верят раньше.", "{t}.value::int"
    )


@declare.bound("Источник: система или поток файлов.")
class Source:
    """A system or a stream of files that states facts."""

    code: str = declare.column("Код.", "{t}.code")
    kind: str = declare.column("Вид: SCHOOL_FILES, KADRY, ONEC, PUSH.", "{t}.kind")
    title: str = declare.column("Название.", "{t}.title")
    schedule: str | None = declare.column(
        "Когда читается сам, в виде cron; null — только по просьбе.", "{t}.schedule"
    )
    paused: bool = declare.column("Остановлен ли оператором.", "{t}.paused")
    every_days: int | None = declare.column(
        "Как часто от него ждут сведений, дней; null — не ждут.", "{t}.every_days"
    )
    heard_on: date | None = declare.column(
        "Когда получены последние сведения; null, если не было.", "{t}.heard_on"
    )
    is_silent: bool = declare.column("Ждали ли к сегодняшнему дню и не дождались.", IS_SILENT)
    silent_since: date | None = declare.column(
        "С какого дня опаздывает; null, если не опаздывает или сведений не было ни разу.",
        SILENT_SINCE,
    )
    reminder: str | None = declare.column(
        "Текст напоминания тому, кто ведёт источник; null, если он не молчит.", REMINDER
    )
    ranks: list[SourceRank] = declare.many(
        "По каким полям ему велено верить раньше других; у кого места нет, тому верят после всех.",
        Rows(source="jsonb_each_text({p}.ranks) {t}", order=(Key("{t}.key", "text"),)),
    )
    file_count: int = declare.column(
        "Сколько файлов принято.",
        "(select count(*) from source_file f where f.source_id = {t}.id)",
    )
    last_taken_at: datetime | None = declare.column(
        "Когда принят последний файл; null, если файлов не было.",
        "(select max(f.taken_at) from source_file f where f.source_id = {t}.id)",
    )
    last_run: SyncRun | None = declare.one(
        "Последний законченный обмен; null, если не было.", _newest("not in")
    )
    running_run: SyncRun | None = declare.one(
        "Обмен, который идёт или ждёт очереди; null, если такого нет.", _newest("in")
    )


@declare.bound(
    "Задержанное: из-за обмена или списка закрылось бы или сменилось слишком много записей учреждения."
)
class Hold:
    """The brake on one unit of a change."""

    key: strawberry.ID = declare.column("Ключ.", "{t}.id::text")
    state: HoldState = declare.column("Состояние.", "{t}.state")
    record_kind: str = declare.column("Вид записей: STAFF, PUPIL и другие.", "{t}.kind")
    live: int = declare.column("Сколько записей действует.", "{t}.live")
    ending: int = declare.column("Сколько из них закрылось бы.", "{t}.ending")
    changing: int = declare.column("Сколько сменили бы имя и дату рождения.", "{t}.changing")
    placed_at: datetime = declare.column("Когда задержано.", "{t}.placed_at")
    released_at: datetime | None = declare.column("Когда отпущено.", "{t}.released_at")
    organisation: Organisation | None = declare.one(
        "Чьи записи; вне области видимости — null.",
        ITS_ORGANISATION,
    )
    source_title: str = declare.column(
        "Название источника.",
        "(select s.title from source s where s.id = {t}.source_id)",
    )


@strawberry.input(description="Какие обмены показать; условия складываются.")
class SyncRunFilter:
    """What narrows the list of runs."""

    source_code: str | None = declare.optional("Код источника.")
    state: SyncState | None = declare.optional("Состояние.")
    mode: SyncMode | None = declare.optional("Что читает.")
    failure: SyncFailure | None = declare.optional("Кому чинить.")


@strawberry.input(description="Что задержанное показать; условия складываются.")
class HoldFilter:
    """What narrows the list of holds."""

    state: HoldState | None = declare.optional("Состояние.")


SYNC_RUN_FILTER = declare.argument("filter", SyncRunFilter | None, "Какие обмены показать.")
HOLD_FILTER = declare.argument("filter", HoldFilter | None, "Что показать.")


def source_rows(call: Call) -> Rows:
    """Read the sources; whoever does not watch over them gets an empty list."""
    return Rows(
        source="source {t}",
        where=(watches(call),),
        order=(Key("{t}.code", "text"), Key("{t}.id", "uuid")),
    )


def sync_run_rows(call: Call) -> Rows:
    """Read the runs, newest first; whoever does not watch over them gets an empty list."""
    chosen = call.arguments["filter"]
    where = [
        f"{{t}}.{name} = {call.bind(chosen.part(name), 'text')}"
        for name in ("state", "mode", "failure")
        if chosen.part(name).given
    ]
    if chosen.part("sourceCode").given:
        code = call.bind(chosen.part("sourceCode"), "text")
        where.append(f"{{t}}.source_id = (select c.id from source c where c.code = {code})")
    return Rows(
        source="sync_run {t}",
        where=(watches(call), *where),
        order=NEWEST,
        descending=True,
    )


def hold_rows(call: Call) -> Rows:
    """Read what the brake holds of the scope's organisations, newest first."""
    state = call.arguments["filter"].part("state")
    return Rows(
        source="hold {t}",
        where=(f"{{t}}.state = {call.bind(state, 'text')}",) if state.given else (),
        scope=(SEEN_STATED,),
        order=(Key("{t}.placed_at", "timestamptz"), Key("{t}.id", "uuid")),
        descending=True,
    )
