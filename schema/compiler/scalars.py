"""How a value of a GraphQL type is written as JSON by PostgreSQL."""

from collections.abc import Callable, Mapping

from graphql import (
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
)

from schema.compiler.sql import Piece, Sql, Text

QUOTE = Text('"')
NULL = Text("null")
SEAL_MARK = "\x01"
KEY_MARK = "\x02"
SHOWN_MARK = "\x03"


def scalar(kind: GraphQLOutputType, sql: str, *, prefix: str = "") -> tuple[Piece, ...]:
    """Write a value; NULL becomes null where the type allows it."""
    required = is_non_null_type(kind)
    named = get_named_type(kind)
    if is_list_type(get_nullable_type(kind)):
        return _plain(f"to_json({sql})", required=required)
    if named.name == "ID" or is_enum_type(named):
        return _quoted(sql, prefix, required=required)
    return _WRITERS[named.name](sql, required)


def sealed(sql: str) -> Sql:
    """Write a sealed value between marks that no JSON text can hold; it is opened on the way out."""
    text = f"chr(1) || translate(encode({sql}, 'base64'), E'\\n', '') || chr(1)"
    return Sql(f"coalesce({text}, 'null')")


def keyed(sql: str) -> Sql:
    """Write what a row's key is made of between marks; it is sealed on the way out."""
    return Sql(f"coalesce(chr(2) || ({sql}) || chr(2), 'null')")


def shown(value: str, field_class: str, subject: str) -> Sql:
    """Write whom a personal value is shown of, between marks; taken out again on the way out."""
    person = f"case when {value} is not null then ({subject})::text end"
    return Sql(f"coalesce(chr(3) || '{field_class} ' || {person} || chr(3), '')")


def _plain(sql: str, *, required: bool) -> tuple[Piece, ...]:
    return (Sql(sql if required else f"coalesce(({sql})::text, 'null')"),)


def _quoted(sql: str, prefix: str, *, required: bool) -> tuple[Piece, ...]:
    if required:
        return Text(f'"{prefix}'), Sql(sql), QUOTE
    return (Sql(f"coalesce('\"{prefix}' || ({sql}) || '\"', 'null')"),)


def _text(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - one of a table of writers
    return _plain(f"to_json(({sql})::text)", required=required)


def _number(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    return _plain(sql, required=required)


def _boolean(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    return _plain(f"({sql})::text", required=required)


def _instant(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    return _plain(f"to_json({sql})", required=required)


def _date(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    if required:
        return (Sql(f"to_json({sql})"),)
    # An open end is stored as infinity and reads as null.
    return (Sql(f"case when isfinite({sql}) then to_json({sql})::text else 'null' end"),)


_WRITERS: Mapping[str, Callable[[str, bool], tuple[Piece, ...]]] = {
    "String": _text,
    "Int": _number,
    "Float": _number,
    "Boolean": _boolean,
    "Date": _date,
    "DateTime": _instant,
}
