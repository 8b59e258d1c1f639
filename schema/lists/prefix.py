"""The beginning of a name or a title, as a range of sort keys that an index answers."""

from schema.compiler.arguments import Argument, Value
from schema.compiler.call import Call

_LAST = "\U0010ffff"
_QUOTES = str.maketrans(dict.fromkeys("«»\"“”„'", " "))


def begins(call: Call, prefix: Argument, column: str) -> str:
    """Compose that a sort key begins with a text."""
    low = call.bind(prefix, "text", convert=folded)
    high = call.bind(prefix, "text", convert=lambda value: folded(value) + _LAST)
    return f"{column} >= {low} and {column} < {high}"


def title_begins(call: Call, prefix: Argument, column: str) -> str:
    """Compose that the sort key of a programme begins with a title."""
    low = call.bind(prefix, "text", convert=_title_key)
    high = call.bind(prefix, "text", convert=lambda value: _title_key(value) + _LAST)
    return f"{column} >= {low} and {column} < {high}"


def folded(value: Value) -> str:
    """Fold a text as sort keys are folded."""
    return " ".join(str(value).casefold().replace("ё", "е").split())


def _title_key(value: Value) -> str:
    """Fold the beginning of a title as the keys of programmes are folded."""
    return folded(str(value).translate(_QUOTES)).lstrip(" .,-")
