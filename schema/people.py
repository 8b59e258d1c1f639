"""People: distinct persons with what is known of them, where each value comes from, and a search."""

from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

import strawberry

from hub.access import Purpose
from schema.compiler import declare
from schema.compiler.arguments import Value
from schema.compiler.bindings import Key, Node, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.compiler.sql import Sql
from schema.connection import Connection
from schema.mentoring import MENTORSHIP_FILTER, Mentorship, person_mentorships
from schema.node import GlobalNode
from schema.organisations import (
    IdentifierInput,
    Organisation,
    identifier_condition,
    territory_condition,
)
from schema.places import SEEN_ORGANISATION, SEEN_PERSON

OF_PERSON = ("{t}.person_id = {p}.id",)
SHORT_NAME = "(select o.short_name from organisation o where o.id = {t}.organisation_id)"
ITS_ORGANISATION = Rows(
    source="organisation {t}",
    where=("{t}.id = {p}.organisation_id",),
    scope=(SEEN_ORGANISATION,),
)


@declare.choice(
    "Пол.",
    {
        "MALE": "Мужской.",
        "FEMALE": "Женский.",
    },
)
class Sex(StrEnum):
    """The sex that records state or a patronymic shows."""

    MALE = "MALE"
    FEMALE = "FEMALE"


@declare.choice(
    "Какое это имя человека.",
    {
        "CURRENT": "Нынешнее.",
        "PREVIOUS": "Прежнее.",
        "VARIANT": "Другое написание.",
    },
)
class NameKind(StrEnum):
    """Whether a name is today's, a former one or another spelling."""

    CURRENT = "CURRENT"
    PREVIOUS = "PREVIOUS"
    VARIANT = "VARIANT"


