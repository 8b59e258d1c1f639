"""What is wrong with a query, in Russian: names of the schema are told, values never are.

graphql-core words its findings in English and quotes literals. Only a finding whose every part is a
name is worded from it; any other says where to look.
"""

import re
from collections.abc import Mapping
from typing import Final

from graphql import GraphQLError

from schema.errors import ErrorCode

FORMS: Final = {
    "Date": "Нужна дата вида ГГГГ-ММ-ДД.",
    "DateTime": "Нужно время с поясом: ГГГГ-ММ-ДДTчч:мм:сс+чч:мм.",
    "Int": "Нужно целое число.",
    "Float": "Нужно число.",
    "Boolean": "Нужно true или false.",
    "String": "Нужен текст.",
    "ID": "Нужен идентификатор, как его дал хаб.",
}
_NAME = r"'([$@]?[_A-Za-z][_0-9A-Za-z]*)'"
_TYPE = r"'([\w!\[\]]+)'"
_SLOT = r"'([@\w.]+)\((\w+):\)'"
_UNFIT: Final = "Значение не подходит к типу {0}."
_WORDS: Final[Mapping[str, str]] = {
    rf"Cannot query field {_NAME} on type {_TYPE}": "У типа {1} нет поля {0}.",
    rf"Field {_NAME} must not have a selection since type {_TYPE}": "У поля {0} типа {1} внутри выбирать нечего: уберите фигурные скобки.",
    rf"Field {_NAME} of type {_TYPE} must have": "У поля {0} типа {1} нужно назвать поля: {0} {{ … }}.",
    rf"Unknown argument {_NAME} on (?:field|directive) '(@?[\w.]+)'": "У {1} нет аргумента {0}.",
    rf"Argument {_SLOT} of type {_TYPE} is required": "У {0} нужен аргумент {1} типа {2}.",
    rf"Unknown type {_NAME}": "В схеме нет типа {0}.",
    rf"Unknown fragment {_NAME}": "Фрагмент {0} не описан.",
    rf"Unknown directive {_NAME}": "Директивы {0} нет.",
    rf"Directive {_NAME} may not be used": "Директиве {0} здесь не место.",
    rf"The directive {_NAME} can only be used once": "Директива {0} стоит здесь дважды.",
    rf"Fragment {_NAME} is never used": "Фрагмент {0} описан, но не использован.",
    rf"Cannot spread fragment {_NAME} within itself": "Фрагмент {0} включает сам себя.",
    rf"Fragment {_NAME} cannot be spread here as objects of type {_TYPE} can never be of type {_TYPE}": "Фрагменту {0} здесь не место: {1} не бывает {2}.",
    rf"Fragment cannot be spread here as objects of type {_TYPE} can never be of type {_TYPE}": "Фрагменту здесь не место: {0} не бывает {1}.",
    rf"Fragment {_NAME} cannot condition on non composite type {_TYPE}": "Фрагмент {0} не может быть о типе {1}: у него нет полей.",
    rf"Variable {_NAME} is not defined": "Переменная {0} не описана у операции.",
    rf"Variable {_NAME} is never used": "Переменная {0} описана, но не использована.",
    rf"Variable {_NAME} of type {_TYPE} used in position expecting type {_TYPE}": "Переменная {0} типа {1} стоит там, где нужен тип {2}.",
    rf"Variable {_NAME} cannot be non-input type {_TYPE}": "Переменная {0} не может быть типа {1}.",
    rf"There can be only one argument named {_NAME}": "Аргумент {0} назван дважды.",
    rf"There can be only one (?:fragment|operation|input field|variable) named {_NAME}": "Имя {0} описано дважды.",
    rf"Fields {_NAME} conflict because": "Поля с именем {0} в ответе не совпадут: дайте им разные псевдонимы.",
    rf"Expected value of type {_TYPE} to include required field {_NAME}": "В {0} нужно поле {1}.",
    rf"Expected value of type {_TYPE} not to include unknown field {_NAME}": "У {0} нет поля {1}.",
    rf"Value {_NAME} does not exist in {_NAME} enum": "Такого значения у перечисления {1} нет.",
    rf"Enum {_NAME} cannot represent": "Такого значения у перечисления {0} нет.",
    rf"Expected value of type {_TYPE}": _UNFIT,
    r"Expected (?:a )?value of non-null type": "Здесь нужно значение, null не подходит.",
    r"(Int|Float|String|Boolean|ID) cannot represent": _UNFIT,
    r"This anonymous operation": "Операция без имени должна быть в запросе одна.",
    r"The (mutation|subscription) operation is not supported": "Операций {0} у хаба нет.",
    r"Maximum introspection depth exceeded": "Схему о самой себе спрашивают слишком глубоко.",
}  # fmt: skip
_KNOWN: Final = [(re.compile(found), words) for found, words in _WORDS.items()]
_UNKNOWN: Final = "Запрос не подходит к схеме хаба: сверьте с ней названное место."


def worded(error: GraphQLError) -> GraphQLError:
    """Give a finding of graphql-core our words and code; its place in the query stays."""
    words = words_of(error.message) or _UNKNOWN
    code = ErrorCode.GRAPHQL_VALIDATION_FAILED
    return GraphQLError(words, nodes=error.nodes, extensions={"code": code.value})


def words_of(message: str) -> str | None:
    """Say in Russian what graphql-core says, where all that it names is of the schema."""
    for pattern, ours in _KNOWN:
        if match := pattern.match(message):
            form = FORMS.get(match[1], "") if ours is _UNFIT else ""
            return f"{ours.format(*match.groups())} {form}".rstrip()
    return None
