"""The lists of organisations that exports are made of, asked through documents of their own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from hub.clock import today_in
from schema.errors import ErrorCode
from schema.exports.paging import paged
from schema.exports.reading import Reading
from schema.exports.table import Page
from schema.faults import refusal

FOLDER: Final = Path(__file__).with_name("lists")
YEAR_BEGINS: Final = 9  # September
Json = Any  # a decoded part of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An organisation whose lists are exported."""

    id: str
    full_name: str
    short_name: str
    numbers: Mapping[str, str]

    @property
    def titled(self) -> str:
        """The organisation as a title names it, so that its file finds back to it."""
        numbers = [
            f"{word} {self.numbers[system]}"
            for system, word in (("OGRN", "ОГРН"), ("INN", "ИНН"))
            if system in self.numbers
        ]
        return ", ".join([self.full_name, *numbers])


@cache
def text_of(name: str) -> str:
    """Read a document of the folder."""
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


async def rows_of(reads: Reading, name: str, **variables: Json) -> AsyncIterator[Page]:
    """Yield the rows of a list page by page."""
    asked = paged(reads.engine, text_of(name), None, variables)
    async for page in reads.pages(asked):
        yield page


async def owner_of(reads: Reading, organisation: Json) -> Owner:
    """Find one organisation; raises EXPORT_UNKNOWN for one beyond the viewer's scope."""
    found = await reads.ask(text_of("organisation"), {"organisation": organisation})
    if found["organisation"] is None:
        raise refusal(
            ErrorCode.EXPORT_UNKNOWN,
            "Такого учреждения нет в вашей области видимости.",
            status=HTTPStatus.NOT_FOUND,
        )
    return _owner(found["organisation"])


async def owners_of(reads: Reading, department: Json) -> AsyncIterator[Owner]:
    """Yield the organisations of a department, or of the whole scope, by name."""
    async for page in rows_of(reads, "organisations", department=department):
        for node in page:
            yield _owner(node)


def _owner(node: Json) -> Owner:
    return Owner(
        id=node["id"],
        full_name=node["fullName"],
        short_name=node["shortName"],
        numbers={one["system"]: one["value"] for one in node["identifiers"]},
    )


def academic_year_now(zone: ZoneInfo) -> int:
    """Name the academic year that runs by the region's clock."""
    today = today_in(zone)
    return today.year if today.month >= YEAR_BEGINS else today.year - 1
