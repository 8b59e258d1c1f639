"""Poison rows: what the database refuses of a page is found by halving, and alone is left out.

One row with a sign that no text can hold would otherwise keep its page, and each later one, from
landing.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId, RecordKind
from sync.evidence.landing import among, parts_together
from sync.evidence.stage import Landed, land

Parts = npt.NDArray[np.int64]
Answer = TypeVar("Answer")
# What a database says, or its driver before it is asked, of a value that it cannot hold.
OF_THE_ROW: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    UnicodeEncodeError,
)
OF_A_VALUE: Final = (*OF_THE_ROW, ValueError, OverflowError)  # or a rule of ours
MOST: Final = 20  # when more is refused it is no matter of rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A row that the database refused, as it was about to land; `field` is the one to blame.

    `field` is empty where no single cell is; a mention's is marked by `is_mention`.
    """

    source_file_id: UUID
    organisation_id: UUID
    kind: RecordKind
    sheet: str
    row: int
    stated_id: str
    stated_as_of: date
    field: str = ""
    is_mention: bool = False


async def sound(
    session: WriteSession,
    parts: Parts,
    act: Callable[[Parts], Awaitable[Answer]],
    errors: tuple[type[Exception], ...] = OF_THE_ROW,
) -> tuple[list[Answer], list[tuple[int, Exception]]]:
    """Act on all the parts that can be; gives the answers, and each part that fails alone.

    Costs a savepoint where all is well, and about twice log2(parts) of them for each part that
    fails. Where more than MOST fail it raises what was said of the last: the cause lies elsewhere.
    """
    answers: list[Answer] = []
    failed: list[tuple[int, Exception]] = []
    waiting = [parts]
    while waiting:
        part = waiting.pop()
        try:
            async with session.raw.transaction():
                answers.append(await act(part))
        except errors as error:
            middle = len(part) // 2
            if middle:
                waiting += [part[middle:], part[:middle]]
            elif len(failed) == MOST:
                raise
            else:
                failed.append((int(part[0]), error))
    return answers, failed


async def land_sound(
    session: WriteSession,
    landing: pd.DataFrame,
    *,
    source_id: UUID,
    changeset_id: ChangesetId,
    stated_at: datetime | None = None,
) -> tuple[Landed, list[Poison]]:
    """Do as `land` with what the database takes of a page; gives what was left out of it."""

    def landed(page: pd.DataFrame) -> Awaitable[Landed]:
        return land(
            session, page, source_id=source_id, changeset_id=changeset_id, stated_at=stated_at
        )

    try:
        async with session.raw.transaction():
            return await landed(landing), []
    except OF_THE_ROW:
        together = parts_together(landing)
    answers, failed = await sound(
        session,
        np.unique(together),
        lambda chosen: landed(among(landing, np.isin(together, chosen))),
    )
    refused = [among(landing, together == one) for one, _ in failed]
    return (
        Landed(
            records=sum(one.records for one in answers),
            versions=sum(one.versions for one in answers),
        ),
        [one for page in refused for one in await _poisons(session, page, landed)],
    )


async def _poisons(
    session: WriteSession,
    page: pd.DataFrame,
    landed: Callable[[pd.DataFrame], Awaitable[Landed]],
) -> list[Poison]:
    """Name the rows of a refused part and the cell without which it would be taken."""
    blamed = await _blamed(session, page, landed)
    return [
        Poison(
            source_file_id=row["source_file_id"],
            organisation_id=row["organisation_id"],
            kind=RecordKind(row["kind"]),
            sheet=row["sheet"],
            row=row["row"],
            stated_id=row["stated_id"],
            stated_as_of=row["stated_as_of"],
            field=blamed[1],
            is_mention=blamed[0],
        )
        for row in page[page["part"] == 0].to_dict("records")
    ]


async def _blamed(
    session: WriteSession,
    page: pd.DataFrame,
    landed: Callable[[pd.DataFrame], Awaitable[Landed]],
) -> tuple[bool, str]:
    """Find the field without which the part is taken; each trial is taken back."""
    payloads: list[Mapping[str, str]] = [json.loads(text) for text in page["payload"]]
    mentions = (page["part"] > 0).tolist()
    fields = sorted(
        {
            (is_mention, name)
            for is_mention, payload in zip(mentions, payloads, strict=True)
            for name in payload
        }
    )
    for blamed in fields:
        cells = zip(mentions, payloads, strict=True)
        texts = [_without(payload, blamed, is_mention=mention) for mention, payload in cells]
        trial = page.assign(payload=texts)
        if blamed[1] == "external_id":
            trial = trial.assign(stated_id="")
        if await _is_taken(session, trial, landed):
            return blamed
    return False, ""


async def _is_taken(
    session: WriteSession,
    page: pd.DataFrame,
    landed: Callable[[pd.DataFrame], Awaitable[Landed]],
) -> bool:
    """Try whether a page would land, and take that back."""
    try:
        async with session.trying():
            await landed(page)
    except OF_THE_ROW:
        return False
    return True


def _without(payload: Mapping[str, str], blamed: tuple[bool, str], *, is_mention: bool) -> str:
    kept = {name: cell for name, cell in payload.items() if (is_mention, name) != blamed}
    return json.dumps(kept, ensure_ascii=False)
