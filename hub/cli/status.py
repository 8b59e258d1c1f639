"""`status`: what is stored, what waits, when it last changed and how each source was read."""

import asyncio
from dataclasses import asdict
from typing import Final

from hub.cli.output import Output, OutputFormat, print_rows

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


READ: Final = {
    "code": "Источник",
    "last_state": "Последнее чтение",
    "last_finished_at": "Закончено",
    "last_error": "Ошибка",
    "running_state": "Сейчас",
    "running_since": "С",
    "running_heartbeat_at": "Было видно",
    "running_rows": "Строк",
}


def status(output: Output = OutputFormat.TABLE) -> None:
    """Показать, что хранится, что ждёт, когда менялось и как прочитаны источники; без имён."""
    found, read = asyncio.run(_read())
    match output:
        case OutputFormat.TABLE:
            rows = [{"what": WORDS[key], "value": value} for key, value in found.items()]
            print_rows(rows, output, titles={"what": "Что", "value": "Сколько"})
            if read:
                print()
                print_rows(read, output, titles=READ)
        case _:
            print_rows([{**found, "sources": read}], output, titles=WORDS)


async def _read() -> tuple[dict[str, object], list[dict[str, object]]]:
    """Count what is stored, and say how each source that is read was read."""
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from hub.status import read_readings, read_status

    url = addresses.find(Settings()).worker
    async with open_database(url, pool_size=1) as database, database.reading() as session:
        readings = [asdict(one) for one in await read_readings(session)]
        return asdict(await read_status(session)), readings
