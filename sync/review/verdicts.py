"""What people decide about who is whom: the front room of the review.

A word is written with everything it speaks of and obeyed by a worker, as a change of its own; every
projection from then on obeys it too (`sync/projecting.py`). Words are given one after another, so of
two stewards on one pair the second is told of the first.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.errors import ConflictError, InputError
from sync.people.saying import (
    WORDS,
    By,
    ChangedError,
    Pairs,
    Word,
    call_worker,
    give,
    joining,
    parting,
    refuse_silence,
    side_of,
    whole_person,
)
from sync.review.leasing import UnknownQuestionError, refuse_taken

Connection = asyncpg.Connection


class Answer(StrEnum):
    """What a person says of two records."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    NOT_ENOUGH = "NOT_ENOUGH"


KINDS: Final = {
    Answer.SAME: "MUST_LINK",
    Answer.DIFFERENT: "CANNOT_LINK",
    Answer.NOT_ENOUGH: "NOT_ENOUGH",
}


class UnknownVerdictError(InputError):
    """Такого решения нет в вашей области."""

    code = "review.verdict_unknown"


class NothingToPartError(InputError):
    """Назовите часть записей этого человека: хотя бы одну, но не все."""

    code = "review.nothing_to_part"


class SamePersonError(InputError):
    """Это уже один человек."""

    code = "review.same_person"


class AnsweredError(ConflictError):
    """На этот вопрос уже ответили. Чтобы ответить иначе, отмените прежнее решение."""

    code = "review.answered"


async def answer(
    session: WriteSession,
    question_id: UUID,
    said: Answer,
    *,
    by: By,
    reason: str = "",
    expected_version: int | None = None,
) -> UUID:
    """Answer a question, or label a sampled pair; gives the verdict.

    "Same" joins both people as they stand, "different" keeps all their records apart, "not enough"
    sets the question aside until either record says something else. Raises UnknownQuestionError,
    ChangedError, LeasedError, AnsweredError, NoReasonError.
    """
    await session.lock(WORDS)
    sampled = await session.raw.fetchrow(
        "select record_a, record_b, organisation_id, pattern, score from sampled_pair"
        " where id = $1",
        question_id,
    )
    if sampled is not None:
        return await _label(session, question_id, said, sampled, by=by, reason=reason)
    asked = await session.raw.fetchrow(ASKED, question_id)
    if asked is None:
        raise UnknownQuestionError
    if expected_version not in {None, asked["version"]}:
        raise ChangedError
    await refuse_taken(session, question_id, by)
    await _refuse_answered(session.raw, question_id)
    word = await _answer(session.raw, question_id, said, asked, reason)
    await refuse_silence(session.raw, word, asked["reasons"])
    await session.raw.execute("delete from question_lease where question_id = $1", question_id)
    return await give(session, word, by)


ASKED = """
select q.record_a, q.record_b, q.person_a, q.person_b, q.organisation_id, q.kind, q.version,
       q.reasons, q.score, e.pattern, a.current_version_id as version_a,
       b.current_version_id as version_b
from question q
left join record a on a.id = q.record_a left join record b on b.id = q.record_b
left join edge e on (e.record_a, e.record_b) = (q.record_a, q.record_b)
where q.id = $1
"""


async def _answer(
    raw: Connection, question_id: UUID, said: Answer, asked: asyncpg.Record, reason: str
) -> Word:
    one, other = await side_of(raw, asked["person_a"]), await side_of(raw, asked["person_b"])
    pair = (asked["record_a"], asked["record_b"])
    pairs: Pairs = [pair]
    covers = said is not Answer.NOT_ENOUGH and one.is_whole and other.is_whole
    if asked["kind"] == "CLUSTER":
        covers &= said is Answer.SAME
        pairs = joining(one.records, one.records) if said is Answer.SAME else pairs
    elif covers:
        join = joining if said is Answer.SAME else parting
        pairs = join(one.records, other.records)
    return Word(
        kind=KINDS[said],
        action="ANSWER",
        pairs=pairs,
        reason=reason,
        covers=covers,
        question_id=question_id,
        organisation_id=asked["organisation_id"],
        pattern=asked["pattern"],
        score=asked["score"],
        versions=(asked["version_a"], asked["version_b"]),
    )


async def _label(
    session: WriteSession,
    sample_id: UUID,
    said: Answer,
    sampled: asyncpg.Record,
    *,
    by: By,
    reason: str,
) -> UUID:
    """Label a pair that was drawn: it counts for its pattern, and what it says holds for the pair."""
    await _refuse_answered(session.raw, sample_id)
    word = Word(
        kind=KINDS[said],
        action="LABEL",
        pairs=[(sampled["record_a"], sampled["record_b"])],
        reason=reason,
        question_id=sample_id,
        organisation_id=sampled["organisation_id"],
        pattern=sampled["pattern"],
        score=sampled["score"],
    )
    await refuse_silence(session.raw, word, ())
    return await give(session, word, by)


async def split(
    session: WriteSession,
    person_id: UUID,
    records: Sequence[int],
    *,
    by: By,
    reason: str = "",
    expected_version: int | None = None,
) -> UUID:
    """Part some of a person's records from the rest: one excludes it, several are another person.

    Raises UnknownPersonError, BeyondScopeError, ChangedError, NothingToPartError.
    """
    await session.lock(WORDS)
    side = await whole_person(session.raw, person_id, expected_version)
    parted = sorted(set(records))
    rest = [record for record in side.records if record not in set(parted)]
    if not parted or not rest or not set(parted) <= set(side.records):
        raise NothingToPartError
    word = Word(
        kind="CANNOT_LINK",
        action="SPLIT",
        pairs=parting(parted, rest),
        reason=reason,
        covers=True,
    )
    return await give(session, word, by)


async def merge(
    session: WriteSession,
    person_id: UUID,
    other_id: UUID,
    *,
    by: By,
    reason: str = "",
    expected_version: int | None = None,
) -> UUID:
    """Say that two people are one, whatever the matcher thinks.

    Raises UnknownPersonError, BeyondScopeError, ChangedError, SamePersonError, NoReasonError.
    """
    await session.lock(WORDS)
    one = await whole_person(session.raw, person_id, expected_version)
    other = await whole_person(session.raw, other_id, None)
    if one.records == other.records:
        raise SamePersonError
    word = Word(
        kind="MUST_LINK",
        action="MERGE",
        pairs=joining(one.records, other.records),
        reason=reason,
        covers=True,
    )
    await refuse_silence(session.raw, word, ())
    return await give(session, word, by)


async def retract(session: WriteSession, verdict_id: UUID, *, by: By, reason: str = "") -> UUID:
    """Take a verdict back: people become what the evidence and the other words say.

    Taken back again it stays as it was taken back. Raises UnknownVerdictError.
    """
    await session.lock(WORDS)
    standing = await session.raw.fetchrow(
        "select retracted_at from verdict where id = $1", verdict_id
    )
    if standing is None:
        raise UnknownVerdictError
    if standing["retracted_at"] is None:
        await session.raw.execute(
            "update verdict set retracted_at = now(), retracted_by = $2, retraction_reason = $3"
            " where id = $1",
            verdict_id,
            by.actor,
            reason,
        )
        await call_worker(session)
    return verdict_id


async def _refuse_answered(raw: Connection, question_id: UUID) -> None:
    """Refuse where an answer stands; "not enough" may give way to a better one."""
    standing = await raw.fetchval(
        "select 1 from verdict where question_id = $1 and retracted_at is null"
        " and kind <> 'NOT_ENOUGH' limit 1",
        question_id,
    )
    if standing is not None:
        raise AnsweredError
