"""Trying a change, taking it back and letting pass what is held, over real HTTP and by the worker."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from hub.app import build
from hub.database import open_database
from hub.freshness import expect
from hub.seal import Sealer, create_key_file
from hub.settings import Addresses, Settings
from tests.door import working
from tests.door.conftest import serving
from tests.door.files import as_csv, staff
from tests.door.giving import Json, Served, prepared
from tests.rooms.sync.world import THIRD

pytestmark = pytest.mark.anyio
TRY = """mutation ($input: ChangesetSimulateInput!) { changesetSimulate(input: $input) {
  simulation { id state } errors { code } } }"""
TRIED = """query ($id: ID!) { simulation(id: $id) { state errorCode counts { name count }
  examples { entity what organisationName fileName row fields person { id } }
  units { organisationName isAuthority people } figures { row figure before after }
  importFile { name } source { code } undoes { key } } simulations { totalCount } }"""
UNDO = """mutation ($input: ChangesetUndoInput!) { changesetUndo(input: $input) {
  changeset { key state reason undoes { key state } } errors { code } } }"""
CHANGES = "{ changesets { nodes { key kind state reason undoes { key state } } } }"
START = """mutation ($input: SyncRunStartInput!) { syncRunStart(input: $input) {
  run { key state mode source { code } } errors { code } } }"""
CANCEL = """mutation ($input: SyncRunCancelInput!) { syncRunCancel(input: $input) {
  run { key state cancelRequested } errors { code } } }"""
READINGS = "{ sources { nodes { code lastRun { key state } runningRun { key state } } } }"
RELEASE = """mutation ($input: HoldReleaseInput!) { holdRelease(input: $input) {
  hold { state } errors { code } } }"""
HOLDS = "{ holds { nodes { key state ending organisation { shortName } } } }"
PEOPLE = "{ people { totalCount } }"


@pytest.fixture(scope="module")
def hub(module_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("hub"))
    create_key_file(settings.keys)
    keys = asyncio.run(prepared(module_addresses))
    with serving(build(module_addresses, settings)) as url:
        yield Served(
            url=url,
            keys=keys,
            addresses=module_addresses,
            sealer=Sealer.from_file(settings.keys),
            settings=settings,
        )


async def work(hub: Served) -> None:
    """Do what waits in the queue as the worker does."""
    await working.work(hub.addresses, hub.settings)


def tried(hub: Served, who: str, **what: str) -> str:
    payload = hub.ask(who, TRY, input=what)["changesetSimulate"]
    assert [] == payload["errors"]
    return str(payload["simulation"]["id"])


def refused(hub: Served, who: str, query: str, **said: Json) -> list[str]:
    [payload] = hub.ask(who, query, input=said).values()
    return [error["code"] for error in payload["errors"]]


def people(hub: Served) -> int:
    return int(hub.ask("centre", PEOPLE)["people"]["totalCount"])


async def test_a_file_is_tried_accepted_and_taken_back(hub: Served) -> None:
    content = as_csv(staff(people=3))
    upload = hub.given("first", content, name="проба.csv")["id"]
    trial = tried(hub, "first", importFile=upload)
    await work(hub)
    seen = hub.ask("first", TRIED, id=trial)["simulation"]
    before = people(hub)

    hub.accept("first", upload)
    await work(hub)
    accepted = people(hub)
    [change] = [
        one for one in hub.ask("centre", CHANGES)["changesets"]["nodes"] if one["kind"] == "IMPORT"
    ]
    undoing = tried(hub, "centre", undo=change["key"])
    asked = hub.ask("centre", UNDO, input={"key": change["key"], "reason": "не тот файл"})
    again = hub.ask("centre", UNDO, input={"key": change["key"], "reason": "не тот файл"})
    await work(hub)

    assert ("DONE", None, "проба.csv") == (
        seen["state"],
        seen["errorCode"],
        seen["importFile"]["name"],
    )
    assert {"name": "people_added", "count": 3} in seen["counts"]
    assert ("PERSON", "ADDED", "МБОУ СОШ № 1", "проба.csv") == tuple(
        seen["examples"][0][name] for name in ("entity", "what", "organisationName", "fileName")
    )
    assert {"organisationName": "Северный округ", "isAuthority": True, "people": 3} in seen["units"]
    assert (0, 3, 0) == (before, accepted, people(hub))
    assert asked == again
    taken = hub.ask("centre", TRIED, id=undoing)["simulation"]
    assert ("DONE", change["key"]) == (taken["state"], taken["undoes"]["key"])
    assert {"name": "people_removed", "count": 3} in taken["counts"]
    newest = hub.ask("centre", CHANGES)["changesets"]["nodes"][0]
    assert ("UNDO", "APPLIED", "не тот файл") == tuple(
        newest[name] for name in ("kind", "state", "reason")
    )
    assert {"key": change["key"], "state": "UNDONE"} == newest["undoes"]
    assert "import.undone" == hub.ask("first", SEEN_FILE, id=upload)["importFile"]["errorCode"]
    assert "CHECKED" == hub.given("first", content, name="проба.csv")["state"]


SEEN_FILE = "query ($id: ID!) { importFile(id: $id) { state errorCode } }"


async def test_who_may_not_change_anything_is_told_so_and_nobody_sees_anothers_trial(
    hub: Served,
) -> None:
    upload = hub.given("second", as_csv(staff("МБОУ СОШ № 2")), name="чужая.csv")["id"]
    trial = tried(hub, "second", importFile=upload)

    assert ["simulation.of_nothing"] == refused(hub, "first", TRY, importFile=upload)
    assert ["simulation.of_nothing"] == refused(hub, "centre", TRY)
    assert ["changeset.not_allowed"] == refused(hub, "first", TRY, source="school-files")
    assert ["changeset.not_allowed"] == refused(hub, "north", UNDO, key="1")
    assert ["changeset.unknown"] == refused(hub, "centre", UNDO, key="99999")
    assert ["changeset.not_allowed"] == refused(hub, "first", RELEASE, key=str(NOWHERE))
    assert ["hold.none"] == refused(hub, "north", RELEASE, key=str(NOWHERE))
    seen = hub.ask("first", TRIED, id=trial)
    assert (None, True) == (seen["simulation"], seen["simulations"]["totalCount"] <= 1)


NOWHERE = "00000000-0000-0000-0000-000000000001"


def many(count: int, day: str) -> bytes:
    """List so many teachers of the school, each of another name."""
    head = staff(day=day, people=0)
    names = [f"Карточкин{letter}в Лев Ильич" for letter in "аеиоуыэюяёбг"]
    rows = [
        (str(at), name, f"{at + 10}.03.1979", "учитель") for at, name in enumerate(names[:count])
    ]
    return as_csv([*head, *rows])


async def test_a_department_lets_pass_what_is_held_of_its_school(hub: Served) -> None:
    for count, day in ((12, "01.11.2026"), (1, "02.11.2026")):
        upload = hub.given("north", many(count, day), name=f"{count}.csv")["id"]
        hub.accept("north", upload, completeness="FULL")
        await work(hub)
    [held] = hub.ask("north", HOLDS)["holds"]["nodes"]

    payload = hub.ask("north", RELEASE, input={"key": held["key"]})["holdRelease"]
    await work(hub)

    assert ("PLACED", 11) == (held["state"], held["ending"])
    assert [] == payload["errors"]
    assert ["RELEASED"] == [one["state"] for one in hub.ask("north", HOLDS)["holds"]["nodes"]]


REFUSED = "{ rejections { nodes { key code row organisation { shortName } } } }"
REPAIR = """mutation ($input: RejectionRepairInput!) { rejectionRepair(input: $input) {
  changeset { kind } stillWrong errors { code } } }"""


def marked_file(hub: Served, who: str, upload: str) -> httpx.Response:
    return httpx.get(
        f"{hub.url}/imports/{upload}/marked",
        headers={"Authorization": f"Bearer {hub.keys[who]}"},
        timeout=30,
    )


async def test_a_school_gets_its_file_marked_and_corrects_a_row_of_it(hub: Served) -> None:
    table = [*staff("МБОУ СОШ № 3"), ("3", "", "05.06.1979", "учитель")]
    upload = hub.given("third", as_csv(table), name="исправить.csv")["id"]
    marked = marked_file(hub, "third", upload)
    others = marked_file(hub, "first", upload)
    hub.accept("third", upload)
    await work(hub)
    [refused_row] = hub.ask("third", REFUSED)["rejections"]["nodes"]
    correction = {"field": "ФИО", "value": "Зорин Глеб Ильич"}
    said = {"key": refused_row["key"], "corrections": [correction]}

    foreign = refused(hub, "second", REPAIR, **said)
    repaired = hub.ask("third", REPAIR, input=said)["rejectionRepair"]

    assert (200, b"PK") == (marked.status_code, marked.content[:2])
    assert 404 == others.status_code
    assert ("row.no_name", 5) == (refused_row["code"], refused_row["row"])
    assert ["rejection.unknown"] == foreign
    assert ({"kind": "IMPORT"}, [], []) == tuple(
        repaired[name] for name in ("changeset", "stillWrong", "errors")
    )
    assert 3 == hub.ask("third", PEOPLE)["people"]["totalCount"]
    assert 404 == marked_file(hub, "third", upload).status_code


async def test_a_source_is_asked_to_be_read_and_the_asking_is_taken_back(hub: Served) -> None:
    async with open_database(hub.addresses.worker) as database, database.writing() as session:
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share)"
            " values (gen_random_uuid(), 'kadry', 'KADRY', 'Кадры', 0.1),"
            " (gen_random_uuid(), 'given', 'PUSH', 'Партнёр', 0.1)"
        )

    started = hub.ask("centre", START, input={"source": "kadry", "mode": "FULL"})["syncRunStart"]
    key = started["run"]["key"]
    again = refused(hub, "centre", START, source="kadry")
    foreign = [
        refused(hub, "north", START, source="kadry"),
        refused(hub, "first", CANCEL, key=key),
    ]
    waiting = readings(hub)["kadry"]
    cancelled = hub.ask("centre", CANCEL, input={"key": key})["syncRunCancel"]
    ended = refused(hub, "centre", CANCEL, key=key)

    assert ("QUEUED", "FULL", {"code": "kadry"}) == tuple(
        started["run"][name] for name in ("state", "mode", "source")
    )
    assert ["conflict.run_open"] == again
    assert [["sync.not_allowed"], ["sync.not_allowed"]] == foreign
    assert (None, {"key": key, "state": "QUEUED"}) == waiting
    assert {"key": key, "state": "CANCELLED", "cancelRequested": True} == cancelled["run"]
    assert ["conflict.run_ended"] == ended
    assert ({"key": key, "state": "CANCELLED"}, None) == readings(hub)["kadry"]
    assert ["source.never_read"] == refused(hub, "centre", START, source="given")
    assert ["source.unknown"] == refused(hub, "centre", START, source="nobody")
    assert ["sync.run_unknown"] == refused(hub, "centre", CANCEL, key=NOWHERE)


def readings(hub: Served) -> dict[str, tuple[Json, Json]]:
    sources = hub.ask("centre", READINGS)["sources"]["nodes"]
    return {one["code"]: (one["lastRun"], one["runningRun"]) for one in sources}


SILENT = """query ($kind: FileKind) { silences(kind: $kind) { nodes {
  kind lastStated everyDays silentSince reminder organisation { shortName } } } }"""


async def test_who_is_silent_is_told_with_a_reminder(hub: Served) -> None:
    async with open_database(hub.addresses.worker) as database, database.writing() as session:
        await expect(session, "Южный округ", "MENTOR_BASE", 10)
        await session.raw.execute(
            "insert into stated_list (source_id, organisation_id, kind, stated_as_of,"
            " academic_year, completeness, source_file_id, changeset_id)"
            " select source_id, $1, 'MENTOR_BASE', date '2026-09-01', 2026, 'PARTIAL', id,"
            " changeset_id from source_file limit 1",
            THIRD,
        )

    told = {
        one["organisation"]["shortName"]: one
        for one in hub.ask("centre", SILENT, kind="MENTOR_BASE")["silences"]["nodes"]
    }
    own = hub.ask("second", SILENT)["silences"]["nodes"]

    late, never = told["МБОУ СОШ № 3"], told["МБОУ СОШ № 2"]
    assert ("2026-09-01", 10, "2026-09-11") == tuple(
        late[name] for name in ("lastStated", "everyDays", "silentSince")
    )
    assert "база наставников — последний на 01.09.2026" in late["reminder"]
    assert (None, None) == (never["lastStated"], never["silentSince"])
    assert {"МБОУ СОШ № 2"} == {one["organisation"]["shortName"] for one in own}
