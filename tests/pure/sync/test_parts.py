"""Rows into records: who is stated, who is mentioned, and how each is known again."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from uuid import UUID

import pandas as pd
import pytest

from hub.records import FileKind
from sync.evidence.parts import parts_of

SCHOOL = UUID(int=1)
MENTOR, MENTEE, OTHER = "Мерянинов Олег Львович", "Лукоянцев Пётр Ильич", "Барсоватов Лев Фомич"
Row = Mapping[str, str]
# What another process must make of the same row; printed as hex.
ELSEWHERE = """
import pandas as pd
from uuid import UUID
from hub.records import FileKind
from sync.evidence.parts import parts_of
row = {row!r}
given = dict(organisation_id=UUID(int=1), list=0, sheet="Лист1", row=5)
frame = pd.DataFrame([row | given], dtype=object)
parts = parts_of(frame, FileKind.MENTOR_BASE)
for name in ("external_id", "stating_id", "content_hash"):
    print(*(value.hex() or "-" for value in parts[name]))
"""


def parts(kind: FileKind, *rows: Row) -> pd.DataFrame:
    return parts_of(listed(rows), kind)


def listed(rows: Sequence[Row], number: int = 0) -> pd.DataFrame:
    """Make the frame of one list."""
    frame = pd.DataFrame(list(rows), dtype=object).fillna("")
    schools = pd.Series([SCHOOL] * len(rows), dtype=object)
    lines = range(5, 5 + len(rows))
    return frame.assign(sheet="Лист1", row=lines, list=number, organisation_id=schools)


def ids(frame: pd.DataFrame) -> list[bytes]:
    return frame["external_id"].tolist()


def pair(mentee: str = MENTEE, **fields: str) -> Row:
    return {"mentor_full_name": MENTOR, "mentee_full_name": mentee, **fields}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_identities_are_the_same_in_every_process(seed: str) -> None:
    row = dict(pair(mentoring_form="учитель – учитель"))
    here = parts(FileKind.MENTOR_BASE, row)

    found = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(row=row)],
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    expected = [
        " ".join(value.hex() or "-" for value in here[name])
        for name in ("external_id", "stating_id", "content_hash")
    ]
    assert expected == found.stdout.splitlines()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [
        {"full_name": MENTOR, "birth_date": "05.03.1979"},
        {"full_name": MENTEE, "phone": "1", "snils": "087-654-302 00"},
        {"full_name": MENTEE, "phone": "1", "snils": "087-654-303 01"},
        {"full_name": MENTEE, "phone": "2"},
    ]

    straight = parts(FileKind.STAFF, *rows)
    back = parts(FileKind.STAFF, *rows[::-1])

    assert ids(straight) == ids(back)[::-1]


def test_case_yo_and_spaces_do_not_make_another_record() -> None:
    straight = parts(FileKind.STAFF, {"full_name": "Пчёлкин Пётр Ильич"})

    folded = parts(FileKind.STAFF, {"full_name": " ПЧЕЛКИН  Петр Ильич"})

    assert ids(straight) == ids(folded)


def test_another_post_is_another_version_of_the_same_record() -> None:
    one = parts(FileKind.STAFF, {"full_name": MENTOR, "position": "учитель"})

    other = parts(FileKind.STAFF, {"full_name": MENTOR, "position": "методист"})

    assert ids(one) == ids(other)
    assert one["content_hash"][0] != other["content_hash"][0]


def test_the_sources_own_id_outweighs_what_is_written() -> None:
    one = parts(FileKind.STAFF, {"full_name": MENTOR, "external_id": "17"})

    renamed = parts(FileKind.STAFF, {"full_name": OTHER, "external_id": "17"})

    assert ids(one) == ids(renamed)


def test_equal_rows_are_told_apart() -> None:
    row = {"full_name": MENTEE, "class": "7 А"}

    found = parts(FileKind.PUPILS, row, row, row)

    assert 3 == len(set(ids(found)))
    assert ids(parts(FileKind.PUPILS, row)) == ids(found)[:1]


def test_equal_rows_of_two_lists_are_one_record() -> None:
    row = {"full_name": MENTEE, "class": "7 А"}
    frame = pd.concat([listed([row], 1), listed([row, row], 2)], ignore_index=True)

    found = ids(parts_of(frame, FileKind.PUPILS))

    assert found[0] in found[1:]
    assert 2 == len(set(found))


def test_an_empty_column_and_an_absent_one_are_the_same() -> None:
    absent = parts(FileKind.STAFF, {"full_name": MENTOR})

    empty = parts(FileKind.STAFF, {"full_name": MENTOR, "phone": "", "birth_year": ""})

    assert ids(absent) == ids(empty)
    assert absent["content_hash"].tolist() == empty["content_hash"].tolist()


def test_the_place_of_a_row_is_not_its_content() -> None:
    one = parts(FileKind.STAFF, {"full_name": MENTOR, "row_no": "1"})

    moved = parts(FileKind.STAFF, {"full_name": OTHER}, {"full_name": MENTOR, "row_no": "2"})

    assert one["content_hash"][0] == moved["content_hash"][1]


def test_no_hash_lets_a_state_identifier_be_tried_out() -> None:
    bare = parts(FileKind.MENTOR_BASE, pair())

    numbered = parts(FileKind.MENTOR_BASE, pair(mentor_snils="087-654-302 00", mentee_snils="1"))

    assert bare["content_hash"].tolist() == numbered["content_hash"].tolist()
    assert ids(bare) == ids(numbered)


def test_a_row_of_a_base_states_its_own_side_and_mentions_the_other() -> None:
    row = pair(mentor_birth_date="05.03.1979", mentee_birth_date="01.02.2000", program="Старт")

    by_mentors = parts(FileKind.MENTOR_BASE, row)
    by_mentees = parts(FileKind.MENTEE_BASE, row)

    said = ["kind", "part", "full_name", "birth_date", "program"]
    assert [
        ["MENTOR", 0, MENTOR, "05.03.1979", "Старт"],
        ["MENTION", 1, MENTEE, "01.02.2000", ""],
    ] == by_mentors[said].to_numpy().tolist()
    assert [
        ["MENTEE", 0, MENTEE, "01.02.2000", "Старт"],
        ["MENTION", 1, MENTOR, "05.03.1979", ""],
    ] == by_mentees[said].to_numpy().tolist()


def test_mentions_carry_the_id_and_the_place_of_the_row_that_states_them() -> None:
    found = parts(FileKind.MENTOR_BASE, pair(), pair(OTHER))

    stated = {(line["row"], line["external_id"]) for line in lines(found) if not line["part"]}
    mentioned = {(line["row"], line["stating_id"]) for line in lines(found) if line["part"]}
    assert stated == mentioned
    assert {b""} == {line["stating_id"] for line in lines(found) if not line["part"]}


def test_several_people_in_a_cell_are_several_mentions() -> None:
    found = parts(FileKind.MENTOR_BASE, pair(f"{MENTEE}; {OTHER}"))

    mentions = [(line["part"], line["full_name"]) for line in lines(found) if line["part"]]
    assert [(1, MENTEE), (2, OTHER)] == mentions
    assert 3 == len(set(ids(found)))


def test_fields_of_the_other_side_are_theirs_only_where_one_is_named() -> None:
    told = {"mentee_birth_date": "01.02.2000", "mentee_organization": "МБОУ СОШ № 1"}

    one = parts(FileKind.MENTOR_BASE, pair(**told))
    several = parts(FileKind.MENTOR_BASE, pair(f"{MENTEE}; {OTHER}", **told))

    assert ["01.02.2000"] == [line["birth_date"] for line in lines(one) if line["part"]]
    assert ["", ""] == [line["birth_date"] for line in lines(several) if line["part"]]
    workplaces = [line["organization"] for line in lines(several) if line["part"]]
    assert ["МБОУ СОШ № 1"] * 2 == workplaces


def test_a_mentor_of_nobody_mentions_nobody() -> None:
    found = parts(FileKind.MENTOR_BASE, pair(""))

    assert ["MENTOR"] == found["kind"].tolist()


def test_equal_rows_of_a_base_have_mentions_of_their_own() -> None:
    found = parts(FileKind.MENTOR_BASE, pair(), pair())

    assert 4 == len(set(ids(found)))


def test_a_mention_in_capitals_is_the_same_mention() -> None:
    one = parts(FileKind.MENTOR_BASE, pair())

    loud = parts(FileKind.MENTOR_BASE, pair(MENTEE.upper()))

    assert ids(one) == ids(loud)


@pytest.mark.parametrize("row", [pair(), pair(external_id="17")])
def test_the_two_bases_in_equal_words_state_different_records(row: Row) -> None:
    by_mentors = parts(FileKind.MENTOR_BASE, row)

    by_mentees = parts(FileKind.MENTEE_BASE, row)

    assert set(ids(by_mentors)).isdisjoint(ids(by_mentees))


def lines(frame: pd.DataFrame) -> Sequence[Mapping[str, object]]:
    return [{str(name): value for name, value in line.items()} for line in frame.to_dict("records")]
