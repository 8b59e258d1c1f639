"""What belongs to an organisation and to all beneath it: staff, mentors, mentees, mentorships.

The parts of a page of organisations are read from the indexes of their organisations; whom a part
names is visible by today's grants, whatever the day asked about.
"""

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.lists.in_role import AS_OF, of_form, on_day
from schema.lists.mentorships import narrowed_mentorships
from schema.lists.organisations import inside_territory, narrowed_organisations
from schema.lists.people import BACKWARD, BY_CHANGE, PERSON_ORDER, post_condition
from schema.lists.prefix import begins
from schema.lists.programmes import narrowed_programmes
from schema.scope.places import SEEN_PERSON
from schema.words.organisations import SubordinationKind


@strawberry.input(description="Каких сотрудников показать; условия складываются.")
class StaffFilter:
    """What narrows the staff of an organisation."""

    position_code: str | None = declare.optional("Код должности в этот день: TEACHER и другие.")
    subject: str | None = declare.optional(
        "Предмет, который человек ведёт в этот день: «физика»; регистр не важен."
    )
    name_prefix: str | None = declare.optional("Начало полного имени; регистр и ё не важны.")
    academic_year: int | None = declare.optional(
        "Вместо дня: хотя бы в один день учебного года, по году его начала."
    )


@strawberry.input(description="Каких наставников или наставляемых показать; условия складываются.")
class HostedFilter:
    """What narrows the mentors and the mentees whom an organisation hosts."""

    form_code: str | None = declare.optional("Код формы, в которой человек участвует здесь.")
    position_code: str | None = declare.optional("Код должности в этот день: TEACHER и другие.")
    subject: str | None = declare.optional(
        "Предмет, который человек ведёт в этот день: «физика»; регистр не важен."
    )
    name_prefix: str | None = declare.optional("Начало полного имени; регистр и ё не важны.")
    academic_year: int | None = declare.optional(
        "Вместо дня: хотя бы в один день учебного года, по году его начала."
    )


STAFF_ARGUMENTS = (
    AS_OF,
    declare.argument("filter", StaffFilter | None, "Каких сотрудников показать."),
    PERSON_ORDER,
)
HOSTED_ARGUMENTS = (
    AS_OF,
    declare.argument("filter", HostedFilter | None, "Кого показать."),
    PERSON_ORDER,
)
_KIND = declare.argument("kind", SubordinationKind | None, "Какого подчинения; без него — любого.")
SUBORDINATE_ARGUMENTS = (_KIND, AS_OF)


def staff_rows(call: Call) -> Rows:
    """Read who holds a post in the organisation above, or beneath it, on the day."""
    beneath = _beneath(on_day(call, "op"))
    posts = (
        "select dx.person_id from employment dx"
        f" where dx.organisation_id = {beneath} and {on_day(call, 'dx')}"
    )
    return _people(call, posts)


def hosted_mentors(call: Call) -> Rows:
    """Read who mentors somebody hosted by the organisation above, or beneath it, on the day."""
    return _people(call, _hosted(call, "mentor_id"))


def hosted_mentees(call: Call) -> Rows:
    """Read who is mentored in the organisation above, or beneath it, on the day."""
    return _people(call, _hosted(call, "mentee_id"))


def _hosted(call: Call, column: str) -> str:
    return (
        f"select dx.{column} from participation_fact dx"
        f" where dx.host_id = {_beneath(on_day(call, 'op'))}"
        f" and {on_day(call, 'dx')}{of_form(call, 'dx')}"
    )


def _people(call: Call, members: str) -> Rows:
    """Read the people of a query, in the order of people."""
    order = call.arguments["orderBy"].choice
    prefix = call.arguments["filter"].part("namePrefix")
    named = [begins(call, prefix, "{t}.sort_key")] if prefix.given else []
    first = (
        Key("{t}.changed_at", "timestamptz") if order in BY_CHANGE else Key("{t}.sort_key", "text")
    )
    return Rows(
        source="person {t}",
        where=(
            f"{{t}}.id = any (array({members}))",
            *named,
            *post_condition(call, "{t}.id", on_day(call, "ex")),
        ),
        scope=(SEEN_PERSON,),
        order=(first, Key("{t}.id", "uuid")),
        descending=order in BACKWARD,
    )


def _beneath(in_force: str) -> str:
    """Compose the organisation above and all beneath it while their places are in force."""
    return (
        "any (array(select op.organisation_id from organisation_place op"
        f" where op.authority_id = {{p}}.id and {in_force}))"
    )


_TODAY = _beneath("op.starts <= {today} and op.ends > {today}")


def hosted_mentorships(call: Call) -> Rows:
    """Read the mentorships that the organisation above hosts, or those beneath it today."""
    members = f"select hx.mentorship_id from mentorship_member hx where hx.host_organisation_id = {_TODAY}"
    return narrowed_mentorships(call, (f"{{t}}.id = any (array({members}))",))


def programmes_of(call: Call) -> Rows:
    """Read the programmes that the organisation above, or those beneath it today, take part in."""
    shared = (
        f"select lx.programme_id from programme_organisation lx where lx.organisation_id = {_TODAY}"
    )
    return narrowed_programmes(call, (f"{{t}}.id = any (array({shared}))",))


def organisations_inside(call: Call) -> Rows:
    """Read the organisations of the territory above and of those within it."""
    return narrowed_organisations(call, (inside_territory("{p}.id", "{t}.territory_id"),))


def organisations_beneath(call: Call) -> Rows:
    """Read the organisations that answer to the authority above on the day."""
    return narrowed_organisations(call, (_answers(call, "{p}.id"),))


def subordinate_rows(call: Call) -> Rows:
    """Read the organisations that answer to the authority named, by default the viewer's own."""
    named = call.arguments["authority"]
    authority = (
        call.bind(named, "uuid", convert=key_of("organisation")) if named.given else call.scope
    )
    return narrowed_organisations(call, (_answers(call, authority),))


def _answers(call: Call, authority: str) -> str:
    """Compose that an organisation is subordinate; a branch without a word of its own follows."""
    kind = call.arguments["kind"]
    of_kind = f" and sx.kind = {call.bind(kind, 'text')}" if kind.given else ""
    given = call.arguments["asOf"]
    day = call.bind(given, "date") if given.given else call.today
    answers = f"sx.authority_id = {authority}{of_kind} and sx.starts <= {day} and sx.ends > {day}"
    return (
        f"{{t}}.id in (select sx.organisation_id from subordination sx where {answers}"
        " union select bx.id from subordination sx"
        " join organisation bx on bx.legal_entity_id = sx.organisation_id"
        f" where {answers} and not exists (select from subordination ox"
        " where ox.organisation_id = bx.id and ox.kind = 'PRIMARY'))"
    )
