"""Where facts come from and how they changed the hub: for those who run it and for the centre."""

from datetime import datetime
from enum import StrEnum

import strawberry

from hub.access import Role
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.request import Request

WATCHERS = frozenset({Role.OPERATOR, Role.REGIONAL_CENTRE})


@declare.bound("Источник: система или поток файлов.")
class Source:
    """A system or a stream of files that states facts."""

    code: str = declare.column("Код.", "{t}.code")
    kind: str = declare.column("Вид: SCHOOL_FILES, KADRY, ONEC, PUSH.", "{t}.kind")
    title: str = declare.column("Название.", "{t}.title")
    file_count: int = declare.column(
        "Сколько файлов принято.",
        "(select count(*) from source_file f where f.source_id = {t}.id)",
    )
    last_taken_at: datetime | None = declare.column(
        "Когда принят последний файл; null, если файлов не было.",
        "(select max(f.taken_at) from source_file f where f.source_id = {t}.id)",
    )


@declare.choice(
    "Что меняло хаб.",
    {
        "REGISTRY": "Реестр учреждений.",
        "IMPORT": "Файл.",
        "SYNC": "Обмен с системой.",
        "PUSH": "Присланное системой.",
        "REVIEW": "Ответ на вопрос.",
        "MAPPING": "Сопоставление столбцов.",
        "UNDO": "Отмена.",
    },
)
class ChangesetKind(StrEnum):
    """What made a change."""

    REGISTRY = "REGISTRY"
    IMPORT = "IMPORT"
    SYNC = "SYNC"
    PUSH = "PUSH"
    REVIEW = "REVIEW"
    MAPPING = "MAPPING"
    UNDO = "UNDO"


@declare.choice(
    "Состояние изменения.",
    {
        "STAGED": "Принято, ещё не применено.",
        "SIMULATED": "Просчитано без применения.",
        "WAITING": "Остановлено: ждёт решения.",
        "APPLIED": "Применено.",
        "UNDONE": "Отменено.",
        "FAILED": "Не удалось.",
    },
)
class ChangesetState(StrEnum):
    """Where a change stands."""

    STAGED = "STAGED"
    SIMULATED = "SIMULATED"
    WAITING = "WAITING"
    APPLIED = "APPLIED"
    UNDONE = "UNDONE"
    FAILED = "FAILED"


@declare.bound("Сколько чего изменилось.")
class ChangesetCount:
    """A count of a change by kind."""

    name: str = declare.column("Что изменилось.", "{t}.key")
    count: int = declare.column("Сколько.", "{t}.value::bigint")


@declare.bound("Изменение целиком: применяется и отменяется вместе.")
class Changeset:
    """A change as a whole."""

    key: strawberry.ID = declare.column("Номер изменения.", "{t}.id::text")
    kind: ChangesetKind = declare.column("Что меняло.", "{t}.kind")
    state: ChangesetState = declare.column("Состояние.", "{t}.state")
    created_at: datetime = declare.column("Когда начато.", "{t}.created_at")
    applied_at: datetime | None = declare.column(
        "Когда применено; null, если не применено.", "{t}.applied_at"
    )
    counts: list[ChangesetCount] = declare.many(
        "Что изменилось, по видам.",
        Rows(source="jsonb_each_text({p}.summary) {t}", order=(Key("{t}.key", "text"),)),
    )


@strawberry.input(description="Какие изменения показать; условия складываются.")
class ChangesetFilter:
    """What narrows the list of changes."""

    kind: ChangesetKind | None = strawberry.field(
        default=strawberry.UNSET, description="Что меняло."
    )
    state: ChangesetState | None = strawberry.field(
        default=strawberry.UNSET, description="Состояние."
    )


CHANGESET_FILTER = declare.argument("filter", ChangesetFilter | None, "Какие изменения показать.")


def source_rows(call: Call) -> Rows:
    """Read the sources; whoever does not watch over them gets an empty list."""
    return Rows(
        source="source {t}",
        where=(_watches(call),),
        order=(Key("{t}.code", "text"), Key("{t}.id", "uuid")),
    )


def changeset_rows(call: Call) -> Rows:
    """Read the changes, newest first; whoever does not watch over them gets an empty list."""
    chosen = call.arguments["filter"]
    where = [
        f"{{t}}.{name} = {call.bind(chosen.part(name), 'text')}"
        for name in ("kind", "state")
        if chosen.part(name).given
    ]
    return Rows(
        source="changeset {t}",
        where=(_watches(call), *where),
        order=(Key("{t}.created_at", "timestamptz"), Key("{t}.id", "bigint")),
        descending=True,
    )


def _watches(call: Call) -> str:
    return call.binds.add(_is_watcher, "boolean", key="watches")


def _is_watcher(request: Request) -> bool:
    return request.viewer.role in WATCHERS
