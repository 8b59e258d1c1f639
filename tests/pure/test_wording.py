"""What is wrong with a query is told in Russian, with names and without values."""

import re

import pytest
from graphql import build_schema, parse, validate

from schema.wording import worded

SCHEMA = build_schema("""
    enum Kind { A B }
    input Filter { name: String!, kind: Kind }
    interface Node { id: ID! }
    type Person implements Node { id: ID!, name: String, at(day: Int!): Person }
    type School { title: String }
    type Query { person(id: ID, filter: Filter, kind: Kind): Person, school: School, node: Node }
""")
PLANTED = "Выдумкина"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ nobody }", "У типа Query нет поля nobody."),
        ("{ person }", "У поля person типа Person нужно назвать поля: person { … }."),
        ("{ person { id { x } } }", "У поля id типа ID! внутри выбирать нечего: уберите фигурные скобки."),
        ("{ person(who: 1) { id } }", "У Query.person нет аргумента who."),
        ("{ person { id @skip } }", "У @skip нужен аргумент if типа Boolean!."),
        ("{ person { at { id } } }", "У Person.at нужен аргумент day типа Int!."),
        ("query($v: Nobody) { person { name @skip(if: $v) } }", "В схеме нет типа Nobody."),
        ("{ person { ...F } }", "Фрагмент F не описан."),
        ("{ person { id @odd } }", "Директивы @odd нет."),
        ("query @skip(if: true) { person { id } }", "Директиве @skip здесь не место."),
        ("{ person { id @skip(if: true) @skip(if: true) } }", "Директива @skip стоит здесь дважды."),
        ("{ person { id } } fragment F on Person { id }", "Фрагмент F описан, но не использован."),
        ("{ person { ...F } } fragment F on Person { id ...F }", "Фрагмент F включает сам себя."),
        ("{ person { ...F } } fragment F on School { title }", "Фрагменту F здесь не место: Person не бывает School."),
        ("{ person { ... on School { title } } }", "Фрагменту здесь не место: Person не бывает School."),
        ("{ person { ...F } } fragment F on Kind { a }", "Фрагмент F не может быть о типе Kind: у него нет полей."),
        ("{ person(id: $v) { id } }", "Переменная $v не описана у операции."),
        ("query($v: ID) { person { id } }", "Переменная $v описана, но не использована."),
        ("query($v: Int) { person(id: $v) { id } }", "Переменная $v типа Int стоит там, где нужен тип ID."),
        ("query($v: Person) { person(id: $v) { id } }", "Переменная $v не может быть типа Person."),
        ('{ person(id: "1", id: "2") { id } }', "Аргумент id назван дважды."),
        ("query A { person { id } } query A { person { id } }", "Имя A описано дважды."),
        ("{ person { x: id x: name } }", "Поля с именем x в ответе не совпадут: дайте им разные псевдонимы."),
        ("{ person(filter: {}) { id } }", "В Filter нужно поле name."),
        (f'{{ person(filter: {{name: "x", who: "{PLANTED}"}}) {{ id }} }}', "У Filter нет поля who."),
        ("{ person(kind: C) { id } }", "Такого значения у перечисления Kind нет."),
        (f'{{ person(kind: "{PLANTED}") {{ id }} }}', "Такого значения у перечисления Kind нет."),
        (f'{{ person(filter: "{PLANTED}") {{ id }} }}', "Значение не подходит к типу Filter."),
        (f'{{ person {{ at(day: "{PLANTED}") {{ id }} }} }}', "Значение не подходит к типу Int. Нужно целое число."),
        ("{ person { id } } { person { id } }", "Операция без имени должна быть в запросе одна."),
        ("mutation { drop }", "Операций mutation у хаба нет."),
    ],
)  # fmt: skip
def test_a_finding_is_told_in_our_words(query: str, words: str) -> None:
    errors = [worded(error) for error in validate(SCHEMA, parse(query))]

    assert words in [error.message for error in errors]
    assert all(error.locations for error in errors)


def test_a_finding_that_nobody_foresaw_says_only_where() -> None:
    [error] = [worded(each) for each in validate(SCHEMA, parse("type Query { a: Int }"))]

    assert re.search("[а-я]", error.message)
    assert "Query" not in error.message
    assert error.locations
