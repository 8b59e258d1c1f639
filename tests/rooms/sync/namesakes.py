"""People of one name in several schools, whom the tests of the review decide about."""

from datetime import date
from uuid import UUID

from hub.database import Database
from hub.records import FileKind
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import Handed, handed, rows

DAY, LATER = date(2025, 9, 15), date(2026, 9, 15)
MERYANIN, LUKOYAN = "Мерянинов Олег Львович", "Лукоянцев Пётр Ильич"
BORN = "05.03.1979"
ONE, OTHER = snils_of(87_654_302), snils_of(87_654_399)
SIZES = "select record_count from person order by 1"


def staff(school: UUID, *cards: dict[str, str], day: date = DAY) -> Handed:
    return handed(FileKind.STAFF, school, day, cards)


async def one(hub: Database, query: str, *arguments: object) -> object:
    ((found,),) = await rows(hub, query, *arguments)
    return found


async def record_at(hub: Database, school: UUID) -> object:
    return await one(hub, "select id from record where organisation_id = $1", school)
