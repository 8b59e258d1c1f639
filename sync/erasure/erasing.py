"""Taking a person out: the front room. Blocked, given back or destroyed, each in one transaction.

A person is taken out the same way whether their data are destroyed at once or withheld first: what
differs is that withheld evidence lies sealed until it is due. What remains is a counting unit, which
keeps every figure of the past as it was and leads to nobody.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import numpy as np

from hub.database import WriteSession
from hub.errors import InputError
from hub.law.requests import RequestState
from hub.records import ChangesetId
from sync import changeset
from sync.erasure import traces, withholding
from sync.erasure.evidence import STATED as OF_PERSON
from sync.erasure.evidence import Evidence, read_evidence, stated, strip
from sync.erasure.keys import is_erased, keys_of_person
from sync.erasure.known import erased_keys, lifted_keys
from sync.erasure.request import Keeper, close, requested, say, write_act
from sync.erasure.withholding import Withheld, give_back
from sync.projecting import PROJECTING, project_taken_out

MARGIN: Final = timedelta(days=1)  # a worker that stands still for a day breaks no period
AT_ONCE: Final = 20_000


class NothingWithheldError(InputError):
    """По этому обращению ничего не заблокировано: возвращать нечего."""

    code = "law.nothing_withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What was done of what is due."""

    blocked: int = 0
    destroyed: int = 0


async def block(keeper: Keeper, request_id: UUID) -> None:
    """Withhold the evidence of a request's person; nobody reads it from then on.

    Raises UnknownRequestError and ClosedRequestError.
    """
    async with keeper.database.writing() as session:
        await session.lock(PROJECTING)
        row = await requested(session, request_id, {RequestState.OPEN, RequestState.KEPT})
        await _block(session, keeper, request_id, row["person_id"])


async def destroy(keeper: Keeper, request_id: UUID) -> int:
    """Destroy the data of a request's person, blocked before or not; gives the number of the act.

    Raises UnknownRequestError and ClosedRequestError.
    """
    async with keeper.database.writing() as session:
        await session.lock(PROJECTING)
        states = {RequestState.OPEN, RequestState.KEPT, RequestState.BLOCKED}
        row = await requested(session, request_id, states)
        if row["state"] != RequestState.BLOCKED:
            await _block(session, keeper, request_id, row["person_id"])
        return await _finish(session, keeper, request_id)


async def restore(keeper: Keeper, request_id: UUID) -> UUID:
    """Give a blocked person back: the withdrawal was a mistake; gives their id, which is the former.

    Raises UnknownRequestError, ClosedRequestError and NothingWithheldError.
    """
    async with keeper.database.writing() as session:
        await session.lock(PROJECTING)
        await requested(session, request_id, {RequestState.BLOCKED})
        withheld = await withholding.read_withheld(session, request_id, keeper.sealer)
        if withheld is None:
            raise NothingWithheldError
        number = await changeset.begin(session, "ERASURE", actor=keeper.actor)
        unit = await give_back(session, withheld, changeset_id=number)
        await _project(session, keeper, number, withheld.records, former=unit, silent=unit)
        await session.raw.execute("delete from withheld where request_id = $1", request_id)
        await close(session, request_id, RequestState.REFUSED, keeper.today)
        await say(session, keeper, "law.restore", withheld.person_id, withheld.counts)
        return withheld.person_id


async def do_due(keeper: Keeper, go_on: Callable[[], None] = lambda: None) -> Due:
    """Block what is demanded to go, and destroy what was blocked, by the day it is due.

    `go_on` is called before each person and may raise to stop there.
    """
    async with keeper.database.reading() as session:
        due = await session.raw.fetch(DUE, keeper.today, keeper.today + MARGIN)
    blocking = [row["id"] for row in due if row["state"] != RequestState.BLOCKED]
    destroying = [row["id"] for row in due if row["state"] == RequestState.BLOCKED]
    for request_id in blocking:
        go_on()
        await block(keeper, request_id)
    for request_id in destroying:
        go_on()
        await destroy(keeper, request_id)
    return Due(blocked=len(blocking), destroyed=len(destroying))


DUE: Final = """
select r.id, r.state from subject_request r
where exists (select from law_rule l where l.code = r.kind and (l.parameters ->> 'destroys')::boolean)
  and (r.state = 'OPEN' or r.state = 'KEPT' and r.kept_until <= $1
       or r.state = 'BLOCKED' and r.due_on <= $2)
  and (r.state = 'BLOCKED' or r.record_id is not null)
order by r.received_on, r.id
"""


