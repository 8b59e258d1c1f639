"""What partners push of mentorships: who mentors whom, many at once, and the answer for each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import strawberry

from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.mentoring.mentorship import Mentorship
from schema.push.requests import (
    DRY_RUN,
    IDEMPOTENCY,
    TRIAL,
    WHAT_WOULD_CHANGE,
    OrganisationNameInput,
    PushTrial,
    answered,
    id_of,
    items_of,
    organisation_of,
    text_of,
    written,
)
from schema.said import UserError, listed
from schema.scope.places import SEEN_MENTORSHIP
from sync.push.cards import Operation, Status
from sync.push.mentorships import PairItem, push_pairs, rekey_pair, try_pairs

PARTY: Final = {
    "lastName": "last_name",
    "firstName": "first_name",
    "middleName": "middle_name",
    "birthDate": "birth_date",
    "snils": "snils",
    "workplace": "organization",
}
PAIR: Final = {
    "form": "mentoring_form",
    "programme": "program",
    "startsOn": "joined_at",
    "endsOn": "left_at",
}


@strawberry.input(description="Сторона пары. Поле, которого нет, не меняется; null его очищает.")
class MentorshipPartyInput:
    """A mentor or a mentee as a partner names them."""

    last_name: str = strawberry.field(description="Фамилия.")
    first_name: str = strawberry.field(description="Имя.")
    middle_name: str | None = declare.optional("Отчество.")
    birth_date: str | None = declare.optional(
        "Дата рождения, ГГГГ-ММ-ДД: без неё и СНИЛС человек узнаётся хуже."
    )
    snils: str | None = declare.optional("СНИЛС.")
    workplace: str | None = declare.optional("Где работает или учится, если не у принимающей.")


@strawberry.input(description="Наставничество. Поле, которого нет, не меняется; null его очищает.")
class MentorshipCardInput:
    """What is said of a mentorship."""

    external_id: str = strawberry.field(description="Номер наставничества в вашей системе.")
    changed_at: datetime = strawberry.field(
        description="Когда оно стало таким: версия. Новая важнее старой, в каком бы порядке они ни "
        "пришли."
    )
    operation: Operation = strawberry.field(
        default=Operation.UPSERT,
        description="Что сказано: DELETE — окончено этим днём, WITHDRAW — передано по ошибке.",
    )
    organisation: OrganisationNameInput | None = declare.optional("Кто принимает наставляемого.")
    mentor: MentorshipPartyInput | None = declare.optional("Наставник; при UPSERT нужен всегда.")
    mentee: MentorshipPartyInput | None = declare.optional("Наставляемый; при UPSERT нужен всегда.")
    form: str | None = declare.optional(
        "Форма наставничества, как она называется: «учитель — учитель»."
    )
    programme: str | None = declare.optional("Название программы.")
    starts_on: str | None = declare.optional("С какого дня, ГГГГ-ММ-ДД.")
    ends_on: str | None = declare.optional("Последний день, ГГГГ-ММ-ДД.")


@strawberry.input(description="Наставничества, до тысячи.")
class MentorshipUpsertBatchInput:
    """Mentorships under one key."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY)
    mentorships: list[MentorshipCardInput] = strawberry.field(
        description="Наставничества, до тысячи."
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.input(description="Новый номер наставничества.")
class MentorshipRekeyInput:
    """A mentorship that goes under another number."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY)
    external_id: str = strawberry.field(description="Прежний номер; он и дальше понимается.")
    new_external_id: str = strawberry.field(description="Новый номер.")


@declare.bound("Что стало с присланным наставничеством.")
class MentorshipPushResult:
    """The answer for one mentorship."""

    external_id: str = declare.column("Его номер.", "{t}.said ->> 'externalId'")
    status: Status = declare.column("Что с ним стало.", "{t}.said ->> 'status'")
    mentorship_id: strawberry.ID | None = declare.column(
        "Идентификатор наставничества в хабе; null, если его ещё нет.",
        id_of("mentorshipId"),
    )
    mentor_id: strawberry.ID | None = declare.column("Идентификатор наставника.", id_of("mentorId"))
    mentee_id: strawberry.ID | None = declare.column(
        "Идентификатор наставляемого.", id_of("menteeId")
    )
    mentorship: Mentorship | None = declare.one(
        "Наставничество, каково оно после этого; вне области видимости — null.",
        Rows(
            source="mentorship {t}",
            where=("{t}.id = ({p}.said ->> 'mentorshipId')::uuid",),
            scope=(SEEN_MENTORSHIP,),
        ),
    )
    changed: list[str] = declare.column(
        "Какие поля изменились; externalId, если сменился номер.",
        "array(select jsonb_array_elements_text({t}.said -> 'changed'))",
    )
    review: list[str] = declare.column(
        "Почему что-то ждёт: вопрос о совпадении, спорная пара, неизвестное учреждение, тормоз.",
        "array(select jsonb_array_elements_text({t}.said -> 'review'))",
    )
    errors: list[UserError] = declare.many(
        "Что в нём не так: поле и как исправить.", listed("errors")
    )


@declare.bound("Ответ на наставничества.")
class MentorshipUpsertBatchPayload:
    """The answers for many mentorships, in their order."""

    results: list[MentorshipPushResult] = declare.many(
        "Что стало с каждым, в порядке присланного.", listed("results")
    )
    trial: PushTrial | None = declare.one(WHAT_WOULD_CHANGE, TRIAL)
    errors: list[UserError] = declare.many("Что не так с запросом целиком.", listed("errors"))


@declare.bound("Ответ на одно наставничество.")
class MentorshipRekeyPayload:
    """The answer for a single mentorship."""

    result: MentorshipPushResult | None = declare.one(
        "Что с ним стало; null, если запрос не выполнен.",
        Rows(source="(select {p}.said -> 'results' -> 0 as said) {t}", present="{t}.said"),
    )
    errors: list[UserError] = declare.many("Что не так с запросом целиком.", listed("errors"))


async def rekey_mentorship(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Let a mentorship go under another number."""
    given = arguments["input"]
    number, now = text_of(given["externalId"]), text_of(given["newExternalId"])
    key = text_of(given["idempotencyKey"])
    return await answered(
        acting,
        lambda counter, pusher: rekey_pair(counter, pusher, number=number, now=now, key=key),
    )


async def upsert_mentorship_batch(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take what is said of many mentorships, each on its own."""
    given = arguments["input"]
    pairs = items_of("mentorships", given["mentorships"], pair_of)
    key = text_of(given["idempotencyKey"])
    if given["dryRun"]:
        return await answered(acting, lambda counter, pusher: try_pairs(counter, pusher, pairs))
    return await answered(
        acting, lambda counter, pusher: push_pairs(counter, pusher, pairs, key=key)
    )


def pair_of(card: Value) -> PairItem:
    """Take a coerced mentorship apart; raises BAD_USER_INPUT for a text that is too long."""
    fields = {field: written(card[name]) for name, field in PAIR.items() if name in card}
    for side in ("mentor", "mentee"):
        party = card.get(side) or {}
        fields |= {
            f"{side}_{field}": written(party[name])
            for name, field in PARTY.items()
            if name in party
        }
    return PairItem(
        number=text_of(card["externalId"]),
        version=card["changedAt"],
        operation=card["operation"],
        organisation=organisation_of(card),
        fields=fields,
    )


UPSERT_PAIRS: Final = declare.argument(
    "input", MentorshipUpsertBatchInput, "Наставничества и ключ."
)
REKEY_PAIR: Final = declare.argument("input", MentorshipRekeyInput, "Прежний и новый номер.")
