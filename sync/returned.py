"""Rows that come back with the key the hub gave them: known again without any comparison.

A key makes its row the record that it was, and says that this record and those named in the key
are one person: whoever sends the row back has decided so, and the decision is kept as a verdict.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pandas as pd

from hub import row_keys
from hub.database import WriteSession
from hub.records import ChangesetId, FileKind, Place, Rejected
from hub.row_keys import RowKey, RowKeyError
from hub.seal import Sealer
from sync.columns import column
from sync.parts import LAYOUTS, ROW_IDENTITY

ROW_KEY = "row_key"  # the field of the column in which keys stand
REASON = "ROW_KEY"
MESSAGES = {
    "row.key_unreadable": "Ключ строки повреждён, поэтому строка принята как новая и сличена. "
    "Не меняйте скрытый столбец; возьмите свежий шаблон.",
    "row.key_foreign": "Ключ строки выдан другой организации или другому списку, поэтому строка "
    "принята как новая и сличена. Впишите людей в шаблон своей организации.",
    "row.key_repeated": "Ключ стоит в нескольких строках: строку скопировали. Все они приняты как "
    "новые и сличены. Нового человека вписывайте в пустую строку.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """That a record and other records are one person, as a key says."""

    kind: str  # RecordKind of the record
    organisation_id: UUID
    external_id: bytes
    same_as: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The frames of a file with ROW_IDENTITY in place of keys, what keys bind, what is wrong."""

    frames: list[pd.DataFrame]
    bindings: list[Binding]
    rejected: list[Rejected]


def returned(
    kinds: Sequence[FileKind], frames: Sequence[pd.DataFrame], sealer: Sealer | None, *, file: str
) -> Returned:
    """Read the keys in the frames of a file; a row whose key is of no use has landed without it.

    Without a sealer keys are only left out, as nobody could read them.
    """
    given = [value for frame in frames if ROW_KEY in frame for value in frame[ROW_KEY] if value]
    repeated = {key for key, count in Counter(given).items() if count > 1}
    found = Returned(frames=[], bindings=[], rejected=[])
    for kind, frame in zip(kinds, frames, strict=True):
        found.frames.append(_recognised(kind, frame, sealer, repeated, file, found))
    return found


def _recognised(
    kind: FileKind,
    frame: pd.DataFrame,
    sealer: Sealer | None,
    repeated: set[str],
    file: str,
    found: Returned,
) -> pd.DataFrame:
    if ROW_KEY not in frame:
        return frame
    bare = frame.drop(columns=ROW_KEY)
    if sealer is None:
        return bare
    identities: list[bytes] = []
    rows = zip(frame[ROW_KEY], frame["organisation_id"], frame["sheet"], frame["row"], strict=True)
    for text, organisation_id, sheet, row in rows:
        key, code = _read(text, kind, organisation_id, sealer, repeated)
        identities.append(key.external_id if key else b"")
        if key and key.same_as:
            found.bindings.append(_binding(key))
        if code:
            place = Place(file=file, sheet=sheet, row=row, column=ROW_KEY)
            found.rejected.append(Rejected(place=place, code=code, message=MESSAGES[code]))
    return bare.assign(**{ROW_IDENTITY: column(identities, frame.index)})


def _binding(key: RowKey) -> Binding:
    return Binding(
        kind=LAYOUTS[key.kind].kind.value,
        organisation_id=key.organisation_id,
        external_id=key.external_id,
        same_as=key.same_as,
    )


def _read(
    text: str, kind: FileKind, organisation_id: UUID, sealer: Sealer, repeated: set[str]
) -> tuple[RowKey | None, str]:
    """Give a key that holds for its row, or the code of what is wrong with it."""
    if not text:
        return None, ""
    if text in repeated:
        return None, "row.key_repeated"
    try:
        key = row_keys.read(sealer, text)
    except RowKeyError:
        return None, "row.key_unreadable"
    if (key.kind, key.organisation_id) != (kind, organisation_id):
        return None, "row.key_foreign"
    return key, ""


# What a person decided about a pair stands: a template given out before it does not return to it.
BIND = """
insert into verdict (record_a, record_b, kind, reason, changeset_id)
select distinct least(r.id, other.id), greatest(r.id, other.id), 'MUST_LINK', $6, $7::bigint
from unnest($2::text[], $3::uuid[], $4::bytea[], $5::bigint[])
    as said (kind, organisation_id, external_id, same_as)
join record r on r.source_id = $1 and r.kind = said.kind
    and r.organisation_id = said.organisation_id and r.external_id = said.external_id
join record other on other.id = said.same_as and other.id <> r.id
where not exists (
    select from verdict v
    where v.record_a = least(r.id, other.id) and v.record_b = greatest(r.id, other.id)
)
order by 1, 2
"""


async def bind(
    session: WriteSession,
    bindings: Iterable[Binding],
    *,
    source_id: UUID,
    changeset_id: ChangesetId,
) -> None:
    """Keep what keys say as verdicts; said again, or of a pair decided before, it adds nothing."""
    lines = [
        (one.kind, one.organisation_id, one.external_id, record)
        for one in bindings
        for record in one.same_as
    ]
    if lines:
        columns = [list(values) for values in zip(*lines, strict=True)]
        await session.raw.execute(BIND, source_id, *columns, REASON, changeset_id)
