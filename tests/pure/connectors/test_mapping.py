"""A mapping is suggested once, confirmed, and found again by its headers."""

from pathlib import Path

from connectors.mapping import confirmed, header_hash, suggest
from connectors.memory import Memory
from connectors.protocol import Checkpoint
from connectors.school_file import SchoolFile
from hub.records import FileKind, Place, Rejected


def test_a_suggestion_says_field_and_certainty(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ФИО;Должнасть;Поле 7\nВьюгин Лев;учитель;x\n", encoding="utf-8")
    _, header, columns = SchoolFile(path, kind=FileKind.STAFF).headers()[0]

    found = {one.header: one for one in suggest(header, columns)}

    assert ("full_name", 1.0) == (found["ФИО"].field, found["ФИО"].confidence)
    assert "position" == found["Должнасть"].field
    assert found["Должнасть"].confidence < 1.0
    assert ("", 0.0) == (found["Поле 7"].field, found["Поле 7"].confidence)


def test_a_confirmed_profile_reads_the_file_as_it_was_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ФИО;Должность\nВьюгин Лев;учитель\n", encoding="utf-8")
    _, header, columns = SchoolFile(path).headers()[0]

    profile = confirmed(header, columns, FileKind.STAFF)
    _, _, again = SchoolFile(path, kind=profile.kind, profile=profile.columns).headers()[0]

    assert columns.sources == again.sources
    assert header_hash(header.names) == profile.header_hash


def test_headers_equal_but_for_case_and_signs_have_one_hash() -> None:
    assert header_hash(["Ф.И.О.", "Приём"]) == header_hash([" ф. и. о", "ПРИЕМ", ""])
    assert header_hash(["ФИО", "Предмет"]) != header_hash(["Предмет", "ФИО"])


def test_memory_resumes_after_each_item() -> None:
    items = [Rejected(place=Place(file="x", row=n), code="row.no_name", message="") for n in (1, 2)]
    source = Memory(items)

    first = next(item for item in source.fetch() if isinstance(item, Checkpoint))

    assert source.check().ok
    assert items == [item for item in source.fetch() if isinstance(item, Rejected)]
    assert [items[1]] == [item for item in source.fetch(first.cursor) if isinstance(item, Rejected)]
