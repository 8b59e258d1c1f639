"""An organisation's own lists, line by line as it would write them: staff, pupils, both bases.

A line of a base is a mentor (or a mentee) with everyone of one mentorship that the organisation
hosts in an academic year, and each who is listed there without any. A line carries the key by
which a returned template is known again.
"""

from datetime import date

import strawberry

from hub.row_keys import FILES, SAME_PERSON
from schema.compiler import declare
from schema.compiler.arguments import Value
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.people.facts import EmploymentKind
from schema.people.person import Person
from schema.scope.places import SEEN_ORGANISATION, SEEN_PERSON

ORGANISATION = declare.argument("organisation", strawberry.ID, "Учреждение.")
ACADEMIC_YEAR = declare.argument(
    "academic_year", int, "Учебный год по году его начала: 2026 — это 2026/2027."
)
ROW_KEY = (
    "Ключ строки для шаблона: возвращённая с ним строка узнаётся без сличения. Его читает только "
    "хаб; null, если человека не видно."
)
BASES = ("MENTOR", "MENTEE")
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
# Where a record of the organisation's own files states the line, it is this record again.
OWN_RECORD = (
    "(select encode(own.external_id, 'hex') from record own join source os on os.id = own.source_id"
    f" where own.id = {{t}}.record_id and os.code = '{FILES}' and own.kind = '{{kind}}')"
)
ITS_PERSON = Rows(source="person {t}", where=("{t}.id = {p}.person_id",), scope=(SEEN_PERSON,))


def _key(kind: str) -> str:
    own = OWN_RECORD.replace("{kind}", kind)
    same = SAME_PERSON.replace("{person}", "{t}.person_id")
    record = "{t}.record_id"
    if kind in BASES:
        # One row may have stated several mentorships: only one line comes back as that row.
        own = f"case when {{t}}.copy = 1 then {own} end"
        record = "{t}.record_id || ':' || coalesce({t}.mentorship_id::text, '')"
    return (
        f"'{kind}|' || {{t}}.organisation_id || '|' || coalesce({own}, '') || '|' ||"
        f" {record} || '|' || {same}"
    )


def _said(field: str) -> str:
    """Read what the line's own record wrote in a field of its base."""
    return (
        f"coalesce((select v.payload ->> '{field}' from record r join record_version v"
        " on v.id = r.current_version_id where r.id = {t}.record_id"
        f" and r.kind = {{t}}.kind), '')"
    )


@declare.bound("Строка списка работников учреждения: одна работа сегодня.")
class StaffRow:
    """A post of today in the organisation."""

    row_key: str | None = declare.row_key(ROW_KEY, _key("STAFF"))
    person: Person | None = declare.one("Человек.", ITS_PERSON)
    previous_last_name: str = declare.column(
        "Прежняя фамилия; пустая строка, если не названа.",
        "coalesce({t}.previous_last_name, '')",
    )
    position_name: str = declare.column("Должность.", "{t}.position_text")
    subjects: list[str] = declare.column("Предметы.", "{t}.subjects")
    employment_kind: EmploymentKind = declare.column("Вид занятости.", "{t}.employment_kind")
    hired_on: date | None = declare.column("Дата приёма, если её назвал источник.", "{t}.hired_on")
    teaching_since: date | None = declare.column(
        "От какого дня считается педагогический стаж.", "{t}.teaching_since"
    )
    young_specialist_flag: bool | None = declare.column(
        "Отметка «молодой специалист».", "{t}.young_specialist_flag"
    )
    category: str = declare.column("Код категории.", "coalesce({t}.category, '')")


@declare.bound("Строка списка обучающихся учреждения: класс сегодня.")
class PupilRow:
    """A class of today in the organisation."""

    row_key: str | None = declare.row_key(ROW_KEY, _key("PUPIL"))
    person: Person | None = declare.one("Человек.", ITS_PERSON)
    grade: int | None = declare.column("Класс.", "{t}.grade")
    letter: str = declare.column("Буква класса; пустая строка, если её нет.", "{t}.letter")


def _other(role: str, column: str) -> str:
    """List what the line shows of the other side, by name."""
    return (
        f"array(select o.{column} from mentorship_member o"
        " where o.mentorship_id = {t}.mentorship_id"
        f" and (o.role = 'MENTEE') = {'true' if role == 'MENTEE' else 'false'}"
        + (" and o.host_organisation_id = {t}.organisation_id" if role == "MENTEE" else "")
        + " order by o.display_name, o.id)"
    )


