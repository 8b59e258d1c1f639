"""Labelling without seeing the score, and how often each pattern of agreement is right."""

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.people.evidence import SourceRecord
from schema.review.explaining import FieldExplained, fields_of, record_of
from schema.scope.places import SEEN_STATED


@declare.bound("Пара записей для разметки вслепую: ни оценки, ни решения хаба здесь не видно.")
class BlindPair:
    """A pair that was drawn; it is answered by `questionAnswer`."""

    id: strawberry.ID = declare.identity("Идентификатор для questionAnswer.", "question")
    first_record: SourceRecord | None = declare.one("Одна запись.", record_of("record_a"))
    second_record: SourceRecord | None = declare.one("Другая запись.", record_of("record_b"))


BLIND_ROWS = Rows(
    source="sampled_pair {t}",
    where=(
        (
            "not exists (select from verdict v where v.question_id = {t}.id"
            " and v.retracted_at is null)"
        ),
    ),
    scope=(SEEN_STATED,),
    order=(Key("{t}.id", "uuid"),),
)


@declare.bound("Насколько верен один рисунок совпадений, по ответам людей.")
class PatternPrecision:
    """What people said of pairs of one pattern."""

    pattern: strawberry.ID = declare.column("Рисунок совпадений числом.", "{t}.pattern::text")
    bits: float = declare.column("Сколько битов хаб ему даёт.", "({t}.score / 100.0)::float8")
    answers: int = declare.column("Сколько ответов.", "{t}.answers")
    same: int = declare.column("Из них «один человек».", "{t}.same")
    different: int = declare.column("Из них «разные люди».", "{t}.different")
    not_enough: int = declare.column("Из них «не хватает сведений».", "{t}.not_enough")
    precision: float | None = declare.column(
        "Доля «один человек» среди определённых ответов; null, если таких нет.",
        "round({t}.same::numeric / nullif({t}.same + {t}.different, 0), 4)::float8",
    )
    fields: list[FieldExplained] = declare.many(
        "Что говорит каждое поле.", fields_of("{p}.pattern")
    )


BLIND = declare.argument(
    "blind", bool | None, "true — только разметка вслепую, false — только ответы на вопросы."
)


def precision_rows(call: Call) -> Rows:
    """Count what people said within the scope by pattern, the least certain first."""
    seen = "" if call.viewer.region_wide else f" and {SEEN_STATED.replace('{t}.', 'v.')}"
    if call.arguments["blind"].given:
        seen += f" and (v.action = 'LABEL') = {call.bind(call.arguments['blind'], 'boolean')}"
    return Rows(
        source=(
            "(select v.pattern, max(v.score) as score, count(*)::int as answers,"
            " (count(*) filter (where v.kind = 'MUST_LINK'))::int as same,"
            " (count(*) filter (where v.kind = 'CANNOT_LINK'))::int as different,"
            " (count(*) filter (where v.kind = 'NOT_ENOUGH'))::int as not_enough"
            " from verdict v where v.pattern is not null and v.retracted_at is null"
            f"{seen} group by v.pattern) {{t}}"
        ),
        order=(Key("{t}.score", "integer"), Key("{t}.pattern", "bigint")),
        present="{t}.pattern",
    )
