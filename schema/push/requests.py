"""What every push shares: whose it is, tried or done once, how an organisation and a value are written."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import strawberry
from graphql import GraphQLError

from hub.access import Role
from hub.errors import AccessError, HubError
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Key, Rows
from schema.errors import bad_input
from schema.said import listed
from schema.scope.watching import NamedCount
from schema.sources.simulations import SimulationExample, SimulationFigure, SimulationUnit
from sync.push.cards import LONGEST, Counter, Operation, Pusher, Status, Tried
from sync.push.requests import NAMING

Json = Any  # an answer, as it is kept
One = TypeVar("One")  # what is said of one card or mentorship
NOT_A_PARTNER: Final = "Записи присылает система партнёра под своим ключом (роль PARTNER_SYSTEM)."

declare.choice(
    "Что сказано о карточке.",
    {
        "UPSERT": "Она есть; сказанное действует с этой версии. Увольнение — поле dismissedOn.",
        "DELETE": "Система больше её не ведёт: прежнее действует за своё время.",
        "WITHDRAW": "Передана по ошибке: всё сказанное раньше не в счёт.",
    },
    name="CardOperation",
)(Operation)
declare.choice(
    "Что стало с записью.",
    {
        "APPLIED": "Принята, и что-то изменилось.",
        "UNCHANGED": "Принята, но ничего не изменила: уже известна или старее того, что известно.",
        "HELD": "Хранится и ждёт: причина в review.",
        "REFUSED": "Не принята: ошибки в errors.",
    },
    name="PushStatus",
)(Status)


@strawberry.input(description="Учреждение, как его знает какая-либо система.")
class OrganisationNameInput:
    """How a partner names an organisation."""

    system: str = strawberry.field(description="Система: OGRN, INN, AIS_KADRY и другие из реестра.")
    value: str = strawberry.field(description="Номер учреждения в ней.")


def id_of(name: str) -> str:
    """Compose the global id that an answer tells under a name."""
    return f"'{NAMING[name]}-' || ({{t}}.said ->> '{name}')"


IDEMPOTENCY: Final = (
    "Ключ идемпотентности: тот же запрос под ним выполняется один раз и отвечается одинаково."
)
DRY_RUN: Final = "Только ответить, что вышло бы; ничего не записывать."


@declare.bound("Что изменил бы присланный запрос: просчитано без записи.")
class PushTrial:
    """What a request would do."""

    counts: list[NamedCount] = declare.many(
        "Что изменилось бы, по видам: сколько людей, записей, наставничеств.",
        Rows(
            source="jsonb_each_text({p}.said -> 'difference') {t}",
            order=(Key("{t}.key", "text"),),
        ),
    )
    examples: list[SimulationExample] = declare.many(
        "Примеры каждого вида, не больше пяти.", listed("examples")
    )
    units: list[SimulationUnit] = declare.many(
        "Чьих людей это касается: сначала управления.", listed("units")
    )
    figures: list[SimulationFigure] = declare.many(
        "Какие показатели охвата на сегодня изменились бы.", listed("figures")
    )


TRIAL: Final = Rows(source="(select {p}.said -> 'trial' as said) {t}", present="{t}.said")
WHAT_WOULD_CHANGE: Final = "Что изменилось бы; null, если это не проба (dryRun)."


async def answered(
    acting: Acting, push: Callable[[Counter, Pusher], Awaitable[Sequence[Json] | Tried]]
) -> Outcome:
    """Give what a partner's request is answered, or the refusal of it as a whole."""
    if acting.counter is None:
        raise bad_input("Здесь записи не принимают.")
    try:
        if acting.viewer.role is not Role.PARTNER_SYSTEM:
            raise AccessError(NOT_A_PARTNER, code="push.not_a_partner")
        found = await push(acting.counter, pusher_of(acting))
    except HubError as error:
        return Outcome(said={"results": []}, errors=[error])
    if isinstance(found, Tried):
        return Outcome(said={"results": found.answers, "trial": found.effects.as_json()})
    return Outcome(said={"results": found})


def pusher_of(acting: Acting) -> Pusher:
    """Say who pushes."""
    viewer = acting.viewer
    return Pusher(
        client_id=viewer.client_id, name=viewer.client_name, authority_id=viewer.authority_id
    )


def organisation_of(card: Value) -> tuple[str, str] | None:
    """Give the system and the number by which an organisation is named, where one is."""
    named = card.get("organisation")
    return (text_of(named["system"]), text_of(named["value"])) if named else None


def written(value: Value) -> str | None:
    """Write a value as a cell would show it."""
    match value:
        case None:
            return None
        case bool():
            return "да" if value else "нет"
        case _:
            return "".join(filter(str.isprintable, " ".join(str(value).split())))


def items_of(name: str, said: Sequence[Value], read: Callable[[Value], One]) -> list[One]:
    """Read what is said of many; a text that cannot stand is told by its place, as in cards[3]."""
    return [_item_of(f"{name}[{place}]", one, read) for place, one in enumerate(said)]


def _item_of(place: str, said: Value, read: Callable[[Value], One]) -> One:
    try:
        return read(said)
    except GraphQLError as error:
        raise bad_input(f"{place}: {error.message}") from error


def text_of(text: str) -> str:
    """Give a text of the request trimmed; raises BAD_USER_INPUT for one too long or not printable."""
    if len(text) > LONGEST or not text.isprintable():
        raise bad_input(
            f"Текст длиннее {LONGEST} знаков или с недопустимыми знаками: сократите его."
        )
    return text.strip()
