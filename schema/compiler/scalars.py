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

NULL = Text("null")
# Where a value must stand a NULL is written with a tab behind it: it stays JSON, no other tab is
# ever written (within texts PostgreSQL escapes them), and so an answer that holds one is known.
MISSING_MARK = "\t"
SEAL_MARK = "\x01"
KEY_MARK = "\x02"
SHOWN_MARK = "\x03"
LATER_MARK = "\x04"
# What stands for rows that were not counted beforehand: the answer is asked for anew.
LATER = Sql("chr(4)")


def scalar(kind: GraphQLOutputType, sql: str, *, prefix: str = "") -> tuple[Piece, ...]:
    """Write a value; NULL becomes null where the type allows it."""
    required = is_non_null_type(kind)
    named = get_named_type(kind)
    nullable = get_nullable_type(kind)
    if is_list_type(nullable):
        return _list(sql, required=required, items_required=is_non_null_type(nullable.of_type))
    if named.name == "ID" or is_enum_type(named):
        return _quoted(sql, prefix, required=required)
    return _WRITERS[named.name](sql, required)


def sealed(kind: GraphQLOutputType, sql: str) -> Sql:
    """Write a sealed value between marks that no JSON text can hold; it is opened on the way out."""
    text = f"chr(1) || translate(encode({sql}, 'base64'), E'\\n', '') || chr(1)"
    return Sql(f"coalesce({text}, {absent(kind)})")


def keyed(kind: GraphQLOutputType, sql: str) -> Sql:
    """Write what a row's key is made of between marks; it is sealed on the way out."""
    return Sql(f"coalesce(chr(2) || ({sql}) || chr(2), {absent(kind)})")


def absent(kind: GraphQLOutputType) -> Sql:
    """Write what stands for a NULL of a type: null, with a mark where the type forbids it."""
    return _absent(required=is_non_null_type(kind))


def shown(value: str, field_class: str, subject: str) -> Sql:
    """Write whom a personal value is shown of, between marks; taken out again on the way out."""
    person = f"case when {value} is not null then ({subject})::text end"
    return Sql(f"coalesce(chr(3) || '{field_class} ' || {person} || chr(3), '')")


def _absent(*, required: bool) -> Sql:
    return Sql(r"E'null\t'" if required else "'null'")


def _json(sql: str, *, required: bool) -> tuple[Piece, ...]:
    # Without a cast to text, which would cost a copy of every value.
    return (Sql(f"coalesce({sql}, {_absent(required=required)}::json)"),)


def _plain(sql: str, *, required: bool) -> tuple[Piece, ...]:
    return (Sql(f"coalesce(({sql})::text, {_absent(required=required)})"),)


def _list(sql: str, *, required: bool, items_required: bool) -> tuple[Piece, ...]:
    written = _json(f"to_json({sql})", required=required)
    if not items_required:
        return written
    return *written, Sql(f"case when array_position({sql}, null) is not null then chr(9) end")


def _quoted(sql: str, prefix: str, *, required: bool) -> tuple[Piece, ...]:
    return (Sql(f"coalesce('\"{prefix}' || ({sql}) || '\"', {_absent(required=required)})"),)


def _text(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - one of a table of writers
    return _json(f"to_json(({sql})::text)", required=required)


def _number(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    return _plain(sql, required=required)


def _instant(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    return _json(f"to_json({sql})", required=required)


def _date(sql: str, required: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
    # An open end is stored as infinity and reads as null.
    return _json(f"case when isfinite({sql}) then to_json({sql}) end", required=required)


_WRITERS: Mapping[str, Callable[[str, bool], tuple[Piece, ...]]] = {
    "String": _text,
    "Int": _number,
    "Float": _number,
    "Boolean": _number,
    "Date": _date,
    "DateTime": _instant,
}
