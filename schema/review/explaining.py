"""Why two records are, or may be, one person: what each field says and how many bits it adds."""

from enum import StrEnum

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.people.evidence import SourceRecord
from schema.scope.places import SEEN_STATED

MOST_PAIRS = 100


def fields_of(pattern: str) -> Rows:
    """Read the parts of the score of a pattern by the active model, in the order of the fields."""
    return Rows(
        source="model_part {t} join model {t}m on {t}m.id = {t}.model_id and {t}m.active",
        where=(f"({pattern} & {{t}}.mask) = {{t}}.value",),
        order=(Key("{t}.number", "integer"),),
    )


def probability_of(score: str) -> str:
    """Compose the probability that a score in centibits stands for."""
    return f"round((1 / (1 + power(2.0, -{score} / 100.0)))::numeric, 4)::float8"


@declare.bound("Что говорит одно поле двух записей.")
class FieldExplained:
    """A part of a score; the parts add up to it."""

    field: str = declare.column("Поле словами.", "{t}.field")
    says: str = declare.column("Как записи согласуются.", "{t}.says")
    bits: float = declare.column(
        "Сколько битов это добавляет: каждый удваивает шансы, отрицательный — уменьшает вдвое.",
        "({t}.centibits / 100.0)::float8",
    )


@declare.choice(
    "Что решено о паре записей.",
    {
        "LINK": "Один человек.",
        "ASK": "Спросить.",
        "WEAK": "Упоминание по имени и месту: отнести к единственному подходящему.",
    },
)
class PairDecision(StrEnum):
    """What the matcher made of a pair."""

    LINK = "LINK"
    ASK = "ASK"
    WEAK = "WEAK"


def record_of(column: str) -> Rows:
    """Find a record by its number; outside the scope there is none."""
    return Rows(
        source=(
            "record {t} join source {t}s on {t}s.id = {t}.source_id"
            " left join record_version {t}v on {t}v.id = {t}.current_version_id"
            " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
        ),
        where=(f"{{t}}.id = {{p}}.{column}",),
        scope=(SEEN_STATED,),
    )


@declare.bound("Почему две записи отнесены к одному человеку.")
class PairExplained:
    """A compared pair of records of one person."""

    first_record: SourceRecord | None = declare.one("Одна запись.", record_of("record_a"))
    second_record: SourceRecord | None = declare.one("Другая запись.", record_of("record_b"))
    decision: PairDecision = declare.column("Что решено о паре.", "{t}.decision")
    bits: float = declare.column("Сумма битов.", "({t}.score / 100.0)::float8")
    probability: float = declare.column(
        "Какой вероятности она соответствует.", probability_of("{t}.score")
    )
    fields: list[FieldExplained] = declare.many(
        "Из чего сумма складывается.", fields_of("{p}.pattern")
    )


def pairs_of_person(call: Call) -> Rows:
    """Read the compared pairs of a person's records within the scope, the strongest first."""
    seen = "" if call.viewer.region_wide else f" and {_seen('a')} and {_seen('b')}"
    return Rows(
        source=(
            "(select e.* from edge e"
            " join link la on la.record_id = e.record_a join link lb on lb.record_id = e.record_b"
            " join record a on a.id = e.record_a join record b on b.id = e.record_b"
            f" where la.person_id = {{p}}.id and lb.person_id = {{p}}.id{seen}"
            f" order by e.score desc, e.record_a, e.record_b limit {MOST_PAIRS}) {{t}}"
        ),
        order=(
            Key("(-{t}.score)", "integer"),
            Key("{t}.record_a", "bigint"),
            Key("{t}.record_b", "bigint"),
        ),
    )


def _seen(record: str) -> str:
    return SEEN_STATED.replace("{t}.organisation_id", f"{record}.organisation_id")
