"""«Кадры в образовании» read over real HTTP: whole, by increments, resumed, with every quirk."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from starlette.types import ASGIApp

from connectors.kadry.connector import Kadry
from connectors.protocol import Checkpoint, Item
from hub.demo.kadry_cards import school_codes
from hub.demo.kadry_server import ALL_QUIRKS, KadryServer, Quirk
from hub.demo.region import Region, make_region
from hub.records import Batch, FileKind
from tests.door.sources import manifest_for, read

Serve = Callable[[ASGIApp], str]


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(people=1000, today=date(2026, 3, 1))


def server(region: Region, *quirks: Quirk) -> KadryServer:
    return KadryServer(region=region, quirks=frozenset(quirks))


def held(source: KadryServer) -> set[str]:
    return {str(one["id"]) for name in ("staff", "pairs") for one in source.streams[name]}


def test_a_full_read_gives_every_card_and_pair_and_number_once(
    region: Region, serve: Serve
) -> None:
    source = server(region)

    given = read(manifest_for(serve(source.app)))

    assert held(source) == set(given.ids)
    assert len(given.ids) == len(set(given.ids))
    assert [] == given.rejected
    assert 12 in given.figures.values()
    assert {"organization_code", "mentor_full_name"} <= set(given.rows(FileKind.MENTOR_BASE)[0])
    assert all(row["organization_code"].isdecimal() for row in given.rows(FileKind.STAFF))


def test_a_full_read_twice_is_equal(region: Region, serve: Serve) -> None:
    manifest = manifest_for(serve(server(region).app))

    first, second = read(manifest), read(manifest)

    assert first.by_id() == second.by_id()
    assert first.cursors == second.cursors
    assert first.figures == second.figures


def test_increments_sum_to_a_full_read(region: Region, serve: Serve) -> None:
    source = server(region)
    manifest = manifest_for(serve(source.app))
    first = read(manifest)
    source.advance()
    moved = source.move_card()

    increment = read(manifest, first.cursors[-1])

    assert [str(moved["id"])] == increment.ids
    assert read(manifest).by_id() == {**first.by_id(), **increment.by_id()}


def test_nothing_changed_gives_nothing_and_moves_on(region: Region, serve: Serve) -> None:
    source = server(region)
    manifest = manifest_for(serve(source.app))
    first = read(manifest)
    source.advance()

    again = read(manifest, first.cursors[-1])

    assert [] == again.ids
    assert first.cursors[-1] < again.cursors[-1]


def test_a_read_goes_on_from_each_checkpoint(region: Region, serve: Serve) -> None:
    manifest = manifest_for(serve(server(region).app), page_size=60)
    whole = read(manifest)

    for number, item in enumerate(whole.items):
        if isinstance(item, Checkpoint) and item.cursor != whole.cursors[-1]:
            rest = read(manifest, item.cursor)

            assert whole.cursors[-1] == rest.cursors[-1]
            assert _rows(whole.items[number + 1 :]) == _rows(rest.items)


def _rows(items: Sequence[Item]) -> list[object]:
    batches = [item for item in items if isinstance(item, Batch)]
    return [row for batch in batches for row in batch.frame.to_dict("records")]


@pytest.mark.parametrize("quirk", sorted(ALL_QUIRKS))
def test_no_quirk_loses_or_doubles_a_row(region: Region, serve: Serve, quirk: Quirk) -> None:
    source = server(region, quirk)
    manifest = manifest_for(serve(source.app), page_size=60)

    first = read(manifest)
    source.advance()
    then = read(manifest, first.cursors[-1])

    assert (None, None) == (first.error, then.error)
    assert [] == first.rejected + then.rejected
    assert len(first.ids) == len(set(first.ids))
    assert held(source) <= set(first.ids) | set(then.ids)


def test_all_quirks_together_lose_and_double_nothing(region: Region, serve: Serve) -> None:
    source = server(region, *ALL_QUIRKS)
    manifest = manifest_for(serve(source.app))

    first = read(manifest)
    then = read(manifest, first.cursors[-1])

    assert (None, None) == (first.error, then.error)
    assert len(first.ids) == len(set(first.ids))
    assert held(source) <= set(first.ids) | set(then.ids)
    assert 1 < source.tokens


def test_a_moved_card_comes_again_under_its_new_school(region: Region, serve: Serve) -> None:
    source = server(region, Quirk.CARD_MOVES)
    manifest = manifest_for(serve(source.app))
    first = read(manifest)
    card = str(source.streams["staff"][0]["id"])

    then = read(manifest, first.cursors[-1])

    assert first.by_id()[card]["organization_code"] != then.by_id()[card]["organization_code"]


def test_an_archived_school_keeps_its_rows_and_is_named(region: Region, serve: Serve) -> None:
    source = server(region, Quirk.ARCHIVED_SCHOOL)

    given = read(manifest_for(serve(source.app)))

    assert held(source) == set(given.ids)
    closed = school_codes(region)[region.organised.planted["CLOSED"]]
    assert {f"Организация {closed} в архиве системы: записей 1"} == {
        note for batch in given.batches for note in batch.repairs
    }


def test_a_number_without_names_is_a_figure_of_its_school(region: Region, serve: Serve) -> None:
    open_source, source = server(region), server(region, Quirk.COUNTS_ONLY)

    given = read(manifest_for(serve(source.app)))

    withheld = len(open_source.streams["pairs"]) - len(source.streams["pairs"])
    assert withheld in given.figures.values()
    assert len(source.streams["pairs"]) == len(given.rows(FileKind.MENTOR_BASE))


def test_a_state_from_the_future_gives_nothing_and_the_next_read_is_full(
    region: Region, serve: Serve
) -> None:
    manifest = manifest_for(serve(server(region).app))
    whole = read(manifest)

    ahead = read(manifest, '{"since": "2099-01-01T00:00:00+00:00"}')

    assert [] == ahead.ids
    assert whole.by_id() == read(manifest, ahead.cursors[-1]).by_id()


def test_rows_that_cannot_be_taken_are_refused_alike_each_time(
    region: Region, serve: Serve
) -> None:
    source = server(region)
    card = source.streams["staff"][0]
    source.streams["staff"] += [
        {**card, "id": 1, "school_id": "Школа № 5"},
        {**card, "id": 2, "last_name": "", "first_name": None},
        {**card, "id": None},
    ]
    manifest = manifest_for(serve(source.app))

    first, second = read(manifest), read(manifest)

    codes = ["row.no_school", "row.no_name", "row.no_number"]
    assert codes == [one.code for one in first.rejected]
    assert first.rejected == second.rejected


def test_a_total_that_is_never_reached_is_said_and_not_passed_over(
    region: Region, serve: Serve
) -> None:
    source = server(region)
    source.streams["pairs"].append(dict(source.streams["pairs"][0]))

    given = read(manifest_for(serve(source.app)))

    assert ["source.incomplete"] == [one.code for one in given.rejected]
    assert "{}" == given.cursors[-1]


def test_a_check_says_yes_and_reads_little(region: Region, serve: Serve) -> None:
    source = server(region)

    assert Kadry(manifest_for(serve(source.app))).check().ok
    assert 4 == source.asked


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"secret": "wrong"}, "Проверьте логин и пароль"),
        ({"staff_path": "nobody"}, "Проверьте адрес и пути"),
        ({"items_key": "cards"}, "Проверьте пути и имена полей"),
    ],
)
def test_a_check_that_fails_says_what_to_repair(
    region: Region, serve: Serve, wrong: dict[str, object], hint: str
) -> None:
    found = Kadry(manifest_for(serve(server(region).app), **wrong)).check()

    assert not found.ok
    assert hint in found.message
