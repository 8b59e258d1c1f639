"""Deciding who is whom: answers, mergers, splits, pins, and taking any of them back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from hub.access import Role, see_as
from hub.database import WriteSession
from hub.errors import AccessError, HubError
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.review.questions import PREFIX as QUESTION
from schema.review.verdicts import PIN_PREFIX
from schema.review.verdicts import PREFIX as VERDICT
from sync.people.saying import By
from sync.review import leasing, pinning, verdicts
from sync.review.once import done_once
from sync.review.verdicts import Answer

# Who may decide, each within their own scope; an auditor looks on.
DECIDERS: Final = frozenset({Role.STEWARD, Role.REGIONAL_CENTRE, Role.TERRITORY, Role.SCHOOL})
NOT_A_DECIDER: Final = "Решают о совпадениях тот, кто их разбирает, ресурсный центр, управление и школа, каждый о своих."
Act = Callable[[WriteSession, By], Awaitable[UUID]]


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
        lambda session, by: verdicts.answer(
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
        lambda session, by: verdicts.split(
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
        lambda session, by: verdicts.merge(
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
        lambda session, by: verdicts.retract(session, verdict, by=by, reason=given["reason"]),
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
