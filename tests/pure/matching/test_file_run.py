"""A file of records from end to end, good ones and bad ones."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from hub.demo.labelled.files import labelled, write_labelled
from hub.demo.labelled.population import populate
from hub.errors import FileError, HubError, InputError
from sync.engines.explaining import explain_pair
from sync.engines.file_run import Done, Job, run
from sync.engines.judging import judge
from sync.matching.model import HAND_MODEL

TODAY = date(2026, 9, 1)
Row = Mapping[str, object]


def _run(folder: Path, rows: Sequence[Row]) -> tuple[Done, list[int]]:
    pd.DataFrame(rows).to_csv(folder / "r.csv", index=False)
    done = run(Job(records=folder / "r.csv", out=folder / "c.csv"), today=TODAY)
    return done, pd.read_csv(folder / "c.csv")["cluster_id"].tolist()


def _causes(done: Done) -> set[str]:
    return {notice.cause for notice in done.notices}


def test_people_of_a_file_are_found_as_well_as_promised(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(12_000, setting="usual", seed=21))

    run(Job(records=tmp_path / "records.csv", out=tmp_path / "c.csv", train=True), today=TODAY)
    judged = judge(tmp_path / "c.csv", tmp_path / "truth.csv", tmp_path / "hard.csv")

    assert float(str(judged.measures[0]["f1"])) >= 0.995
    assert float(str(judged.measures[0]["precision"])) >= 0.998
    assert float(str(judged.measures[1]["f1"])) >= 0.997
    merged = {str(row["kind"]): float(str(row["share"])) for row in judged.confused}
    assert merged["twin"] <= 0.005
    assert merged["parent-child namesake"] <= 0.02


def test_the_same_people_come_out_of_any_order_and_either_format(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(2_000, setting="sparse", seed=4))
    frame = pd.read_csv(tmp_path / "records.csv", dtype=str, keep_default_na=False)
    shuffled = frame.sample(frac=1, random_state=1)
    table = pa.table({name: pa.array(shuffled[name].tolist()) for name in shuffled.columns})
    parquet.write_table(table, tmp_path / "r.parquet")

    run(Job(records=tmp_path / "records.csv", out=tmp_path / "a.csv"), today=TODAY)
    run(Job(records=tmp_path / "r.parquet", out=tmp_path / "b.parquet"), today=TODAY)

    one = pd.read_csv(tmp_path / "a.csv", dtype=str).set_index("rec_id")["cluster_id"]
    found = parquet.read_table(tmp_path / "b.parquet").to_pydict()
    other = pd.Series(found["cluster_id"], index=found["rec_id"])
    both = pd.DataFrame({"one": one, "other": other})
    assert both["one"].nunique() == len(both.drop_duplicates()) == both["other"].nunique()


def test_typed_cells_of_parquet_mean_what_texts_mean(tmp_path: Path) -> None:
    table = pa.table(
        {
            "rec_id": [7, 8],
            "full_name": ["Иванов Иван Иванович", "Иванов И.И."],
            "birth_date": pa.array([date(1980, 2, 1), date(1980, 2, 1)]),
            "snils": pa.array([11223344595.0, 11223344595.0]),
        }
    )
    parquet.write_table(table, tmp_path / "r.parquet")

    run(Job(records=tmp_path / "r.parquet", out=tmp_path / "c.csv"), today=TODAY)

    assert [0, 0] == pd.read_csv(tmp_path / "c.csv")["cluster_id"].tolist()


def test_windows_letters_and_semicolons_are_read(tmp_path: Path) -> None:
    text = "rec_id;full_name;birth_date\n1;Иванов Иван Иванович;01.02.1980\n"
    text += "2;ИВАНОВ ИВАН ИВАНОВИЧ;1980-02-01\n"
    (tmp_path / "r.csv").write_bytes(text.encode("cp1251"))

    done = run(Job(records=tmp_path / "r.csv", out=tmp_path / "c.csv"), today=TODAY)

    assert 1 == done.people


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ({"out": "r.csv"}, "file.same"),
        ({"out": "c.csv", "questions": "c.csv"}, "file.same"),
        ({"out": "nowhere/c.csv"}, "file.unwritable"),
        ({"out": "c.csv", "save_model": "nowhere/m.json"}, "file.unwritable"),
    ],
)
def test_places_of_results_are_looked_at_before_any_work(
    tmp_path: Path, places: dict[str, str], code: str
) -> None:
    (tmp_path / "r.csv").write_text("rec_id,full_name\n1,Иванов Иван\n", encoding="utf-8")
    whole: Any = {name: tmp_path / place for name, place in places.items()}

    with pytest.raises(HubError) as caught:
        run(Job(records=tmp_path / "r.csv", **whole), today=TODAY)

    assert code == caught.value.reason
    assert ["r.csv"] == [path.name for path in tmp_path.iterdir()]


def test_one_record_and_empty_rows_are_people_of_their_own(tmp_path: Path) -> None:
    assert 1 == _run(tmp_path, [{"rec_id": 1, "full_name": "Иванов Иван"}])[0].people

    done, clusters = _run(tmp_path, [{"rec_id": at, "full_name": ""} for at in range(5_000)])

    assert 5_000 == done.people
    assert list(range(5_000)) == clusters
    assert "name.missing" in _causes(done)


@pytest.mark.parametrize(
    ("lines", "causes"),
    [
        ("1,Иванов Иван\n1,Петров Пётр\n,Ким Анна\n,Ли Ян\n", {"id.repeated": 1, "id.missing": 2}),
        ('1,"Иванов Иван\n2,Петров Пётр\n', {"line.break": 1}),
        ('1,"Иванов ""Иван"""\n2,Петров Пётр\n', {}),
    ],
)
def test_what_a_file_was_written_wrong_with_is_told(
    tmp_path: Path, lines: str, causes: dict[str, int]
) -> None:
    (tmp_path / "r.csv").write_text(f"rec_id,full_name\n{lines}", encoding="utf-8")

    done = run(Job(records=tmp_path / "r.csv", out=tmp_path / "c.csv"), today=TODAY)

    usual = {"column.missing", "training.too_few"}
    assert causes == {one.cause: one.count for one in done.notices if one.cause not in usual}


