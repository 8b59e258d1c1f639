"""What was not taken in: rows and files that were refused, where they stand, how to repair them."""

from datetime import datetime

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.scope.places import SEEN_STATED


def _of_file(column: str) -> str:
    return f"(select f.{column} from source_file f where f.id = {{t}}.source_file_id)"


@declare.bound("Строка или файл, которые не взяты: где это стоит и как исправить.")
class Rejection:
    """What was refused; the refused values themselves stay sealed."""

    key: strawberry.ID = declare.column("Ключ отказа.", "{t}.id::text")
    code: str = declare.column("Код причины.", "{t}.code")
    message: str = declare.column("Что не так и как исправить.", "{t}.message")
    file_name: str = declare.column("Файл.", _of_file("name"))
    taken_at: datetime = declare.column("Когда файл принят.", _of_file("taken_at"))
    sheet: str = declare.column("Лист; пустая строка, если листов нет.", "{t}.sheet")
    row: int | None = declare.column("Строка файла, с единицы; null — весь файл.", "{t}.row")
    column: str | None = declare.column("Столбец; null — вся строка.", '{t}."column"')
    stated_id: str = declare.column(
        "Номер записи в системе источника; пустая строка, если его нет.", "{t}.stated_id"
    )
    organisation: Organisation | None = declare.one(
        "Учреждение, чей это файл; вне области видимости — null.", ITS_ORGANISATION
    )


@strawberry.input(description="Какие отказы показать; условия складываются.")
class RejectionFilter:
    """What narrows the list of rejections."""

    organisation: strawberry.ID | None = declare.optional("Учреждение, чей файл.")
    code: str | None = declare.optional("Код причины.")


REJECTION_FILTER = declare.argument("filter", RejectionFilter | None, "Какие отказы показать.")


def rejection_rows(call: Call) -> Rows:
    """Read what was refused of the scope's organisations: newest file first, rows in order."""
    return Rows(
        source="rejection {t}",
        where=tuple(_narrowed(call, "code")),
        scope=(SEEN_STATED,),
        order=(Key("{t}.source_file_id", "uuid"), Key("(-{t}.id)", "bigint")),
        descending=True,
    )


def _narrowed(call: Call, column: str) -> list[str]:
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("organisation").given:
        key = call.bind(chosen.part("organisation"), "uuid", convert=key_of("organisation"))
        found.append(f"{{t}}.organisation_id = {key}")
    if chosen.part(column).given:
        found.append(f"{{t}}.{column} = {call.bind(chosen.part(column), 'text')}")
    return found
