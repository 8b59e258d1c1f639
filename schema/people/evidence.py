"""Evidence behind a person: the records linked to them and the place of each chosen value."""

from datetime import date

import strawberry

from hub.access import Purpose
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.people.facts import Sex
from schema.scope.places import SEEN_ORGANISATION

# The person whose record states a fact: whom the audit names when it is shown unmasked.
RECORDS_PERSON = "(select l.person_id from link l where l.record_id = {t}.record_id)"
SHORT_NAME = "(select o.short_name from organisation o where o.id = {t}.organisation_id)"


@declare.bound("Что запись говорит о человеке, приведённое к одному виду для сравнения.")
class StatedFacts:
    """A record's current version, normalised: what people look at when they compare two."""

    last_name: str = declare.column("Фамилия.", "{t}.last_name")
    first_name: str = declare.column("Имя; бывает инициалом.", "{t}.first_name")
    middle_name: str = declare.column("Отчество; бывает инициалом.", "{t}.middle_name")
    previous_last_name: str = declare.column(
        "Прежняя фамилия, если названа.", "{t}.previous_last_name"
    )
    birth_date: date | None = declare.column(
        "Дата рождения; без цели BIRTH_DATES — null.",
        "{t}.birth_date",
        purpose=Purpose.BIRTH_DATES,
        subject=RECORDS_PERSON,
    )
    birth_year: int | None = declare.column("Год рождения.", "{t}.birth_year")
    sex: Sex | None = declare.column("Пол.", "{t}.sex")
    has_snils: bool = declare.column("Назван ли верный СНИЛС.", "({t}.snils_hash is not null)")
    phones: list[str] = declare.column(
        "Телефоны; без цели CONTACTS — пусто.",
        "{t}.phones",
        purpose=Purpose.CONTACTS,
        subject=f"case when {{t}}.phones <> '{{}}' then {RECORDS_PERSON} end",
        masked="array[]::text[]",
    )
    emails: list[str] = declare.column(
        "Адреса почты; без цели CONTACTS — пусто.",
        "{t}.emails",
        purpose=Purpose.CONTACTS,
        subject=f"case when {{t}}.emails <> '{{}}' then {RECORDS_PERSON} end",
        masked="array[]::text[]",
    )
    position_text: str = declare.column("Должность, как её пишет источник.", "{t}.position_text")
    subjects: list[str] = declare.column("Предметы.", "{t}.subjects")
    grade: int | None = declare.column("Класс.", "{t}.grade")
    letter: str = declare.column("Буква класса.", "{t}.letter")
    affiliation_text: str = declare.column(
        "Место работы или учёбы, как его пишет источник.", "{t}.affiliation_text"
    )
    masked_fields: list[str] = declare.masked_names("Поля, которых не видно без цели доступа.")


@declare.bound("Запись источника: что он сказал о человеке и где это стоит.")
class SourceRecord:
    """A record linked to a person; shown when its organisation lies within the scope."""

    key: strawberry.ID = declare.column(
        "Ключ записи: им её называют в решениях о совпадениях.", "{t}.id::text"
    )
    kind: str = declare.column("Вид записи: STAFF, PUPIL, MENTOR, MENTEE, MENTION.", "{t}.kind")
    source_code: str = declare.column("Код источника.", "{t}s.code")
    source_title: str = declare.column("Название источника.", "{t}s.title")
    organisation_name: str = declare.column("Учреждение, которое это сообщило.", SHORT_NAME)
    first_stated: date = declare.column("Когда сказано впервые.", "{t}.first_stated")
    last_stated: date = declare.column("Когда сказано в последний раз.", "{t}.last_stated")
    ended_on: date | None = declare.column(
        "С какого дня источник этого не говорит.", "{t}.ended_on"
    )
    file_name: str | None = declare.column("Файл.", "{t}f.name")
    sheet: str | None = declare.column("Лист файла.", "{t}v.sheet")
    row: int | None = declare.column("Строка файла, с единицы.", "{t}v.row")
    stated_id: str | None = declare.column(
        "Номер записи в системе источника; пустая строка, если его нет.", "{t}v.stated_id"
    )
    facts: StatedFacts | None = declare.one(
        "Что запись говорит о человеке, как хаб её понял; вне области видимости — null.",
        Rows(
            source="record_facts {t}",
            where=("{t}.record_id = {p}.id",),
            scope=(SEEN_ORGANISATION.replace("{t}.id", "{t}.organisation_id"),),
            present="{t}.record_id",
        ),
    )


@declare.bound("Откуда взято значение поля.")
class FieldProvenance:
    """Where a golden value comes from, by which rule, and the place in the source."""

    field: str = declare.column("Имя поля: last_name, birth_date, snils и другие.", "{t}.field")
    value: str = declare.column(
        "Значение; дата рождения без цели BIRTH_DATES показана годом, номера — под маской.",
        "{t}.value",
        purpose=Purpose.BIRTH_DATES,
        subject="case when {t}.field = 'birth_date' then {t}.person_id end",
        masked="case when {t}.field = 'birth_date' then left({t}.value, 4) else {t}.value end",
    )
    rule: str = declare.column(
        "Правило выбора: PIN, VALIDITY, SOURCE_RANK, RECENCY, AGREEMENT, COMPLETENESS.", "{t}.rule"
    )
    stated_as_of: date = declare.column("На какой день источник это сказал.", "{t}.stated_as_of")
    source_code: str | None = declare.column(
        "Код источника; null, если запись вне области видимости.", "{t}s.code"
    )
    source_title: str | None = declare.column("Название источника.", "{t}s.title")
    file_name: str | None = declare.column("Файл.", "{t}f.name")
    sheet: str | None = declare.column("Лист файла.", "{t}v.sheet")
    row: int | None = declare.column("Строка файла, с единицы.", "{t}v.row")
    stated_id: str | None = declare.column(
        "Номер записи в системе источника; пустая строка, если его нет.", "{t}v.stated_id"
    )


RECORD_ROWS = Rows(
    source=(
        "link {t}l join record {t} on {t}.id = {t}l.record_id join source {t}s on {t}s.id ="
        " {t}.source_id left join record_version {t}v on {t}v.id = {t}.current_version_id"
        " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
    ),
    where=("{t}l.person_id = {p}.id",),
    scope=(SEEN_ORGANISATION.replace("{t}.id", "{t}.organisation_id"),),
    order=(Key("{t}.id", "bigint"),),
)


def provenance_rows(call: Call) -> Rows:
    """Read the choices of golden values with the place of each chosen record in its source."""
    record = "{t}r.id = {t}.record_id"
    if not call.viewer.region_wide:
        record += " and " + SEEN_ORGANISATION.replace("{t}.id", "{t}r.organisation_id")
    return Rows(
        source=(
            f"person_field {{t}} left join record {{t}}r on {record}"
            " left join source {t}s on {t}s.id = {t}r.source_id"
            " left join record_version {t}v on {t}v.id = {t}.record_version_id"
            " and {t}v.record_id = {t}r.id"
            " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
        ),
        where=("{t}.person_id = {p}.id",),
        order=(Key("{t}.field", "text"),),
    )
