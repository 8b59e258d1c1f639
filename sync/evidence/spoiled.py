"""Spoiled evidence: a row that landed and that no projection can take is taken out and set aside.

A surname of ten thousand letters fits a text and no index. Left where it is, it would keep all that
any source says from being projected, for ever.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar  # see Row

import numpy as np
import structlog

from hub.database import WriteSession
from hub.records import ChangesetId, Place, RecordKind, Rejected, WouldBe
from hub.seal import Sealer
from sync.evidence.parts import LAYOUTS, NAME_FIELDS, SEALED_FIELDS
from sync.evidence.pending import Ids, Pending, read_pending
from sync.evidence.poison import OF_A_VALUE, sound
from sync.evidence.refusals import reject_again
from sync.evidence.retracted import NOTHING_RETRACTED, Retracted
from sync.evidence.undone import take_out

Answer_co = TypeVar("Answer_co", covariant=True)
Row = Any  # of the database
CODE: Final = "record.not_processed"
CELL: Final = (
    "Значение поля «{0}» не удалось обработать: оно слишком длинное или вне допустимого. Остальные "
    "строки приняты; исправьте поле в источнике или здесь: python -m hub import fix."
)
ROW: Final = (
    "Строку не удалось обработать. Остальные строки приняты; исправьте её в источнике или сообщите "
    "оператору хаба."
)
KINDS: Final = {layout.kind: (kind, layout) for kind, layout in LAYOUTS.items()}


class Project(Protocol[Answer_co]):
    """Takes pending records through the stations."""

    def __call__(self, pending: Pending, /, *, retracted: Retracted = ...) -> Awaitable[Answer_co]:
        """Give what came of it."""
        ...


log = structlog.get_logger()


async def project_sound(
    session: WriteSession,
    pending: Pending,
    project: Project[Answer_co],
    *,
    sealer: Sealer,
    changeset_id: ChangesetId,
) -> tuple[list[Answer_co], int]:
    """Project what is pending; a row that alone cannot be is taken out, and what stood before holds.

    `project` is done at once where all is well; else of parts, whose answers are given one by one.
    Gives as well how many rows were taken out; lists that they stand in leave nobody out.
    """
    try:
        async with session.raw.transaction():
            return [await project(pending)], 0
    except OF_A_VALUE as error:
        log.warning("projection.halved", error=type(error).__name__)  # its text may name people
    ids, row_of = await _rows_of(session, pending)

    def those(rows: Ids) -> Pending:
        return pending.among(ids[np.isin(row_of, rows)])

    answers, failed = await sound(
        session, np.unique(row_of), lambda rows: project(those(rows)), OF_A_VALUE
    )
    retracted = NOTHING_RETRACTED
    spoiled: list[int] = []
    for row, cause in failed:
        part = those(np.array([row]))
        if not len(part.restated):
            raise cause
        log.warning("projection.spoiled", record=row, error=type(cause).__name__)
        await _set_aside(session, part, project, sealer=sealer, changeset_id=changeset_id)
        spoiled += part.restated.tolist()
    if spoiled:
        retracted = await _taken_out(session, spoiled)
    left = (await read_pending(session.raw)).among(np.union1d(ids, retracted.neighbours))
    if len(left.all) or retracted is not NOTHING_RETRACTED:
        answers.append(await project(left, retracted=retracted))
    return answers, len(failed)


async def _rows_of(session: WriteSession, pending: Pending) -> tuple[Ids, Ids]:
    """Give the pending records, and for each the record of the row that states or mentions it."""
    rows = await session.raw.fetch(
        "select id, coalesce(stated_by, id) as row from record where id = any($1) order by id",
        pending.all.tolist(),
    )
    found = np.array([(one["id"], one["row"]) for one in rows], dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


async def _taken_out(session: WriteSession, records: Sequence[int]) -> Retracted:
    rows = await session.raw.fetch(SOFTEN, records)
    return await take_out(session, records, sorted({one["organisation_id"] for one in rows}))


# A list of which a row is aside says nothing by leaving somebody out: neither who the row's record
# stands for, nor who stood in its place under another name.
_SPOILED: Final = """
select r.organisation_id, r.source_id, v.stated_as_of,
       case r.kind when 'PUPIL' then 'PUPILS' else r.kind end as kind,
       coalesce(max(before.stated_as_of), v.stated_as_of - 1) as before
