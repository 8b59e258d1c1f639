"""The feed: what changed within the viewer's scope, in an order that loses and repeats nothing.

An event is read once every transaction that began before its own has ended: a number alone would
pass over events that are committed late. The cursor carries the epoch of its database; one from
before a restore, or older than what is kept, is answered with CURSOR_EXPIRED.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry

from schema.compiler import declare
from schema.compiler.arguments import Value
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.pages import cursor_at, list_name
from schema.mentoring.mentorship import Mentorship
from schema.people.person import Person
from schema.scope.places import SEEN_MENTORSHIP, SEEN_PERSON

MOST: Final = 1_000
ORDER: Final = (Key("{t}.epoch", "uuid"), Key("{t}.xid", "xid8"), Key("{t}.id", "bigint"))
OLDEST_RUNNING: Final = "pg_snapshot_xmin(pg_current_snapshot())"
EVENTS: Final = Rows(
    source="change {t}",
    where=("{t}.epoch = (select feed_epoch())", f"{{t}}.xid < {OLDEST_RUNNING}"),
    scope=("{scope} = any({t}.places_before || {t}.places_after)",),
    order=ORDER,
    resumes="feed_holds({0}, {1}, {2})",
)


@declare.choice(
    "О чём событие.",
    {
        "PERSON": "О человеке.",
        "MENTORSHIP": "О наставничестве.",
    },
)
class ChangeType(StrEnum):
    """What an event is about."""

    PERSON = "PERSON"
    MENTORSHIP = "MENTORSHIP"


@declare.choice(
    "Что случилось.",
    {
        "UPSERT": "Появился или изменился: возьмите его нынешнее состояние.",
        "DELETE": "Его больше нет.",
        "LEFT": "Ушёл из вашей области видимости: удалите его у себя.",
        "MERGED": "Слит с другим: otherId; прежний идентификатор продолжает отвечать.",
        "SPLIT": "Выделен из другого: otherId.",
    },
)
class ChangeOperation(StrEnum):
    """What happened, as this viewer has to act on it."""

    UPSERT = "UPSERT"
    DELETE = "DELETE"
    LEFT = "LEFT"
    MERGED = "MERGED"
    SPLIT = "SPLIT"


TRANSFERABLE: Final = (
    "(case {t}.entity when 'PERSON' then may_be_transferred({t}.entity_id, {today})"
    " else pair_may_be_transferred({t}.entity_id, {today}) end)"
)
GLOBAL_ID = "(case {{t}}.entity when 'PERSON' then 'person-' else 'mentorship-' end) || {{t}}.{0}"


def _operation(call: Call) -> str:
    """Compose what the viewer has to do; of whom a partner may not be told any more: forget them."""
    unseen = "not {scope} = any({t}.places_after)"
    if call.viewer.partner:
        unseen = f"({unseen} or not {TRANSFERABLE})"
    return call.fill(
        f"case when {{t}}.operation in ('UPSERT', 'SPLIT') and {unseen}"
        " then 'LEFT' else {t}.operation end"
    )


@declare.bound("Событие ленты: с кем что-то случилось.")
class Change:
    """An event of the feed; it holds no values, only who changed and how they stand now."""

    type: ChangeType = declare.column("О чём событие.", "{t}.entity")
    operation: ChangeOperation = declare.column("Что случилось.", _operation)
    entity_id: strawberry.ID = declare.column(
        "Идентификатор того, с кем это случилось.", GLOBAL_ID.format("entity_id")
    )
    other_id: strawberry.ID | None = declare.column(
        "С кем слит или из кого выделен; null у прочих событий.", GLOBAL_ID.format("other_id")
    )
    at: datetime = declare.column("Когда записано.", "{t}.at")
    person: Person | None = declare.one(
        "Человек, каков он сейчас; null, если его нет или он вне вашей области.",
        Rows(
            source="person {t}",
            where=("{p}.entity = 'PERSON'", "{t}.id = {p}.entity_id"),
            scope=(SEEN_PERSON,),
        ),
    )
    mentorship: Mentorship | None = declare.one(
        "Наставничество, каково оно сейчас; null, если его нет или оно вне вашей области.",
        Rows(
            source="mentorship {t}",
            where=("{p}.entity = 'MENTORSHIP'", "{t}.id = {p}.entity_id"),
            scope=(SEEN_MENTORSHIP,),
        ),
    )


def change_rows(call: Call) -> Rows:
    """Read the events of the scope, oldest first, only of the types that are asked for."""
    types = call.arguments["types"]
    if not types.given:
        return EVENTS
    wanted = call.bind(types, "text[]", convert=_values)
    where = (*EVENTS.where, f"{{t}}.entity = any({wanted})")
    return Rows(
        source=EVENTS.source, where=where, scope=EVENTS.scope, order=ORDER, resumes=EVENTS.resumes
    )


def _values(types: Value) -> list[str]:
    return [one.value for one in types]


def _position(call: Call) -> str:
    """Compose the cursor behind all that can be read in this snapshot."""
    keys = ("feed_epoch()", OLDEST_RUNNING, "0")
    return cursor_at(call, list_name("Query.changes", EVENTS), keys)


@declare.bound("Где лента сейчас.")
class Feed:
    """The state of the feed in the snapshot that answers."""

    epoch: strawberry.ID = declare.column(
        "Эпоха: после восстановления базы из копии она другая, и ленту читают с нового снимка.",
        lambda _: "feed_epoch()",
    )
    position: str = declare.column(
        "Курсор за всем, что видно этому ответу: с него продолжают, начав со снимка или дочитав "
        "страницу до конца.",
        _position,
    )


TYPES: Final = declare.argument(
    "types", list[ChangeType] | None, "О чём события; без него — обо всём."
)
CHANGES = declare.page(
    "Что изменилось в вашей области видимости, по порядку: продолжайте с endCursor последней "
    "страницы. Ничего не теряется и не повторяется.",
    change_rows,
    (TYPES,),
    most=MOST,
)
FEED = declare.inline("Где лента сейчас.")
