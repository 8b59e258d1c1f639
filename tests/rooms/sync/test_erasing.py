"""A person is taken out of all that is kept, figures of the past stay, and no source brings them back."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.errors import InputError
from hub.law.requests import ClosedRequestError
from hub.law.rules import RequestKind
from hub.records import ChangesetId, FileKind
from hub.seal import Sealer
from hub.settings import Addresses
from sync.changes.undoing import Desired, undo
from sync.erasure.disclosing import refused_rows
from sync.erasure.erasing import Due, destroy, do_due, replay, restore
from sync.erasure.known import erased_keys, lifted_keys
from sync.erasure.lifting import Identity, NotErasedError, UnclearIdentityError, lift
from sync.region import Region
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.erased import (
    BORN,
    DAY,
    LATER,
    NAME,
    NUMBER,
    OTHER,
    PHONE,
    demanded,
    dumped,
    files,
    keeper_of,
    person_of,
    traces_in,
)
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, THIRD, TODAY, card, handed, pair, rows

pytestmark = pytest.mark.anyio
# What counts are made of, whoever the people are: names and ids aside.
COUNTED = """
select 'fact', f.form_code, f.host_id::text, f.mentor_organisation_id::text, f.starts, f.ends,
       dense_rank() over (order by f.mentor_id) > 0, f.in_group
from participation_fact f
union all
select 'post', e.position_code, e.organisation_id::text, e.kind, e.starts, e.ends,
       e.young_specialist_flag, e.teaching_since is null
from employment e
union all
select 'profile', '', m.organisation_id::text, '', m.starts, m.ends, true, true from mentor_profile m
order by 1, 2, 3, 4, 5, 6
"""
DISTINCT = """
select count(distinct mentor_id), count(distinct mentee_id), count(distinct mentorship_id),
       (select count(distinct person_id) from employment), (select count(*) from person)
