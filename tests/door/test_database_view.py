"""A view of somebody else's database: read in the order of its key, never written, never for ever."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from connectors.catalogue import connector_of
from connectors.client.failure import SourceConfigError, SourceTransientError
from connectors.database_view.connector import DatabaseView
from connectors.database_view.manifest import Manifest
from connectors.manifests import ManifestError
from connectors.protocol import Checkpoint, Item, Roll
from hub.records import Batch, Rejected
from hub.settings import Addresses

FIELDS = {
    "external_id": "номер",
    "full_name": "фио",
    "position": "должность",
    "birth_date": "рождён",
    "organization_code": "школа",
}
MAKE = (
    "create table people (номер integer primary key, фио text, должность text, рождён date,"
    " школа numeric, паспорт text)"
)
PEOPLE = [
    (n, f"Видов{n} Лев", "учитель", "1980-02-01", 1003 + n % 2, "x") for n in range(25, 0, -1)
]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "kadry.db"
    with sqlite3.connect(path) as connection:
        connection.execute(MAKE)
        connection.executemany("insert into people values (?, ?, ?, ?, ?, ?)", PEOPLE)
    return path


def settings_for(base: Path, **values: object) -> dict[str, object]:
    given = {"url": f"sqlite:///{base}", "name": "База", "table": "people", "fields": FIELDS}
    return {**given, "page_size": 10, **values}


def heard(settings: dict[str, object], cursor: str | None = None, secret: str = "") -> list[Item]:
    return list(connector_of("DATABASE", settings, secret).fetch(cursor))


def numbers(items: list[Item]) -> list[str]:
    return [str(n) for one in items if isinstance(one, Batch) for n in one.frame["external_id"]]


def test_rows_come_in_the_order_of_their_key_page_by_page(base: Path) -> None:
    items = heard(settings_for(base))

    assert [str(number) for number in range(1, 26)] == numbers(items)
    frame = next(item.frame for item in items if isinstance(item, Batch))
    assert ("Видов1 Лев", "1980-02-01", "1004") == tuple(
        frame.loc[0, ["full_name", "birth_date", "organization_code"]]
    )
    assert 4 == sum(isinstance(item, Checkpoint) for item in items)


def test_an_unchanged_table_states_nothing_and_a_changed_page_does(base: Path) -> None:
    cursor = [item.cursor for item in heard(settings_for(base)) if isinstance(item, Checkpoint)][-1]

    again = numbers(heard(settings_for(base), cursor))
    with sqlite3.connect(base) as connection:
        connection.execute("update people set должность = 'директор' where номер = 12")
    then = numbers(heard(settings_for(base), cursor))

    assert [] == again
    assert [str(number) for number in range(11, 21)] == then


def test_the_whole_staff_is_told_only_where_it_is_said(base: Path) -> None:
    [roll] = [one for one in heard(settings_for(base, whole_staff=True)) if isinstance(one, Roll)]

    assert ["1003", "1004"] == sorted(one.code for one in roll.organisations)
    assert not [one for one in heard(settings_for(base)) if isinstance(one, Roll)]


def test_rows_without_a_name_are_refused_with_their_place(base: Path) -> None:
    with sqlite3.connect(base) as connection:
        connection.execute("update people set фио = '' where номер = 3")

    items = heard(settings_for(base))

    assert [("row.no_name", 3)] == [
        (one.code, one.place.row) for one in items if isinstance(one, Rejected)
    ]
    assert 24 == len(numbers(items))


def test_columns_that_are_not_there_are_named(base: Path) -> None:
    wrong = settings_for(base, fields={**FIELDS, "snils": "снилс"})

    found = connector_of("DATABASE", wrong).check()

    assert not found.ok
    assert "снилс" in found.message
    with pytest.raises(SourceConfigError, match="снилс"):
        heard(wrong)


def test_tables_and_columns_are_discovered_with_what_they_seem_to_be(base: Path) -> None:
    connector = connector_of("DATABASE", settings_for(base))
    assert isinstance(connector, DatabaseView)

    [found] = connector.discover()

    assert "people" == found.stream
    assert ("full_name", "position", "") == tuple(
        found.fields[name] for name in ("фио", "должность", "паспорт")
    )


def test_the_view_of_kadry_needs_no_field_map(tmp_path: Path) -> None:
    path = tmp_path / "kadry.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table staff (id integer primary key, school_id real, last_name text,"
            " first_name text, middle_name text, previous_last_name text, birth_date text,"
            " snils text, position text, subject text, employment text, hired text,"
            " dismissed text, teaching_experience text)"
        )
        connection.execute(
            "insert into staff (id, school_id, last_name) values (500001, 1003.0, 'Видов')"
        )

    items = list(connector_of("KADRY_VIEW", {"url": f"sqlite:///{path}"}).fetch())

    assert ["500001"] == numbers(items)
    assert ["1003"] == [o.code for one in items if isinstance(one, Roll) for o in one.organisations]


def test_a_session_of_postgresql_can_neither_write_nor_think_for_ever(addresses: Addresses) -> None:
    url = make_url(addresses.owner)
    plain = url.set(password=None, drivername="postgresql", query={})
    host = {"host": str(url.query["host"])} if "host" in url.query else {}
    with psycopg.connect(addresses.owner) as connection:
        connection.execute(
            "create table people (id bigint primary key, fio text);"
            "insert into people select n, 'Видов' || n || ' Лев' from generate_series(1, 25) n;"
            "create view slow as select id, fio || pg_sleep(5)::text as fio from people;"
            "create function spoil() returns text language sql as"
            " $$ insert into people values (99, 'x') returning fio $$;"
            "create view spoilt as select id, spoil() as fio from people"
        )
    settings = {
        "url": plain.update_query_dict(host).render_as_string(),
        "name": "PostgreSQL",
        "fields": {"external_id": "id", "full_name": "fio"},
        "page_size": 10,
        "statement_s": 0.5,
    }
    secret = url.password or ""

    assert 25 == len(numbers(heard({**settings, "table": "people"}, secret=secret)))
    for table in ("slow", "spoilt"):
        with pytest.raises((SourceConfigError, SourceTransientError)) as caught:
            heard({**settings, "table": table}, secret=secret)
        assert "Видов" not in caught.value.message
    with psycopg.connect(addresses.owner) as connection:
        assert (25,) == connection.execute("select count(*) from people").fetchone()


def test_a_base_that_is_not_there_is_told_without_its_address() -> None:
    settings = settings_for(Path("x"), url="postgresql://hub@127.0.0.1:1/kadry", connect_s=1)

    found = connector_of("DATABASE", settings, "тайна").check()

    assert not found.ok
    assert "тайна" not in found.message


def test_a_description_has_at_most_25_keys() -> None:
    assert len(Manifest.model_fields) <= 25


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": "postgresql://hub:тайна@x/kadry"}, "пароль хранят в файле"),
        ({"url": "oracle://hub@x/kadry"}, "читаются базы"),
        ({"url": "кадры"}, "нужен адрес вида"),
        ({"fields": {"full_name": "фио"}}, "не указано поле external_id"),
        ({"table": 'people"; drop table people'}, "написано не по правилам"),
        ({"tabel": "x"}, "такого ключа нет, есть table"),
    ],
)
def test_a_wrong_description_names_its_key_and_no_value(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        connector_of("DATABASE", settings_for(Path("x"), **values))

    assert said in caught.value.message
    assert "тайна" not in caught.value.message
