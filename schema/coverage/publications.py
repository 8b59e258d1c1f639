"""Published tables of coverage: frozen, without small numbers, open to everybody."""

from datetime import date, datetime

import strawberry

from hub.coverage import Measure
from hub.coverage.publishing import Level
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.connection import Connection

MOST = 1_000
declare.choice(
    "О ком строка опубликованной таблицы.",
    {
        "REGION": "Весь регион.",
        "DEPARTMENT": "Территориальное управление.",
        "ORGANISATION": "Учреждение.",
    },
    name="PublishedLevel",
)(Level)


@declare.bound(
    "Строка опубликованной таблицы. Числа меньше порога и те, что выдали бы их вычитанием, скрыты: "
    "на их месте null, а их имена — в withheld."
)
class PublishedRow:
    """The figures of one unit as they were published."""

    level: Level = declare.column("О ком строка.", "{t}.level")
    key: strawberry.ID = declare.column("Ключ строки среди строк её уровня.", "{t}.key")
    above: strawberry.ID | None = declare.column(
        "Ключ строки управления, в чьём ведении учреждение.", "{t}.above"
    )
    title: str = declare.column("Название строки.", "{t}.title")
    mentors: int | None = declare.column("Наставников.", "{t}.mentors")
    mentees: int | None = declare.column("Наставляемых.", "{t}.mentees")
    pairs: int | None = declare.column("Пар.", "{t}.pairs")
    young_specialists: int | None = declare.column("Молодых специалистов.", "{t}.young_specialists")
    young_specialists_covered: int | None = declare.column(
        "Из них с наставником.", "{t}.young_specialists_covered"
    )
    young_specialists_uncovered: int | None = declare.column(
        "Из них без наставника.", "{t}.young_specialists_uncovered"
    )
    programmes: int = declare.column("Программ.", "{t}.programmes")
    organisations_with_mentoring: int = declare.column(
        "Учреждений, где идёт наставничество.", "{t}.organisations_with_mentoring"
    )
    active_organisations: int = declare.column(
        "Действующих учреждений.", "{t}.active_organisations"
    )
    withheld: list[Measure] = declare.column("Какие числа строки скрыты.", "{t}.withheld")


@declare.bound("Опубликованная таблица охвата: какой её опубликовали, такой она и останется.")
class Publication:
    """A published table."""

    key: strawberry.ID = declare.column("Номер таблицы.", "{t}.id")
    span: str = declare.column(
        "За какое время: учебный год, календарный год или месяц дня.", "{t}.span"
    )
    starts: date = declare.column("Первый день.", "{t}.starts")
    day: date = declare.column("Последний день.", "{t}.day")
    published_at: datetime = declare.column("Когда опубликована.", "{t}.published_at")
    rows: Connection[PublishedRow] = declare.page(
        "Строки: регион, управления, учреждения.",
        Rows(
            source="published_row {t}",
            where=("{t}.publication_id = {p}.id",),
            order=(Key("{t}.position", "int"),),
        ),
        most=MOST,
    )


PUBLICATIONS = declare.page(
    "Опубликованные таблицы охвата, новые первыми; доступны всем, кому выдан ключ.",
    Rows(
        source="publication {t}",
        order=(Key("{t}.published_at", "timestamptz"), Key("{t}.id", "uuid")),
        descending=True,
    ),
)
