"""Raw cells of a file into the facts the matcher takes, column by column."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from sync.engines.borrowed import without_borrowed
from sync.engines.fillers import without_fillers
from sync.engines.notices import Notice
from sync.engines.record_file import Records, give_back
from sync.engines.schools import places_of, stated_places, with_shared_schools
from sync.matching.facts import Coded, coded
from sync.matching.hashing import Int64s, mix_each, numbered
from sync.matching.lexicon import fold_yo
from sync.matching.normalise.columns import birth_columns, contact_columns, recoded, snils_column
from sync.matching.normalise.name_columns import name_columns
from sync.matching.normalise.names import NAME_CELLS
from sync.matching.normalise.outcome import cells_of
from sync.matching.normalise.posts import normalise_employment

_ROLES = {"staff": "STAFF", "pupil": "PUPIL", "сотрудник": "STAFF", "ученик": "PUPIL"}
_LEFT = ("dismissed", "уволен", "выбыл", "inactive", "closed", "archived")
_NAMES = ("last_key", "first_key", "middle_key")
_WORTH_HAVING = ("birth_date", "snils", "org_code", "source", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Facts in the order of what they say, where each stood in the file, and what was noticed."""

    facts: pd.DataFrame
    rows: Int64s
    notices: list[Notice]


def encode(records: Records, *, today: date) -> Encoded:
    """Give the facts of a file's records; the same facts for any order of the rows.

    O(distinct texts) in Python, the rest in columns.
    """
    lacks = lacking(records.cells.columns, records.skipped)
    return looked_at_whole(stated_facts(records.cells, today), lacks=lacks)


def stated_facts(cells: pd.DataFrame, today: date) -> pd.DataFrame:
    """Give what each row says by itself: the same for a row alone, in a batch and in a file."""
    raw = cells.rename(columns={"sex": "gender"})
    del cells  # who has no use for them lets each column go when its facts are made
    columns: dict[str, object] = {
        name: _category(column) for name, column in name_columns(raw, today).items()
    }
    raw = raw.drop(columns=[*NAME_CELLS], errors="ignore")
    give_back()
    columns["birth_date"], columns["birth_year"] = birth_columns(raw, today)
    columns["snils_hash"] = _category(snils_column(raw, today))
    phones, emails = contact_columns(raw, today)
    columns |= {"phones": _category(phones), "emails": _category(emails)}
    raw = raw.drop(columns=["birth_date", "snils", "phone", "email"], errors="ignore")
    give_back()
    place_code, place_name = stated_places(raw)
    columns |= {
        "place_code": _category(place_code),
        "place_name": _category(place_name),
        "employment_kind": _category(_posts(raw, today)),
        "source_id": _category(_cells(raw, "source")),
        "external_id": _as_stated(raw, "source_id"),
        "role": _category(_roles(raw)),
        "active": _active(raw),
    }
    return pd.DataFrame(columns)


def looked_at_whole(stated: pd.DataFrame, *, lacks: Iterable[Notice]) -> Encoded:
    """Give the facts in the order of their content, mended by what only a whole file can tell."""
    places = places_of(coded(stated, "place_code"), coded(stated, "place_name"))
    facts = stated.drop(columns=["place_code", "place_name"]).assign(
        organisation_id=_category(places),
        affiliation_organisation_id=_category(_constant(len(stated), "")),
        kind=stated["role"],
    )
    del stated
    facts = with_shared_schools(facts)
    facts, found = without_fillers(facts)
    facts, copied = without_borrowed(facts)
    order = _content_order(facts)
    names = [name for name in facts.columns if name != "external_id"]
    facts = pd.DataFrame({name: _taken(facts.pop(name), order) for name in names})
    facts["record_id"] = facts["content_rank"] = np.arange(len(facts), dtype=np.int64)
    notices = [*lacks, *_nameless(facts), *found, *copied]
    return Encoded(facts=facts, rows=order, notices=notices)


def _taken(column: "pd.Series[Any]", order: Int64s) -> object:
    return column.array.take(order)


