"""Leases of questions: who looks at one just now, so that two stewards do not do it at once."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from hub.database import ReadSession, WriteSession
from hub.errors import ConflictError, InputError
from sync.people.saying import WORDS, By

LEASE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=2)


class UnknownQuestionError(InputError):
    """Такого вопроса нет в вашей области. Возможно, источники его уже решили: обновите очередь."""

    code = "review.question_unknown"


class LeasedError(ConflictError):
    """Этот вопрос сейчас разбирает другой человек. Возьмите следующий или подождите."""

    code = "review.leased"


async def take(
    session: WriteSession, question_id: UUID, *, by: By, minutes: int | None = None
) -> UUID:
    """Take a question for a while, so that nobody else looks at it; taken again it lasts longer.

    Raises UnknownQuestionError and LeasedError.
    """
    await session.lock(WORDS)
    known = await session.raw.fetchval("select 1 from question where id = $1", question_id)
    if known is None or by.client_id is None:
        raise UnknownQuestionError
    await refuse_taken(session, question_id, by)
    lasts = LEASE if minutes is None else min(timedelta(minutes=max(minutes, 1)), LONGEST)
    await session.raw.execute(
        "insert into question_lease (question_id, client_id, until)"
        " values ($1, $2, now() + $3::interval) on conflict (question_id)"
        " do update set client_id = excluded.client_id, until = excluded.until",
        question_id,
        by.client_id,
        lasts,
    )
    return question_id


async def leave(session: WriteSession, question_id: UUID, *, by: By) -> UUID:
    """Give a question that one has taken back to the queue; one that is not one's own stays taken."""
    await session.raw.execute(
        "delete from question_lease where question_id = $1 and client_id = $2",
        question_id,
        by.client_id,
    )
    return question_id


async def refuse_taken(session: ReadSession, question_id: UUID, by: By) -> None:
    """Refuse where somebody else looks at the question just now."""
    holder = await session.raw.fetchval(
        "select client_id from question_lease where question_id = $1 and until > now()",
        question_id,
    )
    if holder not in {None, by.client_id}:
        raise LeasedError
