"""Bad files at the command line and bad requests at the door: told in words, and nothing is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

from hub.credentials import key_id_of
from hub.settings import Addresses
from tests.journeys.conftest import commands, variables_of
from tests.journeys.region import Made, Served

Hub = Callable[..., CompletedProcess[str]]
Json = Any  # what a command or the door says
HEAD = "ФИО;Дата рождения;СНИЛС;Должность;Телефон\n"
GOOD = "Чуждоземцева Прасковья Лаврентьевна;02.03.1985;;учитель;\n"
ROWS = (
    "Неведомцев Еремей Фокич;31.02.1985;;учитель;\n"
    ";05.06.1979;;учитель;\n"
    "Небывалова Улита Саввична;02.03.1986;112-233-445 96;учитель;12\n"
)


def title(made: Made) -> str:
    """Give title rows that name a school of the region and a day."""
    registry = made.region.registry
    schools = {
        row.id for row in registry.organisations if row.kind == "SCHOOL" and not row.parent_id
    }
    ogrn = next(
        row.value
        for row in registry.identifiers
        if row.system == "OGRN" and row.organisation_id in schools
    )
    return f"Список педагогических работников на 01.10.2026\nОГРН;{ogrn};;;\n"


def write_all(folder: Path, made: Made) -> None:
    """Write a good file in several encodings, and files with everything wrong."""
    start = title(made)
    book = next(file.path for file in made.files if file.path.suffix == ".xlsx").read_bytes()
    texts = {name: (start + HEAD + GOOD).encode(name) for name in ("utf-16", "cp866", "koi8-r")}
    contents = {
        **{f"good-{name}.csv": text for name, text in texts.items()},
        "rows.csv": (start + HEAD + GOOD + ROWS).encode("cp1251"),
        "unknown-columns.csv": (start + "Цвет;Размер\nсиний;10\n").encode(),
        "more-columns.csv": (start + HEAD.replace("Телефон", "Цвет") + GOOD).encode(),
        "undated.csv": (HEAD + GOOD).encode(),
        "empty.csv": b"",
        "blank.csv": b"\n;;;\n \n",
        "cut.xlsx": book[: len(book) // 2],
        "photo.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(100),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def messy(tmp_path: Path, made: Made) -> Path:
    folder = tmp_path / "messy"
    folder.mkdir()
    write_all(folder, made)
    return folder


def of_file(reports: list[Json]) -> dict[str, list[tuple[object, ...]]]:
    """Give the problems of each file as code, row and column."""
    return {
        report["file"]: sorted(
            (each["code"], each["row"], each["column"]) for each in report["problems"]
        )
        for report in reports
    }


def counts(hub: Hub) -> dict[str, int]:
    [status] = json.loads(hub("status", "-o", "json").stdout)
    return {name: status[name] for name in ("records", "people", "mentorships", "open_questions")}


def test_each_bad_file_and_cell_is_named_with_its_repair_and_the_rest_lands(
    loaded: Addresses, keyed: Path, messy: Path
) -> None:
    hub = commands(variables_of(loaded, keyed))
    before = counts(hub)

    checked = hub("import", "check", str(messy), "-o", "json")
    untouched = counts(hub)
    accepted = hub("import", "accept", str(messy), "-o", "json")

    reports = json.loads(checked.stdout)
    problems = [each for report in reports for each in report["problems"]]
    expected = {
        "empty.csv": [("file.empty", None, None)],
        "blank.csv": [("file.empty", None, None)],
        "cut.xlsx": [("file.damaged", None, None)],
        "photo.xlsx": [("file.not_a_table", None, None)],
        "unknown-columns.csv": [("file.no_header", None, None)],
        "more-columns.csv": [],
        "rows.csv": [
            ("date.impossible", 5, "birth_date"),
            ("phone.unreadable", 7, "phone"),
            ("row.no_name", 6, None),
            ("snils.checksum", 7, "snils"),
        ],
        **{f"good-{name}.csv": [] for name in ("utf-16", "cp866", "koi8-r")},
    }
    assert (3, 3) == (checked.returncode, accepted.returncode)
    assert expected == {name: found for name, found in of_file(reports).items() if name in expected}
    assert {"file.no_period", "file.unknown_organisation"} & {
        code for code, *_ in of_file(reports)["undated.csv"]
    }
    assert all(each["message"].endswith(".") for each in problems)
    assert "Цвет" in next(one["unmapped"] for one in reports if one["file"] == "more-columns.csv")
    assert of_file(reports) == of_file(json.loads(accepted.stdout))
    assert before == untouched
    assert before | {"records": before["records"] + 3, "people": before["people"] + 3} == counts(
        hub
    )


def test_what_bad_files_say_names_nobody(loaded: Addresses, keyed: Path, messy: Path) -> None:
    hub = commands(variables_of(loaded, keyed))

    done = hub("import", "accept", str(messy))

    said = (done.stdout + done.stderr).casefold()
    assert [] == [word for word in ("чуждозем", "неведомц", "небывал", "112-233") if word in said]


def deep(levels: int) -> str:
    return '{ organisation(id: "x") { ' + "parent { " * levels + "id " + "} " * levels + "} }"


def answered(web: httpx.Client, key: str | None, query: str) -> tuple[int, str, str]:
    """Give the status, the most exact code and the words of a refusal."""
    headers = {"Accept": "application/graphql-response+json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    answer = web.post("/graphql", json={"query": query}, headers=headers)
    error = answer.json()["errors"][0]
    extensions = error["extensions"]
    return answer.status_code, extensions.get("reason") or extensions["code"], error["message"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        (deep(20), "QUERY_TOO_COMPLEX"),
        ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(40)) + "}", "QUERY_TOO_COMPLEX"),
        ("{ people(first: 1000) { totalCount } }", "BAD_USER_INPUT"),
        ('{ coverage(period: {asOf: "2025-02-31"}) { day } }', "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_a_wrong_query_is_refused_with_a_code_and_words(
    served: Served, query: str, code: str
) -> None:
    status, said, words = answered(served.web, served.keys.department, query)

    assert (400, code) == (status, said)
    assert len(words) > 10


def test_a_missing_wrong_or_revoked_key_is_refused_and_says_how_to_get_one(
    served: Served, module_loaded: Addresses, tmp_path: Path
) -> None:
    hub = commands(variables_of(module_loaded, tmp_path))
    issued = hub("api", "key", "create", "--client", "Портал", "--role", "REGIONAL_CENTRE")
    key = issued.stdout.strip()
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    query = "{ viewer { name } }"
    hub("api", "key", "revoke", key_id_of(key))

    found = {answered(served.web, each, query)[:2] for each in (None, "nonsense", wrong, key)}

    reasons = ("key_missing", "key_malformed", "key_unknown", "key_revoked")
    assert {(401, f"access.{reason}") for reason in reasons} == found


def test_a_foreign_scope_is_refused(served: Served) -> None:
    headers = {
        "Authorization": f"Bearer {served.keys.department}",
        "Accept": "application/graphql-response+json",
        "Hub-Scope": "organisation-00000000-0000-0000-0000-000000000001",
    }

    answer = served.web.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)

    [error] = answer.json()["errors"]
    assert (403, "access.no_grant") == (answer.status_code, error["extensions"]["reason"])
