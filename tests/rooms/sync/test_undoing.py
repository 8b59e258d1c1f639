"""Taking one change back: what it said is gone, what others say stays, and it can be put back."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.records import ChangesetId, Completeness, FileKind
from hub.seal import Sealer
from sync.changes.simulating import simulate_files
from sync.changes.undoing import (
    Desired,
    NotUndoableError,
    UndoneAlreadyError,
    undo,
)
from sync.changeset import UnknownChangesetError
from sync.region import Region
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import Line, canonical, checksums, differences
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import (
    FIRST,
    SECOND,
    TODAY,
    Handed,
    card,
    given,
    handed,
    merged,
    pair,
    rows,
)

pytestmark = pytest.mark.anyio
DAY, LATER = date(2026, 9, 15), date(2026, 10, 15)
BORN = "05.03.1979"
ILYA, PETR = card("Барсуков Илья Львович", BORN), card("Выдрин Пётр Ильич", "01.02.1980")
OLEG = card("Горностаев Олег Львович", "07.08.1985")


def staff(*listed: Mapping[str, str], day: date = DAY, **more: Completeness) -> Handed:
    return handed(FileKind.STAFF, FIRST, day, listed, **more)


def base(*pairs: Mapping[str, str], day: date = DAY) -> Handed:
    return handed(FileKind.MENTOR_BASE, FIRST, day, pairs)


FILES = (
    staff(ILYA, PETR),
    base(pair(ILYA["full_name"], PETR["full_name"], program="Первый шаг")),
    handed(FileKind.STAFF, SECOND, DAY, [ILYA]),
)
LAST = (
    staff({**ILYA, "position": "директор"}, OLEG, day=LATER, completeness=Completeness.FULL),
    base(
        pair(ILYA["full_name"], OLEG["full_name"], program="Второй шаг"),
        pair(ILYA["full_name"], PETR["full_name"], program="Второй шаг"),
        day=LATER,
    ),
)


async def held(hub: Database) -> dict[str, list[Line]]:
    """Say what the hub holds, but for numbers of records that nothing is said of."""
    said = await canonical(hub)
    stated = [line for line in said["record"] if ("current_version_id", None) not in line]
    return {**said, "record": stated}


def region(sealer: Sealer) -> Region:
    return Region(sealer=sealer, zone=ZoneInfo("Europe/Samara"), today=TODAY)


async def taken_back(hub: Database, sealer: Sealer, number: int) -> int:
    desired = Desired(changeset_id=ChangesetId(number), actor="test", reason="не тот файл")
    return (await undo(hub, desired, region(sealer))).changeset_id


async def test_what_stood_before_a_change_stands_again_after_it_is_undone(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*FILES)
    before = await held(hub)
    last = await take_in(*LAST)
    assert differences(before, await held(hub))

    await taken_back(hub, sealer, last.changeset_id)

    assert [] == differences(before, await held(hub))
    assert [("UNDONE",)] == await rows(
        hub, "select state from changeset where id = $1", last.changeset_id
    )


async def test_an_undoing_that_is_undone_brings_everything_back(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*FILES)
    last = await take_in(*LAST)
    before = await held(hub)
    undoing = await taken_back(hub, sealer, last.changeset_id)

    await taken_back(hub, sealer, undoing)

    assert [] == differences(before, await held(hub))


async def test_the_first_of_two_changes_is_undone_and_the_second_stays(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*LAST)
    alone = await held(hub)
    undone = await take_in(*FILES)

    await taken_back(hub, sealer, undone.changeset_id)

    assert [] == differences(alone, await held(hub))


async def test_what_two_files_say_of_a_day_stays_until_both_are_undone(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    first = await take_in(staff(ILYA, PETR, completeness=Completeness.FULL))
    other = handed(FileKind.STAFF, FIRST, DAY, [PETR, ILYA])
    second = await take_in(Handed(name="снова.csv", items=other.items))

    await taken_back(hub, sealer, first.changeset_id)
    kept = await rows(hub, "select count(*), min(changeset_id) from record_version")
    lists = await rows(hub, "select completeness, changeset_id from stated_list")
    await taken_back(hub, sealer, second.changeset_id)

    assert [(2, second.changeset_id)] == kept
    assert [("PARTIAL", second.changeset_id)] == lists
    assert [(0,)] == await rows(hub, "select count(*) from person")


async def test_a_persons_word_about_a_record_holds_when_it_is_stated_again(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(staff(ILYA))
    other = handed(FileKind.STAFF, SECOND, DAY, [card("Барсукова Инна Львовна", BORN)])
    taken = await take_in(other)
    people = [one for (one,) in await rows(hub, "select id from person order by id")]
    await merged(hub, sealer, *people)

    await taken_back(hub, sealer, taken.changeset_id)
    alone = await rows(hub, "select record_count from person")
    await take_in(other)

    assert [(1,)] == alone
    assert [(2,)] == await rows(hub, "select record_count from person")


async def test_a_run_that_is_undone_leaves_its_source_paused_and_unread(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    everyone = cards.staff(6)
    await cards.run(hub, cards.whole(everyone[:4]), sealer=sealer)
    before = await held(hub)
    run = await cards.run(hub, cards.whole(everyone), sealer=sealer, today=LATER)
    assert run.changeset_id is not None

    await taken_back(hub, sealer, run.changeset_id)

    assert [] == differences(before, await held(hub))
    assert [(True, None)] == await rows(
        hub, "select paused, cursor from source where code = $1", cards.CODE
    )
    assert [("UNDONE",)] == await rows(hub, "select state from sync_run where id = $1", run.id)


async def test_only_evidence_is_undone_and_only_once(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    taken = await take_in(staff(ILYA))
    await taken_back(hub, sealer, taken.changeset_id)

    with pytest.raises(UndoneAlreadyError):
        await taken_back(hub, sealer, taken.changeset_id)
    with pytest.raises(NotUndoableError):
        await taken_back(hub, sealer, 1)
    with pytest.raises(UnknownChangesetError):
        await taken_back(hub, sealer, 999)


async def test_a_file_that_was_undone_is_read_again(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    taken = await take_in(*FILES)
    before = await held(hub)
    await taken_back(hub, sealer, taken.changeset_id)

    await take_in(*FILES)

    assert [] == differences(before, await held(hub))


async def test_what_is_tried_is_told_and_not_kept(
    hub: Database, sealer: Sealer, take_in: TakeIn, tmp_path: Path
) -> None:
    await take_in(*FILES)
    before = await checksums(hub)
    files = [given(file, tmp_path) for file in LAST]

    accepted, effects = await simulate_files(hub, files, region(sealer))

    assert before == await checksums(hub)
    assert 0 < accepted.projected.people == effects.difference.people
    told = {(one.entity, one.what, one.organisation) for one in effects.examples}
    assert ("PERSON", "ADDED", "МБОУ СОШ № 1") in told
    changed = next(one for one in effects.examples if one.what == "CHANGED")
    assert ("employment",) == changed.fields[-1:]
    assert {"Северный округ", "Южный округ"} == {
        one.organisation for one in effects.units if one.is_authority
    }
    mentees = [one for one in effects.figures if one.figure == "mentees"]
    assert [("Всего", 1, 2), ("Северный округ", 1, 2)] == sorted(
        (one.row, one.before, one.after) for one in mentees
    )
    taken = await take_in(*LAST)
    assert taken.projected == accepted.projected
