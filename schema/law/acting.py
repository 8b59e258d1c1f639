"""Entering consents and requests, and taking a consent back: what the register is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

import strawberry
from strawberry.types.arguments import StrawberryArgument

from hub.access import Role, see_as
from hub.database import WriteSession
from hub.errors import AccessError, HubError
from hub.law import consents, requests
from hub.law.consents import DocumentKind, Paper, Relation
from hub.law.requests import Keeping, RequestState
from hub.law.rules import ConsentPurpose, RequestKind
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.law.consents import OF_RECORD, Consent
from schema.law.consents import PREFIX as CONSENT
from schema.law.requests import PREFIX as REQUEST
from schema.law.requests import SubjectRequest
from schema.said import UserError, listed
from schema.scope.places import SEEN_STATED

REGISTRARS: Final = frozenset({Role.OPERATOR, Role.REGIONAL_CENTRE, Role.TERRITORY, Role.SCHOOL})
NOT_A_REGISTRAR: Final = (
    "Согласия и обращения ведут оператор, ресурсный центр, управление и школа, каждый о своих."
)
UNSET: Final = strawberry.UNSET
LONGEST: Final = 500
Act = Callable[[WriteSession, str], Awaitable[Mapping[str, str]]]


@strawberry.input(description="Согласие, каким оно записано в документе.")
class ConsentRecordInput:
    """A consent as its paper says."""

    person: strawberry.ID = strawberry.field(description="Чьё: идентификатор человека.")
    purpose: ConsentPurpose = strawberry.field(description="На что.")
    relation: Relation = strawberry.field(description="Кто подписал.")
    document: str = strawberry.field(description="Номер документа; на каждую цель свой.")
    kind: DocumentKind = strawberry.field(
        default=DocumentKind.SEPARATE, description="Чем оформлено."
    )
    signed_on: date = strawberry.field(description="Когда подписано.")
    ends: date | None = declare.optional("До какого дня, не включая его; без него бессрочно.")
    signer: str = strawberry.field(
        default="", description="Представитель и его документ; хранится запечатанным."
    )
    form_version: str = strawberry.field(default="", description="Версия формы.")
    categories: list[str] = strawberry.field(default_factory=list, description="Какие сведения.")
    actions: list[str] = strawberry.field(default_factory=list, description="Какие действия.")
    processors: list[str] = strawberry.field(default_factory=list, description="Кому поручено.")
    revocation: str = strawberry.field(default="", description="Как отзывается.")


@strawberry.input(description="Какое согласие отозвано.")
class ConsentWithdrawInput:
    """Which consent is taken back, and by what the data are kept still."""

    id: strawberry.ID = strawberry.field(description="Идентификатор согласия.")
    on: date | None = declare.optional("Когда отозвано; без него сегодня.")
    basis: str | None = declare.optional(
        "По какому основанию закона сведения хранятся дальше: EMPLOYMENT, EDUCATION, "
        "ARCHIVE, CLAIM."
    )
    kept_until: date | None = declare.optional("До какого дня; нужен вместе с основанием.")


@strawberry.input(description="Обращение субъекта.")
class SubjectRequestOpenInput:
    """What is demanded, by whom and since when."""

    person: strawberry.ID = strawberry.field(description="О ком: идентификатор человека.")
    kind: RequestKind = strawberry.field(description="Чего требует.")
    received_on: date | None = declare.optional("Когда получено; без него сегодня.")
    basis: str | None = declare.optional("По какому основанию сведения пока хранятся.")
    kept_until: date | None = declare.optional("До какого дня.")


@strawberry.input(description="Какое обращение продлить.")
class SubjectRequestExtendInput:
    """Which request is given more days."""

    id: strawberry.ID = strawberry.field(description="Идентификатор обращения.")


@strawberry.input(description="Чем кончилось обращение.")
class SubjectRequestCloseInput:
    """How a request ended."""

    id: strawberry.ID = strawberry.field(description="Идентификатор обращения.")
    outcome: RequestState = strawberry.field(description="DONE — исполнено, REFUSED — отклонено.")


def _input(kind: type) -> StrawberryArgument:
    return declare.argument("input", kind, "Что сделать.")


RECORD_INPUT, WITHDRAW_INPUT = _input(ConsentRecordInput), _input(ConsentWithdrawInput)
OPEN_INPUT, EXTEND_INPUT = _input(SubjectRequestOpenInput), _input(SubjectRequestExtendInput)
CLOSE_INPUT = _input(SubjectRequestCloseInput)
ERRORS: Final = listed("errors")
CONSENT_ROW: Final = Rows(
    source="consent {t}",
    where=("{t}.id = ({p}.said ->> 'consent')::uuid",),
    scope=(OF_RECORD,),
)
REQUEST_ROW: Final = Rows(
    source="subject_request {t}",
    where=("{t}.id = ({p}.said ->> 'request')::uuid",),
    scope=(SEEN_STATED,),
)


@declare.bound("Ответ на запись согласия или его отзыв.")
class ConsentPayload:
    """What came of it."""

    consent: Consent | None = declare.one("Согласие; null, если оно не принято.", CONSENT_ROW)
    request: SubjectRequest | None = declare.one(
        "Обращение, которое следует из отзыва: сведения будут заблокированы и уничтожены; null, если "
        "не следует ничего.",
        REQUEST_ROW,
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


@declare.bound("Ответ на обращение, его продление или закрытие.")
class SubjectRequestPayload:
    """What came of it."""

    request: SubjectRequest | None = declare.one("Обращение; null, если его нет.", REQUEST_ROW)
    errors: list[UserError] = declare.many("Что не так; пусто, если принято.", ERRORS)


async def record_consent(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Enter a consent."""
    given = arguments["input"]
    if acting.counter is None:
        raise bad_input("Здесь согласия не записывают.")
    sealer, person = acting.counter.sealer, key_of("person")(given["person"])
    paper = _paper(given)

    async def act(session: WriteSession, actor: str) -> Mapping[str, str]:
        found = await consents.record_consent(session, person, paper, actor=actor, sealer=sealer)
        return {"consent": str(found)}

    return await _done(acting, act)


