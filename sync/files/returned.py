"""Rows that come back with the key the hub gave them: known again without any comparison.

A key makes its row the record that it was, and says that this record and those named in the key
are one person: whoever sends the row back has decided so, and the decision is kept as a verdict.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hub import row_keys
from hub.database import WriteSession
from hub.records import ChangesetId, FileKind, Place, Rejected
from hub.row_keys import RowKey, RowKeyError
from hub.seal import Sealer
from sync.columns import column
from sync.evidence.parts import LAYOUTS, ROW_IDENTITY
from sync.files.placing import Listed
from sync.identity import new_id

ROW_KEY = "row_key"  # the field of the column in which keys stand
REASON = ACTION = "ROW_KEY"
ACTOR = "template"  # whoever sent the row back said so by its key
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
    """The lists of a file with ROW_IDENTITY in place of keys, what keys bind, what is wrong."""

    listed: list[Listed]
    bindings: list[Binding]
    rejected: list[Rejected]


def returned(lists: Sequence[Listed], sealer: Sealer | None, *, file: str) -> Returned:
    """Read the keys in the lists of a file; a row whose key is of no use has landed without it.

    Without a sealer keys are only left out, as nobody could read them.
    """
    if sealer is None:
        bare = [
            replace(one, frame=one.frame.drop(columns=ROW_KEY, errors="ignore")) for one in lists
        ]
        return Returned(listed=bare, bindings=[], rejected=[])
    reader = _Reader(lists, sealer, file)
    for one in lists:
        reader.take(one)
    return reader.found


class _Reader:
    """Reads the keys of one file's lists."""

    def __init__(self, lists: Sequence[Listed], sealer: Sealer, file: str) -> None:
        keyed = [one.frame[ROW_KEY] for one in lists if ROW_KEY in one.frame]
        given = [text for keys in keyed for text in keys if text]
        self._keys = {text: _opened(sealer, text) for text in given}
        # The same record in two rows: a row was copied, or two templates were put into one file.
        self._rows = Counter(_record(key) for text in given if (key := self._keys[text]))
        self._file = file
        self.found = Returned(listed=[], bindings=[], rejected=[])

    def take(self, one: Listed) -> None:
        """Put a list among those found, its keys read."""
        frame = one.frame
        if ROW_KEY not in frame:
            self.found.listed.append(one)
            return
        identities: list[bytes] = []
        places = (frame[name] for name in (ROW_KEY, "sheet", "row"))
        for organisation_id, text, sheet, row in zip(one.organisations, *places, strict=True):
            code = self._fault(text, one.kind, organisation_id)
            key = None if code else self._keys.get(text)
            identities.append(key.external_id if key else b"")
            if key and key.same_as:
                self.found.bindings.append(_binding(key))
            if code:
                place = Place(file=self._file, sheet=sheet, row=row, column=ROW_KEY)
                self.found.rejected.append(Rejected(place=place, code=code, message=MESSAGES[code]))
        bare = frame.drop(columns=ROW_KEY)
        known = bare.assign(**{ROW_IDENTITY: column(identities, frame.index)})
        self.found.listed.append(replace(one, frame=known))

    def _fault(self, text: str, kind: FileKind, organisation_id: UUID) -> str:
        """Give the code of what is wrong with a key; nothing where it holds or none stands."""
        if not text:
            return ""
        key = self._keys[text]
        if key is None:
            return "row.key_unreadable"
        if (key.kind, key.organisation_id) != (kind, organisation_id):
            return "row.key_foreign"
        return "row.key_repeated" if self._rows[_record(key)] > 1 else ""


def _opened(sealer: Sealer, text: str) -> RowKey | None:
    try:
        return row_keys.read(sealer, text)
    except RowKeyError:
        return None


def _record(key: RowKey) -> tuple[FileKind, UUID, bytes]:
    return key.kind, key.organisation_id, key.external_id


def _binding(key: RowKey) -> Binding:
    return Binding(
        kind=LAYOUTS[key.kind].kind.value,
        organisation_id=key.organisation_id,
        external_id=key.external_id,
        same_as=key.same_as,
    )


# What a person decided about a pair stands: a template given out before it does not return to it.
SAID = """
select distinct least(r.id, other.id), greatest(r.id, other.id), r.organisation_id
from unnest($2::text[], $3::uuid[], $4::bytea[], $5::bigint[])
    as said (kind, organisation_id, external_id, same_as)
join record r on r.source_id = $1 and r.kind = said.kind
    and r.organisation_id = said.organisation_id and r.external_id = said.external_id
join record other on other.id = said.same_as and other.id <> r.id
where not exists (
    select from verdict_pair p
    where least(p.record_a, p.record_b) = least(r.id, other.id)
        and greatest(p.record_a, p.record_b) = greatest(r.id, other.id)
)
order by 1, 2
"""
BIND = f"""
with said as (
    insert into verdict (id, kind, action, covers, organisation_id, reason, actor, changeset_id)
    values ($1, 'MUST_LINK', '{ACTION}', false, $4, $5, $6, $7)
)
insert into verdict_pair (verdict_id, record_a, record_b) values ($1, $2, $3)
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
        pairs = await session.raw.fetch(SAID, source_id, *columns)
        await session.raw.executemany(
            BIND, [(new_id(), *pair, REASON, ACTOR, changeset_id) for pair in pairs]
        )
