"""Files over real HTTP that are not taken: what is no table, no sender, no place, too much, too slow."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from hub.app import build
from hub.settings import Addresses
from schema.door.uploading import Bounds
from tests.door.conftest import serving
from tests.door.files import as_csv, as_xlsx, staff
from tests.door.giving import Served, served

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def hub(module_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(module_addresses, tmp_path_factory.mktemp("hub")) as found:
        yield found


def refusal(answer: httpx.Response) -> tuple[int, str]:
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


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
