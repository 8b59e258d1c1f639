"""Global ids: the prefix of a type and a uuid, opaque to clients."""

from collections.abc import Callable, Sequence
from uuid import UUID

from schema.compiler.arguments import Value
from schema.errors import bad_input
from schema.limits import PAGE_LIMIT


def split_id(text: str) -> tuple[str | None, UUID | None]:
    """Return the prefix and the uuid of a global id; two nulls if it is none of ours."""
    prefix, _, number = text.partition("-")
    try:
        key = UUID(number)
    except ValueError:
        return None, None
    return (prefix, key) if str(key) == number else (None, None)


def make_id(prefix: str, key: UUID) -> str:
    """Return the global id of a node."""
    return f"{prefix}-{key}"


def key_of(prefix: str) -> Callable[[Value], UUID]:
    """Make a converter of ids of one type; what is not such an id is BAD_USER_INPUT."""

    def convert(value: Value) -> UUID:
        found, key = split_id(str(value))
        if found != prefix or key is None:
            raise bad_input(f"Это не идентификатор вида {prefix}-…: возьмите его из ответа хаба.")
        return key

    return convert


def listed(value: Value) -> Sequence[str]:
    """Take a list of ids, refusing one that is too long."""
    if len(value) > PAGE_LIMIT:
        raise bad_input(f"За один раз можно спросить не больше {PAGE_LIMIT} идентификаторов.")
    return [str(item) for item in value]
