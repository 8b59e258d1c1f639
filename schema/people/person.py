"""People: distinct persons, what is known of them, and where each value comes from."""

from datetime import date, datetime

import strawberry

from hub.access import Purpose
from schema.compiler import declare
from schema.compiler.bindings import Key, Node, Rows
from schema.connection import Connection
from schema.mentoring.mentorship import MENTORSHIP_FILTER, Mentorship, person_mentorships
from schema.node import GlobalNode
from schema.people.evidence import RECORD_ROWS, FieldProvenance, SourceRecord, provenance_rows
from schema.people.facts import (
    Contact,
    Employment,
    Enrolment,
    Experience,
    PersonIdentifier,
    PersonName,
    Qualification,
    Sex,
)
from schema.references import PERSON_REFERENCE, person_card
from schema.scope.places import SEEN_PERSON

OF_PERSON = ("{t}.person_id = {p}.id",)
BY_DATES = (Key("{t}.starts", "date"), Key("{t}.id", "bigint"))


@declare.bound(
    "Человек: один, сколько бы записей о нём ни было.",
    node=Node(
        "person",
        Rows(
            source="person {t}",
            where=(
                # In a subselect of its own: PostgreSQL takes a bare coalesce for leaky, and row
                # security would keep it from the index.
                (
                    "{t}.id = (select coalesce((select a.person_id from person_alias a"
                    " where a.alias_id = {id} and a.kind <> 'GONE'), {id}))"
                ),
            ),
            scope=(SEEN_PERSON,),
        ),
        PERSON_REFERENCE,
    ),
    keys=("id", "sourceSystem externalId"),
)
class Person(GlobalNode):
    """A distinct person within the viewer's scope."""

    id: strawberry.ID = declare.identity(
        "Непрозрачный идентификатор; прежние идентификаторы продолжают отвечать.", "person"
    )
    last_name: str = declare.column("Фамилия.", "{t}.last_name")
    first_name: str = declare.column("Имя; пустая строка, если неизвестно.", "{t}.first_name")
    middle_name: str = declare.column(
        "Отчество; пустая строка, если неизвестно.", "{t}.middle_name"
    )
    display_name: str = declare.column(
        "Фамилия, имя и отчество одной строкой.",
        "concat_ws(' ', {t}.last_name, nullif({t}.first_name, ''), nullif({t}.middle_name, ''))",
    )
    birth_date: date | None = declare.column(
        "Дата рождения; без цели BIRTH_DATES — null.",
        "{t}.birth_date",
        purpose=Purpose.BIRTH_DATES,
        subject="{t}.id",
    )
    birth_year: int | None = declare.column("Год рождения.", "{t}.birth_year")
    sex: Sex | None = declare.column("Пол.", "{t}.sex")
    source_system: str | None = declare.column(
        "Код системы, карточкой которой назван человек: той, по чьей спросили, иначе первой из "
        "видимых вам; null, если карточки нет.",
        person_card("s.code", "system"),
    )
    external_id: str | None = declare.column(
        "Номер этой карточки в её системе; СНИЛС здесь не бывает.",
        person_card("v.stated_id", "number"),
    )
    record_count: int = declare.column("Сколько записей источников о человеке.", "{t}.record_count")
    changed_at: datetime = declare.column("Когда сведения изменились.", "{t}.changed_at")
    masked_fields: list[str] = declare.masked_names("Поля, которых не видно без цели доступа.")
    names: list[PersonName] = declare.many(
        "Все полные имена из записей.",
        Rows(
            source="person_name {t}",
            where=OF_PERSON,
            order=(
                Key("{t}.last_name", "text"),
                Key("{t}.first_name", "text"),
                Key("{t}.middle_name", "text"),
            ),
        ),
    )
    identifiers: list[PersonIdentifier] = declare.many(
        "Государственные номера.",
        Rows(
            source="person_identifier {t}",
            where=OF_PERSON,
            order=(Key("{t}.type", "text"), Key("{t}.value_hash", "bytea")),
        ),
    )
    contacts: list[Contact] = declare.many(
        "Телефоны и адреса.",
        Rows(
            source="contact {t}",
            where=OF_PERSON,
            order=(Key("{t}.kind", "text"), Key("{t}.value", "text")),
        ),
    )
    employments: list[Employment] = declare.many(
        "Работа, по дате начала.", Rows(source="employment {t}", where=OF_PERSON, order=BY_DATES)
    )
    enrolments: list[Enrolment] = declare.many(
        "Обучение, по дате начала.", Rows(source="enrolment {t}", where=OF_PERSON, order=BY_DATES)
    )
    experience: list[Experience] = declare.many(
        "Стаж по видам.",
        Rows(source="experience {t}", where=OF_PERSON, order=(Key("{t}.kind", "text"),)),
    )
    qualifications: list[Qualification] = declare.many(
        "Квалификационные категории.",
        Rows(source="qualification {t}", where=OF_PERSON, order=(Key("{t}.category", "text"),)),
    )
    provenance: list[FieldProvenance] = declare.many("Откуда взято каждое поле.", provenance_rows)
    records: list[SourceRecord] = declare.many(
        "Записи источников о человеке, видимые вам.", RECORD_ROWS
    )
    mentorships: Connection[Mentorship] = declare.page(
        "Наставничество, в котором человек участвует.", person_mentorships, (MENTORSHIP_FILTER,)
    )
