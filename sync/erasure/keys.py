"""By what the erased are known again: keyed hashes of what a source may say of them once more.

Nothing in a hash says whose it was, and the hash of a СНИЛС here is not the one by which people are
found: without the region's key the two cannot be brought together. Pure: frames in, hashes out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final
from uuid import UUID

import pandas as pd

from hub.records import Place, Rejected
from hub.seal import Sealer
from sync.columns import rows_of
from sync.matching.normalise import normalise

SAID: Final = (
    "full_name",
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "birth_year",
    "snils",
    "gender",
)
CODE: Final = "row.erased"
MESSAGE: Final = (
    "Сведения об этом человеке уничтожены или заблокированы по требованию закона, поэтому строка не "
    "взята. Если появилось новое основание, оператор хаба снимет запрет."
)
Name = tuple[str, str, str]  # folded: last, first, middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one record says of its person, as far as they are known again by it."""

    source_id: UUID
    kind: str
    organisation_id: UUID
    external_id: bytes
    is_card: bool
    name: Name
    birth_date: date | None
    snils_hash: bytes | None


def keys_of_person(records: Iterable[Stated], sealer: Sealer) -> set[bytes]:
    """Give the hashes by which a person of these records is known again."""
    held = list(records)
    texts = {text for record in held for text in (*_rows(record), *_number(record))}
    numbered = "+" if any(record.snils_hash for record in held) else "-"
    names = {record.name for record in held if record.name[0]}
    births = {record.birth_date for record in held if record.birth_date}
    units = {record.organisation_id for record in held}
    texts |= {
        _born(numbered, short, day)
        for name, day in product(names, births)
        for short in ((*name[:2], name[2]), (*name[:2], ""))
    }
    texts |= {_here(unit, short) for unit, name in product(units, names) for short in _short(name)}
    return {_hashed(text, sealer) for text in texts}


def is_erased(
    record: Stated,
    keys: frozenset[bytes],
    sealer: Sealer,
    lifted: frozenset[bytes] = frozenset(),
) -> bool:
    """Tell whether a record states somebody who was erased, and was not `lifted` since.

    Of two numbers that are valid and differ each is somebody else's, whatever the names.
    """
    if lifted and is_lifted(record, lifted, sealer):
        return False
    return any(_hashed(text, sealer) in keys for text in _asked(record))


def is_lifted(record: Stated, lifted: frozenset[bytes], sealer: Sealer) -> bool:
    """Tell whether a record states somebody whom sources may state again."""
    own = lift_keys(record.name, record.birth_date, record.snils_hash, sealer)
    return not lifted.isdisjoint(own)


def lift_keys(name: Name, born: date | None, snils: bytes | None, sealer: Sealer) -> list[bytes]:
    """Give the hashes by which somebody is let in again: of the number, of the name with its day."""
    texts = [*_of_number(snils)]
    if name[0] and born is not None:
        texts += [f"{'|'.join(short)}:{born.isoformat()}" for short in _with_patronymic(name)]
    return [sealer.hash(f"lifted:{text}") for text in texts]


def ban_keys(name: Name, born: date | None, snils: bytes | None, sealer: Sealer) -> list[bytes]:
    """Give the hashes by which somebody of this identity would be known as erased."""
    texts = [*_of_number(snils)]
    if name[0] and born is not None:
        texts += [_born(sign, short, born) for sign in "+-" for short in _with_patronymic(name)]
    return [_hashed(text, sealer) for text in texts]


def row_keys(record: Stated, sealer: Sealer) -> set[bytes]:
    """Give the hashes by which a record's own row or card is known."""
    return {_hashed(text, sealer) for text in _rows(record)}


def _with_patronymic(name: Name) -> set[Name]:
    """Give a full name with its patronymic, where there is one, and without."""
    last, first, _ = name
    return {name, (last, first, "")}


