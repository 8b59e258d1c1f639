"""Landing: pages of records become evidence, each in its own transaction.

A record that says the same again as of the same day adds nothing. Which version is current and
when a record ended follow from the days and contents stated, so the order of landing is no matter.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.database import WriteSession, copy_frame
from hub.records import ChangesetId, Figure, Rejected
from hub.seal import Sealer
from sync.columns import column, insert_frame
from sync.evidence.lists import ListStatement, end_moved_cards
from sync.evidence.parts import OWN_COLUMNS, PLACE_COLUMNS, SEALED_FIELDS
from sync.evidence.payload import payloads_of

META = (*OWN_COLUMNS, *PLACE_COLUMNS, "stated_as_of", "source_file_id")
HASH_BYTES = 16  # of a content hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """How many records and versions a page added."""

    records: int
    versions: int


def seal_fields(frame: pd.DataFrame, sealer: Sealer) -> pd.DataFrame:
    """Replace state identifiers by sealed texts; their keyed hashes enter the content's hash.

    A sealed text differs each time it is made, so only a keyed hash says that a value is another.
    """
    sealed = frame.copy(deep=False)
    content = _as_bits(sealed["content_hash"])
    for name in SEALED_FIELDS:
        if name in frame:
            codes, distinct = pd.factorize(frame[name].to_numpy(dtype=object))
            texts = [sealer.seal_text(value) if value else "" for value in distinct]
            tokens = [_token(name, value, sealer) for value in distinct]
            sealed[name] = column(np.array(texts, dtype=object)[codes], frame.index)
            content ^= _as_bits(tokens)[codes]
    sealed["content_hash"] = column(content.view(f"V{HASH_BYTES}").ravel().tolist(), frame.index)
    return sealed


def _token(name: str, value: str, sealer: Sealer) -> bytes:
    return sealer.hash(f"{name}:{value}")[:HASH_BYTES] if value else bytes(HASH_BYTES)


def _as_bits(hashes: Iterable[bytes]) -> npt.NDArray[np.uint8]:
    """Give a writable line of bytes for each hash."""
    return np.frombuffer(bytearray(b"".join(hashes)), dtype=np.uint8).reshape(-1, HASH_BYTES)


def landing_of(records: pd.DataFrame, sealer: Sealer) -> pd.DataFrame:
    """Make what is landed of records: their META columns and their payload, sealed.

    `records` has OWN_COLUMNS, PLACE_COLUMNS, `stated_as_of`, `source_file_id`; every other column
    is a field of the payload. Needs no database, so that it is made while another page is written.
    """
    sealed = seal_fields(records, sealer)
    return sealed[list(META)].assign(payload=payloads_of(sealed.drop(columns=list(META))))


async def land(
    session: WriteSession,
    landing: pd.DataFrame,
    *,
    source_id: UUID,
    changeset_id: ChangesetId,
    stated_at: datetime | None = None,
) -> Landed:
    """Write a page that `landing_of` made as evidence.

    `stated_at` is when a system said so, whose cards keep their number wherever they go; a card
    that moved on ends where it was. Costs one COPY and a handful of statements whatever the
    page's size.
    """
    connection = session.raw
    await connection.execute(LANDING)
    await copy_frame(connection, "landing", landing)
    await connection.execute("analyze landing (kind, part, organisation_id, external_id)")
    records = await connection.fetchval(OWN_RECORDS, source_id, stated_at is not None)
    records += await connection.fetchval(MENTIONED_RECORDS, source_id, False)  # noqa: FBT003 - SQL
    versions = await connection.fetchval(VERSIONS, source_id, changeset_id, stated_at)
    if stated_at is not None:
        await end_moved_cards(session, source_id)
    await connection.execute("drop table landing")
    return Landed(records=records, versions=versions)


LANDING = """
create temp table landing (
    kind text, part smallint, organisation_id uuid, external_id bytea, stating_id bytea,
    content_hash bytea, sheet text, row int, stated_id text, stated_as_of date, source_file_id uuid, payload jsonb
) on commit drop
"""

# A new record is given the id of the version that will be its first current one, and a mention the
# row that makes it: writing either afterwards would rewrite every row just written, and PostgreSQL
# would check its references again.
RECORDS = """
with stated as (
    select kind, organisation_id, external_id, stating_id,
           min(stated_as_of) as first_stated, max(stated_as_of) as last_stated,
           bool_or($2 and kind in ('STAFF', 'PUPIL') and stated_id <> '') as is_card
    from landing where {whose} group by kind, organisation_id, external_id, stating_id
), written as (
    insert into record (source_id, kind, organisation_id, external_id, stated_by, first_stated,
                        last_stated, is_card, current_version_id)
    select $1, s.kind, s.organisation_id, s.external_id, {stating}, s.first_stated, s.last_stated,
           s.is_card, nextval('record_version_id_seq')
    from stated s
    order by s.kind, s.organisation_id, s.external_id
    on conflict (source_id, kind, organisation_id, external_id) do update
        set first_stated = least(record.first_stated, excluded.first_stated),
            last_stated = greatest(record.last_stated, excluded.last_stated)
        where record.first_stated > excluded.first_stated
           or record.last_stated < excluded.last_stated
    returning (xmax = 0) as added
)
select count(*) filter (where added) from written
"""
OWN_RECORDS = RECORDS.format(whose="part = 0", stating="null::bigint")
# A mention belongs to the row that makes it; the row's own identity names its mentions. A
# subselect reads the whole key of one row whatever the statistics of a growing table say.
MENTIONED_RECORDS = RECORDS.format(
    whose="part > 0",
    stating="""(select id from record stating where stating.source_id = $1
        and stating.kind in ('MENTOR', 'MENTEE') and stating.organisation_id = s.organisation_id
        and stating.external_id = s.stating_id)""",
)

# A row's version takes the id that its record was made with; the newest one of a new record. What
# a system said in the morning and says again in the evening holds against what it said at noon; but
# a read that says what stands already writes nothing.
VERSIONS = """
with said as (
    select distinct on (r.id, l.stated_as_of, l.content_hash)
           r.id as record_id, r.current_version_id as current_id, l.*
    from landing l
    join record r on r.source_id = $1 and r.kind = l.kind
        and r.organisation_id = l.organisation_id and r.external_id = l.external_id
    order by r.id, l.stated_as_of, l.content_hash, l.sheet, l.row
), placed as (
    select said.*, held.id is null and row_number() over (
               partition by said.record_id order by said.stated_as_of desc, said.content_hash desc
           ) = 1 as is_first
    from said left join record_version held on held.id = said.current_id
), added as (
    insert into record_version as held (id, record_id, content_hash, stated_as_of, payload,
                                source_file_id, sheet, row, part, stated_id, stated_at, changeset_id)
    select case when is_first then current_id else nextval('record_version_id_seq') end,
           record_id, content_hash, stated_as_of, payload, source_file_id, sheet, row, part,
           stated_id, coalesce($3, '-infinity'::timestamptz), $2
    from placed
    order by record_id, stated_as_of, content_hash
    on conflict (record_id, stated_as_of, content_hash) do update
        set stated_at = excluded.stated_at
        where held.stated_at < excluded.stated_at and exists (
            select from record r where r.id = held.record_id and (r.current_version_id <> held.id
                or r.is_card and exists (select from record o where o.is_card
                    and o.source_id = r.source_id and o.external_id = r.external_id
                    and o.organisation_id <> r.organisation_id)))
    returning id, record_id, stated_as_of, stated_at, content_hash, (xmax = 0) as is_new
), newest as (
    select distinct on (record_id) id, record_id, stated_as_of, stated_at, content_hash
    from added order by record_id, stated_as_of desc, stated_at desc, content_hash desc
), moved as (
    update record r
    set projected_version_id = null,
        current_version_id = coalesce((
            select v.id from record_version v
            where v.id = r.current_version_id
              and (v.stated_as_of, v.stated_at, v.content_hash)
                > (newest.stated_as_of, newest.stated_at, newest.content_hash)
        ), newest.id)
    from newest
    where r.id = newest.record_id and r.current_version_id <> newest.id
)
select count(*) filter (where is_new) from added
"""


async def state_figures(
    session: WriteSession,
    figures: list[tuple[Figure, ListStatement]],
    *,
    changeset_id: ChangesetId,
) -> None:
    """Remember numbers without names; the same metric as of the same day is stated once."""
    await session.raw.executemany(
        "insert into stated_figure (metric, organisation_id, dimensions, starts, ends, value,"
        " stated_as_of, source_file_id, changeset_id)"
        " values ($1, $2, '{}', $3, $4, $5, $6, $7, $8)"
        " on conflict (metric, organisation_id, stated_as_of) do update"
        " set value = greatest(stated_figure.value, excluded.value)"
        " where stated_figure.value < excluded.value",
        [
            (
                figure.metric,
                given.organisation_id,
                date(given.academic_year, 9, 1),
                date(given.academic_year + 1, 9, 1),
                figure.value,
                given.stated_as_of,
                given.source_file_id,
                changeset_id,
            )
            for figure, given in figures
        ],
    )


async def reject(
    session: WriteSession,
    rejections: list[tuple[Rejected, UUID, UUID | None]],
    *,
    changeset_id: ChangesetId,
    sealer: Sealer,
) -> None:
    """Keep what was not taken in: place, code, repair, and the row itself sealed.

    Each item is a rejection, the id of its file and the organisation where it is known.
    """
    frame = pd.DataFrame(
        [
            {
                "source_file_id": file_id,
                "organisation_id": organisation_id,
                "sheet": rejected.place.sheet,
                "row": rejected.place.row,
                "column": rejected.place.column,
                "stated_id": rejected.payload.get("external_id", ""),
                "code": rejected.code,
                "message": rejected.message,
                "payload_sealed": sealer.seal(_as_text(rejected)),
                "changeset_id": changeset_id,
            }
            for rejected, file_id, organisation_id in rejections
        ],
        dtype=object,
    )
    if len(frame):
        await insert_frame(session.raw, "rejection", frame, list(frame.columns))


def _as_text(rejected: Rejected) -> str:
    return json.dumps(dict(rejected.payload), ensure_ascii=False, sort_keys=True)


async def reject_again(
    session: WriteSession,
    rejections: list[tuple[Rejected, UUID, UUID | None]],
    *,
    changeset_id: ChangesetId,
    sealer: Sealer,
) -> None:
    """Keep what a system gave that was not taken in; what it gives again stands once.

    A row is known again by its number in the system, in the place and for the reason it had.
    """
    known = (
        await session.raw.fetch(
            "select distinct held.sheet, held.stated_id, held.code"
            " from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
            " as found (file_id, sheet, stated_id, code)"
            " join source_file mine on mine.id = found.file_id"
            " join rejection held on held.stated_id = found.stated_id and held.sheet = found.sheet"
            " and held.code = found.code"
            " join source_file theirs on theirs.id = held.source_file_id"
            " and theirs.source_id = mine.source_id where found.stated_id <> ''",
            [file_id for _, file_id, _ in rejections],
            *zip(*(_known_by(rejected) for rejected, _, _ in rejections), strict=True),
        )
        if rejections
        else []
    )
    before = {tuple(row) for row in known}
    fresh = [one for one in rejections if _known_by(one[0]) not in before]
    await reject(session, fresh, changeset_id=changeset_id, sealer=sealer)


def _known_by(rejected: Rejected) -> tuple[str, str, str]:
    return rejected.place.sheet, rejected.payload.get("external_id", ""), rejected.code
