"""Files given over HTTP: where each stands, and what the check said of it."""

from datetime import date, datetime
from enum import StrEnum

import strawberry

from hub.access import Role
from hub.records import Completeness, FileKind
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.organisations.organisation import Organisation
from schema.said import listed
from schema.scope.places import SEEN_STATED

PREFIX = "import"
GIVERS = frozenset({Role.SCHOOL, Role.TERRITORY, Role.REGIONAL_CENTRE})
NOT_A_GIVER = "Файлы принимаются от школ, территориальных управлений и ресурсного центра."

declare.choice(
    "Что перечисляет файл.",
    {
        "STAFF": "Работники.",
        "PUPILS": "Обучающиеся.",
        "MENTOR_BASE": "База наставников.",
        "MENTEE_BASE": "База наставляемых.",
    },
    name="FileKind",
)(FileKind)
declare.choice(
    "Полон ли список.",
    {
        "FULL": "Кого в списке нет, тот выбыл.",
        "PARTIAL": "Отсутствие в списке ничего не значит.",
    },
    name="Completeness",
)(Completeness)


@declare.choice(
    "Состояние загруженного файла.",
    {
        "CHECKED": "Проверен, ждёт принятия.",
        "QUEUED": "Принимается.",
        "ACCEPTED": "Принят.",
        "FAILED": "Принять не удалось: причина названа рядом.",
    },
)
class ImportState(StrEnum):
    """Where a given file stands."""

    CHECKED = "CHECKED"
    QUEUED = "QUEUED"
    ACCEPTED = "ACCEPTED"
    FAILED = "FAILED"


@declare.bound("Место в файле, которое не понято, и что с ним сделать.")
class ImportProblem:
    """A place of a file that could not be taken, or that only its giver can explain."""

    sheet: str = declare.column("Лист.", "coalesce({t}.said ->> 'sheet', '')")
    row: int | None = declare.column("Строка, считая с первой.", "({t}.said ->> 'row')::int")
    column: str | None = declare.column("Столбец.", "{t}.said ->> 'column'")
    code: str = declare.column("Код из справочника ошибок.", "{t}.said ->> 'code'")
    message: str = declare.column("Что случилось и что сделать.", "{t}.said ->> 'message'")


@declare.bound("Столбец файла и поле, которым он понят.")
class ImportColumn:
    """A column by its header."""

    header: str = declare.column("Заголовок.", "{t}.said ->> 'header'")
    field: str | None = declare.column(
        "Поле; null, если столбец не хранится.", "{t}.said ->> 'field'"
    )
    confidence: float | None = declare.column(
        "Насколько уверенно он понят, от 0 до 1; null, если столбец не хранится или этого не говорят.",
        "({t}.said ->> 'confidence')::float8",
    )
    suggested: list[str] = declare.column(
        "Поля, которыми столбец мог бы быть.",
        "array(select jsonb_array_elements_text({t}.said -> 'suggested'))",
    )


@declare.bound("Чем шапка таблицы отличается от принятой в прошлый раз.")
class ImportDrift:
    """A changed header."""

    sheet: str = declare.column("Лист.", "{t}.said ->> 'sheet'")
    kind: FileKind = declare.column("Что перечисляет таблица.", "{t}.said ->> 'kind'")
    since: date = declare.column("Когда принята прежняя шапка.", "({t}.said ->> 'since')::date")
    message: str = declare.column("То же словами.", "{t}.said ->> 'message'")
    missing: list[ImportColumn] = declare.many("Какие столбцы исчезли.", listed("missing"))
    added: list[ImportColumn] = declare.many("Какие столбцы появились.", listed("added"))
    patch: list[ImportColumn] = declare.many(
        "Что сказать в columns, чтобы новая шапка читалась как прежняя.",
        Rows(
            source=(
                "(select e.key, jsonb_build_object('header', e.key, 'field', e.value) as said"
                " from jsonb_each_text({p}.said -> 'patch') e) {t}"
            ),
            order=(Key("{t}.key", "text"),),
        ),
    )


