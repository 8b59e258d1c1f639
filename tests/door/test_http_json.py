"""A list over HTTP that only its description knows: every way to page, to be known, to misbehave."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from connectors.catalogue import connector_of
from connectors.client.failure import SourceConfigError, SourceError
from connectors.http_json.connector import HttpJson
from connectors.http_json.manifest import Manifest
from connectors.manifests import ManifestError
from connectors.protocol import Checkpoint, Item, Roll
from hub.records import Batch, FileKind, Rejected

Serve = Callable[[ASGIApp], str]
SECRET = "тайна-list"  # noqa: S105 - of a server of the test
FIELDS = {
    "external_id": "id",
    "last_name": "person.family",
    "first_name": "person.given",
    "position": "post",
    "organization_inn": "school.inn",
}


@dataclass(slots=True, kw_only=True)
class Lists:
    """A system with a list of people; `auth` is what it wants to hear, `total` what it promises."""

    auth: tuple[str, str] = ("", "")
    inside: bool = True
    extra: int = 0
    people: list[dict[str, object]] = field(default_factory=lambda: [person(n) for n in range(25)])
    asked: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/api/people", self._people)])

    async def _people(self, request: Request) -> Response:
        self.asked.append(request.url.query)
        name, value = self.auth
        if name and request.headers.get(name) != value:
            return Response(status_code=401)
        shown = self._shown(request)
        if not self.inside:
            return JSONResponse(shown)
        return JSONResponse(
            {"data": {"rows": shown, "count": len(self.people) + self.extra}, "page": {}}
        )

    def _shown(self, request: Request) -> list[dict[str, object]]:
        said = request.query_params
        if "page" in said:
            size = int(said["per_page"])
            return self.people[(int(said["page"]) - 1) * size : int(said["page"]) * size]
        if "skip" in said:
            return self.people[int(said["skip"]) : int(said["skip"]) + int(said["take"])]
        return self.people


def person(number: int) -> dict[str, object]:
    return {
        "id": 1000.0 + number,
        "person": {"family": f"Списков{number}", "given": "Лев"},
        "post": "учитель",
        "school": {"inn": f"98000000{number % 2:02d}"},
        "passport": "36 00",
    }


def settings_for(url: str, **values: object) -> dict[str, object]:
    given = {
        "base_url": url,
        "path": "api/people",
        "name": "Список",
        "items_key": "data.rows",
        "total_key": "data.count",
        "paging": "PAGE",
        "page_size": 10,
        "fields": FIELDS,
        "retry_wait_s": 0.02,
        "attempts": 2,
    }
    return {**given, **values}


def heard(settings: dict[str, object], cursor: str | None = None, secret: str = "") -> list[Item]:
    return list(connector_of("HTTP_JSON", settings, secret).fetch(cursor))


def rows_of(items: list[Item]) -> list[dict[str, str]]:
    frames = [item.frame for item in items if isinstance(item, Batch)]
    return [
        {str(k): str(v) for k, v in row.items()} for f in frames for row in f.to_dict("records")
    ]


def codes(items: list[Item]) -> list[str]:
    return [item.code for item in items if isinstance(item, Rejected)]


@pytest.mark.parametrize(
    "paging",
    [
        {"paging": "PAGE"},
        {"paging": "OFFSET", "page_parameter": "skip", "size_parameter": "take"},
        {"paging": "NONE", "total_key": ""},
    ],
    ids=lambda said: said["paging"],
)
def test_every_way_to_page_gives_every_row_once(serve: Serve, paging: dict[str, object]) -> None:
    rows = rows_of(heard(settings_for(serve(Lists().app), **paging)))

    assert [str(1000 + number) for number in range(25)] == [row["external_id"] for row in rows]
    assert list(range(1, 26)) == [int(row["row"]) for row in rows]
    assert ("Списков3", "9800000001") == (rows[3]["last_name"], rows[3]["organization_inn"])


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"auth": "BEARER"}, ("Authorization", "Bearer secret")),
        ({"auth": "HEADER", "header": "X-Key"}, ("X-Key", "secret")),
        (
            {"auth": "BASIC", "login": "hub"},
            ("Authorization", f"Basic {b64encode(b'hub:secret').decode()}"),
        ),
    ],
)
def test_the_hub_is_known_as_the_source_wants(
    serve: Serve, auth: dict[str, object], said: tuple[str, str]
) -> None:
    settings = settings_for(serve(Lists(auth=said).app), **auth)

    assert 25 == len(rows_of(heard(settings, secret="secret")))  # noqa: S106
    with pytest.raises(SourceConfigError, match="не принял"):
        heard(settings, secret="other")  # noqa: S106


def test_a_list_that_is_the_whole_answer_is_read(serve: Serve) -> None:
    settings = settings_for(
        serve(Lists(inside=False).app), items_key="", total_key="", paging="NONE"
    )

    assert 25 == len(rows_of(heard(settings)))


def test_an_unchanged_list_states_nothing_and_a_changed_page_does(serve: Serve) -> None:
    lists = Lists()
    settings = settings_for(serve(lists.app))
    cursor = [item.cursor for item in heard(settings) if isinstance(item, Checkpoint)][-1]

    again = rows_of(heard(settings, cursor))
    lists.people[12]["post"] = "директор"
    then = rows_of(heard(settings, cursor))

    assert [] == again
    assert [str(1010 + number) for number in range(10)] == [row["external_id"] for row in then]


def test_fewer_rows_than_promised_is_said_and_ends_nobody(serve: Serve) -> None:
    items = heard(settings_for(serve(Lists(extra=3).app), whole_staff=True))

    assert ["source.incomplete"] == codes(items)
    assert 25 == len(rows_of(items))


def test_the_whole_staff_names_its_organisations(serve: Serve) -> None:
    lists = settings_for(serve(Lists().app), whole_staff=True)

    [roll] = [item for item in heard(lists) if isinstance(item, Roll)]

    assert ["9800000000", "9800000001"] == sorted(one.inn for one in roll.organisations)
    assert not [item for item in heard({**lists, "whole_staff": False}) if isinstance(item, Roll)]


def test_rows_that_cannot_be_taken_are_refused_with_their_place(serve: Serve) -> None:
    lists = Lists(people=[person(1), {"id": None, "person": {"family": "Х"}}, {"id": 5}])

    items = heard(settings_for(serve(lists.app)))

    refused = [(one.code, one.place.row) for one in items if isinstance(one, Rejected)]
    assert [("row.no_number", 2), ("row.no_name", 3)] == refused
    assert 1 == len(rows_of(items))


def test_an_answer_of_another_shape_is_told(serve: Serve) -> None:
    url = serve(Lists().app)

    with pytest.raises(SourceError, match="items_key"):
        heard(settings_for(url, items_key="result.items"))
    wrong = {name: f"x.{path}" for name, path in FIELDS.items()}
    found = connector_of("HTTP_JSON", settings_for(url, fields=wrong)).check()
    assert not found.ok
    assert "x.id" in found.message


def test_what_the_list_offers_is_discovered(serve: Serve) -> None:
    connector = connector_of("HTTP_JSON", settings_for(serve(Lists().app)))
    assert isinstance(connector, HttpJson)

    [found] = connector.discover()

    assert "last_name" == found.fields["person.family"]
    assert "" == found.fields["passport"]


def test_a_description_has_at_most_25_keys() -> None:
    assert len(Manifest.model_fields) <= 25


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"pagin": "PAGE"}, ("pagin", "такого ключа нет, есть paging")),
        ({"paging": "CURSOR"}, ("paging", "такого значения нет")),
        ({"fields": {"last_name": "x"}}, ("", "не указано поле external_id")),
        ({"fields": {**FIELDS, "shoe_size": "x"}}, ("", "хаб не знает поля shoe_size")),
        ({"base_url": "https://hub:тайна@x.example"}, ("", "base_url: секрет и параметры")),
        ({"kind": FileKind.STAFF.value.lower()}, ("kind", "такого значения нет")),
    ],
)
def test_a_wrong_description_names_its_key_and_no_value(
    values: dict[str, object], fault: tuple[str, str]
) -> None:
    with pytest.raises(ManifestError) as caught:
        connector_of("HTTP_JSON", {**settings_for("https://x.example"), **values})

    [(key, said)] = caught.value.faults
    assert fault[0] == key
    assert said.startswith(fault[1])
    assert "тайна" not in caught.value.message
