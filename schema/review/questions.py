"""Questions that wait for a person, in the order of what an answer changes, and who looks at them."""

from datetime import datetime

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.evidence import SourceRecord
from schema.people.person import Person
from schema.review.explaining import FieldExplained, fields_of, probability_of, record_of
from schema.review.verdicts import Verdict, verdicts_of
from schema.scope.client import client_of
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from schema.words.review import QuestionKind, QuestionState, ReviewEffect, SearchState

PREFIX = "question"
# What was said last of a question; "not enough" holds while both records say what they said then.
SAID = """(
    select v.kind from verdict v where v.question_id = {t}.id and v.retracted_at is null
        and (v.kind <> 'NOT_ENOUGH' or (v.version_a, v.version_b) is not distinct from (
            (select r.current_version_id from record r where r.id = {t}.record_a),
            (select r.current_version_id from record r where r.id = {t}.record_b)))
    order by v.given_at desc, v.id desc limit 1)"""
STATE = f"""(case {SAID} when 'NOT_ENOUGH' then 'SET_ASIDE' when 'MUST_LINK' then 'ANSWERED'
    when 'CANNOT_LINK' then 'ANSWERED' else 'OPEN' end)"""
WAITS = f"{{t}}.state = 'OPEN' and {SAID} is null"


@declare.bound("Кто сейчас разбирает вопрос.")
class QuestionLease:
    """Who has taken a question, and until when."""

    holder: str = declare.column("Кто.", "(select c.name from client c where c.id = {t}.client_id)")
    until: datetime = declare.column("До какого времени.", "{t}.until")
    is_mine: bool = declare.column(
        "Вы ли это.", lambda call: f"{call.alias}.client_id = {client_of(call)}"
    )


def _person(column: str) -> Rows:
    return Rows(source="person {t}", where=(f"{{t}}.id = {{p}}.{column}",), scope=(SEEN_PERSON,))


def explanation_rows(call: Call) -> Rows:
    """Read the parts of a question's score; only where both records lie within the scope."""
    seen = "" if call.viewer.region_wide else f" and {_seen('a')} and {_seen('b')}"
    return fields_of(
        "(select e.pattern from edge e"
        " join record a on a.id = e.record_a join record b on b.id = e.record_b"
        f" where e.record_a = {{p}}.record_a and e.record_b = {{p}}.record_b{seen})"
    )


def _seen(record: str) -> str:
    return SEEN_STATED.replace("{t}.organisation_id", f"{record}.organisation_id")