FORM_NAME = "(select f.label from mentoring_form f where f.code = {t}.form_code)"


@declare.bound("Строка базы наставников учреждения за учебный год.")
class MentorBaseRow:
    """A mentor with the mentees of one mentorship, or without any."""

    row_key: str | None = declare.row_key(ROW_KEY, _key("MENTOR"))
    person: Person | None = declare.one("Наставник; вне области видимости — null.", ITS_PERSON)
    display_name: str = declare.column("ФИО наставника.", "{t}.display_name")
    workplace: str = declare.column("Место работы или учёбы наставника.", "{t}.workplace")
    competences: str = declare.column("Основные компетенции.", _said("competences"))
    achievements: str = declare.column("Важные достижения.", _said("achievements"))
    interests: str = declare.column("Интересы.", _said("interests"))
    preferred_age: str = declare.column("Желаемый возраст наставляемых.", _said("preferred_age"))
    time_resource: str = declare.column("Ресурс времени.", _said("time_resource"))
    joined_on: date | None = declare.column("Дата вхождения в программу.", "{t}.joined_on")
    mentees: list[str] = declare.column("Наставляемые.", _other("MENTEE", "display_name"))
    form_name: str | None = declare.column("Форма наставничества.", FORM_NAME)
    mentee_workplaces: list[str] = declare.column(
        "Место работы или учёбы наставляемых.", _other("MENTEE", "organisation_name")
    )
    ended_on: date | None = declare.column("Дата завершения программы.", "{t}.ended_on")
    result: str = declare.column("Результаты программы.", _said("result"))
    case_url: str = declare.column("Ссылка на кейс или отзыв.", _said("case_url"))


@declare.bound("Строка базы наставляемых учреждения за учебный год.")
class MenteeBaseRow:
    """A mentee with the mentors of one mentorship, or without any."""

    row_key: str | None = declare.row_key(ROW_KEY, _key("MENTEE"))
    person: Person | None = declare.one("Наставляемый; вне области видимости — null.", ITS_PERSON)
    display_name: str = declare.column("ФИО наставляемого.", "{t}.display_name")
    main_request: str = declare.column("Основной запрос.", _said("main_request"))
    joined_on: date | None = declare.column("Дата вхождения в программу.", "{t}.joined_on")
    mentors: list[str] = declare.column("Наставники.", _other("MENTOR", "display_name"))
    form_name: str | None = declare.column("Форма наставничества.", FORM_NAME)
    mentor_workplaces: list[str] = declare.column(
        "Место работы или учёбы наставников.", _other("MENTOR", "organisation_name")
    )
    ended_on: date | None = declare.column("Дата завершения программы.", "{t}.ended_on")
    result: str = declare.column("Результаты программы.", _said("result"))
    case_url: str = declare.column("Ссылка на кейс или отзыв.", _said("case_url"))
    completion_mark: str = declare.column("Отметка о прохождении.", _said("completion_mark"))


def staff_rows(call: Call) -> Rows:
    """Read the posts of today in an organisation, by name."""
    facts = "f.previous_last_name, f.hired_on, f.teaching_since, f.category"
    return _today(
        call, "employment", f"e.position_text, e.subjects, e.young_specialist_flag, {facts}"
    )


def pupil_rows(call: Call) -> Rows:
    """Read the classes of today in an organisation, by name."""
    return _today(call, "enrolment", "e.grade, e.letter")


def _today(call: Call, table: str, columns: str) -> Rows:
    organisation = call.bind(call.arguments["organisation"], "uuid", convert=key_of("organisation"))
    post = "e.kind as employment_kind, " if table == "employment" else ""
    return Rows(
        source=(
            f"(select e.id, e.person_id, e.organisation_id, e.record_id, p.sort_key, {post}{columns}"
            f" from {table} e join person p on p.id = e.person_id"
            " left join record_facts f on f.record_id = e.record_id"
            f" where e.organisation_id = {organisation}"
            f" and e.starts <= {{today}} and e.ends > {{today}}{_own_first(table)}) {{t}}"
        ),
        scope=(SEEN_ORGANISATION.replace("{t}.id", "{t}.organisation_id"),),
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "bigint")),
    )


