"""Files in over real HTTP: given, looked at, accepted; and every way in which that is refused."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from hub.access import ClientKind, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import Database, open_connection, open_database
from hub.seal import Sealer, create_key_file
from hub.settings import Addresses, Settings
from schema.door.uploading import Bounds
from sync.uploads.accepting import accept_upload
from tests.door.conftest import serving
from tests.door.files import as_csv, as_xls, as_xlsx, staff
from tests.rooms.sync.world import FIRST, MINISTRY, NORTH, SECOND, THIRD, TODAY, load_register

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
ACCEPT = """mutation ($input: ImportAcceptInput!) { importAccept(input: $input) {
  importFile { id state period asOf completeness rows result { records people } }
  errors { code message path } } }"""
SEEN = """query ($id: ID!) { importFile(id: $id) { name state size kinds rows rejectedCount
  rejected { sheet row column code message } questions { code row }
  columns { header field confidence } unmapped { header suggested } repairs errorCode result { versions } organisation { shortName }
  drift { message missing { header field } added { header } patch { header field } } } }"""
GRANTS = {
    "first": (Role.SCHOOL, FIRST),
    "second": (Role.SCHOOL, SECOND),
    "third": (Role.SCHOOL, THIRD),
    "north": (Role.TERRITORY, NORTH),
    "centre": (Role.REGIONAL_CENTRE, MINISTRY),
    "steward": (Role.STEWARD, MINISTRY),
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served hub of the invented region, its keys, and the files' way to a worker."""

    url: str
    keys: Mapping[str, str]
    addresses: Addresses
    sealer: Sealer
    settings: Settings

    def put(
        self, who: str, content: bytes, *, name: str = "список.csv", **said: str
    ) -> httpx.Response:
        return httpx.put(
            f"{self.url}/imports",
            params={"name": name, **said},
            content=content,
            headers={"Authorization": f"Bearer {self.keys[who]}"},
            timeout=60,
        )

    def given(self, who: str, content: bytes, *, name: str = "список.csv", **said: str) -> Json:
        answer = self.put(who, content, name=name, **said)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def ask(self, who: str, query: str, **variables: Json) -> Json:
        body = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[who]}"},
            timeout=30,
        ).json()
        assert "errors" not in body, body
        return body["data"]

    def accept(self, who: str, upload: str, **said: Json) -> Json:
        return self.ask(who, ACCEPT, input={"id": upload, **said})["importAccept"]

    def codes(self, who: str, upload: str, **said: Json) -> list[str]:
        return [error["code"] for error in self.accept(who, upload, **said)["errors"]]

    async def work(self, upload: str) -> None:
        """Do what the worker does for an accepted file."""
        async with open_database(self.addresses.worker) as database:
            number = UUID(upload.removeprefix("import-"))
            await accept_upload(database, number, sealer=self.sealer, today=TODAY)

    async def rows(self, query: str, *arguments: object) -> list[tuple[object, ...]]:
        connection = await open_connection(self.addresses.worker)
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()


async def prepared(addresses: Addresses) -> Mapping[str, str]:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        return {who: await key(database, *grant) for who, grant in GRANTS.items()}


async def key(database: Database, role: Role, organisation: UUID) -> str:
    async with database.writing() as session:
        return await issue_key(
            session,
            client_name="Проверка",
            kind=ClientKind.SYSTEM,
            role=role,
            organisation_id=organisation,
            env="test",
        )


@pytest.fixture(scope="module")
def hub(module_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("hub"))
    create_key_file(settings.keys)
    keys = asyncio.run(prepared(module_addresses))
    bounds = Bounds(most_bytes=200_000, silence_s=0.5, total_s=1.5)
    with serving(build(module_addresses, settings, uploads=bounds)) as url:
        yield Served(
            url=url,
            keys=keys,
            addresses=module_addresses,
            sealer=Sealer.from_file(settings.keys),
            settings=settings,
        )


