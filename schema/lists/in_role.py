"""The lists of mentors and of mentees on a day: who is in them, narrowed by which conditions."""

from datetime import date

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Rows
from schema.compiler.call import Call
from schema.lists.organisations import IdentifierInput
from schema.lists.people import PERSON_ORDER, narrowed_people, place_conditions, post_condition
from schema.lists.prefix import begins
from schema.lists.years import year_condition


@strawberry.input(
    description="Каких наставников или наставляемых показать; условия складываются. Форма, "
    "должность и предмет — на день роли, учреждение — сегодняшнее."
)
class RoleFilter:
    """What narrows the lists of mentors and of mentees."""

    form_code: str | None = declare.optional("Код формы, в которой человек участвует в этот день.")
    academic_year: int | None = declare.optional(
        "Вместо дня: роль хотя бы в один день учебного года, по году его начала."
    )
    department: strawberry.ID | None = declare.optional("Орган управления, в чьём ведении человек.")
    organisation: strawberry.ID | None = declare.optional("Учреждение человека.")
    identifier: IdentifierInput | None = declare.optional(
        "Учреждение человека по номеру в другой системе."
    )
    territory: strawberry.ID | None = declare.optional(
        "Территория учреждения, где человек работает или учится сегодня."
    )
    position_code: str | None = declare.optional("Код должности в этот день: TEACHER и другие.")
    subject: str | None = declare.optional(
        "Предмет, который человек ведёт в этот день: «физика»; регистр не важен."
    )
    name_prefix: str | None = declare.optional(
        "Начало полного имени, нынешнего или прежнего; регистр и ё не важны."
    )


AS_OF = declare.argument("as_of", date | None, "На какой день; без него — на сегодня.")
ROLE_ARGUMENTS = (
    AS_OF,
    declare.argument("filter", RoleFilter | None, "Кого показать."),
    PERSON_ORDER,
)


def mentor_rows(call: Call) -> Rows:
    """Read the people of the scope who mentor somebody on the day."""
    return narrowed_people(call, [_takes_part(call, "mentor_id"), *_conditions(call)])


def mentee_rows(call: Call) -> Rows:
    """Read the people of the scope whom somebody mentors on the day."""
    return narrowed_people(call, [_takes_part(call, "mentee_id"), *_conditions(call)])


def on_day(call: Call, row: str) -> str:
    """Compose that a row holds on the day asked about, or in the academic year."""
    given, year = call.arguments["asOf"], call.arguments["filter"].part("academicYear")
    if year.given:
        return year_condition(call, year, row)
    day = call.bind(given, "date") if given.given else call.today
    return f"{row}.starts <= {day} and {row}.ends > {day}"


def of_form(call: Call, row: str) -> str:
    """Compose that a fact is of the filter's form, after other conditions."""
    form = call.arguments["filter"].part("formCode")
    return f" and {row}.form_code = {call.bind(form, 'text')}" if form.given else ""


def _takes_part(call: Call, column: str) -> str:
    return (
        f"exists (select from participation_fact rx where rx.{column} = {{t}}.person_id"
        f" and {on_day(call, 'rx')}{of_form(call, 'rx')})"
    )


def _conditions(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    found = [*place_conditions(call), *post_condition(call, "{t}.person_id", on_day(call, "ex"))]
    if chosen.part("namePrefix").given:
        found.append(_named(call))
    return found


def _named(call: Call) -> str:
    """Compose that a name, today's or a former one, begins so: few people, found once."""
    prefix = call.arguments["filter"].part("namePrefix")
    return (
        "{t}.person_id in (select px.person_id from person_place px"
        f" where px.authority_id = {{scope}} and {begins(call, prefix, 'px.sort_key')}"
        " union all select nx.person_id from person_name nx"
        f" where {begins(call, prefix, 'nx.sort_key')})"
    )