def _own_first(table: str) -> str:
    """Leave out what other sources say of whom the organisation's own list names."""
    own = f"exists (select from record y join source z on z.id = y.source_id and z.code = '{FILES}'"
    return (
        f" and ({own} where y.id = e.record_id) or not exists (select from {table} x"
        " where x.person_id = e.person_id and x.organisation_id = e.organisation_id"
        f" and x.starts <= {{today}} and x.ends > {{today}} and {own} where y.id = x.record_id)))"
    )


def mentor_base_rows(call: Call) -> Rows:
    """Read the lines of an organisation's base of mentors."""
    return _base(call, "MENTOR")


def mentee_base_rows(call: Call) -> Rows:
    """Read the lines of an organisation's base of mentees."""
    return _base(call, "MENTEE")


def _base(call: Call, side: str) -> Rows:
    arguments = call.arguments
    organisation = call.bind(arguments["organisation"], "uuid", convert=key_of("organisation"))
    opens = call.bind(arguments["academicYear"], "date", convert=_first_day)
    closes = call.bind(arguments["academicYear"], "date", convert=_next_first_day)
    person, profile = f"{side.lower()}_id", f"{side.lower()}_profile"
    in_year = f"{{x}}.starts < {closes} and {{x}}.ends > {opens}"
    paired = (
        f"select distinct f.mentorship_id, f.{person} as person_id from participation_fact f"
        f" where f.host_id = {organisation} and {in_year.replace('{x}', 'f')}"
    )
    listed = (
        f"select distinct null::uuid, l.person_id from {profile} l"
        f" where l.organisation_id = {organisation} and {in_year.replace('{x}', 'l')}"
        f" and not exists (select from participation_fact f where f.{person} = l.person_id"
        f" and f.host_id = {organisation} and {in_year.replace('{x}', 'f')})"
    )
    role = "= 'MENTEE'" if side == "MENTEE" else "<> 'MENTEE'"
    record = (
        f"coalesce({_stating(side, organisation)}, {_listing(profile, organisation)},"
        " (select min(k.record_id) from link k where k.person_id = line.person_id))"
    )
    return Rows(
        source=(
            "(select made.*, row_number() over (partition by made.record_id order by made.id) as copy"
            f" from (select line.person_id, line.mentorship_id, '{side}' as kind, o.id as organisation_id,"
            f" {record} as record_id, coalesce(m.display_name, {FULL_NAME}, '') as display_name,"
            " coalesce(m.organisation_name, o.short_name) as workplace, s.form_code,"
            f" s.starts as joined_on, {ENDED_ON} as ended_on,"
            " coalesce(p.sort_key, m.display_name, '') as sort_key,"
            " concat(line.person_id, line.mentorship_id) as id"
            f" from ({paired} union all {listed}) line"
            f" join organisation o on o.id = {organisation}"
            " left join mentorship s on s.id = line.mentorship_id"
            " left join mentorship_member m on m.mentorship_id = line.mentorship_id"
            f" and m.person_id = line.person_id and m.role {role}"
            " left join person p on p.id = line.person_id) made) {t}"
        ),
        scope=(SEEN_ORGANISATION.replace("{t}.id", "{t}.organisation_id"),),
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "text")),
    )


FULL_NAME = "concat_ws(' ', p.last_name, nullif(p.first_name, ''), nullif(p.middle_name, ''))"
# A day that the hub assumed is none that the organisation wrote; the last day is the one written.
ENDED_ON = "case when not s.end_assumed and isfinite(s.ends) then s.ends - 1 end"


def _stating(side: str, organisation: str) -> str:
    """Find the row of the organisation's own base that states the line's mentorship last."""
    return (
        "(select c.record_id from mentorship_claim c join record r on r.id = c.record_id"
        f" join link k on k.record_id = c.record_id where c.mentorship_id = line.mentorship_id"
        f" and c.side = '{side}' and r.organisation_id = {organisation}"
        " and k.person_id = line.person_id order by c.last_stated desc, c.record_id limit 1)"
    )


def _listing(profile: str, organisation: str) -> str:
    return (
        f"(select l.record_id from {profile} l where l.person_id = line.person_id"
        f" and l.organisation_id = {organisation} and line.mentorship_id is null"
        " order by l.starts desc, l.record_id limit 1)"
    )


def _first_day(year: Value) -> date:
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise bad_input(f"Учебный год бывает от {EARLIEST_YEAR} до {LATEST_YEAR}.")
    return date(int(year), 9, 1)


def _next_first_day(year: Value) -> date:
    return _first_day(int(year) + 1)