def refusal(answer: httpx.Response) -> tuple[int, str]:
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("работники.csv", as_csv(staff())),
        ("работники.txt", as_csv(staff(), "utf-16", "\t")),
        ("работники.xlsx", as_xlsx(staff())),
        ("работники.xls", as_xls(staff())),
    ],
)
def test_a_file_is_looked_at_at_once_in_whatever_format_it_comes(
    hub: Served, name: str, content: bytes
) -> None:
    answer = hub.put("first", content, name=name)

    body = answer.json()
    assert (201, "CHECKED") == (answer.status_code, body["state"])
    assert (["STAFF"], 2, []) == tuple(body["report"][k] for k in ("kinds", "rows", "rejected"))
    assert body["id"] in body["links"]["accept"]["query"]
    assert "ACCEPTED" != hub.ask("first", SEEN, id=body["id"])["importFile"]["state"]


def test_the_report_names_place_code_repair_and_what_is_not_kept(hub: Served) -> None:
    table = [*staff(), ("3", "", "05.06.1979", "учитель"), ("4", "Ёлкин Глеб", "31.02.1990", "")]
    table[1] = ("№", "ФИО", "Дата рождения", "Должность", "Номерок")
    table[2] = (*table[2], "112-233-445 95")

    report = hub.given("first", as_csv(table), name="с ошибками.csv")["report"]

    found = [(one["row"], one["code"]) for one in report["rejected"]]
    assert [(5, "row.no_name"), (6, "date.impossible")] == found
    assert all(one["message"] for one in report["rejected"])
    assert [{"header": "Номерок", "suggested": ["snils"]}] == report["unmapped"]


async def test_a_file_is_accepted_once_and_its_people_are_there(hub: Served) -> None:
    upload = hub.given("first", as_xlsx(staff(people=3)), name="принять.xlsx")["id"]

    first = hub.accept("first", upload, completeness="FULL")
    again = hub.accept("first", upload, completeness="FULL")
    queued = await hub.rows("select entrypoint from jobs.pgqueuer where status = 'queued'")
    await hub.work(upload)
    await hub.work(upload)

    seen = hub.ask("first", SEEN, id=upload)["importFile"]
    assert ("QUEUED", []) == (first["importFile"]["state"], first["errors"])
    assert first == again
    assert [("import.accept",)] == queued
    assert ("ACCEPTED", 3) == (seen["state"], seen["result"]["versions"])
    assert [] == await hub.rows(
        "select 1 from upload_chunk where upload_id = $1", UUID(upload.removeprefix("import-"))
    )
    people = hub.ask("first", "{ people { totalCount } }")["people"]
    assert {"totalCount": 3} == people


async def test_a_second_acceptance_with_other_words_is_a_conflict(hub: Served) -> None:
    upload = hub.given("third", as_csv(staff("МБОУ СОШ № 3")), name="дважды.csv")["id"]
    hub.accept("third", upload)

    other = hub.codes("third", upload, completeness="FULL")
    await hub.work(upload)
    same = hub.accept("third", upload)

    assert ["import.accepted_otherwise"] == other
    assert ("ACCEPTED", []) == (same["importFile"]["state"], same["errors"])


def test_a_department_may_answer_for_a_list_and_a_school_may_not(hub: Served) -> None:
    content = as_csv(staff(day="06.09.2026"))
    own = hub.given("first", content, name="отпустить.csv")["id"]
    department = hub.given("north", content, name="отпустить.csv")["id"]

    assert ["import.not_a_releaser"] == hub.codes("first", own, release=True)
    assert [] == hub.codes("north", department, release=True)
    assert ["import.accepted_otherwise"] == hub.codes("north", department)


async def test_the_same_file_again_is_the_same_upload(hub: Served) -> None:
    content = as_csv(staff(day="02.09.2026"))

    first = hub.put("first", content, name="снова.csv")
    again = hub.put("first", content, name="снова.csv")

    assert (201, 200) == (first.status_code, again.status_code)
    assert first.json()["id"] == again.json()["id"]


