"""What the review says of one person: why their records are one, whom they came of, what is pinned."""

from datetime import datetime

import strawberry

from hub.access import Purpose
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.people.evidence import RECORDS_PERSON, SourceRecord
from schema.people.person import Person
from schema.review.explaining import PairExplained, pairs_of_person, record_of
from schema.review.verdicts import PIN_PREFIX, Verdict, verdicts_of, who
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from schema.words.review import LineageKind


@declare.bound("Закрепление: значение поля, которое человек поставил выше всех записей.")
class Pin:
    """A person's word about a field of whoever bears a record."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PIN_PREFIX)
    field: str = declare.column("Имя поля: last_name, birth_date, snils и другие.", "{t}.field")
    value: str | None = declare.column(
        "Значение; null — то, что говорит сама запись. Дата рождения без цели BIRTH_DATES показана "
        "годом.",
        "{t}.value",
        purpose=Purpose.BIRTH_DATES,
        subject=f"case when {{t}}.field = 'birth_date' then {RECORDS_PERSON} end",
        masked="case when {t}.field = 'birth_date' then left({t}.value, 4) else {t}.value end",
    )
    reason: str = declare.column("Почему; пустая строка, если не сказано.", "{t}.reason")
    given_at: datetime = declare.column("Когда закреплено.", "{t}.given_at")
    given_by: str = declare.column("Кем закреплено.", who("{t}.client_id", "{t}.actor"))
    is_standing: bool = declare.column("Действует ли.", "({t}.retracted_at is null)")
    is_obeyed: bool = declare.column(
        "Применено ли закрепление или его снятие.",
        "({t}.changeset_id is not null"
        " and ({t}.retracted_at is null or {t}.retraction_changeset_id is not null))",
    )
    retracted_at: datetime | None = declare.column(
        "Когда снято; null — не снято.", "{t}.retracted_at"
    )
    record: SourceRecord | None = declare.one(
        "Запись, за которой закрепление следует; вне области видимости — null.",
        record_of("record_id"),
    )


@declare.bound("Как человек получился: кто в него влился, от кого он отделён.")
class PersonLineage:
    """A merger or a split in a person's past."""

    kind: LineageKind = declare.column("Что произошло.", "{t}.kind")
    other_id: strawberry.ID = declare.column(
        "Идентификатор другого человека: он продолжает отвечать.", "'person-' || {t}.other_id"
    )
    at: datetime = declare.column("Когда.", "{t}.at")


PINNED = (
    "{t}.record_id in (select l.record_id from link l where l.person_id = {p}.id)"
    " and exists (select from record r where r.id = {t}.record_id{seen})"
)


def pins_of_person(call: Call) -> Rows:
    """Read the pins on a person's records within the scope, the last first."""
    seen = SEEN_STATED.replace("{t}.organisation_id", "r.organisation_id")
    narrowed = "" if call.viewer.region_wide else f" and {seen}"
    return Rows(
        source="pin {t}",
        where=(PINNED.replace("{seen}", narrowed),),
        order=(Key("{t}.given_at", "timestamptz"), Key("{t}.id", "uuid")),
        descending=True,
    )


@declare.bound("Почему эти записи — один человек.")
class PersonExplanation:
    """What holds a person together."""

    person: Person | None = declare.one(
        "Человек.", Rows(source="person {t}", where=("{t}.id = {p}.id",), scope=(SEEN_PERSON,))
    )
    version: int = declare.column(
        "Растёт, когда состав записей или имя меняется; для expectedVersion.", "{t}.changeset_id"
    )
    pairs: list[PairExplained] = declare.many(
        "Сравнённые пары его записей, сильнейшие первыми, не больше ста.", pairs_of_person
    )
    verdicts: list[Verdict] = declare.many(
        "Что люди говорили об этих записях, последнее первым.",
        verdicts_of(
            "exists (select from verdict_pair vp join link l"
            " on l.record_id in (vp.record_a, vp.record_b)"
            " where vp.verdict_id = {t}.id and l.person_id = {p}.id)"
        ),
    )
    pins: list[Pin] = declare.many("Что закреплено, последнее первым.", pins_of_person)
    lineage: list[PersonLineage] = declare.many(
        "Кто влился и от кого отделён, по порядку.",
        Rows(
            source="person_lineage {t}",
            where=("{t}.person_id = {p}.id",),
            order=(Key("{t}.id", "bigint"),),
        ),
    )


EXPLAINED_ID = declare.argument(
    "id", strawberry.ID, "Идентификатор человека, нынешний или прежний."
)


def explained_person(call: Call) -> Rows:
    """Find the person to explain within the scope; a former id finds who bears it now."""
    key = call.bind(call.arguments["id"], "uuid", convert=key_of("person"))
    return Rows(
        source="person {t}",
        where=(
            (
                "{t}.id = (select coalesce((select a.person_id from person_alias a"
                f" where a.alias_id = {key} and a.kind <> 'GONE'), {key}))"
            ),
        ),
        scope=(SEEN_PERSON,),
    )
