"""Files in over real HTTP: given, looked at, accepted, and seen by whoever may see them."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from hub.settings import Addresses
from tests.door.files import as_csv, as_xls, as_xlsx, staff
from tests.door.giving import GRANTS, SEEN, Served, served

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def hub(module_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(module_addresses, tmp_path_factory.mktemp("hub")) as found:
        yield found


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
