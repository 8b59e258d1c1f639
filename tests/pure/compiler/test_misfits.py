"""A value that does not fit is named by its place, with what belongs there and never itself."""

import datetime as dt
from typing import cast

import pytest
from graphql import GraphQLInputType, GraphQLScalarType, build_schema, type_from_ast
from graphql.language import parse_type

from schema.compiler.documents import MAX_ERRORS, coerce, prepare
from schema.compiler.misfits import misfits
from schema.errors import RequestRefused

SCHEMA = build_schema("""
    scalar Date
    enum Kind { A B }
    input Name { system: String!, value: String! }
    input Card { number: String!, born: Date, kind: Kind, years: Int, name: Name, tags: [String!] }
    input Period @oneOf { year: Int, day: Date }
    input Batch { key: String!, cards: [Card!]!, period: Period }
    type Query { push(input: Batch!, first: Int! = 5): Int }
""")
DATE = SCHEMA.type_map["Date"]
assert isinstance(DATE, GraphQLScalarType)
DATE.coerce_input_value = dt.date.fromisoformat
PLANTED = "Выдумкина"


def kind(text: str) -> GraphQLInputType:
    found = type_from_ast(SCHEMA, parse_type(text))
    assert found is not None
    return cast("GraphQLInputType", found)


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ({"number": "1", "born": "1979-02-31"}, ".born", "Нужна дата вида ГГГГ-ММ-ДД."),
        ({"number": "1", "born": PLANTED}, ".born", "Нужна дата вида ГГГГ-ММ-ДД."),
        ({"number": "1", "kind": PLANTED}, ".kind", "Нужно одно из: A, B."),
        ({"number": "1", "years": PLANTED}, ".years", "Нужно целое число."),
        ({"number": 1}, ".number", "Нужен текст."),
        ({"number": None}, ".number", "Нужен текст."),
        ({}, "", "В Card нужно поле number."),
        ({"number": "1", "born_on": PLANTED}, "", "У Card нет поля born_on."),
        ({"number": "1", PLANTED: "1"}, "", "Значение не подходит к типу Card."),
        ({"number": "1", "11223344595": "1"}, "", "Значение не подходит к типу Card."),
        ({"number": "1", "name": PLANTED}, ".name", "Значение не подходит к типу Name."),
        ({"number": "1", "name": {"system": "OGRN"}}, ".name", "В Name нужно поле value."),
        ({"number": "1", "tags": ["x", None]}, ".tags[1]", "Нужен текст."),
        (PLANTED, "", "Значение не подходит к типу Card."),
    ],
)  # fmt: skip
def test_a_misfit_is_told_by_its_place(value: object, place: str, words: str) -> None:
    [found] = misfits(kind("Card!"), value, most=MAX_ERRORS)

    assert (place, words) == (str(found), found.words)
    assert PLANTED not in f"{found}{found.words}"


def test_one_stands_for_a_list_of_one() -> None:
    [found] = misfits(kind("Batch!"), {"key": "1", "cards": {"number": 1}}, most=MAX_ERRORS)

    assert ".cards.number" == str(found)


def test_of_many_misfits_the_first_are_told() -> None:
    cards = [{"number": str(place), "born": "1979-02-31"} for place in range(1_000)]

    found = misfits(kind("[Card!]!"), cards, most=MAX_ERRORS)

    assert [f"[{place}].born" for place in range(MAX_ERRORS)] == [str(one) for one in found]


def refused(**variables: object) -> list[tuple[str, object]]:
    text = "query ($input: Batch!, $first: Int! = 5) { push(input: $input, first: $first) }"
    prepared = prepare(SCHEMA, text, None, {})
    with pytest.raises(RequestRefused) as refusal:
        coerce(SCHEMA, prepared, variables)
    return [(one.message, (one.extensions or {})["path"]) for one in refusal.value.errors]


def test_a_request_is_told_which_of_its_variables_where() -> None:
    cards = [{"number": "1"}, {"number": "2", "born": "1979-02-31"}]

    assert [
        ("Переменная $input.cards[1].born: Нужна дата вида ГГГГ-ММ-ДД.", ["input", "cards", 1, "born"])
    ] == refused(input={"key": "1", "cards": cards})  # fmt: skip


def test_what_has_a_default_may_be_left_out_where_another_is_wrong() -> None:
    assert [("Переменная $input: Здесь нужно значение, null не подходит.", ["input"])] == refused()


def test_a_choice_of_one_takes_exactly_one() -> None:
    both = {"key": "1", "cards": [], "period": {"year": 2026, "day": "2026-01-01"}}

    [(message, path)] = refused(input=both)

    assert ["input", "period"] == path
    assert message.startswith("Переменная $input.period: ")