def lacking(columns: Collection[str], skipped: int = 0) -> Iterator[Notice]:
    """Say what a file of these columns lacks, and how many of its lines could not be read."""
    missing = [name for name in _WORTH_HAVING if name not in columns]
    if missing:
        yield Notice(
            cause="column.missing",
            count=len(missing),
            text=f"нет столбцов {', '.join(missing)}: людей различат только остальные",
        )
    if skipped:
        yield Notice(
            cause="line.skipped",
            count=skipped,
            text="строки с лишними или недостающими ячейками пропущены",
        )


def _cells(raw: pd.DataFrame, name: str) -> Coded:
    codes, cells = cells_of(raw, name)
    return recoded(codes.astype(np.int64), (cell.strip() for cell in cells))


def _as_stated(raw: pd.DataFrame, name: str) -> object:
    """Give a column as it is: it is compared with itself alone."""
    return raw[name] if name in raw.columns else _category(_constant(len(raw), ""))


def _constant(count: int, value: str) -> Coded:
    return Coded(codes=np.zeros(count, dtype=np.int64), distinct=np.array([value], dtype=object))


def _posts(raw: pd.DataFrame, today: date) -> Coded:
    codes, cells = cells_of(raw, "position")
    kinds = [
        str(normalise_employment(("", cell), today).values[0])  # noqa: PD011 - a dataclass
        for cell in cells
    ]
    return recoded(codes.astype(np.int64), kinds)


def _roles(raw: pd.DataFrame) -> Coded:
    codes, cells = cells_of(raw, "role")
    roles = [_ROLES.get(fold_yo(cell).strip(), "OTHER") for cell in cells]
    return recoded(codes.astype(np.int64), roles)


def _active(raw: pd.DataFrame) -> "pd.Series[bool]":
    codes, cells = cells_of(raw, "status")
    stays = [not fold_yo(cell).strip().startswith(_LEFT) for cell in cells]
    return pd.Series(np.array(stays, dtype=bool)[codes])


def _category(column: Coded) -> pd.Categorical:
    return pd.Categorical.from_codes(
        column.codes, categories=pd.Index(column.distinct, dtype=object)
    )


def _content_order(facts: pd.DataFrame) -> Int64s:
    """Give the rows in the order of what they say: equal contents stand side by side."""
    rest = (name for name in sorted(facts.columns) if name not in _NAMES)
    ranks = (_rank(facts[name]).view(np.uint64) for name in rest)
    mixed = mix_each(ranks, rows=len(facts), salt=1)
    days = facts["birth_date"].to_numpy(np.int64)
    ranked = pd.factorize(days, sort=True)[0].astype(np.int64, copy=False)
    columns = (*(_rank(facts[name]) for name in _NAMES), ranked)
    said = numbered(((one, int(one.max(initial=0)) + 1) for one in columns), rows=len(facts))
    return np.asarray(np.lexsort((mixed, said)), dtype=np.int64)


def _rank(column: pd.Series) -> Int64s:
    """Give numbers in the order of the values, whatever order they came in and which are unused."""
    if isinstance(column.dtype, pd.ArrowDtype):
        texts = pa.array(column)
        return np.asarray(compute.rank(texts, tiebreaker="dense"), dtype=np.int64)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy(np.int64)
    codes = column.cat.codes.to_numpy()
    held = np.bincount(codes, minlength=len(column.cat.categories)) > 0
    order = compute.sort_indices(pa.array(column.cat.categories, type=pa.string())).to_numpy()
    rank = np.zeros(len(order), dtype=np.int64)
    rank[order] = np.cumsum(held[order])
    return rank[codes]


def _nameless(facts: pd.DataFrame) -> Iterator[Notice]:
    nameless = (facts["last_key"] == "") & (facts["first_key"] == "")
    if nameless.any():
        yield Notice(
            cause="name.missing",
            count=int(nameless.sum()),
            text="строк без имени и фамилии: соединяются только по СНИЛС с датой рождения",
        )
