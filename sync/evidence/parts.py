"""Rows into records: a row states one person and may mention others, each a record of its own.

Record identity is made of what the source wrote, folded only in case, ё and spaces, never of what
the normaliser understood: a better normaliser must not turn old records into new ones. A spelling
that changes from year to year gives two records of one person, which the matcher joins anyway.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.records import FileKind, RecordKind
from sync.columns import stacked
from sync.matching.normalise import split_people

Hashes = npt.NDArray[np.uint64]
Values = npt.NDArray[np.object_]
Reading = Callable[[Values], Values]  # what is hashed of distinct values

# `stated_id` is the number by which the source itself knows the row, if any.
PLACE_COLUMNS = ("sheet", "row", "stated_id")
# State identifiers enter no hash made here, which anyone could try out; landing adds keyed ones.
SEALED_FIELDS = ("snils", "inn_person")
# What whoever read the rows knows of them: whose list, as of when, in which file. `list` tells
# the lists of a frame apart.
GIVEN_COLUMNS = ("organisation_id", "stated_as_of", "source_file_id", "list")
# The record that a row is by its key, where it came back with one (sync/files/returned.py).
ROW_IDENTITY = "row_identity"
# What a record is besides what the source wrote.
OWN_COLUMNS = ("kind", "part", "organisation_id", "external_id", "stating_id", "content_hash")
# The kinds of records that may be cards.
CARD_KINDS = (RecordKind.STAFF, RecordKind.PUPIL)
NAME_FIELDS = ("last_name", "first_name", "middle_name", "full_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a table of a kind writes its own person and whom it mentions."""

    kind: RecordKind
    own: str = ""  # the prefix of this side's fields: mentor_full_name, mentor_organization, ...
    other: str = ""
    identity: tuple[str, ...] = ()


PAIR_IDENTITY = (
    "mentor_full_name",
    "mentee_full_name",
    "mentoring_form",
    "joined_at",
    "birth_year",
)
LAYOUTS = {
    FileKind.STAFF: Layout(
        kind=RecordKind.STAFF, identity=(*NAME_FIELDS, "birth_date", "birth_year")
    ),
    FileKind.PUPILS: Layout(
        kind=RecordKind.PUPIL, identity=(*NAME_FIELDS, "birth_date", "birth_year")
    ),
    FileKind.MENTOR_BASE: Layout(
        kind=RecordKind.MENTOR,
        own="mentor_",
        other="mentee_",
        identity=PAIR_IDENTITY,
    ),
    FileKind.MENTEE_BASE: Layout(
        kind=RecordKind.MENTEE,
        own="mentee_",
        other="mentor_",
        identity=PAIR_IDENTITY,
    ),
}


def _as_written(distinct: Values) -> Values:
    return distinct


def _folded(distinct: Values) -> Values:
    folds = [" ".join(str(value).casefold().replace("ё", "е").split()) for value in distinct]
    return np.array(folds, dtype=object)


def parts_of(frame: pd.DataFrame, kind: FileKind) -> pd.DataFrame:
    """Turn raw rows of any number of lists into records.

    `frame` has GIVEN_COLUMNS besides the fields that the source wrote. The answer has the fields
    of `frame` and OWN_COLUMNS: part 0 is the row's own person, 1.. are whom it mentions;
    `stating_id` is the external id of the mentioning row, empty for part 0. Costs the same for
    one list of many rows as for many lists of few.
    """
    layout = LAYOUTS[kind]
    own = frame.copy(deep=False)
    own["part"] = 0
    own["kind"] = np.full(len(own), layout.kind.value, dtype=object)
    own["content_hash"] = _content_hash(frame)
    own["stated_id"] = _column(own, "external_id")
    own["external_id"] = _identity(own, layout)
    own["stating_id"] = b""
    own = own.drop(columns=["list", ROW_IDENTITY], errors="ignore")
    if not layout.own:
        return own
    return stacked([_of_side(own, layout), _mentions(own, layout)])


