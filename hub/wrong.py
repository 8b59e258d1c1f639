"""What a model finds wrong with what it is given, in words of ours and without any value."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic_core import ErrorDetails

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "ключ обязателен",
        "string_type": "нужна строка",
        "int_type": "нужно целое число",
        "int_parsing": "нужно целое число",
        "float_type": "нужно число",
        "float_parsing": "нужно число",
        "finite_number": "нужно число",
        "bool_type": "нужно true или false",
        "bool_parsing": "нужно true или false",
        "mapping_type": "нужна таблица ключей и значений",
        "dict_type": "нужна таблица ключей и значений",
        "enum": "такого значения нет, есть {expected}",
        "literal_error": "такого значения нет, есть {expected}",
        "greater_than": "число слишком мало, нужно больше {gt}",
        "greater_than_equal": "число слишком мало, нужно не меньше {ge}",
        "less_than": "число слишком велико, нужно меньше {lt}",
        "less_than_equal": "число слишком велико, нужно не больше {le}",
        "string_pattern_mismatch": "написано не по правилам, нужно {pattern}",
        "string_too_short": "слишком коротко, нужно знаков: {min_length}",
    }
)


def words_of(error: ErrorDetails) -> str:
    """Say what is wrong with a value and what it has to be; a rule of ours says it itself."""
    words = _WORDS.get(error["type"])
    if words is None:
        return error["msg"].removeprefix("Value error, ")
    return words.format(**{name: _plain(said) for name, said in error.get("ctx", {}).items()})


def _plain(said: object) -> str:
    """Give what the model asks for without the quotes and words of pydantic."""
    return str(said).replace("'", "").replace(" or ", ", ")
