"""What people decided: verdicts and pins, who gave them, why, and whether they were taken back."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.evidence import SourceRecord
from schema.people.person import Person
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from schema.words.review import VerdictAction, VerdictKind

PREFIX, PIN_PREFIX = "verdict", "pin"


def who(client: str, actor: str) -> str:
    """Compose the name of whoever gave a word: the client's, else the command's."""
    return f"coalesce((select c.name from client c where c.id = {client}), {actor})"


def _records(side: str) -> Rows:
    return Rows(
        source=(
            "record {t} join source {t}s on {t}s.id = {t}.source_id"
            " left join record_version {t}v on {t}v.id = {t}.current_version_id"
            " left join source_file {t}f on {t}f.id = {t}v.source_file_id"
        ),
        where=(
            f"{{t}}.id in (select vp.{side} from verdict_pair vp where vp.verdict_id = {{p}}.id)",
        ),
        scope=(SEEN_STATED,),
        order=(Key("{t}.id", "bigint"),),
    )


@declare.bound("Решение человека о том, кто есть кто; действует, пока его не отменят.")
class Verdict:
    """A person's word, and what became of it."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    kind: VerdictKind = declare.column("Что оно говорит.", "{t}.kind")
    action: VerdictAction = declare.column("Как оно дано.", "{t}.action")
    reason: str = declare.column("Почему; пустая строка, если не сказано.", "{t}.reason")
    given_at: datetime = declare.column("Когда дано.", "{t}.given_at")
    given_by: str = declare.column("Кем дано.", who("{t}.client_id", "{t}.actor"))
    is_standing: bool = declare.column("Действует ли.", "({t}.retracted_at is null)")
    is_obeyed: bool = declare.column(
        "Применено ли: пересчитаны ли люди по нему или по его отмене.",
        "({t}.changeset_id is not null"
        " and ({t}.retracted_at is null or {t}.retraction_changeset_id is not null))",
    )
    retracted_at: datetime | None = declare.column(
        "Когда отменено; null — не отменено.", "{t}.retracted_at"
    )
    retracted_by: str | None = declare.column(
        "Кем отменено.",
        "coalesce((select c.name from client c where c.id::text = {t}.retracted_by),"
        " {t}.retracted_by)",
    )
    retraction_reason: str | None = declare.column("Почему отменено.", "{t}.retraction_reason")
    organisation: Organisation | None = declare.one(
        "Младшее подразделение, где видны все записи решения.", ITS_ORGANISATION
    )
    first_records: list[SourceRecord] = declare.many(
        "Записи одной стороны, видимые вам.", _records("record_a")
    )
    second_records: list[SourceRecord] = declare.many(
        "Записи другой стороны, видимые вам.", _records("record_b")
    )
    people: list[Person] = declare.many(
        "К кому эти записи отнесены сегодня.",
        Rows(
            source="person {t}",
            where=(
                (
                    "{t}.id in (select l.person_id from verdict_pair vp"
                    " join link l on l.record_id in (vp.record_a, vp.record_b)"
                    " where vp.verdict_id = {p}.id)"
                ),
            ),
            scope=(SEEN_PERSON,),
            order=(Key("{t}.sort_key", "text"), Key("{t}.id", "uuid")),
        ),
    )
    changeset_key: strawberry.ID | None = declare.column(
        "Номер изменения, которым оно применено; null — ещё не применено.",
        "{t}.changeset_id::text",
    )


def verdicts_of(*where: str) -> Rows:
    """Read verdicts that meet conditions, the last first."""
    return Rows(
        source="verdict {t}",
        where=where,
        scope=(SEEN_STATED,),
        order=(Key("{t}.given_at", "timestamptz"), Key("{t}.id", "uuid")),
        descending=True,
    )


@strawberry.input(description="Какие решения показать; условия складываются.")
class VerdictFilter:
    """What narrows the history of verdicts."""

    kind: VerdictKind | None = declare.optional("Что решение говорит.")
    action: VerdictAction | None = declare.optional("Как оно дано.")
    standing: bool | None = declare.optional("true — действующие, false — отменённые.")
    organisation: strawberry.ID | None = declare.optional("Подразделение, где видны все записи.")
    person: strawberry.ID | None = declare.optional("О записях этого человека.")


VERDICT_FILTER = declare.argument("filter", VerdictFilter | None, "Какие решения показать.")


def verdict_rows(call: Call) -> Rows:
    """Read the history of verdicts within the scope, the last first."""
    return verdicts_of(*_narrowed(call))


def _narrowed(call: Call) -> Sequence[str]:
    chosen = call.arguments["filter"]
    where = [
        f"{{t}}.{name} = {call.bind(chosen.part(name), 'text')}"
        for name in ("kind", "action")
        if chosen.part(name).given
    ]
    if chosen.part("standing").given:
        where.append(
            f"({{t}}.retracted_at is null) = {call.bind(chosen.part('standing'), 'boolean')}"
        )
    if chosen.part("organisation").given:
        key = call.bind(chosen.part("organisation"), "uuid", convert=key_of("organisation"))
        where.append(f"{{t}}.organisation_id = {key}")
    if chosen.part("person").given:
        key = call.bind(chosen.part("person"), "uuid", convert=key_of("person"))
        where.append(
            "exists (select from verdict_pair vp join link l"
            " on l.record_id in (vp.record_a, vp.record_b)"
            f" where vp.verdict_id = {{t}}.id and l.person_id = {key})"
        )
    return where
