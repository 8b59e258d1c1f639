"""What a school is asked about its own file before it is accepted."""

from datetime import date
from uuid import UUID

import pytest

from hub.records import RecordKind
from sync.files.doubts import Card, Name, Standing, doubts

SCHOOL, OTHER = UUID(int=1), UUID(int=2)
BORN, LATER = date(1979, 3, 2), date(1985, 4, 9)
MENTOR = Name("мерянинов", "олег", "львович")


def card(
    row: int,
    name: Name = MENTOR,
    *,
    born: date | None = None,
    kind: RecordKind = RecordKind.STAFF,
    place: UUID = SCHOOL,
) -> Card:
    return Card(
        name=name,
        born=born,
        place=place,
        kind=kind.value,
        column="full_name",
        sheet="Лист1",
        row=row,
        has_snils=False,
    )


def mention(row: int, name: Name = MENTOR, *, place: UUID = SCHOOL) -> Card:
    return card(row, name, kind=RecordKind.MENTION, place=place)


def standing(*people: tuple[Name, object], place: UUID = SCHOOL) -> Standing:
    known = Standing()
    for name, born in people:
        known.add(place, name, born, kind=RecordKind.STAFF)
    return known


def asked(cards: list[Card], known: Standing | None = None) -> list[tuple[int | None, str]]:
    found = doubts(cards, known or Standing(), file="список.csv")
    return [(one.place.row, one.code) for one in found]


def test_a_name_that_one_person_of_the_school_bears_is_no_question() -> None:
    assert [] == asked([mention(5)], standing((MENTOR, BORN)))


def test_a_name_without_its_patronymic_may_be_theirs() -> None:
    short = Name("мерянинов", "олег", "")

    assert [] == asked([mention(5, short)], standing((MENTOR, BORN)))


def test_a_name_that_several_people_bear_is_asked_once() -> None:
    known = standing((MENTOR, BORN), (MENTOR, LATER))

    assert [(5, "question.several")] == asked([mention(5), mention(7)], known)


def test_a_name_that_nobody_bears_is_asked() -> None:
    stranger = Name("ёлкин", "глеб", "олегович")

    assert [(5, "question.nobody")] == asked([mention(5, stranger)], standing((MENTOR, BORN)))


def test_a_slip_of_one_letter_is_no_question() -> None:
    slip = Name("мерянинав", "олег", "львович")

    assert [] == asked([mention(5, slip)], standing((MENTOR, BORN)))


def test_nobody_is_asked_about_a_school_whose_lists_are_not_known() -> None:
    assert [] == asked([mention(5, place=OTHER)], standing((MENTOR, BORN)))


def test_people_of_the_file_itself_are_known() -> None:
    assert [] == asked([card(3, born=BORN), mention(5)])


def test_a_person_of_file_and_database_alike_is_one() -> None:
    assert [] == asked([card(3, born=BORN), mention(5)], standing((MENTOR, BORN)))


def test_initials_are_asked_about() -> None:
    initials = Name("мерянинов", "о", "л")

    assert [(5, "question.initials")] == asked([mention(5, initials)], standing((MENTOR, BORN)))


@pytest.mark.parametrize(
    ("second", "kind", "expected"),
    [
        (None, RecordKind.STAFF, [(6, "question.twice")]),
        (LATER, RecordKind.STAFF, []),
        (BORN, RecordKind.STAFF, []),
        (BORN, RecordKind.PUPIL, [(6, "question.twice")]),
    ],
)
def test_two_rows_of_one_name_are_asked_about_where_their_births_do_not_tell(
    second: date | None, kind: RecordKind, expected: list[tuple[int, str]]
) -> None:
    rows = [card(5, born=BORN, kind=kind), card(6, born=second, kind=kind)]

    assert expected == asked(rows)


def test_a_slip_in_one_of_two_rows_of_one_birth_is_asked_about() -> None:
    slip = Name("мерянинав", "олег", "львович")

    assert [(6, "question.twice")] == asked([card(5, born=BORN), card(6, slip, born=BORN)])


def test_a_message_names_the_other_row_and_no_person() -> None:
    [one] = doubts([card(5, born=BORN), card(6)], Standing(), file="список.csv")

    assert "строке 5" in one.message
    assert "мерянинов" not in one.message.casefold()
