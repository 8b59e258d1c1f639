"""The register of consents: each a paper of its own, for one purpose, until it ends or is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from hub.database import FOREVER, ReadSession, WriteSession
from hub.errors import ConflictError, InputError
from hub.law.requests import Keeping, Subject, call_worker, open_request, subject_of
from hub.law.rules import ConsentPurpose, RequestKind, read_rule
from hub.seal import Sealer

SEPARATE: Final = "SEPARATE"


class Relation(StrEnum):
    """Who signed for the person."""

    SELF = "SELF"
    PARENT = "PARENT"
    GUARDIAN = "GUARDIAN"
    REPRESENTATIVE = "REPRESENTATIVE"


class DocumentKind(StrEnum):
    """What the consent is written in."""

    SEPARATE = "SEPARATE"
    APPLICATION = "APPLICATION"
    CONTRACT = "CONTRACT"


class NotSeparateError(InputError):
    """Согласие — отдельный документ: внутри заявления или договора оно не годится."""

    code = "consent.not_separate"


class DocumentTakenError(ConflictError):
    """Документ с этим номером уже записан: на каждую цель нужен свой."""

    code = "consent.document_taken"


class SignerError(InputError):
    """Подписать должен другой: за ребёнка до 14 лет — законный представитель, взрослый — сам."""

    code = "consent.signer"


class UnknownConsentError(InputError):
    """Такого согласия нет в вашей области, или оно уже отозвано."""

    code = "consent.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A consent as its paper says; `signer` names who signed and by which document they act."""

    purpose: ConsentPurpose
    relation: Relation
    document: str
    kind: DocumentKind = DocumentKind.SEPARATE
    signed_on: date
    ends: date | None = None
    signer: str = ""
    form_version: str = ""
    categories: Sequence[str] = ()
    actions: Sequence[str] = ()
    processors: Sequence[str] = ()
    revocation: str = ""


async def record_consent(
    session: WriteSession, person_id: UUID, paper: Paper, *, actor: str, sealer: Sealer
) -> UUID:
    """Enter a consent; raises InputError for a paper that the law does not take.

    NotSeparateError, SignerError, DocumentTakenError, and UnknownSubjectError.
    """
    subject = await subject_of(session, person_id)
    await _refuse_unseparate(session, paper)
    lapses_on = await _lapse(session, person_id, paper)
    consent_id = uuid7()
    try:
        async with session.raw.transaction():
            await session.raw.execute(
                INSERT, *_row(consent_id, subject, paper, actor, sealer), lapses_on
            )
    except asyncpg.UniqueViolationError as error:
        raise DocumentTakenError from error
    if paper.purpose is ConsentPurpose.TRANSFER:
        await call_worker(session)  # whoever hears of the person learns it from the feed
    return consent_id


INSERT: Final = """
insert into consent (id, record_id, organisation_id, purpose, relation, signer_sealed, document,
    form_version, categories, actions, processors, revocation, signed_on, ends, actor,
    lapses_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


def _row(
    consent_id: UUID, subject: Subject, paper: Paper, actor: str, sealer: Sealer
) -> Sequence[object]:
    return (
        consent_id,
        subject.record_id,
        subject.organisation_id,
        paper.purpose,
        paper.relation,
        sealer.seal(paper.signer) if paper.signer else None,
        paper.document,
        paper.form_version,
        list(paper.categories),
        list(paper.actions),
        list(paper.processors),
        paper.revocation,
        paper.signed_on,
        paper.ends or FOREVER,
        actor,
    )


async def _refuse_unseparate(session: ReadSession, paper: Paper) -> None:
    """Before the rule was made a consent could stand within another paper."""
    known = await session.raw.fetchval(
        "select parameters from law_rule where code = 'SEPARATE_DOCUMENT'"
        " and starts <= $1 and ends > $1 order by version desc limit 1",
        paper.signed_on,
    )
    if known is not None and paper.kind not in known["kinds"]:
        raise NotSeparateError


async def _lapse(session: ReadSession, person_id: UUID, paper: Paper) -> date | None:
    """Give the day on which a representative's word holds no more; refuse who may not sign."""
    born = await session.raw.fetchval("select birth_date from person where id = $1", person_id)
    if born is None:
        return None
    ages = (await read_rule(session, "MINORS", on=paper.signed_on)).parameters
    age = full_years(born, paper.signed_on)
    if paper.relation is Relation.SELF:
        if age < ages["own_from"]:
            raise SignerError
        return None
    if paper.relation is Relation.PARENT and age >= ages["adult_at"]:
        raise SignerError
    of_age = years_after(born, ages["adult_at"])
    return of_age if of_age > paper.signed_on else None


def years_after(day: date, years: int) -> date:
    """Give the same day of a later year; 29 February is followed by 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def full_years(born: date, on: date) -> int:
    """Give somebody's age in full years on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


async def withdraw_consent(
    session: WriteSession,
    consent_id: UUID,
    *,
    on: date,
    actor: str,
    keeping: Keeping | None = None,
) -> UUID | None:
    """Take a consent back from a day on; gives the request that follows, if one does.

    Where nothing else lets the person's data be processed they are to be blocked and destroyed by
    the day of the law; `keeping` names what else lets them be kept. Raises UnknownConsentError.
    """
    row = await session.raw.fetchrow(
        "update consent set withdrawn_on = $2 where id = $1 and withdrawn_on is null"
        " returning record_id, organisation_id, purpose",
        consent_id,
        on,
    )
    if row is None:
        raise UnknownConsentError
    if row["purpose"] == ConsentPurpose.TRANSFER:
        await call_worker(session)
    if row["purpose"] != ConsentPurpose.PROCESSING or await session.raw.fetchval(
        OTHER, row["record_id"], on
    ):
        return None
    subject = Subject(record_id=row["record_id"], organisation_id=row["organisation_id"])
    return await open_request(
        session,
        subject,
        RequestKind.WITHDRAWAL,
        received_on=on,
        actor=actor,
        keeping=keeping,
    )


OTHER: Final = """
select exists (
    select from consent c join link theirs on theirs.record_id = c.record_id
    join link mine on mine.person_id = theirs.person_id
    where mine.record_id = $1 and c.purpose = 'PROCESSING' and c.withdrawn_on is null
      and c.signed_on <= $2 and c.ends > $2)
"""
