"""Evidence that would join everybody: bounded, and no merge breaks a constraint."""

from datetime import date

import pytest

from hub.database import Database
from hub.demo.labelled.population import populate
from hub.records import FileKind
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import FIRST, SECOND, handed, rows

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 15)
MANY = 230  # over the cap of a block


async def test_a_number_of_many_people_merges_nobody_and_namesakes_are_not_all_compared(
    hub: Database, take_in: TakeIn
) -> None:
    people = populate(MANY, seed=9).people[:MANY]
    numbered = [
        {
            "full_name": f"{one.last} {one.first} {one.middle}",
            "birth_date": f"{one.born:%d.%m.%Y}",
            "snils": snils_of(87_654_302),
        }
        for one in people
    ]
    namesakes = [
        {
            "full_name": "Журавина Инга Олеговна",
            "birth_date": f"{at % 28 + 1:02d}.{at % 12 + 1:02d}.{1950 + at % 50}",
        }
        for at in range(MANY)
    ]

    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, numbered), handed(FileKind.STAFF, SECOND, DAY, namesakes)
    )

    assert [(MANY,)] == await rows(
        hub,
        "select count(distinct l.person_id) from link l join record_facts f using (record_id)"
        " where f.snils_hash is not null",
    )
    asked = await rows(
        hub, "select 1 from edge union all select 2 from question limit $1", 60 * MANY
    )
    assert len(asked) < 60 * MANY