@declare.choice(
    "Вид контакта.",
    {
        "PHONE": "Телефон.",
        "EMAIL": "Адрес электронной почты.",
    },
)
class ContactKind(StrEnum):
    """How somebody is reached."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"


@declare.choice(
    "Чей это контакт.",
    {
        "SELF": "Самого человека.",
        "REPRESENTATIVE": "Родителя или другого представителя.",
    },
)
class ContactOwner(StrEnum):
    """Whose contact a record states."""

    SELF = "SELF"
    REPRESENTATIVE = "REPRESENTATIVE"


@declare.choice(
    "Вид занятости.",
    {
        "MAIN": "Основная работа.",
        "INTERNAL_PT": "Внутреннее совместительство.",
        "EXTERNAL_PT": "Внешнее совместительство.",
        "CIVIL": "Гражданско-правовой договор.",
        "UNKNOWN": "Источник не назвал.",
    },
)
class EmploymentKind(StrEnum):
    """How a post is held."""

    MAIN = "MAIN"
    INTERNAL_PT = "INTERNAL_PT"
    EXTERNAL_PT = "EXTERNAL_PT"
    CIVIL = "CIVIL"
    UNKNOWN = "UNKNOWN"


@declare.bound("Полное имя, как его пишет хотя бы одна запись.")
class PersonName:
    """A full name of a person."""

    last_name: str = declare.column("Фамилия.", "{t}.last_name")
    first_name: str = declare.column("Имя.", "{t}.first_name")
    middle_name: str = declare.column(
        "Отчество; пустая строка, если неизвестно.", "{t}.middle_name"
    )
    kind: NameKind = declare.column("Нынешнее, прежнее или вариант написания.", "{t}.kind")


@declare.bound("Государственный номер человека.")
class PersonIdentifier:
    """A state identifier; sealed at rest and masked without the purpose."""

    type: str = declare.column("Вид номера: SNILS.", "{t}.type")
    value: str = declare.column(
        "Номер; без цели IDENTIFIERS видны только последние цифры.",
        "{t}.value_sealed",
        sealed=True,
        purpose=Purpose.IDENTIFIERS,
        masked=(
            "coalesce((select f.value from person_field f where f.person_id = {t}.person_id"
            " and f.field = lower({t}.type) and f.record_id = {t}.record_id), '***')"
        ),
    )
    masked_fields: list[str] = declare.masked_names("Поля, показанные под маской.")


@declare.bound("Телефон или адрес электронной почты.")
class Contact:
    """A phone or an e-mail address."""

    kind: ContactKind = declare.column("Телефон или почта.", "{t}.kind")
    owner: ContactOwner = declare.column("Чей это контакт.", "{t}.owner")
    value: str = declare.column(
        "Контакт; без цели CONTACTS под маской.",
        "{t}.value",
        purpose=Purpose.CONTACTS,
        masked=(
            "case when {t}.kind = 'EMAIL' then '***@' || split_part({t}.value, '@', 2)"
            " else '***' || right({t}.value, 2) end"
        ),
    )
    masked_fields: list[str] = declare.masked_names("Поля, показанные под маской.")


@declare.bound("Работа человека в учреждении.")
class Employment:
    """A post of a person."""

    organisation: Organisation | None = declare.one(
        "Учреждение; вне области видимости — null.", ITS_ORGANISATION
    )
    organisation_name: str = declare.column("Краткое наименование учреждения.", SHORT_NAME)
    position_code: str = declare.column("Код должности из справочника.", "{t}.position_code")
    position_name: str = declare.column("Должность, как её пишет источник.", "{t}.position_text")
    subjects: list[str] = declare.column("Предметы.", "{t}.subjects")
    kind: EmploymentKind = declare.column("Вид занятости.", "{t}.kind")
    young_specialist_flag: bool | None = declare.column(
        "Отметка источника «молодой специалист».", "{t}.young_specialist_flag"
    )
    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    is_current: bool = declare.column(
        "Длится ли сегодня.", "{t}.starts <= {today} and {t}.ends > {today}"
    )


@declare.bound("Обучение в учреждении.")
class Enrolment:
    """A pupil in a class."""

    organisation: Organisation | None = declare.one(
        "Учреждение; вне области видимости — null.", ITS_ORGANISATION
    )
    organisation_name: str = declare.column("Краткое наименование учреждения.", SHORT_NAME)
    grade: int | None = declare.column("Класс.", "{t}.grade")
    letter: str = declare.column("Буква класса; пустая строка, если её нет.", "{t}.letter")
    academic_year: int | None = declare.column(
        "Учебный год по году его начала.", "{t}.academic_year"
    )
    starts: date | None = declare.column("С какого дня.", "{t}.starts")
    ends: date | None = declare.column("До какого дня, не включая его.", "{t}.ends")
    is_current: bool = declare.column(
        "Длится ли сегодня.", "{t}.starts <= {today} and {t}.ends > {today}"
    )


@declare.bound("Квалификационная категория.")
class Qualification:
    """A qualification category of a teacher."""

    category: str = declare.column("Код категории: COMPLIANCE, FIRST, HIGHEST.", "{t}.category")
    assigned_on: date | None = declare.column("Когда присвоена.", "{t}.assigned_on")


@declare.bound("Стаж: с какого дня человек работает.")
class Experience:
    """Since when a person has worked."""

    kind: str = declare.column("Вид стажа: TEACHING или TOTAL.", "{t}.kind")
    since: date = declare.column("День, от которого считается стаж.", "{t}.since")


@declare.bound("Запись источника: что он сказал о человеке и где это стоит.")
class SourceRecord:
    """A record linked to a person; shown when its organisation lies within the scope."""

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


@declare.bound("Откуда взято значение поля.")
class FieldProvenance:
    """Where a golden value comes from, by which rule, and the place in the source."""

    field: str = declare.column("Имя поля: last_name, birth_date, snils и другие.", "{t}.field")
    value: str = declare.column(
        "Значение; дата рождения без цели BIRTH_DATES показана годом, номера — под маской.",
        "{t}.value",
        purpose=Purpose.BIRTH_DATES,
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
        where=OF_PERSON,
        order=(Key("{t}.field", "text"),),
    )


BY_DATES = (Key("{t}.starts", "date"), Key("{t}.id", "bigint"))


@declare.bound(
    "Человек: один, сколько бы записей о нём ни было.",
    node=Node(
        "person",
        Rows(
            source="person {t}",
            where=(
                (
                    "{t}.id = coalesce((select a.person_id from person_alias a"
                    " where a.alias_id = {id} and a.kind <> 'GONE'), {id})"
                ),
            ),
            scope=(SEEN_PERSON,),
        ),
    ),
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
    )
    birth_year: int | None = declare.column("Год рождения.", "{t}.birth_year")
    sex: Sex | None = declare.column("Пол.", "{t}.sex")
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


@declare.choice(
    "Кем человек является сегодня.",
    {
        "STAFF": "Работает в учреждении.",
        "PUPIL": "Учится в учреждении.",
        "MENTOR": "Наставник в действующей паре.",
        "MENTEE": "Наставляемый в действующей паре.",
    },
)
class PersonRole(StrEnum):
    """What a person is today."""

    STAFF = "STAFF"
    PUPIL = "PUPIL"
    MENTOR = "MENTOR"
    MENTEE = "MENTEE"


@declare.choice(
    "Порядок списка людей.",
    {
        "NAME_ASC": "По имени, от А.",
        "NAME_DESC": "По имени, от Я.",
        "CHANGED_ASC": "Сначала изменённые давно.",
        "CHANGED_DESC": "Сначала изменённые недавно.",
    },
)
class PersonOrder(StrEnum):
    """By which column people are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CHANGED_ASC = "CHANGED_ASC"
    CHANGED_DESC = "CHANGED_DESC"


