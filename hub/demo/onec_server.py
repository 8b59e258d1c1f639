"""A server that imitates the standard OData of 1С over a region's staff, with the quirks of real ones."""

import json
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.demo.kadry_cards import Item
from hub.demo.onec_base import (
    EMPLOYEES,
    HISTORY,
    NO_DAY,
    NOBODY,
    PERSONS,
    Base,
    base_of,
    reference,
)
from hub.demo.region import Region

LOGIN, SECRET = "hub", "demo-1c"
SERVICE = "/odata/standard.odata"
_LARGEST_PAGE = 1_000_000
_EVERY = 9


class Quirk(StrEnum):
    """How the system misbehaves; each is told apart in a test and most stand together."""

    TOP_IS_TOTAL = "TOP_IS_TOTAL"
    REPEATED_PAGE = "REPEATED_PAGE"
    PAGES_GROW = "PAGES_GROW"
    PAGES_SHRINK = "PAGES_SHRINK"
    ALLOWED_ONLY = "ALLOWED_ONLY"
    OLD_SHAPE = "OLD_SHAPE"
    NO_SLICES = "NO_SLICES"
    BAD_GATEWAY = "BAD_GATEWAY"
    OWN_ERROR = "OWN_ERROR"
    GROUPS_AND_DELETED = "GROUPS_AND_DELETED"
    EMPTY_VALUES = "EMPTY_VALUES"
    NOT_PUBLISHED = "NOT_PUBLISHED"


# What hides rows or takes them away leaves nothing for others to count; each is asked for by itself.
STANDING = frozenset(Quirk) - {
    Quirk.ALLOWED_ONLY,
    Quirk.NOT_PUBLISHED,
    Quirk.PAGES_SHRINK,
    Quirk.PAGES_GROW,
    Quirk.EMPTY_VALUES,
}