@declare.bound("Вопрос: две записи — об одном человеке или о разных?")
class Question:
    """A question of the matcher, asked in the lowest unit that holds both records."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    kind: QuestionKind = declare.column("О чём вопрос.", "{t}.kind")
    state: QuestionState = declare.column("Состояние.", STATE)
    score: int = declare.column(
        "Насколько записи похожи: логарифм отношения шансов в сотых бита; больше — похожее.",
        "{t}.score",
    )
    probability: float = declare.column(
        "Какой вероятности это соответствует.", probability_of("{t}.score")
    )
    reasons: list[str] = declare.column("Почему вопрос возник.", "{t}.reasons")
    affects: list[ReviewEffect] = declare.column(
        "Какие числа изменит ответ «один человек».", "{t}.affects"
    )
    priority: int = declare.column(
        "Сколько людей и чисел изменит ответ с учётом вероятности, в тысячных; больше — раньше.",
        "{t}.priority",
    )
    version: int = declare.column(
        "Растёт, когда вопрос становится другим; для expectedVersion.", "{t}.version"
    )
    organisation: Organisation | None = declare.one(
        "Кому вопрос задан: младшее подразделение, где видны обе записи.", ITS_ORGANISATION
    )
    first_record: SourceRecord | None = declare.one(
        "Одна запись; вне области видимости — null.", record_of("record_a")
    )
    second_record: SourceRecord | None = declare.one(
        "Другая запись; вне области видимости — null.", record_of("record_b")
    )
    first_person: Person | None = declare.one(
        "К кому отнесена одна запись; вне области видимости — null.", _person("person_a")
    )
    second_person: Person | None = declare.one(
        "К кому отнесена другая запись; вне области видимости — null.", _person("person_b")
    )
    explanation: list[FieldExplained] = declare.many(
        "Что говорит каждое поле; пусто, если записи не сравнивались.",
        explanation_rows,
    )
    lease: QuestionLease | None = declare.one(
        "Кто разбирает вопрос сейчас; null — никто.",
        Rows(
            source="question_lease {t}",
            where=("{t}.question_id = {p}.id", "{t}.until > now()"),
            present="{t}.question_id",
        ),
    )
    verdicts: list[Verdict] = declare.many(
        "Что об этом уже говорили, последнее первым.", verdicts_of("{t}.question_id = {p}.id")
    )


@strawberry.input(description="Какие вопросы показать; условия складываются.")
class QuestionFilter:
    """What narrows the list of questions."""

    organisation: strawberry.ID | None = declare.optional("Кому вопрос задан.")
    state: QuestionState | None = declare.optional("Состояние.")


@strawberry.input(description="Какую часть очереди показать; условия складываются.")
class ReviewQueueFilter:
    """What narrows the queue."""

    organisation: strawberry.ID | None = declare.optional("Кому вопрос задан.")
    kind: QuestionKind | None = declare.optional("О чём вопрос.")
    affects: ReviewEffect | None = declare.optional("Какое число изменит ответ.")
    available: bool | None = declare.optional(
        "true — только те, что не разбирает другой; false — только те, что разбирает."
    )


QUESTION_FILTER = declare.argument("filter", QuestionFilter | None, "Какие вопросы показать.")
QUEUE_FILTER = declare.argument("filter", ReviewQueueFilter | None, "Какую часть показать.")
QUESTION_ID = declare.argument("id", strawberry.ID, "Идентификатор вопроса.")


def question_rows(call: Call) -> Rows:
    """Read the questions asked within the scope, the likeliest first."""
    chosen = call.arguments["filter"]
    where = _asked_of(call)
    if chosen.part("state").given:
        where.append(f"{STATE} = {call.bind(chosen.part('state'), 'text')}")
    return Rows(
        source="question {t}",
        where=tuple(where),
        scope=(SEEN_STATED,),
        order=(Key("{t}.score", "integer"), Key("{t}.id", "uuid")),
        descending=True,
    )


def queue_rows(call: Call) -> Rows:
    """Read what waits for an answer within the scope: what changes most comes first."""
    chosen = call.arguments["filter"]
    where = [WAITS, *_asked_of(call)]
    if chosen.part("kind").given:
        where.append(f"{{t}}.kind = {call.bind(chosen.part('kind'), 'text')}")
    if chosen.part("affects").given:
        where.append(f"{call.bind(chosen.part('affects'), 'text')} = any ({{t}}.affects)")
    if chosen.part("available").given:
        free = call.bind(chosen.part("available"), "boolean")
        where.append(
            "not exists (select from question_lease l where l.question_id = {t}.id"
            f" and l.until > now() and l.client_id <> {client_of(call)}) = {free}"
        )
    return Rows(
        source="question {t}",
        where=tuple(where),
        scope=(SEEN_STATED,),
        order=(Key("{t}.priority", "integer"), Key("{t}.id", "uuid")),
        descending=True,
    )


def question_row(call: Call) -> Rows:
    """Find a question asked within the scope."""
    key = call.bind(call.arguments["id"], "uuid", convert=key_of(PREFIX))
    return Rows(source="question {t}", where=(f"{{t}}.id = {key}",), scope=(SEEN_STATED,))


def _asked_of(call: Call) -> list[str]:
    chosen = call.arguments["filter"].part("organisation")
    if not chosen.given:
        return []
    return [f"{{t}}.organisation_id = {call.bind(chosen, 'uuid', convert=key_of('organisation'))}"]


@declare.bound("Как обстоит дело с разбором совпадений в вашей области видимости.")
class ReviewSummary:
    """Whether everything was compared, and how much waits."""

    state: SearchState = declare.column(
        "Искали ли и нашлось ли.",
        "(case when {t}.open > 0 then 'TO_ANSWER' when {t}.not_compared > 0"
        " then 'NOT_SEARCHED_YET' else 'NOTHING_FOUND' end)",
    )
    open: int = declare.column("Сколько вопросов ждут ответа.", "{t}.open")
    set_aside: int = declare.column("Сколько отложено.", "{t}.set_aside")
    not_compared: int = declare.column("Сколько записей ещё не сравнены.", "{t}.not_compared")
    words_waiting: int = declare.column(
        "Сколько решений ещё не применены работником.", "{t}.words_waiting"
    )


WAITING = (
    "({t}.changeset_id is null"
    " or ({t}.retracted_at is not null and {t}.retraction_changeset_id is null))"
)
PUT_ASIDE = f"{{t}}.state = 'OPEN' and {STATE} = 'SET_ASIDE'"
NOT_COMPARED = "{t}.current_version_id is distinct from {t}.projected_version_id"


def summary_row(call: Call) -> Rows:
    """Count what waits within the scope."""
    seen = "" if call.viewer.region_wide else f" and {SEEN_STATED}"

    def counted(table: str, where: str) -> str:
        return f"(select count(*) from {table} q where {where}{seen})".replace("{t}", "q")

    counts = {
        "open": counted("question", WAITS),
        "set_aside": counted("question", PUT_ASIDE),
        "not_compared": counted("record", NOT_COMPARED),
        "words_waiting": counted("verdict", WAITING),
    }
    selected = ", ".join(f"{query} as {name}" for name, query in counts.items())
    return Rows(source=f"(select {selected}) {{t}}", present="1")