from participation_fact
"""


async def figures(hub: Database) -> Sequence[object]:
    return [await rows(hub, COUNTED), await rows(hub, DISTINCT)]


async def test_nothing_of_the_person_stands_in_a_dump_and_every_figure_is_what_it_was(
    hub: Database, take_in: TakeIn, sealer: Sealer, admin_url: str, addresses: Addresses
) -> None:
    await take_in(*files())
    person, before = await person_of(hub), await figures(hub)
    extra = card(NAME, BORN, phone=PHONE, position="методист")
    await take_in(handed(FileKind.STAFF, THIRD, DAY, [extra]))
    planted = traces_in(dumped(admin_url, addresses))

    await _undo_one_file(hub, sealer)
    number = await destroy(keeper_of(hub, sealer), await demanded(hub, person))

    assert {"Ипполит", "ипполит", "05.03.1979", "1979-03-05"} <= set(planted)
    assert [] == traces_in(dumped(admin_url, addresses))
    assert before == await figures(hub)
    assert [] == await rows(hub, "select 1 from rejection where code = 'row.unknown_organisation'")
    assert [(OTHER.split()[0],)] == await rows(
        hub, "select last_name from person where last_name like 'Барс%'"
    )
    await _tells_of(hub, person, number)
    past = "select count(*) from employment where starts <= '2025-10-01' and ends > '2025-10-01'"
    before_later = await rows(hub, past)
    await take_in(handed(FileKind.STAFF, FIRST, LATER, [card(OTHER, "01.02.1999")]))
    assert before_later == await rows(hub, past)


async def _undo_one_file(hub: Database, sealer: Sealer) -> None:
    """Take the last file back: what it said of the person is kept aside."""
    [(last,)] = await rows(hub, "select max(id) from changeset where kind = 'IMPORT'")
    region = Region(sealer=sealer, zone=ZoneInfo("Europe/Samara"), today=TODAY)
    await undo(hub, Desired(changeset_id=ChangesetId(int(str(last))), actor="test"), region)
    kept = "select 1 from undone_evidence where said::text like '%Ипполит%'"
    assert [(1,)] == await rows(hub, kept)


async def _tells_of(hub: Database, person: UUID, number: int) -> None:
    """Hold what the act, the audit and the feed say: the former id, no name, nothing of the unit."""
    [(subject, reason, counts, kept)] = await rows(
        hub,
        "select subject_id, reason, counts, keep_until from destruction_act where number = $1",
        number,
    )
    assert (person, "UNLAWFUL", date(2029, 11, 21)) == (subject, reason, kept)
    assert isinstance(counts, dict)
    assert counts["record"] >= 4
    assert counts["rejection"] >= 2
    assert [("law.block",), ("law.destroy",)] == await rows(
        hub, "select operation from audit_event where $1 = any(entity_ids) order by seq", person
    )
    [(unit,)] = await rows(hub, "select id from person where sort_key = ''")
    told = await rows(
        hub,
        "select c.entity_id, c.operation, cardinality(c.places_before) > 1 from change c"
        " join changeset s on s.id = c.changeset_id where s.kind = 'ERASURE' and entity = 'PERSON'"
        " and c.entity_id in ($1, $2)",
        person,
        unit,
    )
    assert [(person, "DELETE", True)] == told


async def test_no_file_brings_the_person_back_and_a_namesake_lands(
    hub: Database, take_in: TakeIn, sealer: Sealer, admin_url: str, addresses: Addresses
) -> None:
    await take_in(*files())
    await destroy(keeper_of(hub, sealer), await demanded(hub, await person_of(hub)))
    same = card(NAME.upper(), BORN, position="методист")
    by_number = card("Зюзюмаркин Ипполит", "", snils=NUMBER)
    namesake = card(NAME, "05.03.1990", position="учитель")

    accepted = await take_in(
        handed(FileKind.STAFF, FIRST, LATER, [same, by_number, card("Нилов Яков", "01.01.1990")]),
        handed(FileKind.MENTOR_BASE, FIRST, LATER, [pair(NAME, OTHER, mentor_birth_date=BORN)]),
        handed(FileKind.MENTEE_BASE, FIRST, LATER, [pair("Зюзюмаркин И.С.", "Дроздов Ян Ильич")]),
    )

    assert [] == traces_in(dumped(admin_url, addresses))
    assert [("Нилов",)] == await rows(hub, "select last_name from person where last_name = 'Нилов'")
    refused = [one for report in accepted.files for one in report.rejected]
    assert [("row.erased", 3)] == await rows(
        hub, "select code, count(*) from rejection where code like 'row.erased' group by 1"
    ), refused
    await take_in(handed(FileKind.STAFF, FIRST, date(2025, 12, 1), [namesake]))
    assert [(date(1990, 3, 5),)] == await rows(
        hub, "select birth_date from person where first_name = 'Ипполит'"
    )
    await _an_older_copy_is_cleaned(hub, take_in, sealer)


async def _an_older_copy_is_cleaned(hub: Database, take_in: TakeIn, sealer: Sealer) -> None:
    """Bring the database to where a copy would be that knows of no erasure, and replay the hashes."""
    keys = await _keys(hub)
    async with hub.writing() as session:
        await session.raw.execute("delete from erased_key")
    await take_in(handed(FileKind.STAFF, FIRST, date(2025, 12, 2), [card(NAME, BORN)]))
    born = "select birth_date from person where first_name = 'Ипполит' order by 1"
    assert [(date(1979, 3, 5),), (date(1990, 3, 5),)] == await rows(hub, born)

    assert 1 == await replay(keeper_of(hub, sealer), keys)

    assert [(date(1990, 3, 5),)] == await rows(hub, born)


async def test_no_push_brings_the_person_back(
    hub: Database, take_in: TakeIn, sealer: Sealer, admin_url: str, addresses: Addresses
) -> None:
    await take_in(*files()[:2])
    counter, pusher = counter_of(hub, sealer), await partner(hub)
    who = {"last_name": "Зюзюмаркин", "first_name": "Ипполит", "middle_name": "Саввич"}
    pushed = said("7", 0, at=FIRST, who=who, birth_date="1979-03-05")
    waiting = said("9", 0, number="нет такой", who=who, birth_date="1979-03-05")
    await push(counter, pusher, [pushed, waiting], key="1")

    await destroy(keeper_of(hub, sealer), await demanded(hub, await person_of(hub)))
    again = await push(counter, pusher, [pushed], key="2")
    part = await push(counter, pusher, [said("7", 5, position="методист")], key="3")

    assert [] == traces_in(dumped(admin_url, addresses))
    for [answer] in (again, part):
        assert ("REFUSED", "push.erased") == (answer["status"], answer["errors"][0]["code"])
    assert [] == await rows(hub, "select 1 from push_entry")


async def let_in(hub: Database, sealer: Sealer, identity: Identity, **said: str) -> int:
    paper = {"basis": "EMPLOYMENT", "document": "Договор 12", **said}
    async with hub.writing() as session:
        return await lift(
            session, identity, basis=paper["basis"], document=paper["document"], actor="tests",
            sealer=sealer, today=TODAY,
        )  # fmt: skip


async def test_a_lifted_ban_lets_files_and_cards_state_the_person_again(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    counter, pusher = counter_of(hub, sealer), await partner(hub)
    who = {"last_name": "Зюзюмаркин", "first_name": "Ипполит", "middle_name": "Саввич"}
    pushed = said("7", 0, at=FIRST, who=who, birth_date="1979-03-05")
    await take_in(*files()[:2])
    await push(counter, pusher, [pushed])
    await destroy(keeper_of(hub, sealer), await demanded(hub, await person_of(hub)))
    identity = Identity(
        last_name="Зюзюмаркин", first_name="Ипполит", middle_name="Саввич", birth_date=BORN,
        snils=NUMBER,
    )  # fmt: skip
    stranger = Identity(last_name="Нилов", first_name="Яков", birth_date="01.01.1990")

    with pytest.raises(NotErasedError):
        await let_in(hub, sealer, stranger)
    with pytest.raises(UnclearIdentityError):
        await let_in(hub, sealer, Identity(last_name="Зюзюмаркин", first_name="Ипполит"))
    with pytest.raises(InputError, match="основания"):
        await let_in(hub, sealer, identity, basis="WISH")
    with pytest.raises(InputError, match="документ"):
        await let_in(hub, sealer, identity, document=" ")
    [refused] = await push(
        counter, pusher, [said("7", 1, at=FIRST, who=who, birth_date="1979-03-05")]
    )
    assert await let_in(hub, sealer, identity) >= 2
    [whole] = await push(
        counter, pusher, [said("7", 2, at=FIRST, who=who, birth_date="1979-03-05")]
    )
    [part] = await push(counter, pusher, [said("7", 5, position="методист")])
    await take_in(
        handed(FileKind.STAFF, FIRST, LATER, [card(NAME, BORN, snils=NUMBER, position="учитель")])
    )

    assert ["REFUSED", "APPLIED", "APPLIED"] == [one["status"] for one in (refused, whole, part)]
    assert [(date(1979, 3, 5), 2)] == await rows(
        hub, "select birth_date, record_count from person where first_name = 'Ипполит'"
    )
    assert [("EMPLOYMENT", "Договор 12")] == await rows(
        hub, "select distinct basis, document from lifted_ban"
    )
    keys = await _keys(hub)
    async with hub.reading() as session:
        lifted = await lifted_keys(session)
    assert 0 == await replay(keeper_of(hub, sealer), keys, lifted=lifted)


async def test_a_person_is_told_which_refused_rows_name_them_and_nothing_of_others(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(*files())
    person = await person_of(hub)

    async with hub.reading() as session:
        found = await refused_rows(session, person, sealer)

    assert found
    row = next(one for one in found if (one.sheet, one.row) == ("Лист1", 9))
    assert ("row.unknown_organisation", {"full_name": NAME, "phone": PHONE}) == (
        row.code,
        row.cells,
    )
    assert not any("Барсоватов" in str(one.cells) for one in found)


async def test_a_blocked_person_is_given_back_as_they_were(
    hub: Database, take_in: TakeIn, sealer: Sealer, admin_url: str, addresses: Addresses
) -> None:
    await take_in(*files())
    person, keeper = await person_of(hub), keeper_of(hub, sealer)
    before = await figures(hub)
    request = await demanded(hub, person, RequestKind.WITHDRAWAL)
    assert Due(blocked=1) == await do_due(keeper)
    assert [] == traces_in(dumped(admin_url, addresses))

    back = await restore(keeper, request)

    assert person == back == await person_of(hub)
    assert before == await figures(hub)
    assert frozenset() == await _keys(hub)
    with pytest.raises(ClosedRequestError):
        await destroy(keeper, request)
    await _withdrawn_again(hub, sealer)


async def _withdrawn_again(hub: Database, sealer: Sealer) -> None:
    """A withdrawal is blocked at once, and destroyed before the month is over."""
    request = await demanded(hub, await person_of(hub), RequestKind.WITHDRAWAL)
    [(due,)] = await rows(hub, "select due_on from subject_request where id = $1", request)
    assert isinstance(due, date)

    done = [await do_due(keeper_of(hub, sealer, day)) for day in (TODAY, due - timedelta(days=1))]

    assert due <= TODAY + timedelta(days=30)
    assert [Due(blocked=1), Due(destroyed=1)] == done
    assert [("DONE", None)] == await rows(
        hub, "select state, record_id from subject_request where id = $1", request
    )
    assert [] == await rows(hub, "select 1 from withheld")


async def _keys(hub: Database) -> frozenset[bytes]:
    async with hub.reading() as session:
        return await erased_keys(session)
