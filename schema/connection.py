"""Keyset connections as Relay knows them: edges, nodes, page info and a count on request."""

from typing import Any, Generic, TypeVar

import strawberry
from strawberry.federation.schema_directives import Shareable

Item = TypeVar("Item")


def _described(description: str) -> Any:  # noqa: ANN401 - stands where a value of the annotated type is declared
    return strawberry.field(description=description)


@strawberry.type(description="Где страница стоит в списке.", directives=[Shareable()])
class PageInfo:
    """The place of a page; the compiler fills it."""

    has_next_page: bool = _described("Есть ли строки после этой страницы.")
    has_previous_page: bool = _described("Есть ли строки до этой страницы.")
    start_cursor: str | None = _described("Курсор первой строки страницы.")
    end_cursor: str | None = _described("Курсор последней строки страницы.")


@strawberry.type(description="Строка списка и её курсор.")
class Edge(Generic[Item]):
    """A row of a connection."""

    cursor: str = _described("Место строки в списке: для after и before.")
    node: Item = _described("Сама строка.")


@strawberry.type(description="Страница списка.")
class Connection(Generic[Item]):
    """A page of rows."""

    edges: list[Edge[Item]] = _described("Строки с курсорами.")
    nodes: list[Item] = _described("Строки без курсоров.")
    page_info: PageInfo = _described("Где страница стоит в списке.")
    total_count: int | None = _described(
        "Сколько строк во всём списке; считается, только если спрошено."
    )
