"""Rows that come back with a key: which record they are, and what a key tells whom."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from hub import row_keys
from hub.records import FileKind
from hub.row_keys import RowKeyError
from hub.seal import Sealer
from sync.files.placing import Listed, records_of_lists
from sync.files.returned import returned

SCHOOL, OTHER = UUID(int=1), UUID(int=2)
SEALER, STRANGER = Sealer({1: bytes(range(32))}), Sealer({1: bytes(32)})
OLD, NEW = "Мерянинова Ольга Львовна", "Лукоянцева Ольга Львовна"
IDENTITY = bytes(range(16))


def key(kind: str = "STAFF", *, identity: bytes = IDENTITY, record: int = 7) -> str:
    said = f"{kind}|{SCHOOL}|{identity.hex()}|{record}|{record},8"
    return row_keys.issue(SEALER, said)


def a_list(
    *rows: Mapping[str, str], school: UUID = SCHOOL, kind: FileKind = FileKind.STAFF
) -> Listed:
    made = pd.DataFrame(list(rows), dtype=object).fillna("")
    return Listed(
        kind=kind,
        frame=made.assign(sheet="Лист1", row=range(5, 5 + len(rows))),
        organisations=np.full(len(rows), school, dtype=object),
        stated_as_of=date(2026, 9, 1),
        source_file_id=UUID(int=9),
    )


def records(*lists: Listed) -> pd.DataFrame:
    made = records_of_lists(lists)
    assert made is not None
    return made


def identities(*rows: Mapping[str, str], kind: FileKind = FileKind.STAFF) -> list[bytes]:
    known = returned([a_list(*rows, kind=kind)], SEALER, file="f.xlsx").listed
    return [bytes(one) for one in records(*known)["external_id"]]


def test_a_renamed_row_with_its_key_is_the_record_that_it_was() -> None:
    found = identities({"full_name": NEW, "birth_date": "01.02.1990", "row_key": key()})

    assert [IDENTITY] == found


def test_a_new_person_under_the_former_name_of_a_renamed_row_is_another_record() -> None:
    [before] = identities({"full_name": OLD})

    renamed, fresh = identities(
        {"full_name": NEW, "row_key": key(identity=before)}, {"full_name": OLD, "row_key": ""}
    )

    assert before == renamed
    assert fresh not in {before, IDENTITY}
    assert (
        fresh
        == identities(
            {"full_name": OLD, "row_key": ""}, {"full_name": NEW, "row_key": key(identity=before)}
        )[0]
    )


def test_a_key_adds_nothing_to_what_a_row_says() -> None:
    plain = records(a_list({"full_name": NEW}))
    given = a_list({"full_name": NEW, "row_key": key()})

    keyed = records(*returned([given], SEALER, file="f.xlsx").listed)

    assert plain["content_hash"].to_list() == keyed["content_hash"].to_list()
    assert set(plain.columns) == set(keyed.columns)


def test_a_key_binds_its_row_to_the_records_that_were_the_same_person() -> None:
    given = a_list({"full_name": NEW, "row_key": key()})

    [binding] = returned([given], SEALER, file="f.xlsx").bindings

    assert ("STAFF", SCHOOL, IDENTITY, (7, 8)) == (
        binding.kind, binding.organisation_id, binding.external_id, binding.same_as,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "school", "kind", "code"),
    [
        (key(), OTHER, FileKind.STAFF, "row.key_foreign"),
        (key(), SCHOOL, FileKind.PUPILS, "row.key_foreign"),
        (key()[:-4], SCHOOL, FileKind.STAFF, "row.key_unreadable"),
        ("не ключ", SCHOOL, FileKind.STAFF, "row.key_unreadable"),
        ("0", SCHOOL, FileKind.STAFF, "row.key_unreadable"),
        (row_keys.issue(STRANGER, f"STAFF|{SCHOOL}||1|1"), SCHOOL, FileKind.STAFF,
         "row.key_unreadable"),
        (SEALER.seal_text("000-000-000 00"), SCHOOL, FileKind.STAFF, "row.key_unreadable"),
    ],
    ids=["other_school", "other_list", "cut", "no_key", "short", "strange_seal", "no_row_key"],
)  # fmt: skip
def test_a_key_that_does_not_hold_is_coded_and_binds_nothing(
    given: str, school: UUID, kind: FileKind, code: str
) -> None:
    rows = a_list({"full_name": NEW, "row_key": given}, school=school, kind=kind)

    found = returned([rows], SEALER, file="f.xlsx")

    assert [(code, "row_key", 5)] == [
        (one.code, one.place.column, one.place.row) for one in found.rejected
    ]
    assert ([b""], []) == (found.listed[0].frame["row_identity"].to_list(), found.bindings)


def test_a_copied_row_holds_in_no_copy_even_with_keys_of_two_templates() -> None:
    same = key()
    rows = a_list(*({"full_name": NEW, "row_key": one} for one in (same, same, key(), "")))

    found = returned([rows], SEALER, file="f.xlsx")

    assert ["row.key_repeated"] * 3 == [one.code for one in found.rejected]
    assert [b""] * 4 == found.listed[0].frame["row_identity"].to_list()


def test_whom_only_another_source_knows_gets_one_identity_in_every_template() -> None:
    said = f"STAFF|{SCHOOL}||7|7"

    first, second = (row_keys.read(SEALER, row_keys.issue(SEALER, said)) for _ in range(2))
    other = row_keys.read(SEALER, row_keys.issue(SEALER, f"STAFF|{SCHOOL}||8|8"))

    assert first == second
    assert first.external_id != other.external_id


def test_a_key_tells_nothing_to_who_cannot_open_it() -> None:
    given = key()

    assert str(SCHOOL) not in given
    assert IDENTITY.hex().upper() not in given
    assert given != key()
    with pytest.raises(RowKeyError):
        row_keys.read(STRANGER, given)