@strawberry.input(description="Каких людей показать; условия складываются.")
class PersonFilter:
    """What narrows the list of people."""

    department: strawberry.ID | None = strawberry.field(
        default=None, description="Орган управления, в чьём ведении человек."
    )
    organisation: strawberry.ID | None = strawberry.field(
        default=None, description="Учреждение человека."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=None, description="Учреждение человека по номеру в другой системе."
    )
    territory: strawberry.ID | None = strawberry.field(
        default=None, description="Территория учреждения, где человек работает или учится сегодня."
    )
    role: PersonRole | None = strawberry.field(default=None, description="Кем человек является.")
    name_prefix: str | None = strawberry.field(
        default=None, description="Начало полного имени: «Иванова М»; регистр и ё не важны."
    )


PERSON_FILTER = declare.argument("filter", PersonFilter | None, "Каких людей показать.")
PERSON_ORDER = declare.argument("order_by", PersonOrder | None, "Порядок; по умолчанию NAME_ASC.")
IN_FORCE = "{x}.starts <= {today} and {x}.ends > {today}"


def people_rows(call: Call) -> Rows:
    """Read people of the scope, starting from the rows of the narrowest authority named.

    A department or an organisation has rows of its own in the order of the page, so a filter by
    one of them reads its rows alone; the scope is then looked up for each.
    """
    order = call.arguments["orderBy"].choice
    by_change = order in {PersonOrder.CHANGED_ASC, PersonOrder.CHANGED_DESC}
    first = Key("{t}.changed_at", "timestamptz") if by_change else Key("{t}.sort_key", "text")
    authorities = [*_authorities(call), call.scope]
    return Rows(
        source="person_place {t}",
        where=(
            f"{{t}}.authority_id = {authorities[0]}",
            IN_FORCE.replace("{x}", "{t}"),
            *(_also_under(authority) for authority in authorities[1:]),
            *_conditions(call),
        ),
        order=(first, Key("{t}.person_id", "uuid")),
        descending=order in {PersonOrder.NAME_DESC, PersonOrder.CHANGED_DESC},
        node="join person {t} on {t}.id = {r}.person_id",
    )


def _authorities(call: Call) -> list[Sql]:
    chosen = call.arguments["filter"]
    return [
        call.bind(chosen.part(name), "uuid", convert=key_of("organisation"))
        for name in ("organisation", "department")
        if chosen.part(name).given
    ]


def _also_under(authority: Sql) -> str:
    return (
        "exists (select from person_place ap where ap.person_id = {t}.person_id"
        f" and ap.authority_id = {authority} and {IN_FORCE.replace('{x}', 'ap')})"
    )


def _conditions(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("identifier").given:
        own = identifier_condition(call, "ap.authority_id")
        found.append(
            "exists (select from person_place ap where ap.person_id = {t}.person_id"
            f" and {own} and {IN_FORCE.replace('{x}', 'ap')})"
        )
    if chosen.part("territory").given:
        found.append(_in_territory(call))
    role = chosen.part("role").choice
    if isinstance(role, PersonRole):
        found.append(_has_role(role))
    if chosen.part("namePrefix").given:
        prefix = chosen.part("namePrefix")
        low = call.bind(prefix, "text", convert=folded)
        high = call.bind(prefix, "text", convert=lambda value: folded(value) + "\U0010ffff")
        found.append(f"{{t}}.sort_key >= {low} and {{t}}.sort_key < {high}")
    return found


def folded(value: Value) -> str:
    """Fold a text as sort keys are folded."""
    return " ".join(str(value).casefold().replace("ё", "е").split())


def _in_territory(call: Call) -> str:
    places = " or ".join(
        f"exists (select from {table} tx join organisation ty on ty.id = tx.organisation_id"
        f" where tx.person_id = {{t}}.person_id and {IN_FORCE.replace('{x}', 'tx')}"
        f" and {territory_condition(call, 'ty.territory_id')})"
        for table in ("employment", "enrolment")
    )
    return f"({places})"


def _has_role(role: PersonRole) -> str:
    match role:
        case PersonRole.STAFF:
            table, column = "employment", "person_id"
        case PersonRole.PUPIL:
            table, column = "enrolment", "person_id"
        case PersonRole.MENTOR:
            table, column = "participation_fact", "mentor_id"
        case PersonRole.MENTEE:
            table, column = "participation_fact", "mentee_id"
        case _:
            assert_never(role)
    return (
        f"exists (select from {table} rx where rx.{column} = {{t}}.person_id"
        f" and {IN_FORCE.replace('{x}', 'rx')})"
    )
