"""The gate: whether a person may be named for a purpose, by the consents seen and the rule in force."""

from typing import Final

from schema.compiler.call import Call

# How a consent of alias `{c}` stands today.
STATE: Final = (
    "(case when {c}.withdrawn_on <= {today} then 'WITHDRAWN' when {c}.ends <= {today} then 'EXPIRED'"
    " when {c}.signed_on > {today} then 'NOT_YET' when {c}.lapses_on <= {today} then 'LAPSED'"
    " else 'IN_FORCE' end)"
)
MODE: Final = (
    "(select gl.parameters ->> {purpose} from law_rule gl where gl.code = 'GATE'"
    " and gl.starts <= {today} and gl.ends > {today} order by gl.version desc limit 1)"
)
GIVEN: Final = (
    "exists (select from consent gc join link gk on gk.record_id = gc.record_id"
    " where gk.person_id = {person} and gc.purpose = {purpose}"
    f" and {STATE.replace('{c}', 'gc')} = '{{state}}')"
)


def may_be(call: Call, person: str) -> str:
    """Compose that the filter's purpose lets a person be named: ONLY_WITH_CONSENT needs one in force.

    UNLESS_WITHDRAWN keeps out who withdrew and gave no other.
    """
    purpose = call.bind(call.arguments["filter"].part("mayBe"), "text")
    held, withdrawn = (
        GIVEN.replace("{person}", person).replace("{state}", state)
        for state in ("IN_FORCE", "WITHDRAWN")
    )
    composed = (
        f"(case {MODE} when 'ONLY_WITH_CONSENT' then {held}"
        f" when 'UNLESS_WITHDRAWN' then {held} or not {withdrawn} else false end)"
    )
    return composed.replace("{purpose}", purpose)