def test_a_file_that_says_no_time_needs_a_period(hub: Served) -> None:
    content = as_csv([("МБОУ СОШ № 1",), *staff()[1:]])
    upload = hub.given("first", content, name="без даты.csv")

    refused = hub.codes("first", upload["id"])
    accepted = hub.accept("first", upload["id"], period=2026)

    assert ["file.no_period"] == [one["code"] for one in upload["report"]["rejected"]]
    assert ["import.no_period"] == refused
    assert ("QUEUED", 2026) == (
        accepted["importFile"]["state"],
        accepted["importFile"]["period"],
    )


async def test_a_column_is_explained_on_acceptance_and_known_from_then_on(hub: Served) -> None:
    table = [*staff("МБОУ СОШ № 2", people=1)]
    table[1] = ("№", "Кто таков", "Явился на свет", "Должность")
    given = hub.given("second", as_csv(table), name="непонятный.csv")
    columns = [
        {"header": "Кто таков", "field": "ФИО"},
        {"header": "Явился на свет", "field": "birth_date"},
    ]

    useless = hub.codes("second", given["id"])
    wrong = hub.codes("second", given["id"], columns=[{"header": "Кто таков", "field": "чепуха"}])
    hub.accept("second", given["id"], columns=columns)
    await hub.work(given["id"])

    later = hub.given("second", as_xlsx([*staff("МБОУ СОШ № 2", "01.10.2026")[:1], *table[1:]]))
    assert ["import.nothing_to_take"] == useless
    assert ["mapping.unknown_field"] == wrong
    assert (0, 1) == (given["report"]["rows"], later["report"]["rows"])


async def test_questions_inside_the_school_are_said_before_acceptance(hub: Served) -> None:
    lists = staff("МБОУ СОШ № 3", "10.10.2026", people=1)
    upload = hub.given("third", as_csv(lists), name="список третьей.csv")["id"]
    hub.accept("third", upload)
    await hub.work(upload)
    base = [
        ("База наставников МБОУ СОШ № 3 на 10.10.2026",),
        ("ФИО наставника", "ФИО наставляемого"),
        ("Мерянинов Олег Львович", "Ёлкин Глеб Олегович"),
    ]

    given = hub.given("third", as_csv(base), name="база третьей.csv")

    [question] = given["report"]["questions"]
    assert (3, "mentee_full_name", "question.nobody") == tuple(
        question[name] for name in ("row", "column", "code")
    )
    assert "дату рождения" in question["message"]
    seen = hub.ask("third", SEEN, id=given["id"])["importFile"]
    assert [{"code": "question.nobody", "row": 3}] == seen["questions"]


def test_a_preview_takes_what_would_be_said_on_acceptance(hub: Served) -> None:
    content = as_csv([("МБОУ СОШ № 1",), ("Кто таков", "Должность"), ("Ёлкин Глеб", "учитель")])

    report = hub.given(
        "first", content, name="вид.csv", period="2026", columns='{"Кто таков": "ФИО"}'
    )["report"]

    assert (1, []) == (report["rows"], report["rejected"])


def test_a_school_may_not_give_another_schools_list(hub: Served) -> None:
    given = hub.given("second", as_csv(staff()), name="чужой.csv")

    codes = hub.codes("second", given["id"])

    found = [one["code"] for one in given["report"]["rejected"]]
    assert (0, ["file.foreign_organisation"]) == (given["report"]["rows"], found)
    assert ["import.nothing_to_take"] == codes


def test_a_department_gives_the_lists_of_its_schools_and_of_no_other(hub: Served) -> None:
    header = ("ФИО", "Должность", "Школа")
    table = [
        ("Работники на 01.09.2026",),
        header,
        ("Мерянинов Олег Львович", "учитель", "МБОУ СОШ № 1"),
        ("Лукоянцев Пётр Ильич", "учитель", "МБОУ СОШ № 3"),
    ]

    report = hub.given("north", as_csv(table), name="общий.csv")["report"]

    found = [(one["row"], one["code"]) for one in report["rejected"]]
    assert (1, [(4, "row.foreign_organisation")]) == (report["rows"], found)