@dataclass(slots=True, kw_only=True)
class OnecServer:
    """The base's state; `app` answers for it. Nothing is drawn: faults come by counting."""

    region: Region
    places: Collection[int] | None = None  # whose staff it is, by position; everybody's
    quirks: frozenset[Quirk] = STANDING
    base: Base = field(init=False)
    asked: int = 0
    repeated: bool = False
    moved: bool = False
    paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = base_of(self.region, self.places)
        if Quirk.GROUPS_AND_DELETED in self.quirks:
            self._add_groups_and_deleted()
        if Quirk.EMPTY_VALUES in self.quirks:
            self._empty_values()

    @property
    def app(self) -> Starlette:
        """Give the application to serve."""
        return Starlette(routes=[Route(f"{SERVICE}/{{entity:path}}", self._answer)])

    def hire(self) -> str:
        """Enter one more employee, a namesake of nobody; give the reference."""
        last = self.base[EMPLOYEES][-1]
        person = reference("person", "hired")
        names = {"Фамилия": "Новопринятов", "Имя": "Егор", "Отчество": "Ильич"}
        self.base[PERSONS].append({**self.base[PERSONS][0], **names, "Ref_Key": person})
        key = reference("employee", "hired")
        self.base[EMPLOYEES].append(
            {**last, "Ref_Key": key, "Code": "9999", "ФизическоеЛицо_Key": person}
        )
        return key

    def rename(self) -> str:
        """Give the first person another surname; give the reference."""
        person = self.base[PERSONS][0]
        self.base[PERSONS][0] = {**person, "Фамилия": "Переименованцева"}
        return str(person["Ref_Key"])

    async def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != _basic():
            return Response(status_code=401, headers={"WWW-Authenticate": "Basic"})
        self.asked += 1
        entity = unquote(request.path_params["entity"])
        self.paths.append(request.scope["raw_path"].decode("ascii"))
        return self._refusal() or self._found(entity, request)

    def _refusal(self) -> Response | None:
        """Refuse each ninth request in the way that is due."""
        ways: dict[Quirk, Callable[[], Response]] = {
            Quirk.BAD_GATEWAY: lambda: HTMLResponse("<h1>502 Bad Gateway</h1>", status_code=502),
            Quirk.OWN_ERROR: lambda: _error("-1", "Соединение разорвано: Иванов И.И.", 500),
        }
        due = [way for quirk, way in ways.items() if quirk in self.quirks]
        turn, rest = divmod(self.asked - 2, _EVERY)
        return due[turn % len(due)]() if due and not rest else None

    def _found(self, entity: str, request: Request) -> Response:
        if not entity:
            return _with_mark({"value": [{"name": name, "url": name} for name in self.base]})
        if entity.endswith("/$count"):
            return self._count(entity.removesuffix("/$count"), request)
        rows = self._rows(entity)
        if rows is None:
            return _error("8", f"Сущность {entity} не найдена", 404)
        if Quirk.ALLOWED_ONLY in self.quirks:
            if request.query_params.get("allowedOnly") != "true":
                return _error("20", "Недостаточно прав: Иванов И.И.", 401)
            rows = _allowed(entity, rows)
        return self._page(entity, rows, request)

    def _rows(self, entity: str) -> list[Item] | None:
        """Give the rows of an object or of a slice of a register; None where it is not published."""
        if Quirk.NOT_PUBLISHED in self.quirks and entity == PERSONS:
            return None
        register, slash, virtual = entity.partition("/Slice")
        if not slash:
            return self.base.get(entity)
        flat = self.base.get(f"{register}_RecordType")
        if flat is None or Quirk.NO_SLICES in self.quirks:
            return None
        rows = sorted(flat, key=lambda row: str(row["Period"]), reverse=virtual.startswith("First"))
        return list({str(row["Сотрудник_Key"]): row for row in rows}.values())

    def _count(self, entity: str, request: Request) -> Response:
        if Quirk.ALLOWED_ONLY in self.quirks and request.query_params.get("allowedOnly") != "true":
            return _error("20", "Недостаточно прав", 401)
        return Response(f"\ufeff{len(self.base[entity])}", media_type="text/plain")

    def _page(self, entity: str, rows: list[Item], request: Request) -> Response:
        asked = request.query_params
        if "+" in request.url.query:
            return _error("14", "Неизвестный параметр", 400)
        order = asked.get("$orderby", "").split(",")
        rows = sorted(rows, key=lambda row: [str(row.get(name)) for name in order])
        skip, top = int(asked.get("$skip", "0")), int(asked.get("$top", str(_LARGEST_PAGE)))
        if entity == EMPLOYEES and skip:
            rows, skip = self._shifted(rows, order, skip)
        end = top if Quirk.TOP_IS_TOTAL in self.quirks else skip + top
        shown, total = rows[skip:end], len(rows)
        if Quirk.OLD_SHAPE in self.quirks and entity == PERSONS:
            return _with_mark({"d": {"results": shown, "__count": str(total)}})
        said: dict[str, object] = {"odata.metadata": f"$metadata#{entity}", "value": shown}
        if asked.get("$inlinecount") == "allpages":
            said["odata.count"] = str(total)
        return _with_mark(said)

    def _shifted(self, rows: list[Item], order: list[str], skip: int) -> tuple[list[Item], int]:
        """Once in a while give the page before again, or move rows between pages."""
        if Quirk.REPEATED_PAGE in self.quirks and not self.repeated:
            self.repeated = True
            return rows, 0
        if not self.moved and Quirk.PAGES_SHRINK in self.quirks:
            self.moved = True
            self.base[EMPLOYEES].remove(rows[0])
            rows = rows[1:]
        if not self.moved and Quirk.PAGES_GROW in self.quirks:
            self.moved = True
            self.hire()
            rows = sorted(
                self.base[EMPLOYEES], key=lambda row: [str(row.get(name)) for name in order]
            )
        return rows, skip

    def _add_groups_and_deleted(self) -> None:
        """Enter a group of persons, an employee to be deleted and one in the archive."""
        person, employee = self.base[PERSONS][0], self.base[EMPLOYEES][0]
        group = {**person, "Ref_Key": reference("person", "group"), "IsFolder": True, "Фамилия": ""}
        deleted = {**employee, "Ref_Key": reference("employee", "deleted"), "DeletionMark": True}
        archived = {**employee, "Ref_Key": reference("employee", "archived"), "ВАрхиве": True}
        self.base[PERSONS].append(group)
        self.base[EMPLOYEES] += [deleted, archived]

    def _empty_values(self) -> None:
        """Leave one employee without a person, one without an organisation, one without a birth date."""
        employees, persons = self.base[EMPLOYEES], self.base[PERSONS]
        employees[0] = {**employees[0], "ФизическоеЛицо_Key": NOBODY}
        employees[1] = {**employees[1], "ГоловнаяОрганизация_Key": NOBODY}
        persons[-1] = {**persons[-1], "ДатаРождения": NO_DAY}
        key = employees[1]["Ref_Key"]
        flat = self.base[f"{HISTORY}_RecordType"]
        flat[:] = [
            {**row, "Организация_Key": NOBODY} if row["Сотрудник_Key"] == key else row
            for row in flat
        ]


def _basic() -> str:
    return f"Basic {b64encode(f'{LOGIN}:{SECRET}'.encode()).decode()}"


def _allowed(entity: str, rows: list[Item]) -> list[Item]:
    """Hide the last third of the employees, as rights by organisation do."""
    return rows[: len(rows) * 2 // 3] if entity == EMPLOYEES else rows


def _error(code: str, text: str, status: int) -> Response:
    error = {"odata.error": {"code": code, "message": {"lang": "ru", "value": text}}}
    return JSONResponse(error, status_code=status)


def _with_mark(said: object) -> Response:
    """Write JSON as 1С does, with a byte order mark before it."""
    text = "\ufeff" + json.dumps(said, ensure_ascii=False)
    return Response(text.encode(), media_type="application/json;odata=minimalmetadata")
