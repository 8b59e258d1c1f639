"""Coverage: how many mentor whom, by unit and in total, and who stands behind each number."""

from collections.abc import Mapping
from datetime import date, datetime

import strawberry

from hub.coverage import (
    COUNTS,
    METRICS,
    Attribution,
    GroupBy,
    Measure,
    Source,
    Wanted,
    answer,
    members,
    ready,
)
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.connection import Connection
from schema.coverage.question import ARGUMENTS, MEMBER_ARGUMENTS, place_of, shape_of
from schema.mentoring.mentorship import Mentorship, Programme
from schema.node import GlobalNode
from schema.organisations.organisation import Organisation, Territory
from schema.people.person import Person
from schema.scope.places import SEEN_MENTORSHIP, SEEN_ORGANISATION, SEEN_PERSON


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
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.organisation_id",),
            scope=(SEEN_ORGANISATION,),
        ),
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


@declare.bound("Охват: строки, весь ответ и насколько строки пересекаются.")
class Coverage:
    """An answer, counted when it is asked or kept since nothing behind it changed."""

    rows: list[CoverageRow] = declare.many(
        "Строки: по одной на единицу, последняя — вне единиц.",
        Rows(source="coverage_row {t}", order=(Key("{t}.position", "int"),)),
    )
    total: CoverageRow = declare.one(
        "Весь ответ: каждый человек один раз.",
        Rows(source="coverage_total {t}", present="{t}.key"),
    )
    overlap: CoverageOverlap = declare.one(
        "Насколько сумма строк больше всего ответа.",
        Rows(source="coverage_overlap {t}", present="{t}.key"),
    )
    group_by: GroupBy = declare.column("Что составляет строку.", "{t}.group_by")
    attribution: Attribution = declare.column("В чьей строке наставник.", "{t}.attribution")
    starts: date = declare.column("Первый день периода.", "{t}.starts")
    day: date = declare.column(
        "Последний день периода: на него читаются стаж, план и перечень.", "{t}.day"
    )
    data_as_of: date | None = declare.column(
        "По какой день говорит самый свежий список.", "(select data_as_of from coverage_total)"
    )
    source: Source = declare.column(
        "Сосчитано сейчас или взято из готовых чисел, которые с тех пор ничто не изменило.",
        "(select source from coverage_source)",
    )
    computed_at: datetime | None = declare.column(
        "Когда сосчитаны готовые числа; null — сосчитано сейчас.",
        "(select computed_at from coverage_source)",
    )


@declare.bound(
    "Кто стоит за числом. Имена видны по сегодняшним правам: кого вы больше не видите, "
    "тот стоит в списке без имени."
)
class CoverageMember:
    """A member of a list behind a number."""

    key: strawberry.ID = declare.column("Ключ строки списка.", "{t}.id")
    title: str = declare.column(
        "Имя или название; у пары — наставник, у группы — все наставники.", "{t}.title"
    )
    detail: str = declare.column("Учреждение; у пары — наставляемый.", "{t}.detail")
    person: Person | None = declare.one(
        "Человек; у пары — наставник. Вне области видимости — null.",
        Rows(source="person {t}", where=("{t}.id = {p}.person_id",), scope=(SEEN_PERSON,)),
    )
    mentee: Person | None = declare.one(
        "Наставляемый пары. Вне области видимости — null.",
        Rows(source="person {t}", where=("{t}.id = {p}.mentee_id",), scope=(SEEN_PERSON,)),
    )
    mentorship: Mentorship | None = declare.one(
        "Наставничество, если считаются группы. Вне области видимости — null.",
        Rows(
            source="mentorship {t}",
            where=("{t}.id = {p}.mentorship_id",),
            scope=(SEEN_MENTORSHIP,),
        ),
    )
    programme: Programme | None = declare.one(
        "Программа, если считаются программы.",
        Rows(source="programme {t}", where=("{t}.id = {p}.programme_id",)),
    )
    organisation: Organisation | None = declare.one(
        "Учреждение, если считаются учреждения. Вне области видимости — null.",
        Rows(
            source="organisation {t}",
            where=("{t}.id = {p}.organisation_id",),
            scope=(SEEN_ORGANISATION,),
        ),
    )
    counted: list[GlobalNode | None] = declare.many(
        "Кто или что посчитано, какого бы вида ни было: у пары двое, у прочих один. Вне области "
        "видимости — null.",
        Rows(
            source="(values (1, 'Person', {p}.person_id), (2, 'Person', {p}.mentee_id),"
            " (3, 'Mentorship', {p}.mentorship_id), (4, 'Programme', {p}.programme_id),"
            " (5, 'Organisation', {p}.organisation_id)) {t}(number, kind, key)",
            where=("{t}.key is not null",),
            order=(Key("{t}.number", "int"),),
            is_a="{t}.kind",
            key="{t}.key",
        ),
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


# Which column of the statement stands behind a selected field, by its path within a row.
_COLUMNS: Mapping[str, str] = {
    **{_camel(name): name for name in (*COUNTS, "completeness", "data_as_of", "target", "gap")},
    **{
        f"{part}.{metric.lower()}": f"{part}_{metric.lower()}"
        for part in ("asserted", "unnamed")
        for metric in METRICS
    },
    "possibleDuplicates.mentors": "duplicates_mentors",
    "possibleDuplicates.mentees": "duplicates_mentees",
}


def _wanted(selected: frozenset[str]) -> Wanted:
    def below(part: str) -> frozenset[str]:
        paths = (path.removeprefix(f"{part}.") for path in selected if path.startswith(f"{part}."))
        return frozenset(_COLUMNS[path] for path in paths if path in _COLUMNS)

    fresh = {"data_as_of"} if "dataAsOf" in selected else set()
    return Wanted(
        rows=below("rows") if "rows" in selected else None,
        total=below("total") | fresh,
        overlap=below("overlap"),
    )


def coverage_rows(call: Call) -> Rows:
    """Compose the answer: only the figures that are selected are counted."""
    shape, place = shape_of(call), place_of(call)
    head = (
        f"(select {place('lo')} as starts, {place('day')} as day,"
        f" '{shape.group_by}'::text as group_by, '{shape.attribution}'::text as attribution) {{t}}"
    )
    wanted = _wanted(call.selected)
    kept = ready(shape, wanted, place)
    stands = Rows(
        source=head,
        present="{t}.day",
        where=("exists (select from coverage_kept)",),
        ctes=tuple(kept or ()),
    )
    return Rows(
        source=head,
        present="{t}.day",
        ctes=tuple(answer(shape, wanted, place)),
        ready=stands if kept else None,
    )


def member_rows(call: Call) -> Rows:
    """Compose the list behind a number, by the same fragments that count it."""
    measure = Measure(str(call.arguments["measure"].choice))
    in_row = call.arguments["row"].given
    queries = members(shape_of(call), measure, place_of(call), in_row=in_row)
    return Rows(
        source="coverage_member {t}",
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "text")),
        ctes=tuple(queries),
    )


COVERAGE = declare.one("Охват наставничеством за период.", coverage_rows, ARGUMENTS)
COVERAGE_MEMBERS = declare.page("Кто стоит за числом охвата.", member_rows, MEMBER_ARGUMENTS)
CoverageMemberConnection = Connection[CoverageMember]
