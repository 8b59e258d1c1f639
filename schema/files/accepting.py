"""Accepting a file that was given over HTTP."""

from collections.abc import Mapping
from datetime import date

import strawberry

from hub.access import Role, see_as
from hub.errors import AccessError, HubError
from hub.records import Completeness, FileKind
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.compiler.ids import key_of
from schema.files.imports import GIVERS, NOT_A_GIVER, PREFIX, ImportFile
from schema.said import UserError, listed
from schema.scope.places import SEEN_STATED
from sync.uploads.accepting import Declared, ask_to_accept, told

RELEASERS = GIVERS - {Role.SCHOOL}
NOT_A_RELEASER = (
    "Школа не снимает тормоз сама: попросите управление или ресурсный центр принять этот файл."
)


@strawberry.input(description="Что значит столбец файла.")
class ImportColumnInput:
    """What a person says of a column."""

    header: str = strawberry.field(description="Заголовок, как он стоит в файле.")
    field: str = strawberry.field(
        description="Поле кодом или привычным заголовком; пустое — столбец не брать."
    )


@strawberry.input(description="Какой файл принять и что о нём сказать.")
class ImportAcceptInput:
    """What is said on acceptance."""

    id: strawberry.ID = strawberry.field(description="Идентификатор из ответа PUT /imports.")
    period: int | None = declare.optional(
        "Учебный год по году начала; без него — из заголовка файла."
    )
    as_of: date | None = declare.optional("На какой день составлен список; важнее учебного года.")
    completeness: Completeness = strawberry.field(
        default=Completeness.PARTIAL, description="Полон ли список."
    )
    kind: FileKind | None = declare.optional("Что перечисляет файл, если это не видно из него.")
    release: bool = strawberry.field(
        default=False,
        description="Принять, даже если разом выбудет или изменится слишком много людей; так "
        "отвечать за список может управление или ресурсный центр.",
    )
    columns: list[ImportColumnInput] | None = declare.optional(
        "Что значат столбцы, которых хаб не понял; запоминается для таких же шапок."
    )


@declare.bound("Ответ на принятие файла.")
class ImportAcceptPayload:
    """What came of asking to accept a file."""

    import_file: ImportFile | None = declare.one(
        "Файл; null, если его нет в вашей области.",
        Rows(
            source="upload {t}", where=("{t}.id = ({p}.said ->> 'id')::uuid",), scope=(SEEN_STATED,)
        ),
    )
    errors: list[UserError] = declare.many(
        "Что не так; пусто, если файл принимается.", listed("errors")
    )


async def accept_import(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Queue a given file's acceptance; the same request again changes nothing."""
    given = arguments["input"]
    upload_id = key_of(PREFIX)(given["id"])
    said = {"id": str(upload_id)}
    if acting.viewer.role not in GIVERS:
        return Outcome(said=said, errors=[AccessError(NOT_A_GIVER, code="import.not_a_giver")])
    if given["release"] and acting.viewer.role not in RELEASERS:
        refused = AccessError(NOT_A_RELEASER, code="import.not_a_releaser")
        return Outcome(said=said, errors=[refused], path=("input", "release"))
    try:
        declared = Declared(
            period=given.get("period"),
            stated_as_of=given.get("asOf"),
            completeness=given["completeness"],
            kind=given.get("kind"),
            release=given["release"],
            columns=told({one["header"]: one["field"] for one in given.get("columns") or ()}),
        )
        async with acting.writer.writing() as session:
            await see_as(session, acting.viewer.authority_id, acting.today)
            await ask_to_accept(session, upload_id, declared)
    except HubError as error:
        return Outcome(said=said, errors=[error])
    return Outcome(said=said)


IMPORT_ACCEPT = declare.argument("input", ImportAcceptInput, "Файл и сведения о нём.")
