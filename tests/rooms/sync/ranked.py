"""A school's list and a system that state one person differently, and what stands of whom."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from hub.database import Database
from hub.records import Batch, FileKind
from hub.row_keys import FILES
from hub.seal import Sealer
from sync.work.sources import Kept, SourceManifest, keep_source
from tests.rooms.sync import cards
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import SECOND, card, handed, rows, take

NUMBER: Final = snils_of(87_654_302)
OLDER, NEWER = date(2026, 9, 1), date(2026, 10, 1)
# The school knows the surname before the last, the system the one of now; each has its own birthday.
OF_SCHOOL: Final = card("Барканова Анна Ильинична", "05.03.1979", snils=NUMBER)
ALONE: Final = card("Лукоянцев Пётр Ильич", "07.08.1981")
OF_SYSTEM: Final = {
    "external_id": "7",
    "organization_code": "101",
    "full_name": "Вербина Анна Ильинична",
    "previous_last_name": "Барканова",
    "birth_date": "05.03.1980",
    "snils": NUMBER,
}
STANDS: Final = """
select f.field, f.value, f.rule, s.code from person_field f
join record r on r.id = f.record_id join source s on s.id = r.source_id
join person_identifier i on i.person_id = f.person_id
where f.field in ('last_name', 'birth_date', 'birth_year')
"""
Standing = dict[object, Sequence[object]]  # field -> value, rule, source
KINDS: Final = {FILES: "SCHOOL_FILES", cards.CODE: "KADRY"}


async def rank(hub: Database, code: str, **ranks: int) -> Kept:
    """Describe a source again, with other ranks."""
    return await describe(hub, code, ranks)


async def describe(
    hub: Database, code: str, ranks: dict[str, int], title: str = "Источник"
) -> Kept:
    """Describe a source again."""
    manifest = SourceManifest(code=code, kind=KINDS.get(code, "PUSH"), title=title, ranks=ranks)
    async with hub.writing() as session:
        return await keep_source(session, manifest)


def stated_by_system() -> Batch:
    return cards.batch(FileKind.STAFF, [OF_SYSTEM], NEWER)


async def both_state(hub: Database, sealer: Sealer, folder: Path) -> None:
    await cards.add_source(hub)
    await school_states(hub, sealer, folder)
    await system_states(hub, sealer)


async def school_states(hub: Database, sealer: Sealer, folder: Path) -> None:
    listed = handed(FileKind.STAFF, SECOND, OLDER, [OF_SCHOOL, ALONE])
    await take(hub, [listed], sealer=sealer, folder=folder)


async def system_states(hub: Database, sealer: Sealer) -> None:
    await cards.run(hub, cards.System([stated_by_system()]), sealer=sealer)


async def stands(hub: Database) -> Standing:
    """Give of each field of the person whom both state what stands, by which rule, of whom."""
    return {field: rest for field, *rest in await rows(hub, STANDS)}


def of_whom(last_name: str, birth_date: str, rule: str = "SOURCE_RANK") -> Standing:
    """Give what stands where the sources of these codes are believed."""
    surnames = {FILES: "Барканова", cards.CODE: "Вербина"}
    years = {FILES: "1979", cards.CODE: "1980"}
    return {
        "last_name": [surnames[last_name], rule, last_name],
        "birth_date": [f"{years[birth_date]}-03-05", rule, birth_date],
        "birth_year": [years[birth_date], rule, birth_date],
    }


NEWEST: Final = of_whom(cards.CODE, cards.CODE, "RECENCY")
APART: Final = of_whom(cards.CODE, FILES)
