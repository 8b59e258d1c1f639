"""Saying who is whom: what a verdict is made of and how it is written.

A word speaks of every record of the people it is about, as they stood: "same" ties them all
together, "different" keeps each from each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final
from uuid import UUID

import asyncpg

from hub import jobs
from hub.database import WriteSession
from hub.errors import ConflictError, InputError
from sync.identity import new_id

Connection = asyncpg.Connection
Pairs = Sequence[tuple[int, int]]

WORDS: Final = "review.words"  # the lock under which words are given, one after another
MOST_PAIRS: Final = 20_000


class UnknownPersonError(InputError):
    """Такого человека нет в вашей области."""

    code = "review.person_unknown"


class BeyondScopeError(InputError):
    """Записи этого человека есть и за пределами вашей области: решает тот, кто видит их все."""

    code = "review.beyond_scope"


class NoReasonError(InputError):
    """У записей разные верные СНИЛС: напишите, почему это всё-таки один человек."""

    code = "review.reason_needed"


class TooManyRecordsError(InputError):
    """У этих людей слишком много записей, чтобы решать о них разом. Решайте по частям."""

    code = "review.too_many"


class ChangedError(ConflictError):
    """Пока вы смотрели, записи изменились. Обновите страницу и посмотрите снова."""

    code = "review.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who gives a word, a client of the API or a command, and on which day."""

    client_id: UUID | None = None
    actor: str
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A person's records: those that the speaker sees, and whether these are all."""

    records: list[int]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A verdict about to be written."""

    kind: str
    action: str
    pairs: Pairs
    reason: str
    covers: bool = False
    question_id: UUID | None = None
    organisation_id: UUID | None = None  # found from the records where nobody says it
    pattern: int | None = None
    score: int | None = None
    versions: tuple[int | None, int | None] = (None, None)


async def whole_person(raw: Connection, person_id: UUID, expected_version: int | None) -> Side:
    """Give all records of a person; an id that ended in another names that other."""
    found = await raw.fetchrow(
        "select id, changeset_id from person where id = coalesce((select person_id"
        " from person_alias where alias_id = $1 and kind <> 'GONE'), $1)",
        person_id,
    )
    if found is None:
        raise UnknownPersonError
    if expected_version not in {None, found["changeset_id"]}:
        raise ChangedError
    side = await side_of(raw, found["id"])
    if not side.is_whole:
        raise BeyondScopeError
    return side


async def side_of(raw: Connection, person_id: UUID) -> Side:
    """Give the records of a person that the speaker's scope shows."""
    rows = await raw.fetch(
        "select l.record_id, r.id is not null as seen from link l"
        " left join record r on r.id = l.record_id where l.person_id = $1 order by 1",
        person_id,
    )
    seen = [row["record_id"] for row in rows if row["seen"]]
    return Side(records=seen, is_whole=len(seen) == len(rows) > 0)


def joining(one: Sequence[int], other: Sequence[int]) -> Pairs:
    """Tie every record of either side to the first of the other: all of them are one."""
    pairs = {(one[0], record) for record in other} | {(record, other[0]) for record in one}
    return sorted((a, b) for a, b in pairs if a != b)


def parting(one: Sequence[int], other: Sequence[int]) -> Pairs:
    """Keep every record of one side from every record of the other."""
    if len(one) * len(other) > MOST_PAIRS:
        raise TooManyRecordsError
    return list(product(one, other))


async def refuse_silence(raw: Connection, word: Word, reasons: Sequence[str]) -> None:
    """Refuse to join two valid СНИЛС without a word on why."""
    if word.kind != "MUST_LINK" or word.reason.strip():
        return
    numbers = await raw.fetchval(
        "select count(distinct snils_hash) from record_facts where record_id = any($1)",
        records_of(word.pairs),
    )
    if numbers > 1 or "snils.conflict" in reasons:
        raise NoReasonError


def records_of(pairs: Pairs) -> list[int]:
    """Give every record that pairs speak of, once."""
    return sorted({record for pair in pairs for record in pair})


async def give(session: WriteSession, word: Word, by: By) -> UUID:
    """Write a word and call a worker to obey it; both are there once the transaction commits."""
    raw, verdict_id = session.raw, new_id()
    unit = word.organisation_id or await raw.fetchval(LOWEST_UNIT, records_of(word.pairs), by.today)
    await raw.execute(
        "insert into verdict (id, kind, action, covers, question_id, organisation_id, reason,"
        " client_id, actor, pattern, score, version_a, version_b)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        verdict_id,
        word.kind,
        word.action,
        word.covers,
        word.question_id,
        unit,
        word.reason,
        by.client_id,
        by.actor,
        word.pattern,
        word.score,
        *word.versions,
    )
    await raw.execute(
        "insert into verdict_pair (verdict_id, record_a, record_b)"
        " select $1, * from unnest($2::bigint[], $3::bigint[])",
        verdict_id,
        [a for a, _ in word.pairs],
        [b for _, b in word.pairs],
    )
    await call_worker(session)
    return verdict_id


# The authority above all of them that has the fewest organisations below it; a school by itself.
LOWEST_UNIT = """
with units as (select distinct organisation_id from record where id = any($1))
select coalesce((
    select p.authority_id from organisation_place p join units u using (organisation_id)
    where p.starts <= $2 and p.ends > $2
    group by p.authority_id
    having count(distinct p.organisation_id) = (select count(*) from units)
    order by (select count(*) from organisation_place below
              where below.authority_id = p.authority_id), p.authority_id
    limit 1
), (select id from organisation where kind = 'MINISTRY' order by id limit 1))
"""


async def call_worker(session: WriteSession) -> None:
    """Put in the job that obeys whatever waits."""
    await jobs.enqueue(session, jobs.REVIEW, {})