def _asked(record: Stated) -> Iterator[str]:
    yield from _rows(record)
    yield from _number(record)
    if not record.name[0]:
        return
    if record.birth_date is None and record.snils_hash is None:
        yield _here(record.organisation_id, record.name)
    elif record.birth_date is not None:
        yield _born("-", record.name, record.birth_date)
        if record.snils_hash is None:
            yield _born("+", record.name, record.birth_date)


def _rows(record: Stated) -> Iterator[str]:
    number = record.external_id.hex()
    yield f"row:{record.source_id}:{record.kind}:{record.organisation_id}:{number}"
    if record.is_card:
        yield f"card:{record.source_id}:{number}"


def _number(record: Stated) -> Iterator[str]:
    yield from _of_number(record.snils_hash)


def _of_number(snils: bytes | None) -> Iterator[str]:
    if snils is not None:
        yield f"snils:{snils.hex()}"


def _born(numbered: str, name: Name, day: date) -> str:
    return f"born:{numbered}:{'|'.join(name)}:{day.isoformat()}"


def _here(unit: UUID, name: Name) -> str:
    return f"here:{unit}:{'|'.join(name)}"


def _short(name: Name) -> set[Name]:
    """Give the ways in which a mention may write a name: whole, without patronymic, by initials."""
    last, first, middle = name
    return {
        name,
        (last, first, ""),
        (last, first[:1], middle[:1]),
        (last, first[:1], ""),
    }


def _hashed(text: str, sealer: Sealer) -> bytes:
    return sealer.hash(f"erased:{text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Who of a source's rows is not taken in again."""

    source_id: UUID
    keys: frozenset[bytes]
    sealer: Sealer
    today: date
    lifted: frozenset[bytes] = frozenset()

    def part(self, records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Part the records that may land from those of the erased and whom their rows mention.

        Costs nothing where nobody was erased, else a normalisation of names, days and numbers.
        """
        if not self.keys or records.empty:
            return records, records.iloc[:0]
        gone = pd.Series(
            [is_erased(one, self.keys, self.sealer, self.lifted) for one in self._stated(records)],
            index=records.index,
        )
        rows = set(rows_of(records[gone], "organisation_id", "external_id"))
        stating = list(rows_of(records, "organisation_id", "stating_id"))
        gone |= pd.Series([one in rows for one in stating], index=records.index)
        return records[~gone], records[gone]

    def forgiven(self, records: pd.DataFrame) -> set[bytes]:
        """Give the hashes of the rows and cards of those among these who were let in again."""
        if not self.lifted or records.empty:
            return set()
        again = (
            row_keys(one, self.sealer)
            for one in self._stated(records)
            if is_lifted(one, self.lifted, self.sealer)
        )
        return set(self.keys).intersection(*[set[bytes]().union(*again)])

    def _stated(self, records: pd.DataFrame) -> Iterator[Stated]:
        raw = records.reindex(columns=list(SAID)).astype(object).fillna("")
        facts = normalise(raw.reset_index(drop=True), today=self.today).frame
        hashes = self.sealer.hash_many(value or None for value in facts["snils"])
        said = rows_of(facts, "last_key", "first_key", "middle_key", "birth_date")
        own = rows_of(records, "kind", "organisation_id", "external_id", "stated_id")
        for (kind, unit, number, stated_id), (*name, born), snils in zip(
            own, said, hashes, strict=True
        ):
            yield Stated(
                source_id=self.source_id,
                kind=kind,
                organisation_id=unit,
                external_id=bytes(number),
                is_card=bool(stated_id),
                name=(name[0], name[1], name[2]),
                birth_date=born,
                snils_hash=snils,
            )


def refused(dropped: pd.DataFrame) -> list[tuple[Rejected, UUID, UUID]]:
    """Say of each row that was not taken in where it stands; none of its cells are kept."""
    own = dropped[dropped["part"] == 0]
    places = rows_of(own, "sheet", "row", "source_file_id", "organisation_id")
    return [
        (
            Rejected(place=Place(file="", sheet=sheet, row=int(row)), code=CODE, message=MESSAGE),
            file_id,
            unit,
        )
        for sheet, row, file_id, unit in places
    ]
