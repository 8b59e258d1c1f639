"""The figures of coverage: what a line of an answer says, and how much its lines overlap."""

from datetime import date

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Rows
from schema.organisations.organisation import ITS_ORGANISATION, Organisation, Territory


@declare.bound("Числа без имён, как их утверждают источники; null, если никто не утверждал.")
class CoverageAsserted:
    """What organisations assert without names."""

    mentors: int | None = declare.column("Наставников.", "{t}.asserted_mentors")
    mentees: int | None = declare.column("Наставляемых.", "{t}.asserted_mentees")
    pairs: int | None = declare.column("Пар.", "{t}.asserted_pairs")


@declare.bound(
    "Сколько из утверждаемого не названо поимённо: по каждому учреждению отдельно, не меньше нуля."
)
class CoverageUnnamed:
    """What of it has no names."""

    mentors: int | None = declare.column("Наставников.", "{t}.unnamed_mentors")
    mentees: int | None = declare.column("Наставляемых.", "{t}.unnamed_mentees")
    pairs: int | None = declare.column("Пар.", "{t}.unnamed_pairs")


@declare.bound(
    "На сколько уменьшились бы числа, если бы на каждый открытый вопрос о двойниках ответили «да»."
)
class CoverageDuplicates:
    """How much open questions may change."""

    mentors: int = declare.column("Наставников.", "{t}.duplicates_mentors")
    mentees: int = declare.column("Наставляемых.", "{t}.duplicates_mentees")


@declare.bound(
    "Строка охвата: одно управление, территория, учреждение или форма, либо весь ответ. "
    "Null — число здесь не имеет смысла или для него нет данных."
)
class CoverageRow:
    """The figures of one unit."""

    key: strawberry.ID = declare.column(
        "Ключ строки для coverageMembers: OUTSIDE — вне единиц, TOTAL — весь ответ.", "{t}.key"
    )
    title: str = declare.column("Название строки.", "{t}.title")
    organisation: Organisation | None = declare.one(
        "Управление или учреждение строки; вне области видимости — null.",
        ITS_ORGANISATION,
    )
    territory: Territory | None = declare.one(
        "Территория строки.",
        Rows(source="territory {t}", where=("{t}.id = {p}.territory_id",)),
    )
    form_code: str | None = declare.column("Код формы строки.", "{t}.form_code")
    mentors: int | None = declare.column(
        "Разных людей, которые наставляют; внешние наставники тоже.", "{t}.mentors"
    )
    mentors_registered: int | None = declare.column(
        "Людей в базах наставников, в паре или без неё.", "{t}.mentors_registered"
    )
    mentees: int | None = declare.column("Разных наставляемых.", "{t}.mentees")
    pairs: int | None = declare.column(
        "Разных пар «наставник — наставляемый» в любых формах.", "{t}.pairs"
    )
    groups: int | None = declare.column(
        "Наставничеств с двумя наставляемыми и больше.", "{t}.groups"
    )
    programmes: int | None = declare.column(
        "Программ, кроме черновиков и отменённых, с участием учреждений строки.",
        "{t}.programmes",
    )
    without_programme: int | None = declare.column(
        "Пар, у которых нет программы.", "{t}.without_programme"
    )
    organisations_with_mentoring: int | None = declare.column(
        "Юридических лиц, где есть хотя бы одна действующая пара.",
        "{t}.organisations_with_mentoring",
    )
    active_organisations: int | None = declare.column(
        "Действующих юридических лиц тех видов, которые реализуют модель.",
        "{t}.active_organisations",
    )
    approved_organisations: int | None = declare.column(
        "Юридических лиц в утверждённом перечне учебного года; null, если перечня нет.",
        "{t}.approved_organisations",
    )
    reported_organisations: int | None = declare.column(
        "Действующих юридических лиц, от которых есть база за учебный год.",
        "{t}.reported_organisations",
    )
    young_specialists: int | None = declare.column(
        "Молодых специалистов на последний день периода.", "{t}.young_specialists"
    )
    young_specialists_unknown: int | None = declare.column(
        "Учителей, о стаже которых ничего не известно; в знаменатель не входят.",
        "{t}.young_specialists_unknown",
    )
    young_specialists_covered: int | None = declare.column(
        "Молодых специалистов, у которых в этот день есть наставник в педагогической форме.",
        "{t}.young_specialists_covered",
    )
    young_specialists_uncovered: int | None = declare.column(
        "Молодых специалистов без наставника.", "{t}.young_specialists_uncovered"
    )
    asserted: CoverageAsserted = declare.inline("Числа без имён, как их утверждают источники.")
    unnamed: CoverageUnnamed = declare.inline("Сколько из утверждаемого не названо поимённо.")
    possible_duplicates: CoverageDuplicates = declare.inline(
        "На сколько числа могут уменьшиться после ответов на открытые вопросы."
    )
    completeness: float | None = declare.column(
        "Доля действующих юридических лиц, от которых есть база за учебный год: от 0 до 1.",
        "{t}.completeness",
    )
    data_as_of: date | None = declare.column(
        "По какой день говорит самый свежий список учреждений строки.", "{t}.data_as_of"
    )
    target: float | None = declare.column(
        "План доли молодых специалистов с наставником на год, проценты.", "{t}.target"
    )
    gap: int | None = declare.column(
        "Скольким ещё молодым специалистам нужен наставник, чтобы выполнить план.", "{t}.gap"
    )


@declare.bound(
    "Насколько сумма строк больше всего ответа: кто считается в нескольких строках. "
    "Null — у строк или у всего ответа такого числа нет."
)
class CoverageOverlap:
    """The sum of the rows less the total."""

    mentors: int | None = declare.column("По наставникам.", "{t}.mentors")
    mentors_registered: int | None = declare.column(
        "По людям в базах наставников.", "{t}.mentors_registered"
    )
    mentees: int | None = declare.column("По наставляемым.", "{t}.mentees")
    pairs: int | None = declare.column("По парам.", "{t}.pairs")
    groups: int | None = declare.column("По группам.", "{t}.groups")
    programmes: int | None = declare.column("По программам.", "{t}.programmes")
    without_programme: int | None = declare.column(
        "По парам без программы.", "{t}.without_programme"
    )
    organisations_with_mentoring: int | None = declare.column(
        "По юридическим лицам с наставничеством.", "{t}.organisations_with_mentoring"
    )
    active_organisations: int | None = declare.column(
        "По действующим юридическим лицам.", "{t}.active_organisations"
    )
    approved_organisations: int | None = declare.column(
        "По утверждённому перечню.", "{t}.approved_organisations"
    )
    reported_organisations: int | None = declare.column(
        "По юридическим лицам с базой.", "{t}.reported_organisations"
    )
    young_specialists: int | None = declare.column(
        "По молодым специалистам.", "{t}.young_specialists"
    )
    young_specialists_unknown: int | None = declare.column(
        "По учителям с неизвестным стажем.", "{t}.young_specialists_unknown"
    )
    young_specialists_covered: int | None = declare.column(
        "По молодым специалистам с наставником.", "{t}.young_specialists_covered"
    )
    young_specialists_uncovered: int | None = declare.column(
        "По молодым специалистам без наставника.", "{t}.young_specialists_uncovered"
    )