def card_keys(cards: Sequence[str]) -> list[bytes]:
    """Give the key by which a record of each card is known."""
    frame = pd.DataFrame({"external_id": list(cards)}, dtype=object)
    frame["organisation_id"] = None
    frame["list"] = np.arange(len(cards))
    frame["sheet"], frame["row"] = "", 0
    keys: list[bytes] = parts_of(frame, FileKind.STAFF)["external_id"].tolist()
    return keys


def _of_side(own: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give the row's own person the fields of their side: mentor_birth_date is the birth date."""
    fields = [name for name in own.columns if name.startswith(layout.own)]
    others = [name for name in own.columns if name.startswith(layout.other)]
    bare = own.drop(columns=[*fields, *others])
    for name in fields:
        plain = name.removeprefix(layout.own)
        stated = own[name]
        bare[plain] = stated.where(stated != "", bare[plain]) if plain in bare else stated
    return bare


def _mentions(own: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give a line to each person whom a row mentions, in the order of the cell.

    What the row says of the other side besides the name is theirs only where it names one person.
    """
    fields = [name for name in own.columns if name.startswith(layout.other)]
    carried = [name for name in (*GIVEN_COLUMNS, *PLACE_COLUMNS) if name in own]
    lines = own.loc[:, ["external_id", *carried, *fields]]
    lines = lines.rename(columns={name: name.removeprefix(layout.other) for name in fields})
    lines["full_name"] = _column(lines, "full_name")
    split = {value: split_people(value) for value in pd.unique(lines["full_name"])}
    lines = lines.assign(full_name=lines["full_name"].map(split)).explode("full_name")
    lines = lines.dropna(subset=["full_name"]).rename(columns={"external_id": "stating_id"})
    lines["part"] = lines.groupby(level=0).cumcount() + 1
    several = lines.index.duplicated(keep=False)
    plain = [name.removeprefix(layout.other) for name in fields]
    shared = [name for name in plain if name not in ("full_name", "organization")]
    lines.loc[several, shared] = ""
    lines["kind"] = np.full(len(lines), RecordKind.MENTION.value, dtype=object)
    lines["content_hash"] = _content_hash(lines[sorted({"full_name", *plain})])
    lines["external_id"] = _mention_identity(lines)
    return lines


def _mention_identity(lines: pd.DataFrame) -> list[bytes]:
    """Hash the stating row's whole id, the place in the cell and the name that stands there."""
    part = _hashed(lines["part"].astype(str), "part")
    part += _hashed(lines["full_name"], "name", of=_folded)
    stating = np.frombuffer(b"".join(lines["stating_id"]), dtype="<u8").reshape(-1, 2)
    return _as_bytes(_mixed(part ^ stating[:, 0]), _mixed(part + stating[:, 1]))


def _identity(own: pd.DataFrame, layout: Layout) -> list[bytes]:
    """Hash what identifies a row; equal rows of one list are told apart by their content.

    The two bases may name a pair in the same words, or number their rows alike: whose base a row
    stands in tells them apart.
    """
    stated = _column(own, "external_id")
    named = own.loc[:, [name for name in layout.identity if name in own]]
    (spelled,) = _row_hashes(named, salts=(0,), of=_folded)
    key = np.where(stated != "", _hashed(stated, "external_id"), spelled)
    key = key.astype(np.uint64) + _hashed(own["kind"], "kind")
    copies = _copies(own, key)
    made = _as_bytes(key, _mixed(key + copies * np.uint64(0x9E3779B97F4A7C15)))
    if ROW_IDENTITY not in own:
        return made
    return _with_keys(own, made)


def card_identities(numbers: Sequence[str], kind: RecordKind) -> list[bytes]:
    """Give the external ids of the cards of a kind that bear these numbers in their system."""
    stated = pd.Series(numbers, dtype=object)
    key = _hashed(stated, "external_id") + _hashed(pd.Series([kind.value]), "kind")
    return _as_bytes(key, _mixed(key))


def _with_keys(own: pd.DataFrame, made: list[bytes]) -> list[bytes]:
    """Let a key decide; who is written under the former name of a renamed row is somebody else."""
    units, known = own["organisation_id"].to_list(), own[ROW_IDENTITY].to_list()
    taken = {place for place in zip(units, known, strict=True) if place[1]}
    return [
        by_key
        or (
            blake2b(by_content, digest_size=16).digest()
            if (unit, by_content) in taken
            else by_content
        )
        for unit, by_key, by_content in zip(units, known, made, strict=True)
    ]


def _copies(own: pd.DataFrame, key: Hashes) -> Hashes:
    """Number the rows of one list and organisation that have one key, in the order of content."""
    place = np.zeros(len(own), dtype=np.uint64)
    rows = pd.DataFrame(
        {"list": own["list"], "organisation": _codes(own["organisation_id"]), "key": key}
    )
    again = rows.duplicated(keep=False).to_numpy()
    if again.any():
        alike = own[again]
        (sealed,) = _row_hashes(alike.filter(regex=f"({'|'.join(SEALED_FIELDS)})$"), salts=(0,))
        order = rows[again].assign(hash=alike["content_hash"], sealed=sealed)
        order = order.sort_values(["hash", "sealed"])
        numbers = order.groupby(["list", "organisation", "key"]).cumcount()
        place[again] = numbers.sort_index().to_numpy(np.uint64)
    return place


def _content_hash(frame: pd.DataFrame) -> list[bytes]:
    aside = {*PLACE_COLUMNS, *OWN_COLUMNS, *GIVEN_COLUMNS, ROW_IDENTITY, "row_no"}
    fields = frame.loc[:, sorted(n for n in set(frame.columns) - aside if not _is_sealed(n))]
    return _as_bytes(*_row_hashes(fields, salts=(0, 1)))


def _is_sealed(name: str) -> bool:
    """Tell a state identifier's field, that of either side of a pair included."""
    return name.endswith(SEALED_FIELDS)


def _row_hashes(
    fields: pd.DataFrame, *, salts: tuple[int, ...], of: Reading = _as_written
) -> list[Hashes]:
    """Hash each line over its filled fields: an empty field and an absent one are the same."""
    totals = [np.full(len(fields), np.uint64(salt), dtype=np.uint64) for salt in salts]
    for name in fields.columns:
        codes, distinct = pd.factorize(fields[name].to_numpy(dtype=object))
        distinct = of(distinct)
        for salt, total in zip(salts, totals, strict=True):
            hashed = _hashed_distinct(distinct, f"{name}{salt}")
            hashed[distinct == ""] = 0
            np.add(total, hashed[codes], out=total)
    return [_mixed(total) for total in totals]


def _hashed(values: pd.Series, name: str, *, of: Reading = _as_written) -> Hashes:
    codes, distinct = pd.factorize(values.to_numpy(dtype=object))
    return _hashed_distinct(of(distinct), name)[codes]


def _hashed_distinct(distinct: npt.NDArray[np.object_], name: str) -> Hashes:
    """Hash distinct values once; SipHash with a fixed key is the same on every machine."""
    key = blake2b(name.encode(), digest_size=8).hexdigest()
    return pd.util.hash_array(distinct, hash_key=key, categorize=False)


def _codes(values: pd.Series) -> npt.NDArray[np.intp]:
    return pd.factorize(values)[0]


def _mixed(values: Hashes) -> Hashes:
    """Spread bits (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _as_bytes(low: Hashes, high: Hashes) -> list[bytes]:
    joined = np.empty((len(low), 2), dtype="<u8")
    joined[:, 0], joined[:, 1] = low, high
    found: list[bytes] = joined.view("V16").ravel().tolist()
    return found


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series("", index=frame.index, dtype=object)