def _paper(given: Value) -> Paper:
    texts = ("document", "signer", "formVersion", "revocation")
    document, signer, form, revocation = (_text(given[name]) for name in texts)
    return Paper(
        purpose=given["purpose"],
        relation=given["relation"],
        document=document,
        kind=given["kind"],
        signed_on=given["signedOn"],
        ends=given.get("ends"),
        signer=signer,
        form_version=form,
        categories=[_text(one) for one in given["categories"]],
        actions=[_text(one) for one in given["actions"]],
        processors=[_text(one) for one in given["processors"]],
        revocation=revocation,
    )


def _text(text: str) -> str:
    if len(text) > LONGEST or not text.isprintable():
        raise bad_input(
            f"Текст длиннее {LONGEST} знаков или с недопустимыми знаками: сократите его."
        )
    return text.strip()


async def withdraw_consent(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Take a consent back."""
    given = arguments["input"]
    consent, on = key_of(CONSENT)(given["id"]), given.get("on") or acting.today

    async def act(session: WriteSession, actor: str) -> Mapping[str, str]:
        request = await consents.withdraw_consent(
            session, consent, on=on, actor=actor, keeping=_keeping(given)
        )
        return {"consent": str(consent)} | ({"request": str(request)} if request else {})

    return await _done(acting, act)


async def open_request(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Enter what a subject demands."""
    given = arguments["input"]
    person = key_of("person")(given["person"])
    received_on = given.get("receivedOn") or acting.today

    async def act(session: WriteSession, actor: str) -> Mapping[str, str]:
        subject = await requests.subject_of(session, person)
        found = await requests.open_request(
            session,
            subject,
            given["kind"],
            received_on=received_on,
            actor=actor,
            keeping=_keeping(given),
        )
        return {"request": str(found)}

    return await _done(acting, act)


def _keeping(given: Value) -> Keeping | None:
    basis, until = given.get("basis"), given.get("keptUntil")
    if (basis is None) is not (until is None):
        raise bad_input("Основание хранения и его последний день называют вместе.")
    return None if basis is None else Keeping(basis=basis, until=until)


async def extend_request(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Give a request the days that the law adds."""
    request = key_of(REQUEST)(arguments["input"]["id"])

    async def act(session: WriteSession, _: str) -> Mapping[str, str]:
        await requests.extend(session, request)
        return {"request": str(request)}

    return await _done(acting, act)


async def close_request(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Close a request."""
    given = arguments["input"]
    request: UUID = key_of(REQUEST)(given["id"])

    async def act(session: WriteSession, _: str) -> Mapping[str, str]:
        await requests.close(session, request, given["outcome"], on=acting.today)
        return {"request": str(request)}

    return await _done(acting, act)


async def _done(acting: Acting, act: Act) -> Outcome:
    """Do it as the viewer, within the viewer's scope."""
    if acting.viewer.role not in REGISTRARS:
        refused = AccessError(NOT_A_REGISTRAR, code="law.not_a_registrar")
        return Outcome(said={}, errors=[refused])
    try:
        async with acting.writer.writing() as session:
            await see_as(session, acting.viewer.authority_id, acting.today)
            return Outcome(said=await act(session, str(acting.viewer.client_id)))
    except HubError as error:
        return Outcome(said={}, errors=[error])