@pytest.mark.parametrize(
    ("phones", "causes"),
    [(1, {"block.thinned"}), (30_000, {"block.refined", "block.chained"})],
)
def test_a_million_pairs_of_namesakes_are_not_compared_all_with_all(
    tmp_path: Path, phones: int, causes: set[str]
) -> None:
    rows = [
        {
            "rec_id": at,
            "full_name": "Иванова Анна Петровна",
            "org_code": "7",
            "phone": f"7927{at % phones:07}",
        }
        for at in range(30_000)
    ]
    started = time.perf_counter()

    done, _ = _run(tmp_path, rows)

    assert 30 > time.perf_counter() - started
    assert done.pairs <= 40 * 30_000
    assert causes | {"column.missing"} <= _causes(done)


def test_a_number_of_a_thousand_people_merges_nobody(tmp_path: Path) -> None:
    people = populate(1_000, seed=9).people
    rows = [
        {
            "rec_id": person.number,
            "full_name": f"{person.last} {person.first} {person.middle}",
            "birth_date": person.born.isoformat(),
            "snils": "112-233-445 95",
        }
        for person in people
    ]

    done, clusters = _run(tmp_path, rows)

    assert "snils.shared" in _causes(done)
    assert len(pd.DataFrame(rows).drop_duplicates(["full_name", "birth_date"])) == len({*clusters})


def test_a_birthday_of_ten_thousand_is_nobodys(tmp_path: Path) -> None:
    rows = [
        {
            "rec_id": at,
            "full_name": f"{'БВГД'[at % 4]}ор{'абвгежзик'[at // 4 % 9]}нов Иван Ильич",
            "birth_date": "01.01.1970" if at % 2 else f"{at % 28 + 1:02d}.05.{1960 + at % 40}",
            "org_code": str(at),
        }
        for at in range(20_000)
    ]

    done, _ = _run(tmp_path, rows)

    assert "birth.default" in _causes(done)
    assert 10_000 == next(n.count for n in done.notices if n.cause == "birth.default")


def test_no_merge_breaks_a_constraint(tmp_path: Path) -> None:
    same = {"full_name": "Иванов Иван Иванович", "birth_date": "01.02.1980", "org_code": "1"}
    rows = [
        {"rec_id": 1, **same, "snils": "112-233-445 95"},
        {"rec_id": 2, **same, "snils": "087-654-302 00"},
        {"rec_id": 3, **same, "birth_date": "01.02.2012", "snils": ""},
    ]

    _, clusters = _run(tmp_path, rows)

    assert 3 == len({*clusters})


def test_a_file_without_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("rec_id,birth_date\n1,2000-01-01\n")

    with pytest.raises(FileError) as refused:
        run(Job(records=tmp_path / "r.csv", out=tmp_path / "c.csv"), today=TODAY)

    assert "match.columns" == refused.value.reason


def test_bits_of_the_fields_add_up_to_the_score() -> None:
    pair = explain_pair(
        '{"full_name": "Иванов Иван Иванович", "birth_date": "1980-02-01"}',
        '{"full_name": "Иван Иванович Иванов", "birth_date": "01.02.1980"}',
        records=None,
        model=HAND_MODEL,
        today=TODAY,
    )

    assert pytest.approx(sum(reason.bits for reason in pair.reasons)) == pair.bits
    assert "один и тот же день" in [reason.says for reason in pair.reasons]
    assert "у одной из записей нет" == next(
        r.says for r in pair.reasons if r.field == "организация"
    )


def test_a_pair_that_is_not_given_is_asked_for() -> None:
    with pytest.raises(InputError) as refused:
        explain_pair("1", "2", records=None, model=HAND_MODEL, today=TODAY)

    assert "match.pair" == refused.value.reason


def test_cluster_numbers_follow_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [
        {"rec_id": at, "full_name": name, "birth_date": "01.02.1980"}
        for at, name in enumerate(("Яшин Пётр Ильич", "Боров Иван Ильич", "Яшин Петр Ильич"))
    ]

    _, clusters = _run(tmp_path, rows)

    assert [0, 1, 0] == clusters


def test_a_school_named_by_some_and_coded_by_others_is_one_school(tmp_path: Path) -> None:
    school = {"org_name": "ГБОУ СОШ № 4", "municipality": "м.р. Вымышленный"}
    pupil = {"full_name": "Громозека Алиса Игоревна"}
    rows = [
        {"rec_id": 1, **pupil, **school, "org_code": "6300004", "birth_date": "05.06.2011"},
        {"rec_id": 2, **pupil, "org_name": "СОШ №4", "municipality": "Вымышленный район"},
        {"rec_id": 3, **pupil, "org_name": "СОШ №5", "municipality": "Вымышленный район"},
    ]

    _, clusters = _run(tmp_path, rows)

    assert clusters[0] == clusters[1]
    assert clusters[0] != clusters[2]
