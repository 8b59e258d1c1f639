"""What partners push: cards of staff, one or many, and the answer for each of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import strawberry

from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.people.person import Person
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
from schema.scope.places import SEEN_PERSON
from sync.push.cards import (
    Item,
    Operation,
    Status,
    push_cards,
    rekey_card,
    try_cards,
)

FIELDS: Final = {
    "lastName": "last_name",
    "firstName": "first_name",
    "middleName": "middle_name",
    "previousLastName": "previous_last_name",
    "birthDate": "birth_date",
    "snils": "snils",
    "position": "position",
    "subject": "subject",
    "employment": "employment_type",
    "category": "category",
    "teachingExperience": "teaching_experience",
    "youngSpecialist": "young_specialist",
    "hiredOn": "hire_date",
    "dismissedOn": "dismissal_date",
    "phone": "phone",
    "email": "email",
}


@strawberry.input(
    description="Карточка работника. Поле, которого нет, не меняется; null его очищает."
)
class StaffCardInput:
    """What is said of a card."""

    external_id: str = strawberry.field(description="Номер карточки в вашей системе.")
    changed_at: datetime = strawberry.field(
        description="Когда карточка стала такой: её версия. Новая важнее старой, в каком бы порядке "
        "они ни пришли."
    )
    operation: Operation = strawberry.field(
        default=Operation.UPSERT, description="Что сказано о карточке."
    )
    organisation: OrganisationNameInput | None = declare.optional("Где работает; другое — перевод.")
    last_name: str | None = declare.optional("Фамилия.")
    first_name: str | None = declare.optional("Имя.")
    middle_name: str | None = declare.optional("Отчество.")
    previous_last_name: str | None = declare.optional("Прежняя фамилия.")
    birth_date: str | None = declare.optional("Дата рождения, ГГГГ-ММ-ДД.")
    snils: str | None = declare.optional("СНИЛС.")
    position: str | None = declare.optional("Должность.")
    subject: str | None = declare.optional("Предметы через запятую.")
    employment: str | None = declare.optional(
        "Вид занятости: основная, внутреннее совместительство, …"
    )
    category: str | None = declare.optional("Квалификационная категория.")
    teaching_experience: int | None = declare.optional("Педагогический стаж, полных лет.")
    young_specialist: bool | None = declare.optional("Молодой специалист, по сведениям системы.")
    hired_on: str | None = declare.optional("Когда принят, ГГГГ-ММ-ДД.")
    dismissed_on: str | None = declare.optional("Когда уволен, ГГГГ-ММ-ДД.")
    phone: str | None = declare.optional("Телефон.")
    email: str | None = declare.optional("Почта.")


@strawberry.input(description="Одна карточка.")
class StaffUpsertInput:
    """A card under a key."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY)
    card: StaffCardInput = strawberry.field(description="Карточка.")
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.input(description="Карточки, до тысячи.")
class StaffUpsertBatchInput:
    """Cards under one key."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY)
    cards: list[StaffCardInput] = strawberry.field(description="Карточки, до тысячи.")
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.input(description="Новый номер карточки.")
class StaffRekeyInput:
    """A card that goes under another number."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY)
    external_id: str = strawberry.field(description="Прежний номер; он и дальше понимается.")
    new_external_id: str = strawberry.field(description="Новый номер.")


@declare.bound("Что стало с присланной карточкой.")
class PushResult:
    """The answer for one card."""

    external_id: str = declare.column(
        "Номер карточки, под которым она теперь.", "{t}.said ->> 'externalId'"
    )
    status: Status = declare.column("Что с ней стало.", "{t}.said ->> 'status'")
    person_id: strawberry.ID | None = declare.column(
        "Идентификатор человека в хабе; null, если его ещё нет.",
        id_of("personId"),
    )
    person: Person | None = declare.one(
        "Человек, каков он после этого; вне области видимости — null.",
        Rows(
            source="person {t}",
            where=("{t}.id = ({p}.said ->> 'personId')::uuid",),
            scope=(SEEN_PERSON,),
        ),
    )
    changed: list[str] = declare.column(
        "Какие поля карточки изменились; externalId, если сменился её номер.",
        "array(select jsonb_array_elements_text({t}.said -> 'changed'))",
    )
    review: list[str] = declare.column(
        "Почему что-то ждёт: вопрос о совпадении, неизвестное учреждение, тормоз.",
        "array(select jsonb_array_elements_text({t}.said -> 'review'))",
    )
    errors: list[UserError] = declare.many(
        "Что в ней не так: поле и как исправить.", listed("errors")
    )


@declare.bound("Ответ на одну карточку.")
class StaffUpsertPayload:
    """The answer for a single card."""

    result: PushResult | None = declare.one(
        "Что стало с карточкой; null, если запрос не выполнен.",
        Rows(source="(select {p}.said -> 'results' -> 0 as said) {t}", present="{t}.said"),
    )
    trial: PushTrial | None = declare.one(WHAT_WOULD_CHANGE, TRIAL)
    errors: list[UserError] = declare.many("Что не так с запросом целиком.", listed("errors"))


@declare.bound("Ответ на карточки.")
class StaffUpsertBatchPayload:
    """The answers for many cards, in their order."""

    results: list[PushResult] = declare.many(
        "Что стало с каждой, в порядке присланного.", listed("results")
    )
    trial: PushTrial | None = declare.one(WHAT_WOULD_CHANGE, TRIAL)
    errors: list[UserError] = declare.many("Что не так с запросом целиком.", listed("errors"))


async def upsert_staff(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take what is said of one card."""
    given = arguments["input"]
    return await _taken(acting, given, [item_of(given["card"])])


async def upsert_staff_batch(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take what is said of many cards, each on its own."""
    given = arguments["input"]
    return await _taken(acting, given, items_of("cards", given["cards"], item_of))


async def rekey_staff(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Let a card go under another number."""
    given = arguments["input"]
    card, now = text_of(given["externalId"]), text_of(given["newExternalId"])
    key = text_of(given["idempotencyKey"])
    return await answered(
        acting, lambda counter, pusher: rekey_card(counter, pusher, card=card, now=now, key=key)
    )


async def _taken(acting: Acting, given: Value, items: Sequence[Item]) -> Outcome:
    key = text_of(given["idempotencyKey"])
    if given["dryRun"]:
        return await answered(acting, lambda counter, pusher: try_cards(counter, pusher, items))
    return await answered(
        acting, lambda counter, pusher: push_cards(counter, pusher, items, key=key)
    )


def item_of(card: Value) -> Item:
    """Take a coerced card apart; raises BAD_USER_INPUT for a text that is too long."""
    return Item(
        card=text_of(card["externalId"]),
        version=card["changedAt"],
        operation=card["operation"],
        organisation=organisation_of(card),
        fields={field: written(card[name]) for name, field in FIELDS.items() if name in card},
    )


UPSERT = declare.argument("input", StaffUpsertInput, "Карточка и ключ.")
UPSERT_BATCH = declare.argument("input", StaffUpsertBatchInput, "Карточки и ключ.")
REKEY = declare.argument("input", StaffRekeyInput, "Прежний и новый номер.")
