"""A header nobody can read is read once a person has said what it means."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.mapping import MappingProfile, header_hash, told
from connectors.school_file import SchoolFile
from connectors.table_file.suggesting import field_named, suggestions
from hub.errors import InputError
from hub.records import Batch, FileKind, OrganisationMention, Rejected

STRANGE = "МБОУ СОШ № 4\nКто;Явился на свет;Чем занят\nВьюгин Лев Ильич;01.02.1980;учитель\n"
TOLD = {"Кто": "full_name", "Явился на свет": "birth_date", "Чем занят": "position"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Profiles of one school, by its name."""

    school: str
    profiles: dict[str, MappingProfile]
    asked: list[OrganisationMention] = field(default_factory=list)

    @property
    def shapes(self) -> frozenset[str]:
        return frozenset(self.profiles)

    def find(self, header_hash: str, organisation: OrganisationMention) -> MappingProfile | None:
        self.asked.append(organisation)
        return self.profiles[header_hash] if self.school in organisation.name else None


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def profile(*headers: str, **columns: str) -> dict[str, MappingProfile]:
    shape = header_hash(headers)
    return {shape: MappingProfile(kind=FileKind.STAFF, header_hash=shape, columns=columns or TOLD)}


def first(file: SchoolFile) -> Batch | Rejected:
    found = next(iter(file.fetch()))
    assert isinstance(found, Batch | Rejected)
    return found


def test_an_unreadable_header_is_refused_with_its_columns_and_what_they_might_hold(
    tmp_path: Path,
) -> None:
    text = STRANGE + "Ёлкин Глеб Олегович;03.04.1971;воспитатель\n" * 3

    refused = first(SchoolFile(written(tmp_path, text)))

    assert isinstance(refused, Rejected)
    assert "file.no_header" == refused.code
    assert "full_name" in refused.payload["Кто"]
    assert "birth_date" in refused.payload["Явился на свет"]
    assert "position" in refused.payload["Чем занят"]


def test_what_a_person_says_makes_the_header_readable(tmp_path: Path) -> None:
    file = SchoolFile(written(tmp_path, STRANGE), profile=TOLD)

    batch = first(file)

    assert isinstance(batch, Batch)
    assert FileKind.STAFF == batch.kind
    assert ["Вьюгин Лев Ильич"] == list(batch.frame["full_name"])
    assert [True, True, True] == [column.is_told for column in batch.columns]


def test_a_shape_told_before_is_read_again_under_other_titles(tmp_path: Path) -> None:
    known = Remembered(school="СОШ № 4", profiles=profile(*TOLD))
    text = STRANGE.replace("Кто;", "Список на 01.09.2026\n\nКТО ;")

    batch = first(SchoolFile(written(tmp_path, text), profiles=known))

    assert isinstance(batch, Batch)
    assert ["01.02.1980"] == list(batch.frame["birth_date"])
    assert ["учитель"] == list(batch.frame["position"])


def test_what_one_school_told_says_nothing_of_another_schools_table(tmp_path: Path) -> None:
    known = Remembered(school="Лицей", profiles=profile(*TOLD))

    refused = first(SchoolFile(written(tmp_path, STRANGE), profiles=known))

    assert isinstance(refused, Rejected)
    assert ["МБОУ СОШ № 4"] == [mention.name for mention in known.asked]


def test_an_organisation_named_in_a_column_alone_is_asked_for(tmp_path: Path) -> None:
    text = "ФИО;Должность;Школа;Штука\nВьюгин Лев;учитель;МБОУ СОШ № 4;01.02.1980\n"
    known = Remembered(
        school="СОШ № 4",
        profiles=profile("ФИО", "Должность", "Школа", "Штука", Штука="birth_date"),
    )

    batch = first(SchoolFile(written(tmp_path, text), profiles=known))

    assert isinstance(batch, Batch)
    assert ["01.02.1980"] == list(batch.frame["birth_date"])
    assert ["Вьюгин Лев"] == list(batch.frame["full_name"])


def test_what_is_said_now_comes_before_what_was_said_then(tmp_path: Path) -> None:
    known = Remembered(school="СОШ № 4", profiles=profile(*TOLD))
    now = {"Явился на свет": "hire_date"}

    batch = first(SchoolFile(written(tmp_path, STRANGE), profile=now, profiles=known))

    assert isinstance(batch, Batch)
    assert ["01.02.1980"] == list(batch.frame["hire_date"])


def test_an_empty_field_leaves_a_readable_column_out(tmp_path: Path) -> None:
    text = "ФИО;Должность;Телефон\nВьюгин Лев;учитель;2-13-45\n"

    batch = first(SchoolFile(written(tmp_path, text), profile={"Телефон": ""}))

    assert isinstance(batch, Batch)
    assert "phone" not in batch.frame
    assert ("Телефон",) == batch.unmapped


def test_a_table_whose_names_are_left_out_is_refused(tmp_path: Path) -> None:
    text = "ФИО;Должность;Телефон\nВьюгин Лев;учитель;2-13-45\n"

    refused = first(SchoolFile(written(tmp_path, text), profile={"ФИО": ""}))

    assert isinstance(refused, Rejected)
    assert "file.no_name_column" == refused.code


def test_a_column_that_must_not_be_kept_cannot_be_mapped(tmp_path: Path) -> None:
    text = "ФИО;Должность;Диагноз\nВьюгин Лев;учитель;здоров\n"

    with pytest.raises(InputError) as refused:
        told({"Диагноз": "note"})
    batch = first(SchoolFile(written(tmp_path, text), profile={"Диагноз": "note"}))

    assert "mapping.refused" == refused.value.reason
    assert isinstance(batch, Batch)
    assert "note" not in batch.frame


def test_a_field_is_named_by_its_code_or_by_a_header_it_is_known_by() -> None:
    assert "full_name" == field_named("ФИО") == field_named("full_name")
    assert "mentor_phone" == field_named("mentor_phone")
    assert "" == field_named("")


def test_a_field_that_nobody_knows_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InputError, match="birth_date") as refused:
        field_named("чепуха")

    assert "mapping.unknown_field" == refused.value.reason


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("Столбец 1", ["112-233-445 95"], "snils"),
        ("Столбец 1", ["lev@example.org", ""], "email"),
        ("Столбец 1", ["01.02.1980"], "birth_date"),
        ("Столбец 1", ["Вьюгин Лев Ильич", "Озерцов Г."], "full_name"),
        ("Столбец 1", ["5 «А»", "10б"], "class"),
        ("Дата рождения сотрудника школы", [], "birth_date"),
    ],
)
def test_a_column_is_guessed_by_its_words_and_by_the_look_of_its_values(
    name: str, values: list[str], expected: str
) -> None:
    assert expected == suggestions(name, values)[0]


def test_nothing_is_suggested_where_nothing_fits() -> None:
    assert () == suggestions("Жж", ["", "…"])
