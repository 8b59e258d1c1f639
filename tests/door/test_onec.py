"""The connector of 1С reads the imitation of its OData through every quirk of it."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

import pytest
from starlette.types import ASGIApp

from connectors.client.failure import SourceError
from connectors.onec.connector import Onec
from connectors.onec.manifest import Manifest, read_manifest
from connectors.protocol import Checkpoint, Item, Roll
from hub.demo.onec_base import EMPLOYEES, HISTORY, NAMES, PERSONS
from hub.demo.onec_server import LOGIN, SECRET, STANDING, OnecServer, Quirk
from hub.demo.region import Region, make_region
from hub.records import Batch, Rejected

Serve = Callable[[ASGIApp], str]
SIZE = 10


@cache
def region() -> Region:
    return make_region(people=300, today=date(2026, 3, 1))


def manifest_for(url: str, **values: object) -> Manifest:
    given = {"base_url": url, "login": LOGIN, "secret": SECRET, "page_size": SIZE}
    return read_manifest({**given, "retry_wait_s": 0.02, **values})


def standing(serve: Serve, *quirks: Quirk) -> tuple[OnecServer, str]:
    server = OnecServer(region=region(), quirks=frozenset(quirks))
    return server, serve(server.app)


def heard(url: str, cursor: str | None = None, **values: object) -> list[Item]:
    return list(Onec(manifest_for(url, **values)).fetch(cursor))


def rows_of(items: list[Item]) -> dict[str, dict[str, str]]:
    frames = [item.frame for item in items if isinstance(item, Batch)]
    rows = [row for frame in frames for row in frame.drop(columns=["row"]).to_dict("records")]
    return {str(row["external_id"]): {str(k): str(v) for k, v in row.items()} for row in rows}


def refused(items: list[Item]) -> list[str]:
    return [item.code for item in items if isinstance(item, Rejected)]


def last_cursor(items: list[Item]) -> str:
    return [item.cursor for item in items if isinstance(item, Checkpoint)][-1]


@pytest.fixture
def quiet(serve: Serve) -> dict[str, dict[str, str]]:
    return rows_of(heard(standing(serve)[1]))


def test_an_employee_is_a_row_with_the_person_and_the_post(
    quiet: dict[str, dict[str, str]],
) -> None:
    posts, people = region().posts, region().people
    row = next(row for row in quiet.values() if row["personnel_number"] == "0003")
    person = int(posts["person"].iloc[3])

    assert len(posts) == len(quiet)
    assert str(people.last[person]) == row["last_name"]
    assert str(people.birth[person]) == row["birth_date"]
    assert str(posts["hired"].iloc[3])[:10] == row["hire_date"]
    assert row["position"]
    assert row["organization_inn"]
    assert "основное место работы" == row["employment_type"]


def test_a_former_surname_comes_from_the_register_of_names(
    quiet: dict[str, dict[str, str]],
) -> None:
    people, posts = region().people, region().posts
    expected = {
        str(people.last[person]): str(people.previous_last[person])
        for person in map(int, posts["person"])
        if people.previous_last[person]
    }

    found = {row["last_name"]: row["previous_last_name"] for row in quiet.values()}

    assert expected == {name: former for name, former in found.items() if former}


def test_who_was_dismissed_says_when(quiet: dict[str, dict[str, str]]) -> None:
    gone = {
        f"{number:04d}": str(day)[:10]
        for number, day in enumerate(region().posts["dismissed"])
        if str(day) != "NaT"
    }

    assert gone == {
        row["personnel_number"]: row["dismissal_date"]
        for row in quiet.values()
        if row["dismissal_date"]
    }


@pytest.mark.parametrize(
    "quirks", [*([one] for one in sorted(STANDING)), sorted(STANDING)], ids=str
)
def test_each_quirk_and_all_that_stand_together_give_the_same_staff(
    serve: Serve, quiet: dict[str, dict[str, str]], quirks: list[Quirk]
) -> None:
    server, url = standing(serve, *quirks)

    items = heard(url)

    assert quiet == rows_of(items)
    assert [] == refused(items)
    assert server.repeated is (Quirk.REPEATED_PAGE in quirks)


def test_cyrillic_names_are_percent_encoded_and_spaces_are_no_pluses(serve: Serve) -> None:
    server, url = standing(serve)

    heard(url)

    assert server.paths
    assert all(path.isascii() and "+" not in path for path in server.paths)
    assert any("%D0%A4%D0%B8%D0%B7" in path for path in server.paths)


def test_a_page_that_shrank_is_read_again(serve: Serve, quiet: dict[str, dict[str, str]]) -> None:
    items = heard(standing(serve, Quirk.PAGES_SHRINK)[1])

    assert len(quiet) - 1 <= len(rows_of(items)) <= len(quiet)
    assert [] == refused(items)


def test_a_row_added_while_reading_hides_none(
    serve: Serve, quiet: dict[str, dict[str, str]]
) -> None:
    items = heard(standing(serve, Quirk.PAGES_GROW)[1])

    assert quiet == rows_of(items)
    assert ["row.hidden_person"] == refused(items)  # entered after the persons had been read


def test_what_is_empty_in_1c_is_empty_here_and_refused_where_it_matters(serve: Serve) -> None:
    items = heard(standing(serve, Quirk.EMPTY_VALUES)[1])

    assert ["row.hidden_person", "row.no_school"] == sorted(refused(items))
    assert "" in {row["birth_date"] for row in rows_of(items).values()}
    assert not [row for row in rows_of(items).values() if "0001-01-01" in row.values()]


def test_without_rights_the_user_is_told_what_to_ask_for(serve: Serve) -> None:
    _, url = standing(serve, Quirk.ALLOWED_ONLY)

    with pytest.raises(SourceError) as caught:
        heard(url)

    assert "source.denied" == caught.value.reason
    assert "allowed_only" in caught.value.message
    assert "Иванов" not in caught.value.message


def test_where_rows_are_hidden_nobody_is_held_to_have_left(
    serve: Serve, quiet: dict[str, dict[str, str]]
) -> None:
    items = heard(standing(serve, Quirk.ALLOWED_ONLY)[1], allowed_only=True)

    assert 0 < len(rows_of(items)) < len(quiet)
    assert ["source.incomplete"] == refused(items)
    assert "{}" == last_cursor(items)


def test_an_object_that_is_not_published_is_named(serve: Serve) -> None:
    _, url = standing(serve, Quirk.NOT_PUBLISHED)

    found = Onec(manifest_for(url)).check()

    assert not found.ok
    assert PERSONS in found.message


def test_a_wrong_password_is_told(serve: Serve) -> None:
    _, url = standing(serve)

    manifest = manifest_for(url, secret="wrong")  # noqa: S106 - no password

    found = Onec(manifest).check()

    assert not found.ok
    assert "wrong" not in found.message


def test_an_unchanged_base_states_nothing_again_and_a_hired_person_does(serve: Serve) -> None:
    server, url = standing(serve)
    first = heard(url)

    again = heard(url, last_cursor(first))
    key = server.hire()
    then = heard(url, last_cursor(again))

    assert {} == rows_of(again)
    assert [Roll] == [type(item) for item in first if isinstance(item, Roll)]
    assert [] == [item for item in again if isinstance(item, Roll)]
    assert key in rows_of(then)


def test_a_changed_surname_is_stated_by_the_next_read(serve: Serve) -> None:
    server, url = standing(serve)
    first = heard(url)

    server.rename()
    then = rows_of(heard(url, last_cursor(first)))

    assert "Переименованцева" in {row["last_name"] for row in then.values()}


def test_what_is_published_is_discovered_as_what_it_is_read(serve: Serve) -> None:
    found = {one.stream: one.fields for one in Onec(manifest_for(standing(serve)[1])).discover()}

    assert {EMPLOYEES: "employees"} == found[EMPLOYEES]
    assert {f"{HISTORY}_RecordType", f"{NAMES}_RecordType"} <= found.keys()


def unusable() -> Iterator[dict[str, object]]:
    yield {"base_url": "https://hub:secret@1c.example.org/zup"}
    yield {"base_url": "ftp://1c.example.org"}
    yield {"base_url": "https://1c.example.org", "page_sise": 5}


@pytest.mark.parametrize("values", list(unusable()))
def test_a_manifest_that_cannot_work_is_refused_without_its_values(
    values: dict[str, object],
) -> None:
    with pytest.raises(SourceError) as caught:
        read_manifest(values)

    assert "secret" not in caught.value.message
