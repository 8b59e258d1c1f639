"""`status`: what is stored, what waits, when it last changed and how each source was read."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

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


# What a source's last finished run came to, and apart from it the one that waits or is at work.
READINGS: Final = """query Status { sources(first: 200) { nodes { code
    lastRun { state finishedAt errorCode }
    runningRun { state startedAt heartbeatAt counts { name count } } } } }"""
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
INSTANTS: Final = ("last_finished_at", "running_since", "running_heartbeat_at")
Json = Any  # a decoded answer


def status(output: Output = OutputFormat.TABLE) -> None:
    """Показать, что хранится, что ждёт, когда менялось и как прочитаны источники; без имён."""
    found, read = asyncio.run(_read())
    match output:
        case OutputFormat.TABLE:
            rows = [{"what": WORDS[key], "value": value} for key, value in found.items()]
            print_rows(rows, output, titles={"what": "Что", "value": "Сколько"})
            if read:
                print()
                print_rows([_dated(one) for one in read], output, titles=READ)
        case _:
            print_rows([{**found, "sources": read}], output, titles=WORDS)


def _dated(reading: Mapping[str, object]) -> dict[str, object]:
    """Give instants as such, as a table prints them."""
    instants = {name: str(reading[name]) for name in INSTANTS if reading[name]}
    return {**reading, **{name: datetime.fromisoformat(at) for name, at in instants.items()}}


def _reading(source: Json) -> dict[str, object]:
    last, running = source["lastRun"] or {}, source["runningRun"] or {}
    rows = {one["name"]: one["count"] for one in running.get("counts", ())}
    return {
        "code": source["code"],
        "last_state": last.get("state"),
        "last_finished_at": last.get("finishedAt"),
        "last_error": last.get("errorCode"),
        "running_state": running.get("state"),
        "running_since": running.get("startedAt"),
        "running_heartbeat_at": running.get("heartbeatAt"),
        "running_rows": rows.get("rows"),
    }


async def _read() -> tuple[dict[str, object], list[dict[str, object]]]:
    """Count what is stored, and ask how each source that is read was read."""
    from hub.cli.asking import asked

    counted = asdict(await _counted())
    sources = (await asked(READINGS, {}, name="Status"))["sources"]["nodes"]
    return counted, [_reading(one) for one in sources if one["lastRun"] or one["runningRun"]]


async def _counted() -> "Status":
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from hub.status import read_status

    url = addresses.find(Settings()).worker
    async with open_database(url, pool_size=1) as database, database.reading() as session:
        return await read_status(session)