from record r join record_version v on v.id = r.current_version_id
left join record_version before on before.record_id = r.id and before.id <> v.id
where r.id = any($1) group by r.id, v.id
"""
_LISTS: Final = """completeness = 'PARTIAL' from spoiled s
    where l.source_id = s.source_id and l.organisation_id = s.organisation_id and l.kind = s.kind
      and l.stated_as_of > s.before and l.stated_as_of <= s.stated_as_of
      and l.completeness = 'FULL'"""
SOFTEN: Final = f"""
with spoiled as ({_SPOILED}),
softened as (update list_statement l set {_LISTS}),
lists as (update stated_list l set {_LISTS})
select distinct organisation_id from spoiled
"""


async def _set_aside(
    session: WriteSession,
    part: Pending,
    project: Project[Answer_co],
    *,
    sealer: Sealer,
    changeset_id: ChangesetId,
) -> None:
    """Keep the row of a part in quarantine, with the field without which it would be taken."""
    said = await session.raw.fetch(SAID, part.restated.tolist())
    blamed = await _blamed(session, said, part, project)
    own = said[0]
    kind, layout = KINDS.get(RecordKind(own["kind"]), (None, None))
    written = _written(said, sealer)
    column = blamed
    if blamed in NAME_FIELDS and layout is not None and layout.own:
        column = f"{layout.own}{blamed}"
    refused = Rejected(
        place=Place(file=own["file"], sheet=own["sheet"], row=own["row"], column=column or None),
        code=CODE,
        message=CELL.format(column) if column else ROW,
        payload=written,
        would_be=None if kind is None else WouldBe(kind=kind, stated_as_of=own["stated_as_of"]),
    )
    aside = [(refused, own["source_file_id"], own["organisation_id"])]
    await session.raw.execute(KNOWN, own["source_file_id"], own["sheet"], own["row"], CODE)
    await reject_again(session, aside, changeset_id=changeset_id, sealer=sealer)


SAID: Final = """
select r.id, r.kind, r.organisation_id, v.id as version_id, v.payload, v.sheet, v.row, v.part, v.stated_id,
       v.stated_as_of, v.source_file_id, f.name as file
from record r join record_version v on v.id = r.current_version_id
join source_file f on f.id = v.source_file_id
where r.id = any($1) order by v.part
"""


KNOWN: Final = """
delete from rejection where source_file_id = $1 and sheet = $2 and row = $3 and code = $4
"""


async def _blamed(
    session: WriteSession, said: Sequence[Row], part: Pending, project: Project[Answer_co]
) -> str:
    """Find the field without which the row can be projected; each trial is taken back."""
    versions = [one["version_id"] for one in said]
    fields: set[str] = {name for one in said for name in one["payload"]}
    for field in sorted(fields):
        try:
            async with session.trying():
                await session.raw.execute(WITHOUT, versions, field)
                await project(part)
        except OF_A_VALUE:
            continue
        return field
    return ""


WITHOUT: Final = "update record_version set payload = payload - $2 where id = any($1)"


def _written(said: Sequence[Row], sealer: Sealer) -> Mapping[str, str]:
    """Write a row as its source did: its own person and, of a base, whom it names."""
    own = said[0]
    layout = KINDS[RecordKind(own["kind"])][1] if RecordKind(own["kind"]) in KINDS else None
    prefix = layout.own if layout else ""
    cells = {
        f"{prefix}{name}" if name in NAME_FIELDS else name: _opened(name, value, sealer)
        for name, value in own["payload"].items()
    }
    if own["stated_id"]:
        cells["external_id"] = own["stated_id"]
    mentions = [one["payload"].get("full_name", "") for one in said[1:]]
    if mentions and layout:
        cells[f"{layout.other}full_name"] = "\n".join(mentions)
    return cells


def _opened(name: str, value: str, sealer: Sealer) -> str:
    return sealer.open_text(value) if name in SEALED_FIELDS and value else value
