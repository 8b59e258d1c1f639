"""Deciding who is whom: answers, mergers, splits, pins, and taking any of them back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

import strawberry
from strawberry.types.arguments import StrawberryArgument

from hub.access import Role, see_as
from hub.database import WriteSession
from hub.errors import AccessError, HubError
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.imports import listed
from schema.people import Person
from schema.person_review import Pin
from schema.places import SEEN_PERSON, SEEN_STATED
from schema.review import PREFIX as QUESTION
from schema.review import Question
from schema.user_errors import UserError
from schema.verdicts import PIN_PREFIX, Verdict
from schema.verdicts import PREFIX as VERDICT
from sync import leasing, pinning, review
from sync.once import done_once
from sync.people.saying import By
from sync.review import Answer

# Who may decide, each within their own scope; an auditor looks on.
DECIDERS: Final = frozenset({Role.STEWARD, Role.REGIONAL_CENTRE, Role.TERRITORY, Role.SCHOOL})
NOT_A_DECIDER: Final = "Решают о совпадениях тот, кто их разбирает, ресурсный центр, управление и школа, каждый о своих."
KEY: Final = "Ключ запроса: повтор с ним и с теми же сведениями ничего не меняет."
VERSION: Final = "Версия, которую вы видели: если она уже другая, решение не принимается."
REASON: Final = "Почему так решено; без личных данных."
Act = Callable[[WriteSession, By], Awaitable[UUID]]


@strawberry.input(description="Какой вопрос взять.")
class QuestionTakeInput:
    """Which question to take, and for how long."""

    id: strawberry.ID = strawberry.field(description="Идентификатор вопроса.")
    minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="На сколько минут, не больше 120; обычно 15."
    )


@strawberry.input(description="Какой вопрос вернуть.")
class QuestionLeaveInput:
    """Which question to give back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор вопроса.")


