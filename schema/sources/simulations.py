"""What a change would do, worked out and not kept: examples, whose people, which figures."""

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.files.imports import ImportFile
from schema.people.person import Person
from schema.said import listed
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from schema.scope.watching import NamedCount
from schema.sources.changesets import Changeset
from schema.sources.runs import Source

PREFIX = "simulation"


@declare.choice(
    "Состояние пробы.",
    {
        "QUEUED": "Ждёт работника.",
        "DONE": "Просчитана.",
        "FAILED": "Просчитать не удалось: причина названа рядом.",
    },
)
class SimulationState(StrEnum):
    """Where a trial stands."""

    QUEUED = "QUEUED"
    DONE = "DONE"
    FAILED = "FAILED"


def _said(name: str, of: str = "text") -> str:
    told = f"{{t}}.said ->> '{name}'"
    return told if of == "text" else f"({told})::{of}"


@declare.bound("Пример того, что изменится: с кем, что и где это сказано.")
class SimulationExample:
    """One of those whom a change is about."""

    entity: str = declare.column("PERSON или MENTORSHIP.", _said("entity"))
    what: str = declare.column(
        "ADDED — появится, CHANGED — изменится, REMOVED — исчезнет, MERGED — объединится, SPLIT — "
        "разделится.",
        _said("what"),
    )
    organisation_name: str | None = declare.column("Учреждение.", _said("organisation"))
    file_name: str | None = declare.column("Файл.", _said("file"))
    sheet: str | None = declare.column("Лист.", _said("sheet"))
    row: int | None = declare.column("Строка.", _said("row", "int"))
    fields: list[str] = declare.column(
        "Что станет другим у того, кто уже есть: имена полей.",
        "array(select jsonb_array_elements_text({t}.said -> 'fields'))",
    )
    person: Person | None = declare.one(
        "Человек, каков он сейчас; null, если его ещё нет или он вне области видимости.",
        Rows(
            source="person {t}",
            where=(
                "{p}.said ->> 'entity' = 'PERSON'",
                "{t}.id = ({p}.said ->> 'entity_id')::uuid",
            ),
            scope=(SEEN_PERSON,),
        ),
    )


@declare.bound("Сколько людей и наставничеств учреждения затронет изменение.")
class SimulationUnit:
    """How much of an organisation a change touches."""

    organisation_name: str = declare.column("Учреждение.", _said("organisation"))
    is_authority: bool = declare.column("Орган ли это управления.", _said("is_authority", "bool"))
    people: int = declare.column("Сколько людей.", _said("people", "int"))
    mentorships: int = declare.column("Сколько наставничеств.", _said("mentorships", "int"))


@declare.bound("Показатель охвата на сегодня до изменения и после.")
class SimulationFigure:
    """A figure before and after."""

    row: str = declare.column("Строка охвата: регион или управление.", _said("row"))
    figure: str = declare.column("Показатель.", _said("figure"))
    before: int = declare.column("Сейчас.", _said("before", "int"))
    after: int = declare.column("Станет.", _said("after", "int"))


@declare.bound("Проба: что сделает изменение, просчитанное без записи.")
class Simulation:
    """A change that was tried."""

    id: strawberry.ID = declare.identity("Идентификатор пробы.", PREFIX)
    state: SimulationState = declare.column("Состояние.", "{t}.state")
    requested_at: datetime = declare.column("Когда попросили.", "{t}.requested_at")
    finished_at: datetime | None = declare.column(
        "Когда просчитана; null, пока ждёт.", "{t}.finished_at"
    )
    error_code: str | None = declare.column("Код, если не удалось.", "{t}.error_code")
    error_message: str | None = declare.column("То же словами.", "{t}.error_message")
    counts: list[NamedCount] = declare.many(
        "Что изменится, по видам: сколько людей, записей, наставничеств.",
        Rows(
            source="jsonb_each_text(coalesce({p}.difference -> 'difference', '{}')) {t}",
            order=(Key("{t}.key", "text"),),
        ),
    )
    examples: list[SimulationExample] = declare.many(
        "Примеры каждого вида, не больше пяти.", listed("examples", "{p}.difference")
    )
    units: list[SimulationUnit] = declare.many(
        "Чьих людей это касается: сначала управления.", listed("units", "{p}.difference")
    )
    figures: list[SimulationFigure] = declare.many(
        "Какие показатели охвата на сегодня изменятся.", listed("figures", "{p}.difference")
    )
    import_file: ImportFile | None = declare.one(
        "Файл, который пробовали принять.",
        Rows(source="upload {t}", where=("{t}.id = {p}.upload_id",), scope=(SEEN_STATED,)),
    )
    source: Source | None = declare.one(
        "Источник, который пробовали прочитать.",
        Rows(source="source {t}", where=("{t}.id = {p}.source_id",)),
    )
    undoes: Changeset | None = declare.one(
        "Изменение, которое пробовали отменить.",
        Rows(source="changeset {t}", where=("{t}.id = {p}.changeset_id",)),
    )


SIMULATION_ID = declare.argument("id", strawberry.ID, "Идентификатор пробы.")


def simulation_row(call: Call) -> Rows:
    """Find a trial within the scope."""
    key = call.bind(call.arguments["id"], "uuid", convert=key_of(PREFIX))
    return Rows(source="simulation {t}", where=(f"{{t}}.id = {key}",), scope=(SEEN_STATED,))


SIMULATION_ROWS = Rows(
    source="simulation {t}",
    scope=(SEEN_STATED,),
    order=(Key("{t}.requested_at", "timestamptz"), Key("{t}.id", "uuid")),
    descending=True,
)
