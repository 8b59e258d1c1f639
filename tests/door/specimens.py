"""A source of each kind with something in it, a way to change it, and one that cannot be read."""

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from connectors.catalogue import connector_of
from connectors.kadry.connector import Kadry
from connectors.memory import Memory
from connectors.onec.connector import Onec
from connectors.onec.manifest import read_manifest
from connectors.protocol import Connector, Item
from connectors.school_file import SchoolFile
from hub.demo import onec_server
from hub.demo.kadry_server import ALL_QUIRKS, KadryServer, Quirk
from hub.demo.onec_server import OnecServer
from hub.demo.region import Region, make_region
from hub.records import Batch, FileKind, OrganisationMention
from tests.door.cards_in_a_folder import Cards, Manifest
from tests.door.sources import manifest_for

Serve = Callable[[ASGIApp], str]
PLACE = ("sheet", "row")
NAMES = (
    *("external_id", "organization_code", "last_name", "first_name", "middle_name"),
    "position",
)
HEADERS = ("ID карточки", "ID школы", "Фамилия", "Имя", "Отчество", "Должность")
PEOPLE = tuple(
    (str(5000 + number), str(1003 + number % 2), f"Пробин{letter}", "Лев", "Ильич", "учитель")
    for number, letter in enumerate("абвгдежзик")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A connector, what makes it one of a changed source, and one whose source is not there.

    `key` names the column by which its rows are told apart; `refusing` is the connector of the
    same source as it refuses and breaks off on the way.
    """

    connector: Connector
    changed: Callable[[], Connector]
    absent: Connector
    refusing: Connector
    key: str = "external_id"


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a read gave: rows by key without their place, checkpoints, and names never to be told."""

    items: list[Item] = field(default_factory=list)

    def rows(self, key: str) -> dict[str, Mapping[str, str]]:
        listed = [
            row
            for item in self.items
            if isinstance(item, Batch) and len(item.frame)
            for row in item.frame.drop(columns=[*PLACE]).to_dict("records")
        ]
        return {str(row[key]): {str(k): str(v) for k, v in row.items()} for row in listed}


@cache
def region() -> Region:
    return make_region(people=300, today=date(2026, 3, 1))


def of_kadry(_: Path, serve: Serve) -> Specimen:
    server = KadryServer(region=region(), quirks=frozenset())
    manifest = manifest_for(serve(server.app), page_size=40)
    worst = KadryServer(region=region(), quirks=ALL_QUIRKS - {Quirk.PAGES_SHRINK})

    def changed() -> Connector:
        server.advance()
        server.move_card()
        return Kadry(manifest)

    return Specimen(
        connector=Kadry(manifest),
        changed=changed,
        absent=Kadry(manifest.model_copy(update={"staff_path": "nowhere"})),
        refusing=Kadry(manifest_for(serve(worst.app), page_size=40)),
    )


def of_memory(_: Path, __: Serve) -> Specimen:
    pages = [_page(PEOPLE[:4]), _page(PEOPLE[4:8])]
    more = [*pages, _page([PEOPLE[8], (*PEOPLE[0][:5], "директор")])]
    return Specimen(
        connector=Memory(pages),
        changed=lambda: Memory(more),
        absent=SchoolFile("/nowhere/at/all.csv"),  # memory is always there
        refusing=Memory(pages),
    )


def of_school_file(folder: Path, _: Serve) -> Specimen:
    path, broken = folder / "staff.csv", folder / "broken.csv"
    _write(path, PEOPLE[:6])
    broken.write_bytes(b"PK\x03\x04 no book at all")

    def changed() -> Connector:
        _write(path, PEOPLE)
        return SchoolFile(path)

    return Specimen(
        connector=SchoolFile(path),
        changed=changed,
        absent=SchoolFile(broken),
        refusing=SchoolFile(broken),
        key="last_name",
    )


def of_export(folder: Path, _: Serve) -> Specimen:
    exports, empty = folder / "exports", folder / "empty"
    exports.mkdir()
    empty.mkdir()
    _write(exports / "export-1.csv", PEOPLE[:6])

    def changed() -> Connector:
        _write(exports / "export-2.csv", PEOPLE)
        return connector_of("KADRY_EXPORT", {"folder": str(exports)})

    return Specimen(
        connector=connector_of("KADRY_EXPORT", {"folder": str(exports)}),
        changed=changed,
        absent=connector_of("KADRY_EXPORT", {"folder": str(empty)}),
        refusing=connector_of("KADRY_EXPORT", {"folder": str(exports)}),
    )


def of_onec(_: Path, serve: Serve) -> Specimen:
    server = OnecServer(region=region(), quirks=frozenset())
    manifest = read_manifest(
        {
            "base_url": serve(server.app),
            "login": onec_server.LOGIN,
            "secret": onec_server.SECRET,
            "page_size": 20,
            "retry_wait_s": 0.02,
        }
    )
    worst = OnecServer(region=region())
    refusing = manifest.model_copy(update={"base_url": serve(worst.app)})

    def changed() -> Connector:
        server.hire()
        server.rename()
        return Onec(manifest)

    return Specimen(
        connector=Onec(manifest),
        changed=changed,
        absent=Onec(manifest.model_copy(update={"persons": "Catalog_Нет"})),
        refusing=Onec(refusing),
    )


def of_http_json(_: Path, serve: Serve) -> Specimen:
    people = [_as_item(line) for line in PEOPLE[:8]]

    async def listed(request: Request) -> Response:
        at, size = int(request.query_params["page"]), int(request.query_params["per_page"])
        return JSONResponse({"items": people[(at - 1) * size : at * size], "total": len(people)})

    settings = {
        "base_url": serve(Starlette(routes=[Route("/people", listed)])),
        "path": "people",
        "name": "Список",
        "paging": "PAGE",
        "page_size": 3,
        "items_key": "items",
        "total_key": "total",
        "fields": {name: name for name in NAMES},
        "attempts": 1,
    }

    def changed() -> Connector:
        people.extend(_as_item(line) for line in PEOPLE[8:])
        return connector_of("HTTP_JSON", settings)

    return Specimen(
        connector=connector_of("HTTP_JSON", settings),
        changed=changed,
        absent=connector_of("HTTP_JSON", {**settings, "path": "nowhere"}),
        refusing=connector_of("HTTP_JSON", settings),
    )


def of_database(folder: Path, _: Serve) -> Specimen:
    path = folder / "people.db"
    columns = ", ".join(f"{name} text" for name in NAMES[1:])
    with sqlite3.connect(path) as base:
        base.execute(f"create table people (external_id integer primary key, {columns})")
    _insert(path, PEOPLE[:8])
    settings = {
        "url": f"sqlite:///{path}",
        "name": "База",
        "table": "people",
        "page_size": 3,
        "fields": {name: name for name in NAMES},
    }

    def changed() -> Connector:
        _insert(path, PEOPLE[8:])
        return connector_of("DATABASE", settings)

    return Specimen(
        connector=connector_of("DATABASE", settings),
        changed=changed,
        absent=connector_of("DATABASE", {**settings, "table": "nowhere"}),
        refusing=connector_of("DATABASE", settings),
    )


def of_cards(folder: Path, _: Serve) -> Specimen:
    source = folder / "cards"
    source.mkdir()
    _write_cards(source / "1.jsonl", PEOPLE[:4])
    _write_cards(source / "2.jsonl", PEOPLE[4:8])

    def changed() -> Connector:
        _write_cards(source / "3.jsonl", PEOPLE[8:])
        return Cards(Manifest(folder=source))

    return Specimen(
        connector=Cards(Manifest(folder=source)),
        changed=changed,
        absent=Cards(Manifest(folder=folder / "nowhere")),
        refusing=Cards(Manifest(folder=source)),
    )


def _write_cards(path: Path, people: Sequence[Sequence[str]]) -> None:
    cards = (
        {"id": number, "surname": last, "name": first, "post": post}
        for number, _, last, first, _, post in people
    )
    lines = [json.dumps(card, ensure_ascii=False) for card in cards]
    path.write_text("\n".join([*lines, "no card"]), encoding="utf-8")


def _as_item(line: Sequence[str]) -> dict[str, str]:
    return dict(zip(NAMES, line, strict=True))


def _insert(path: Path, people: Sequence[Sequence[str]]) -> None:
    with sqlite3.connect(path) as base:
        base.executemany("insert into people values (?, ?, ?, ?, ?, ?)", people)


SPECIMENS: Mapping[str, Callable[[Path, Serve], Specimen]] = {
    "cards": of_cards,
    "database": of_database,
    "http_json": of_http_json,
    "kadry": of_kadry,
    "kadry_export": of_export,
    "memory": of_memory,
    "onec": of_onec,
    "school_file": of_school_file,
}


def _write(path: Path, people: Sequence[Sequence[str]]) -> None:
    path.write_text("\n".join(";".join(line) for line in (HEADERS, *people)), encoding="utf-8")
    os.utime(path, (1_790_000_000, 1_790_000_000))


def _page(people: Sequence[Sequence[str]]) -> Batch:
    frame = pd.DataFrame(list(people), columns=list(NAMES), dtype=object)
    frame["sheet"], frame["row"] = "staff", range(1, 1 + len(frame))
    return Batch(
        kind=FileKind.STAFF, frame=frame, file="Память", organisation=OrganisationMention()
    )