def test_nobody_sees_or_accepts_a_file_of_another_scope(hub: Served) -> None:
    upload = hub.given("first", as_csv(staff(day="03.09.2026")), name="свой.csv")["id"]
    mine = "{ imports(state: CHECKED) { nodes { id name } } }"

    seen = {
        who: upload in [one["id"] for one in hub.ask(who, mine)["imports"]["nodes"]]
        for who in GRANTS
    }
    codes = {who: hub.codes(who, upload) for who in ("second", "north", "steward")}

    assert [who for who, sees in seen.items() if sees] == ["first", "north", "centre", "steward"]
    assert hub.ask("second", SEEN, id=upload) == {"importFile": None}
    assert {
        "second": ["import.not_found"],
        "north": ["import.not_found"],
        "steward": ["import.not_a_giver"],
    } == codes


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("фото.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "file.not_a_table"),
        ("слова.csv", "Просто письмо\r\nбез таблицы".encode("cp1251"), "file.no_header"),
        ("обрезан.xlsx", as_xlsx(staff())[:1500], "file.damaged"),
    ],
)
def test_what_is_no_table_is_said_with_a_code(
    hub: Served, name: str, content: bytes, code: str
) -> None:
    report = hub.given("first", content, name=name)["report"]

    assert (0, [code]) == (report["rows"], [one["code"] for one in report["rejected"]])


def test_an_empty_body_is_refused(hub: Served) -> None:
    assert (400, "BAD_USER_INPUT") == refusal(hub.put("first", b""))


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""},
        {"name": "../тайна.csv"},
        {"name": ".скрытый"},
        {"kind": "PHOTOS"},
        {"period": "x"},
        {"asOf": "1 сентября"},
        {"columns": "[]"},
        {"columns": '{"Диагноз": "note"}'},
    ],
)
def test_what_is_said_wrongly_of_a_file_is_refused(hub: Served, said: dict[str, str]) -> None:
    answer = hub.put("first", as_csv(staff()), **{"name": "список.csv", **said})

    assert (400, "BAD_USER_INPUT") == refusal(answer)


