"""What is known of a person: names, numbers, contacts, posts, classes, categories."""

from datetime import date
from enum import StrEnum

from hub.access import Purpose
from schema.compiler import declare
from schema.organisations.organisation import ITS_ORGANISATION, Organisation

SHORT_NAME = "(select o.short_name from organisation o where o.id = {t}.organisation_id)"


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
    starts: date | None = declare.column("С какого дня так говорят записи.", "{t}.starts")
    ends: date | None = declare.column("До какого дня; null — говорят и сейчас.", "{t}.ends")


@declare.bound("Государственный номер человека.")
class PersonIdentifier:
    """A state identifier; sealed at rest and masked without the purpose."""

    type: str = declare.column("Вид номера: SNILS.", "{t}.type")
    value: str = declare.column(
        "Номер; без цели IDENTIFIERS видны только последние цифры.",
        "{t}.value_sealed",
        sealed=True,
        purpose=Purpose.IDENTIFIERS,
        subject="{t}.person_id",
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
        subject="{t}.person_id",
        masked=(
            "case when {t}.kind = 'EMAIL' then '***@' || split_part({t}.value, '@', 2)"
            " else '***' || right({t}.value, 2) end"
        ),
    )
    starts: date | None = declare.column("С какого дня его называют записи.", "{t}.starts")
    ends: date | None = declare.column("До какого дня; null — называют и сейчас.", "{t}.ends")
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