@declare.bound("Что изменило принятие файла.")
class ImportResult:
    """What accepting a file did."""

    records: int = declare.column("Новых записей.", "({t}.report #>> '{result,records}')::int")
    versions: int = declare.column(
        "Новых версий записей.", "({t}.report #>> '{result,versions}')::int"
    )
    people: int = declare.column("Изменено людей.", "({t}.report #>> '{result,people}')::int")
    mentorships: int = declare.column(
        "Изменено наставничеств.", "({t}.report #>> '{result,mentorships}')::int"
    )
    held: int = declare.column(
        "Сколько учреждений задержано: выбыло бы или изменилось слишком много людей сразу.",
        "({t}.report #>> '{result,held}')::int",
    )


@declare.bound("Файл, присланный через PUT /imports: отчёт о проверке и судьба.")
class ImportFile:
    """A file that was given."""

    id: strawberry.ID = declare.identity("Идентификатор файла.", PREFIX)
    name: str = declare.column("Имя файла.", "{t}.name")
    size: int = declare.column("Размер в байтах.", "{t}.size")
    state: ImportState = declare.column("Состояние.", "{t}.state")
    received_at: datetime = declare.column("Когда прислан.", "{t}.received_at")
    accepted_at: datetime | None = declare.column(
        "Когда принят; null, если не принят.", "{t}.accepted_at"
    )
    organisation: Organisation | None = declare.one(
        "От чьего имени прислан.",
        Rows(source="organisation {t}", where=("{t}.id = {p}.organisation_id",)),
    )
    period: int | None = declare.column("Заявленный учебный год.", "{t}.period")
    as_of: date | None = declare.column("Заявленный день.", "{t}.stated_as_of")
    completeness: Completeness | None = declare.column(
        "Заявленная полнота; null до принятия.", "{t}.completeness"
    )
    kinds: list[FileKind] = declare.column(
        "Что перечисляет файл.", "array(select jsonb_array_elements_text({t}.report -> 'kinds'))"
    )
    rows: int = declare.column("Сколько строк понято.", "({t}.report ->> 'rows')::int")
    rejected_count: int = declare.column(
        "Сколько мест не понято.", "({t}.report ->> 'rejectedCount')::int"
    )
    rejected: list[ImportProblem] = declare.many(
        "Что не понято: не больше тысячи первых мест.", listed("rejected", "{p}.report")
    )
    questions: list[ImportProblem] = declare.many(
        "Вопросы, на которые ответит только школа: их лучше снять до принятия.",
        listed("questions", "{p}.report"),
    )
    columns: list[ImportColumn] = declare.many(
        "Чем понят каждый столбец, по порядку.", listed("columns", "{p}.report")
    )
    unmapped: list[ImportColumn] = declare.many(
        "Столбцы, которые не хранятся.", listed("unmapped", "{p}.report")
    )
    repairs: list[str] = declare.column(
        "Что исправлено само.", "array(select jsonb_array_elements_text({t}.report -> 'repairs'))"
    )
    drift: list[ImportDrift] = declare.many(
        "Чем шапки отличаются от принятых в прошлый раз.", listed("drift", "{p}.report")
    )
    error_code: str | None = declare.column("Код, если принять не удалось.", "{t}.error_code")
    error_message: str | None = declare.column("То же словами.", "{t}.error_message")
    result: ImportResult | None = declare.one(
        "Что изменилось; null, если файл не принят.",
        Rows(
            source="upload {t}",
            where=("{t}.id = {p}.id", "{t}.state = 'ACCEPTED'"),
        ),
    )


IMPORT_ID = declare.argument("id", strawberry.ID, "Идентификатор из ответа PUT /imports.")


def import_row(call: Call) -> Rows:
    """Find a given file within the scope."""
    key = call.bind(call.arguments["id"], "uuid", convert=key_of(PREFIX))
    return Rows(source="upload {t}", where=(f"{{t}}.id = {key}",), scope=(SEEN_STATED,))


def import_rows(call: Call) -> Rows:
    """List the files given on behalf of the scope's organisations, the newest first."""
    chosen = call.arguments["state"]
    state = (f"{{t}}.state = {call.bind(chosen, 'text')}",) if chosen.given else ()
    return Rows(
        source="upload {t}",
        where=state,
        scope=(SEEN_STATED,),
        order=(Key("{t}.received_at", "timestamptz"), Key("{t}.id", "uuid")),
        descending=True,
    )


IMPORT_STATE = declare.argument("state", ImportState | None, "Только в этом состоянии.")