async def replay(keeper: Keeper, keys: Iterable[bytes], *, lifted: Iterable[bytes] = ()) -> int:
    """Take out again whom an older copy of the database brought back; gives how many.

    `keys` are the hashes as they were kept beside the copies, `lifted` those of whom was let in
    again since. Costs a hash or some for each record.
    """
    known = frozenset(keys)
    async with keeper.database.writing() as session:
        await session.raw.executemany(
            "insert into erased_key values ($1) on conflict do nothing", [(key,) for key in known]
        )
        await session.raw.executemany(LIFTED_AGAIN, [(key, keeper.actor) for key in lifted])
        let_in = await lifted_keys(session)
    people = await _known_again(keeper, known, let_in)
    for person_id in people:
        async with keeper.database.writing() as session:
            await session.lock(PROJECTING)
            await _take_out(session, keeper, person_id)
    return len(people)


LIFTED_AGAIN: Final = """
insert into lifted_ban (hash, basis, document, actor) values ($1, 'REPLAY', '', $2)
on conflict do nothing
"""


async def _known_again(
    keeper: Keeper, keys: frozenset[bytes], lifted: frozenset[bytes]
) -> list[UUID]:
    found: set[UUID] = set()
    last = 0
    async with keeper.database.reading() as session:
        while rows := await session.raw.fetch(EVERYONE, last, AT_ONCE):
            last = rows[-1]["id"]
            found |= {
                row["person_id"]
                for row in rows
                if is_erased(stated(row), keys, keeper.sealer, lifted)
            }
    return sorted(found)


EVERYONE: Final = OF_PERSON.replace("select r.id,", "select l.person_id, r.id,").replace(
    "where l.person_id = $1 order by r.id", "where r.id > $1 order by r.id limit $2"
)


async def _block(
    session: WriteSession, keeper: Keeper, request_id: UUID, person_id: object
) -> None:
    withheld = await _take_out(session, keeper, UUID(str(person_id)))
    await withholding.withhold(session, request_id, withheld, keeper.sealer)
    await session.raw.execute(
        "update subject_request set state = 'BLOCKED' where id = $1", request_id
    )
    await say(session, keeper, "law.block", withheld.person_id, withheld.counts)


async def _take_out(session: WriteSession, keeper: Keeper, person_id: UUID) -> Withheld:
    """Leave a counting unit in a person's place; gives all that was taken out."""
    raw = session.raw
    evidence = await read_evidence(raw, person_id)
    rows = await withholding.read_rows(raw, evidence)
    keys = keys_of_person(evidence.stated, keeper.sealer)
    number = await changeset.begin(session, "ERASURE", actor=keeper.actor)
    counts = {table: len(found) for table, found in rows.items() if found}
    counts |= await traces.remove(session, evidence, keeper.sealer)
    unit = uuid4()  # drawn by chance alone: an id made by the clock would tell when
    await strip(session, evidence, unit, today=keeper.today, changeset_id=number)
    await raw.executemany(
        "insert into erased_key values ($1) on conflict do nothing",
        [(key,) for key in sorted(keys)],
    )
    await _project(session, keeper, number, evidence.records, former=person_id, silent=unit)
    return Withheld(
        person_id=person_id,
        records=evidence.records,
        rows=rows,
        keys=[key.hex() for key in sorted(keys)],
        counts=counts,
    )


async def _project(
    session: WriteSession,
    keeper: Keeper,
    number: ChangesetId,
    records: Iterable[int],
    *,
    former: UUID | None,
    silent: UUID | None,
) -> None:
    """Project, and let the feed say nothing of a counting unit: an event would tie it to somebody."""
    await project_taken_out(
        session,
        number,
        np.array(list(records), dtype=np.int64),
        former=former or uuid4(),
        sealer=keeper.sealer,
        today=keeper.today,
    )
    await session.raw.execute(
        "delete from change where changeset_id = $1 and entity_id = $2", number, silent
    )


async def _finish(session: WriteSession, keeper: Keeper, request_id: UUID) -> int:
    """Destroy what is withheld, and write the act."""
    raw = session.raw
    withheld = await withholding.read_withheld(session, request_id, keeper.sealer)
    if withheld is None:
        raise NothingWithheldError
    consents = await raw.execute(
        "delete from consent where record_id = any($1)", list(withheld.records)
    )
    await raw.execute("delete from withheld where request_id = $1", request_id)
    await raw.execute(
        "update subject_request set record_id = null where record_id = any($1)",
        list(withheld.records),
    )
    await close(session, request_id, RequestState.DONE, keeper.today)
    counts = {**withheld.counts, "consent": int(consents.rpartition(" ")[2])}
    number = await write_act(session, keeper, request_id, withheld.person_id, counts)
    await say(session, keeper, "law.destroy", withheld.person_id, counts)
    return number


__all__ = [
    "Due",
    "Evidence",
    "Keeper",
    "block",
    "destroy",
    "do_due",
    "erased_keys",
    "replay",
    "restore",
]