def test_a_file_over_the_limit_is_refused_before_and_while_it_comes(hub: Served) -> None:
    large = bytes(200_001)

    stated = hub.put("first", large)
    unstated = httpx.put(
        f"{hub.url}/imports?name=a.csv",
        content=iter([large[:100_000]] * 3),
        headers={"Authorization": f"Bearer {hub.keys['first']}"},
    )

    assert (413, "PAYLOAD_TOO_LARGE") == refusal(stated)
    assert (413, "PAYLOAD_TOO_LARGE") == refusal(unstated)


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", 401), ("Bearer hub_test_0_x", 401), ("Bearer {partner}", 401)],
)
def test_a_wrong_key_is_refused_before_the_body_is_read(
    hub: Served, authorization: str, code: int
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = httpx.put(f"{hub.url}/imports?name=a.csv", content=b"x", headers=headers)

    assert (code, "UNAUTHENTICATED") == refusal(answer)


def test_a_body_that_is_packed_for_the_way_is_refused(hub: Served) -> None:
    answer = httpx.put(
        f"{hub.url}/imports?name=a.csv",
        content=b"x",
        headers={"Authorization": f"Bearer {hub.keys['first']}", "Content-Encoding": "gzip"},
    )

    assert (415, "BAD_REQUEST") == refusal(answer)


def test_who_comes_when_all_places_are_taken_is_told_to_come_again(hub: Served) -> None:
    full = build(hub.addresses, hub.settings, uploads=Bounds(at_once=0))

    with serving(full) as url:
        answer = replace(hub, url=url).put("first", as_csv(staff()))

    assert (503, "UPLOAD_BUSY") == refusal(answer)


def test_a_role_that_gives_no_files_is_refused(hub: Served) -> None:
    assert (403, "FORBIDDEN") == refusal(hub.put("steward", as_csv(staff())))


def test_a_sender_that_stalls_is_cut_off(hub: Served) -> None:
    host, port = hub.url.removeprefix("http://").split(":")
    head = (
        f"PUT /imports?name=a.csv HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n"
        f"Authorization: Bearer {hub.keys['first']}\r\n\r\nabc"
    )

    with socket.create_connection((host, int(port)), timeout=10) as sender:
        sender.sendall(head.encode())
        answer = sender.recv(4096).decode()

    assert "HTTP/1.1 408" in answer


async def test_nothing_of_a_broken_transfer_is_kept(hub: Served) -> None:
    host, port = hub.url.removeprefix("http://").split(":")
    head = (
        f"PUT /imports?name=broken.csv HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n"
        f"Authorization: Bearer {hub.keys['first']}\r\n\r\nabc"
    )

    with socket.create_connection((host, int(port)), timeout=10) as sender:
        sender.sendall(head.encode())
    await asyncio.sleep(0.8)

    assert [] == await hub.rows("select 1 from upload where name = 'broken.csv'")


async def test_a_kept_file_is_sealed(hub: Served) -> None:
    hub.given("first", as_csv(staff(day="04.09.2026"), "utf-8"), name="печать.csv")

    [(sealed,)] = await hub.rows(
        "select c.sealed from upload_chunk c join upload u on u.id = c.upload_id"
        " where u.name = 'печать.csv'"
    )

    assert isinstance(sealed, bytes)
    assert "Мерянинов".encode() not in sealed
    assert "Мерянинов" in hub.sealer.open_bytes(sealed).decode()


def test_a_mutation_in_an_address_is_refused(hub: Served) -> None:
    answer = httpx.get(
        f"{hub.url}/graphql",
        params={"query": 'mutation { importAccept(input: { id: "x" }) { errors { code } } }'},
        headers={
            "Authorization": f"Bearer {hub.keys['first']}",
            "GraphQL-Require-Preflight": "1",
            "Accept": "application/json",
        },
    )

    assert "MUTATION_NEEDS_POST" == answer.json()["errors"][0]["extensions"]["code"]


def test_two_acceptances_of_one_request_are_done_in_order(hub: Served) -> None:
    upload = hub.given("first", as_csv(staff(day="05.09.2026")), name="пара.csv")["id"]

    done = hub.ask(
        "first",
        "mutation ($id: ID!) { __typename a: importAccept(input: { id: $id }) { errors { code } }"
        " b: importAccept(input: { id: $id, period: 2020 }) { importFile { id state }"
        " errors { code path } } }",
        id=upload,
    )

    assert {"__typename": "Mutation", "a": {"errors": []}}.items() <= done.items()
    assert {"id": upload, "state": "QUEUED"} == done["b"]["importFile"]
    assert [{"code": "import.accepted_otherwise", "path": ["input"]}] == done["b"]["errors"]


async def test_the_report_says_how_sure_it_is_of_columns_and_what_would_read_a_changed_header(
    hub: Served,
) -> None:
    table = list(staff("МБОУ СОШ № 2"))
    before = hub.given("second", as_csv(table), name="прежняя шапка.csv")["id"]
    hub.accept("second", before)
    await hub.work(before)
    table[1] = ("№", "ФИО", "Явился на свет", "Должнасть")

    given = hub.given("second", as_csv(table), name="новая шапка.csv")["id"]

    seen = hub.ask("second", SEEN, id=given)["importFile"]
    columns = {one["header"]: (one["field"], one["confidence"]) for one in seen["columns"]}
    assert {"№": ("row_no", 1.0), "ФИО": ("full_name", 1.0), "Явился на свет": (None, None)} == {
        header: said for header, said in columns.items() if header != "Должнасть"
    }
    assert "position" == columns["Должнасть"][0]
    assert 0.5 < columns["Должнасть"][1] < 1
    [drift] = seen["drift"]
    assert [{"header": "Явился на свет", "field": "birth_date"}] == drift["patch"]
