"""Lists of what mentoring has not reached: young specialists, organisations, idle mentors."""

from hub.coverage import Attribution, Gap, GroupBy, Shape, gaps
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.coverage.question import FILTER, PERIOD, SCOPE, narrowing_of, place_of

declare.choice(
    "Чего не хватает.",
    {
        "YOUNG_SPECIALIST_WITHOUT_MENTOR": "Молодые специалисты без наставника на последний день.",
        "ORGANISATION_WITHOUT_MENTORING": "Действующие учреждения, где наставничества не было.",
        "IDLE_MENTOR": "Наставники из баз, у которых пары не было ни здесь, ни от здешнего "
        "учреждения.",
        "OPEN_REQUEST": "Открытые запросы: наставляемые из баз, у которых с начала учебного года не "
        "было пары; detail — основной запрос.",
    },
    name="CoverageGap",
)(Gap)

ARGUMENTS = (
    declare.argument("kind", Gap, "Чего не хватает."),
    PERIOD,
    SCOPE,
    FILTER,
)


def gap_rows(call: Call) -> Rows:
    """Compose the list by the same fragments that count coverage."""
    shape = Shape(
        group_by=GroupBy.NONE,
        attribution=Attribution.HOST,
        viewer=not call.viewer.region_wide,
        **narrowing_of(call),
    )
    queries = gaps(shape, Gap(str(call.arguments["kind"].choice)), place_of(call))
    return Rows(
        source="coverage_member {t}",
        order=(Key("{t}.sort_key", "text"), Key("{t}.id", "text")),
        ctes=tuple(queries),
    )


COVERAGE_GAPS = declare.page("Кого и что наставничество не охватило.", gap_rows, ARGUMENTS)