@strawberry.input(description="Ответ на вопрос.")
class QuestionAnswerInput:
    """What is said of a question."""

    id: strawberry.ID = strawberry.field(
        description="Идентификатор вопроса или пары для разметки вслепую."
    )
    answer: Answer = strawberry.field(description="Ответ.")
    reason: str = strawberry.field(
        default="",
        description=REASON + " Обязательно, если у записей одного человека разные верные СНИЛС.",
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


@strawberry.input(description="Какие записи отделить от человека.")
class PersonSplitInput:
    """Which records leave a person."""

    id: strawberry.ID = strawberry.field(description="Идентификатор человека.")
    records: list[strawberry.ID] = strawberry.field(description="Ключи записей: records.key.")
    reason: str = strawberry.field(default="", description=REASON)
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


@strawberry.input(description="Каких людей объединить.")
class PersonMergeInput:
    """Which people are one."""

    id: strawberry.ID = strawberry.field(description="Идентификатор одного.")
    other_id: strawberry.ID = strawberry.field(description="Идентификатор другого.")
    reason: str = strawberry.field(
        default="", description=REASON + " Обязательно при разных верных СНИЛС."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


@strawberry.input(description="Какое решение отменить.")
class VerdictRetractInput:
    """Which verdict to take back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор решения.")
    reason: str = strawberry.field(default="", description=REASON)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


@strawberry.input(description="Какое поле закрепить.")
class PersonPinInput:
    """Which field of whoever bears a record is what."""

    record: strawberry.ID = strawberry.field(
        description="Ключ записи человека: закрепление следует за ней."
    )
    field: str = strawberry.field(
        description="last_name, first_name, middle_name, birth_date, sex или snils."
    )
    value: str | None = strawberry.field(
        default=strawberry.UNSET, description="Значение; без него — то, что говорит сама запись."
    )
    reason: str = strawberry.field(default="", description=REASON)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


@strawberry.input(description="Какое закрепление снять.")
class PinRetractInput:
    """Which pin to take back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор закрепления.")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY)


def _input(kind: type) -> StrawberryArgument:
    return declare.argument("input", kind, "Что сделать.")


TAKE_INPUT, LEAVE_INPUT = _input(QuestionTakeInput), _input(QuestionLeaveInput)
ANSWER_INPUT, SPLIT_INPUT = _input(QuestionAnswerInput), _input(PersonSplitInput)
MERGE_INPUT, RETRACT_INPUT = _input(PersonMergeInput), _input(VerdictRetractInput)
PIN_INPUT, UNPIN_INPUT = _input(PersonPinInput), _input(PinRetractInput)


def _said(table: str, name: str) -> Rows:
    return Rows(
        source=f"{table} {{t}}",
        where=(f"{{t}}.id = ({{p}}.said ->> '{name}')::uuid",),
        scope=(SEEN_STATED,),
    )


VERDICT_ROW = _said("verdict", "verdict")
ERRORS = listed("errors", "{p}.said")
THE_VERDICT = "Решение; null, если оно не принято."
THE_ERRORS = "Что не так; пусто, если принято."


@declare.bound("Ответ на взятие вопроса или его возврат.")
class QuestionLeasePayload:
    """What came of taking a question or giving it back."""

    question: Question | None = declare.one(
        "Вопрос; null, если его нет в вашей области.", _said("question", "question")
    )
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на ответ: что стало с вопросом.")
class QuestionAnswerPayload:
    """What came of answering."""

    question: Question | None = declare.one(
        "Вопрос; null для пары, размеченной вслепую.", _said("question", "question")
    )
    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


PERSON_ROW = Rows(
    source="person {t}",
    where=("{t}.id = ({p}.said ->> 'person')::uuid",),
    scope=(SEEN_PERSON,),
)


@declare.bound("Ответ на разделение человека.")
class PersonSplitPayload:
    """What came of splitting a person."""

    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    person: Person | None = declare.one("Человек, каким он остаётся до пересчёта.", PERSON_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на объединение людей.")
class PersonMergePayload:
    """What came of merging people."""

    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    person: Person | None = declare.one("Первый из названных, до пересчёта.", PERSON_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на отмену решения.")
class VerdictRetractPayload:
    """What came of taking a verdict back."""

    verdict: Verdict | None = declare.one("Решение; null, если его нет.", VERDICT_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на закрепление поля или его снятие.")
class PersonPinPayload:
    """What came of pinning a field or taking a pin back."""

    pin: Pin | None = declare.one(
        "Закрепление; null, если оно не принято.",
        Rows(
            source="pin {t}",
            where=("{t}.id = ({p}.said ->> 'pin')::uuid",),
            scope=(
                "exists (select from record r where r.id = {t}.record_id and "
                + SEEN_STATED.replace("{t}.organisation_id", "r.organisation_id")
                + ")",
            ),
        ),
    )
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


async def take_question(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take a question for a while."""
    given = arguments["input"]
    question = key_of(QUESTION)(given["id"])
    return await _done(
        acting,
        given,
        lambda session, by: leasing.take(session, question, by=by, minutes=given.get("minutes")),
        gives="question",
        said={"question": str(question)},
    )


async def leave_question(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Give a question back to the queue."""
    given = arguments["input"]
    question = key_of(QUESTION)(given["id"])
    return await _done(
        acting,
        given,
        lambda session, by: leasing.leave(session, question, by=by),
        gives="question",
        said={"question": str(question)},
    )


async def answer_question(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Answer a question, or label a pair blind."""
    given = arguments["input"]
    question = key_of(QUESTION)(given["id"])
    return await _done(
        acting,
        given,
        lambda session, by: review.answer(
            session,
            question,
            Answer(given["answer"]),
            by=by,
            reason=given["reason"],
            expected_version=given.get("expectedVersion"),
        ),
        gives="verdict",
        said={"question": str(question)},
    )


async def split_person(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Part records from a person."""
    given = arguments["input"]
    person = key_of("person")(given["id"])
    records = [_record(key) for key in given["records"]]
    return await _done(
        acting,
        given,
        lambda session, by: review.split(
            session,
            person,
            records,
            by=by,
            reason=given["reason"],
            expected_version=given.get("expectedVersion"),
        ),
        gives="verdict",
        said={"person": str(person)},
    )


async def merge_people(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Make one person of two."""
    given = arguments["input"]
    one, other = (key_of("person")(given[name]) for name in ("id", "otherId"))
    return await _done(
        acting,
        given,
        lambda session, by: review.merge(
            session,
            one,
            other,
            by=by,
            reason=given["reason"],
            expected_version=given.get("expectedVersion"),
        ),
        gives="verdict",
        said={"person": str(one)},
    )


async def retract_verdict(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take a verdict back."""
    given = arguments["input"]
    verdict = key_of(VERDICT)(given["id"])
    return await _done(
        acting,
        given,
        lambda session, by: review.retract(session, verdict, by=by, reason=given["reason"]),
        gives="verdict",
        said={},
    )


async def pin_field(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Pin a field of whoever bears a record."""
    given = arguments["input"]
    record = _record(given["record"])
    return await _done(
        acting,
        given,
        lambda session, by: pinning.pin(
            session,
            record,
            given["field"],
            by=by,
            value=given.get("value"),
            reason=given["reason"],
        ),
        gives="pin",
        said={},
    )


async def unpin_field(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take a pin back."""
    given = arguments["input"]
    pin = key_of(PIN_PREFIX)(given["id"])
    return await _done(
        acting,
        given,
        lambda session, by: pinning.unpin(session, pin, by=by),
        gives="pin",
        said={},
    )


async def _done(
    acting: Acting,
    given: Mapping[str, Value],
    act: Act,
    *,
    gives: str,
    said: Mapping[str, str],
) -> Outcome:
    """Do it as the viewer, within the viewer's scope, once for each key of a request."""
    if acting.viewer.role not in DECIDERS:
        refused = AccessError(NOT_A_DECIDER, code="review.not_a_decider")
        return Outcome(said={}, errors=[refused])
    client = acting.viewer.client_id
    by = By(client_id=client, actor=str(client), today=acting.today)
    try:
        async with acting.writer.writing() as session:
            await see_as(session, acting.viewer.authority_id, acting.today)
            word = await done_once(
                session, by, given.get("idempotencyKey"), given, lambda: act(session, by)
            )
    except HubError as error:
        return Outcome(said=said, errors=[error])
    return Outcome(said={**said, gives: str(word)})


def _record(key: Value) -> int:
    """Read the key of a record; what is none is BAD_USER_INPUT."""
    text = str(key)
    if not text.isdecimal() or int(text) >= 1 << 63:
        raise bad_input("Это не ключ записи: возьмите его из records.key.")
    return int(text)
