"""Files given over HTTP, accepted: asked for by their giver, taken in by a worker.

The web writes no evidence. When the giver accepts a kept file, `import.accept` is put into the
queue with the change; the worker opens the pieces and takes the file in.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final  # a stored report is JSON
from uuid import UUID

from connectors.mapping import told
from hub import jobs
from hub.database import Database, WriteSession
from hub.errors import ConflictError, InputError
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.files.reporting import report_json
from sync.files.within import organisations_within
from sync.intake import Accepted, accept
from sync.refused.remapping import waits_for_mapping
from sync.uploads.keeping import UnknownUploadError, lent

__all__ = ["Declared", "accept_upload", "ask_to_accept", "fail_upload", "told"]

# How long a file that nobody accepts is kept, and one of which a table waits for a mapping.
FORGOTTEN_AFTER: Final = timedelta(days=30)
QUEUED, ACCEPTED = "QUEUED", "ACCEPTED"

Json = Any  # a report as it is stored


class NothingToTakeError(InputError):
    """В файле нет ни одной строки, которую можно принять. Исправьте названное и загрузите снова."""

    code = "import.nothing_to_take"


class NoPeriodError(InputError):
    """В файле не сказано, на какую дату он составлен. Укажите учебный год (period) или дату."""

    code = "import.no_period"


class AcceptedOtherwiseError(ConflictError):
    """Файл уже принят с другими сведениями. Чтобы исправить их, загрузите исправленный файл."""

    code = "import.accepted_otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the giver says on acceptance; what is not said is read from the file.

    With `release` the giver answers for what the file ends: the brake lets it pass.
    """

    period: int | None = None
    stated_as_of: date | None = None
    completeness: Completeness = Completeness.PARTIAL
    kind: FileKind | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    release: bool = False


async def ask_to_accept(session: WriteSession, upload_id: UUID, declared: Declared) -> None:
    """Queue the acceptance of a kept file; asked again with the same words it is asked once.

    Raises UnknownUploadError, NoPeriodError, NothingToTakeError, and AcceptedOtherwiseError where
    it was accepted with other words.
    """
    raw = session.raw
    held = await raw.fetchrow(
        "select state, report, period, stated_as_of, completeness, kind, release, columns"
        " from upload where id = $1 for update",
        upload_id,
    )
    if held is None:
        raise UnknownUploadError
    said = (
        declared.period,
        declared.stated_as_of,
        declared.completeness,
        declared.kind,
        declared.release,
        dict(declared.columns),
    )
    if held["state"] in (QUEUED, ACCEPTED):
        names = ("period", "stated_as_of", "completeness", "kind", "release", "columns")
        if said != tuple(held[name] for name in names):
            raise AcceptedOtherwiseError
        return
    _refuse_useless(held["report"], declared)
    await raw.execute(
        "update upload set state = 'QUEUED', queued_at = now(), error_code = null,"
        " error_message = null, period = $2, stated_as_of = $3, completeness = $4, kind = $5,"
        " release = $6, columns = $7 where id = $1",
        upload_id,
        *said[:-1],
        json.dumps(said[-1]),
    )
    await jobs.enqueue(session, jobs.IMPORT, {"upload": str(upload_id)})


def _refuse_useless(report: Json, declared: Declared) -> None:
    """Refuse what the check has shown to give nothing, unless what is declared may change that."""
    codes = {one["code"] for one in report["rejected"]}
    has_period = declared.period is not None or declared.stated_as_of is not None
    if "file.no_period" in codes and not has_period:
        raise NoPeriodError
    is_as_checked = not (declared.columns or declared.kind) and "file.no_period" not in codes
    if is_as_checked and not report["rows"] and not report["figures"]:
        raise NothingToTakeError


async def accept_upload(
    database: Database,
    upload_id: UUID,
    *,
    sealer: Sealer,
    today: date,
    progress: Callable[[str, int], None] = lambda _station, _done: None,
) -> Accepted | None:
    """Take a queued file in and write what became of it; one that is not queued is left alone.

    Done again after a death in the middle it ends the same: the same file again changes nothing.
    Raises ConflictError while another acceptance is at work.
    """
    async with database.reading() as session:
        held = await session.raw.fetchrow("select * from upload where id = $1", upload_id)
        if held is None or held["state"] != QUEUED:
            return None
        within = await organisations_within(session.raw, held["organisation_id"], today=today)
    async with lent(database, held, within, sealer) as given:
        accepted = await accept(
            database,
            [given],
            sealer=sealer,
            actor=str(held["client_id"]),
            today=today,
            release=held["release"],
            progress=progress,
        )
    await _finish(database, upload_id, accepted)
    return accepted


HELD: Final = "select count(*) from hold where changeset_id = $1 and released_at is null"


async def _finish(database: Database, upload_id: UUID, accepted: Accepted) -> None:
    """Write what acceptance did; the content is no longer needed, nor what nobody accepted.

    Of a file with a table that could not be read the content waits for a mapping.
    """
    [report] = accepted.files
    result = {
        "records": accepted.records,
        "versions": accepted.versions,
        "people": accepted.projected.people,
        "mentorships": accepted.projected.mentorships,
    }
    async with database.writing() as session:
        result["held"] = await session.raw.fetchval(HELD, accepted.changeset_id)
        await session.raw.execute(
            "update upload set state = 'ACCEPTED', accepted_at = now(), changeset_id = $2,"
            " report = $3 where id = $1",
            upload_id,
            accepted.changeset_id,
            json.dumps({**report_json(report), "result": result}),
        )
        if not waits_for_mapping(report):
            await session.raw.execute("delete from upload_chunk where upload_id = $1", upload_id)
        await session.raw.execute(WAITED, FORGOTTEN_AFTER)
        await session.raw.execute(
            "delete from upload where state in ('CHECKED', 'FAILED')"
            " and received_at < now() - $1::interval",
            FORGOTTEN_AFTER,
        )


WAITED: Final = """
delete from upload_chunk c using upload u
where u.id = c.upload_id and u.state = 'ACCEPTED' and u.accepted_at < now() - $1::interval
"""


async def fail_upload(session: WriteSession, upload_id: UUID, code: str) -> None:
    """Say of a queued file that it was not taken in; its giver may ask again."""
    await session.raw.execute(
        "update upload set state = 'FAILED', error_code = $2, error_message = $3"
        " where id = $1 and state = 'QUEUED'",
        upload_id,
        code,
        f"Принять файл не удалось ({code}). Сообщите код администратору и повторите позже.",
    )
