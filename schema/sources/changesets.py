"""How the hub was changed, change by change: for those who run it and for the centre."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry

from hub.origins import ORIGIN
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.scope.watching import NamedCount, watches

ChangesetRef = Annotated["Changeset", strawberry.lazy("schema.sources.changesets")]


@declare.choice(
    "Что меняло хаб.",
    {
        "REGISTRY": "Реестр учреждений.",
        "IMPORT": "Файл.",
        "SYNC": "Обмен с системой.",
        "PUSH": "Присланное системой.",
        "REVIEW": "Ответ на вопрос.",
        "RANKS": "Другие места источников по полям: значения выбраны заново.",
        "MAPPING": "Сопоставление столбцов.",
        "MODEL": "Другая модель сравнения: все сличены заново.",
        "UNDO": "Отмена.",
        "ERASURE": "Человек изъят по требованию закона или возвращён.",
        "CONSENT": "Согласие на передачу дано, отозвано или кончилось.",
        "TURN": "Смена дня: кто стал или перестал быть виден по дате.",
    },
)
class ChangesetKind(StrEnum):
    """What made a change."""

    REGISTRY = "REGISTRY"
    IMPORT = "IMPORT"
    SYNC = "SYNC"
    PUSH = "PUSH"
    REVIEW = "REVIEW"
    RANKS = "RANKS"
    MAPPING = "MAPPING"
    MODEL = "MODEL"
    UNDO = "UNDO"
    ERASURE = "ERASURE"
    CONSENT = "CONSENT"
    TURN = "TURN"


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
    origin: str | None = declare.column(
        "Откуда пришло: источник, первый из файлов, система партнёра; null, если изнутри.", ORIGIN
    )
    reason: str = declare.column(
        "Почему отменено другое изменение; пустая строка, если это не отмена.", "{t}.reason"
    )
    undoes: ChangesetRef | None = declare.one(
        "Какое изменение отменяет; null, если это не отмена.",
        Rows(source="changeset {t}", where=("{t}.id = {p}.undoes",)),
    )
    counts: list[NamedCount] = declare.many(
        "Что изменилось, по видам: сколько людей, записей, наставничеств.",
        Rows(source="jsonb_each_text({p}.summary) {t}", order=(Key("{t}.key", "text"),)),
    )


@strawberry.input(description="Какие изменения показать; условия складываются.")
class ChangesetFilter:
    """What narrows the list of changes."""

    kind: ChangesetKind | None = declare.optional("Что меняло.")
    state: ChangesetState | None = declare.optional("Состояние.")


CHANGESET_FILTER = declare.argument("filter", ChangesetFilter | None, "Какие изменения показать.")


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
        where=(watches(call), *where),
        order=(Key("{t}.created_at", "timestamptz"), Key("{t}.id", "bigint")),
        descending=True,
    )
