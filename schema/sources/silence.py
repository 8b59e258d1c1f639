"""Who is silent: lists that were expected by now, since when, and what to write to the school."""

from datetime import date

from hub.freshness import silent
from hub.records import FileKind
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.organisations.organisation import Organisation
from schema.scope.places import SEEN_STATED

NEVER = "'-infinity'::date"


@declare.bound("Список, который ждали к этому дню и не получили.")
class Silence:
    """An expected list that has not come."""

    kind: FileKind = declare.column("Какой список.", "{t}.kind")
    last_stated: date | None = declare.column(
        "На какой день составлен последний; null, если не присылали ни разу.", "{t}.last_stated"
    )
    every_days: int = declare.column("Как часто его ждут, дней.", "{t}.every_days")
    silent_since: date | None = declare.column(
        "С какого дня опаздывает; null, если не присылали ни разу.", "{t}.silent_since"
    )
    reminder: str = declare.column("Текст напоминания школе.", "{t}.reminder")
    organisation: Organisation | None = declare.one(
        "Чей список.", Rows(source="organisation {t}", where=("{t}.id = {p}.organisation_id",))
    )


SILENCE_KIND = declare.argument("kind", FileKind | None, "Только такие списки.")


def silence_rows(call: Call) -> Rows:
    """Read who is silent within the scope: never heard first, then the longest silence."""
    kind = call.arguments["kind"]
    return Rows(
        source=f"({silent(call.today)}) {{t}}",
        where=(f"{{t}}.kind = {call.bind(kind, 'text')}",) if kind.given else (),
        scope=(SEEN_STATED,),
        order=(
            Key(f"coalesce({{t}}.silent_since, {NEVER})", "date"),
            Key("({t}.organisation_id::text || {t}.kind)", "text"),
        ),
    )
