"""`status`: what is stored, what waits and when it last changed."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hub.cli.output import Output, OutputFormat, print_rows

if TYPE_CHECKING:
    from hub.status import Status

WORDS: Final = {
    "organisations": "Действующих организаций",
    "files": "Прислано файлов",
    "records": "Записей источников",
    "pending_records": "Из них ждут сведения",
    "rejections": "Отклонено строк",
    "people": "Людей",
    "mentorships": "Наставничеств",
    "open_questions": "Открытых вопросов",
    "held_units": "Организаций держит тормоз",
    "running_syncs": "Источников читается",
    "failed_sources": "Источников с неудачным чтением",
    "workers": "Работников на связи",
    "waiting_jobs": "Работ в очереди",
    "held_jobs": "Работ ждут исправления",
    "last_applied_at": "Последнее изменение",
    "newest_list": "Самый свежий список на дату",
}


def status(output: Output = OutputFormat.TABLE) -> None:
    """Показать, что хранится, что ждёт и когда менялось; без имён."""
    found = asdict(asyncio.run(_read()))
    match output:
        case OutputFormat.TABLE:
            rows = [{"what": WORDS[key], "value": value} for key, value in found.items()]
            print_rows(rows, output, titles={"what": "Что", "value": "Сколько"})
        case _:
            print_rows([found], output, titles=WORDS)


async def _read() -> "Status":
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from hub.status import read_status

    url = addresses.find(Settings()).worker
    async with open_database(url, pool_size=1) as database, database.reading() as session:
        return await read_status(session)
