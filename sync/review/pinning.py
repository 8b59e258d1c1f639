"""Pinning a field of a person: a steward's word that outranks every record, and taking it back."""

from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.errors import InputError
from sync.identity import new_id
from sync.people.pins import PINNED_FIELDS, value_of
from sync.people.saying import WORDS, By, call_worker

Connection = asyncpg.Connection


class UnknownRecordError(InputError):
    """Такой записи нет в вашей области."""

    code = "review.record_unknown"


class BadPinError(InputError):
    """Так это поле закрепить нельзя: дата — ГГГГ-ММ-ДД, пол — MALE или FEMALE, СНИЛС — без значения."""

    code = "review.pin_value"


class UnknownPinError(InputError):
    """Такого закрепления нет в вашей области."""

    code = "review.pin_unknown"


async def pin(
    session: WriteSession,
    record_id: int,
    field: str,
    *,
    by: By,
    value: str | None = None,
    reason: str = "",
) -> UUID:
    """Let a field of whoever bears a record be this, whatever records say; gives the pin.

    Without a value it is what the record itself says. A pin of the same field on the same record
    gives way. Raises UnknownRecordError and BadPinError.
    """
    await session.lock(WORDS)
    await _refuse_bad_pin(session.raw, record_id, field, value)
    await session.raw.execute(
        "update pin set retracted_at = now(), retracted_by = $3"
        " where record_id = $1 and field = $2 and retracted_at is null",
        record_id,
        field,
        by.actor,
    )
    pin_id = new_id()
    await session.raw.execute(
        "insert into pin (id, record_id, field, value, reason, client_id, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        pin_id,
        record_id,
        field,
        value,
        reason,
        by.client_id,
        by.actor,
    )
    await call_worker(session)
    return pin_id


async def unpin(session: WriteSession, pin_id: UUID, *, by: By) -> UUID:
    """Take a pin back: the declared rules choose again. Raises UnknownPinError."""
    await session.lock(WORDS)
    known = await session.raw.fetchval("select 1 from pin where id = $1", pin_id)
    if known is None:
        raise UnknownPinError
    await session.raw.execute(
        "update pin set retracted_at = now(), retracted_by = $2"
        " where id = $1 and retracted_at is null",
        pin_id,
        by.actor,
    )
    await call_worker(session)
    return pin_id


async def _refuse_bad_pin(raw: Connection, record_id: int, field: str, value: str | None) -> None:
    said = await raw.fetchrow(
        "select last_name, first_name, middle_name, birth_date, sex, snils_hash as snils"
        " from record_facts where record_id = $1",
        record_id,
    )
    if said is None:
        raise UnknownRecordError
    if field not in PINNED_FIELDS or (value is None and not said[field]):
        raise BadPinError
    if value is not None and (field == "snils" or not value.strip()):
        raise BadPinError
    try:
        value_of(field, value)
    except ValueError as error:
        raise BadPinError from error
