"""Trying a change, taking one back, letting pass what is held: asked for here, done by a worker."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

import strawberry

from hub.access import Role, see_as
from hub.database import WriteSession
from hub.errors import AccessError, HubError
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.files.imports import GIVERS
from schema.files.imports import PREFIX as IMPORT
from schema.said import UserError, listed
from schema.scope.places import SEEN_STATED
from schema.scope.watching import WATCHERS
from schema.sources.changesets import Changeset
from schema.sources.runs import Hold
from schema.sources.simulations import Simulation
from sync.changes.asking import Asker, Trial, ask_to_release, ask_to_simulate, ask_to_undo
from sync.refused.repairing import UnknownRejectionError, repair
from sync.region import Region

REPAIRERS: Final = GIVERS | {Role.OPERATOR, Role.STEWARD}
RELEASERS: Final = WATCHERS | {Role.TERRITORY}
NOT_A_WATCHER: Final = "Отменяет изменения и пробует обмены оператор или ресурсный центр."
NOT_A_GIVER: Final = "Файл пробует тот, кто его принимает: школа, управление, ресурсный центр."
NOT_A_RELEASER: Final = "Отпускает управление учреждения, ресурсный центр или оператор."


@strawberry.input(description="Что попробовать; ровно одно.")
class ChangesetSimulateInput:
    """What is to be tried."""

    import_file: strawberry.ID | None = declare.optional("Принять этот присланный файл.")
    source: str | None = declare.optional("Прочитать источник с этим кодом.")
    undo: strawberry.ID | None = declare.optional("Отменить изменение с этим номером.")


@strawberry.input(description="Какое изменение отменить.")
class ChangesetUndoInput:
    """Which change is to be taken back."""

    key: strawberry.ID = strawberry.field(description="Номер изменения: changesets.key.")
    reason: str = strawberry.field(default="", description="Почему; без личных данных.")


@strawberry.input(description="Поле строки и верное значение.")
class RejectionCorrectionInput:
    """A field and what it should say."""

    field: str = strawberry.field(description="Поле кодом или привычным заголовком.")
    value: str = strawberry.field(description="Значение, как его написала бы школа.")


@strawberry.input(description="Какую отклонённую строку исправить и как.")
class RejectionRepairInput:
    """Which refused row is corrected, and how."""

    key: strawberry.ID = strawberry.field(description="Ключ отказа: rejections.key.")
    corrections: list[RejectionCorrectionInput] = strawberry.field(description="Что исправить.")


@strawberry.input(description="Что отпустить.")
class HoldReleaseInput:
    """Which held unit may pass."""

    key: strawberry.ID = strawberry.field(description="Ключ задержанного: holds.key.")


ERRORS = listed("errors")


@declare.bound("Ответ на просьбу о пробе.")
class ChangesetSimulatePayload:
    """What came of asking for a trial."""

    simulation: Simulation | None = declare.one(
        "Проба: её просчитает работник; null, если она не принята.",
        Rows(
            source="simulation {t}",
            where=("{t}.id = ({p}.said ->> 'done')::uuid",),
            scope=(SEEN_STATED,),
        ),
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


@declare.bound("Ответ на просьбу отменить изменение.")
class ChangesetUndoPayload:
    """What came of asking for a change to be taken back."""

    changeset: Changeset | None = declare.one(
        "Изменение-отмена: его применит работник; null, если оно не принято.",
        Rows(source="changeset {t}", where=("{t}.id = ({p}.said ->> 'done')::bigint",)),
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


@declare.bound("Ответ на просьбу отпустить задержанное.")
class HoldReleasePayload:
    """What came of letting a held unit pass."""

    hold: Hold | None = declare.one(
        "Задержанное: работник отпустит его; null, если его нет в вашей области.",
        Rows(
            source="hold {t}",
            where=("{t}.id = ({p}.said ->> 'done')::uuid",),
            scope=(SEEN_STATED,),
        ),
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


@declare.bound("Ответ на исправление отклонённой строки.")
class RejectionRepairPayload:
    """What came of correcting a refused row."""

    changeset: Changeset | None = declare.one(
        "Изменение, которым строка принята; null, если она не принята.",
        Rows(source="changeset {t}", where=("{t}.id = ({p}.said ->> 'done')::bigint",)),
    )
    still_wrong: list[str] = declare.column(
        "Что в исправленном снова не понято.",
        "array(select jsonb_array_elements_text({t}.said -> 'wrong'))",
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


async def repair_rejection(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take a refused row with its corrections, within the scope."""
    given, viewer = arguments["input"], acting.viewer
    number = _number(given["key"])
    said = {one["field"]: one["value"] for one in given["corrections"]}
    try:
        if viewer.role not in REPAIRERS or acting.counter is None:
            raise AccessError(NOT_A_GIVER, code="changeset.not_allowed")
        if not viewer.is_region_wide:
            await _require_seen(acting, number)
        counter = acting.counter
        done = await repair(
            counter.database,
            number,
            said,
            Region(sealer=counter.sealer, zone=counter.zone, today=acting.today),
            actor=str(viewer.client_id),
        )
    except HubError as error:
        return Outcome(said={"wrong": []}, errors=[error])
    return Outcome(said={"done": str(done.changeset_id), "wrong": list(done.still_wrong)})


