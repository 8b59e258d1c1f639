"""What waits for a person: rows that were not taken in, and questions whether two are one."""

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.evidence import SourceRecord
from schema.organisations import Organisation
from schema.people import Person
from schema.places import SEEN_ORGANISATION, SEEN_PERSON, SEEN_STATED

ITS_ORGANISATION = Rows(
    source="organisation {t}",
    where=("{t}.id = {p}.organisation_id",),
    scope=(SEEN_ORGANISATION,),
)


def _of_file(column: str) -> str:
    return f"(select f.{column} from source_file f where f.id = {{t}}.source_file_id)"


@declare.bound("Строка или файл, которые не взяты: где это стоит и как исправить.")
class Rejection:
    """What was refused; the refused values themselves stay sealed."""

    key: strawberry.ID = declare.column("Ключ отказа.", "{t}.id::text")
    code: str = declare.column("Код причины.", "{t}.code")
    message: str = declare.column("Что не так и как исправить.", "{t}.message")
    file_name: str = declare.column("Файл.", _of_file("name"))
    taken_at: datetime = declare.column("Когда файл принят.", _of_file("taken_at"))
    sheet: str = declare.column("Лист; пустая строка, если листов нет.", "{t}.sheet")
    row: int | None = declare.column("Строка файла, с единицы; null — весь файл.", "{t}.row")
    column: str | None = declare.column("Столбец; null — вся строка.", '{t}."column"')
    stated_id: str = declare.column(
        "Номер записи в системе источника; пустая строка, если его нет.", "{t}.stated_id"
    )
    organisation: Organisation | None = declare.one(
        "Учреждение, чей это файл; вне области видимости — null.", ITS_ORGANISATION
    )


@declare.choice(
    "Состояние вопроса.",
    {
        "OPEN": "Ждёт ответа.",
        "ANSWERED": "Отвечен.",
    },
)
class QuestionState(StrEnum):
    """Whether a question still waits."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"


def _record(column: str) -> Rows:
    return Rows(
        source=(
            "record {t} join source {t}s on {t}s.id = {t}.source_id"
            " left join record_version {t}v on {t}v.id = {t}.current_version_id"
            " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
        ),
        where=(f"{{t}}.id = {{p}}.{column}",),
        scope=(SEEN_STATED,),
    )


def _person(column: str) -> Rows:
    return Rows(source="person {t}", where=(f"{{t}}.id = {{p}}.{column}",), scope=(SEEN_PERSON,))


@declare.bound("Вопрос: две записи — об одном человеке или о разных?")
class Question:
    """A question of the matcher, asked in the lowest unit that holds both records."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", "question")
    state: QuestionState = declare.column("Состояние.", "{t}.state")
    score: int = declare.column(
        "Насколько записи похожи: логарифм отношения шансов в сотых бита; больше — похожее.",
        "{t}.score",
    )
    reasons: list[str] = declare.column("Почему вопрос возник.", "{t}.reasons")
    organisation: Organisation | None = declare.one(
        "Кому вопрос задан: младшее подразделение, где видны обе записи.", ITS_ORGANISATION
    )
    first_record: SourceRecord | None = declare.one(
        "Одна запись; вне области видимости — null.", _record("record_a")
    )
    second_record: SourceRecord | None = declare.one(
        "Другая запись; вне области видимости — null.", _record("record_b")
    )
    first_person: Person | None = declare.one(
        "К кому отнесена одна запись; вне области видимости — null.", _person("person_a")
    )
    second_person: Person | None = declare.one(
        "К кому отнесена другая запись; вне области видимости — null.", _person("person_b")
    )


@strawberry.input(description="Какие отказы показать; условия складываются.")
class RejectionFilter:
    """What narrows the list of rejections."""

    organisation: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Учреждение, чей файл."
    )
    code: str | None = strawberry.field(default=strawberry.UNSET, description="Код причины.")


@strawberry.input(description="Какие вопросы показать; условия складываются.")
class QuestionFilter:
    """What narrows the list of questions."""

    organisation: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Кому вопрос задан."
    )
    state: QuestionState | None = strawberry.field(
        default=strawberry.UNSET, description="Состояние."
    )


REJECTION_FILTER = declare.argument("filter", RejectionFilter | None, "Какие отказы показать.")
QUESTION_FILTER = declare.argument("filter", QuestionFilter | None, "Какие вопросы показать.")


def rejection_rows(call: Call) -> Rows:
    """Read what was refused of the scope's organisations: newest file first, rows in order."""
    return Rows(
        source="rejection {t}",
        where=tuple(_narrowed(call, "code")),
        scope=(SEEN_STATED,),
        order=(Key("{t}.source_file_id", "uuid"), Key("(-{t}.id)", "bigint")),
        descending=True,
    )


def question_rows(call: Call) -> Rows:
    """Read the questions asked within the scope, the likeliest first."""
    return Rows(
        source="question {t}",
        where=tuple(_narrowed(call, "state")),
        scope=(SEEN_STATED,),
        order=(Key("{t}.score", "integer"), Key("{t}.id", "uuid")),
        descending=True,
    )


def _narrowed(call: Call, column: str) -> list[str]:
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("organisation").given:
        key = call.bind(chosen.part("organisation"), "uuid", convert=key_of("organisation"))
        found.append(f"{{t}}.organisation_id = {key}")
    if chosen.part(column).given:
        found.append(f"{{t}}.{column} = {call.bind(chosen.part(column), 'text')}")
    return found