async def _require_seen(acting: Acting, number: int) -> None:
    async with acting.writer.writing() as session:
        await see_as(session, acting.viewer.authority_id, acting.today)
        if not await session.raw.fetchval("select true from rejection where id = $1", number):
            raise UnknownRejectionError


async def simulate_change(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Put a trial into the queue."""
    given = arguments["input"]
    file, undo = given.get("importFile"), given.get("undo")
    trial = Trial(
        upload_id=key_of(IMPORT)(file) if file else None,
        source_code=given.get("source"),
        undo=_number(undo) if undo else None,
    )
    if sum(one is not None for one in (trial.upload_id, trial.source_code, trial.undo)) != 1:
        trial = Trial()
    may, refusal = (GIVERS, NOT_A_GIVER) if file else (WATCHERS, NOT_A_WATCHER)
    return await _done(
        acting, may, refusal, lambda session, asker: ask_to_simulate(session, asker, trial)
    )


async def undo_change(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Open the change that takes another back."""
    given = arguments["input"]
    number, reason = _number(given["key"]), given["reason"]
    return await _done(
        acting,
        WATCHERS,
        NOT_A_WATCHER,
        lambda session, asker: ask_to_undo(session, asker, number, reason),
    )


async def release_hold(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Let a held unit of the scope pass."""
    key = _uuid(arguments["input"]["key"])
    return await _done(
        acting,
        RELEASERS,
        NOT_A_RELEASER,
        lambda session, asker: ask_to_release(session, asker, key),
    )


async def _done(
    acting: Acting,
    may: frozenset[Role],
    refusal: str,
    ask: Callable[[WriteSession, Asker], Awaitable[object]],
) -> Outcome:
    """Ask as the viewer, within the viewer's scope."""
    viewer = acting.viewer
    if viewer.role not in may:
        return Outcome(said={}, errors=[AccessError(refusal, code="changeset.not_allowed")])
    asker = Asker(client_id=viewer.client_id, organisation_id=viewer.authority_id)
    try:
        async with acting.writer.writing() as session:
            await see_as(session, viewer.authority_id, acting.today)
            done = await ask(session, asker)
    except HubError as error:
        return Outcome(said={}, errors=[error])
    return Outcome(said={"done": str(done)})


def _number(key: str) -> int:
    """Read the number of a change; what is none is BAD_USER_INPUT."""
    if not key.isdecimal() or int(key) >= 1 << 63:
        raise bad_input("Это не номер изменения: возьмите его из changesets.key.")
    return int(key)


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise bad_input("Это не ключ задержанного: возьмите его из holds.key.") from error


SIMULATE_INPUT = declare.argument("input", ChangesetSimulateInput, "Что попробовать.")
UNDO_INPUT = declare.argument("input", ChangesetUndoInput, "Что отменить.")
REPAIR_INPUT = declare.argument("input", RejectionRepairInput, "Что исправить.")
RELEASE_INPUT = declare.argument("input", HoldReleaseInput, "Что отпустить.")
