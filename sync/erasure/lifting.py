"""Letting somebody be stated again though they were erased: for a new basis in law, on a paper.

Of the erased there are only hashes that lead to nobody, so nothing is looked up: whoever lifts says
who it is, as the new paper does, and that identity is let past whatever else is known of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from hub.database import WriteSession
from hub.errors import InputError
from hub.law.requests import refuse_unknown_basis
from hub.seal import Sealer
from sync.columns import rows_of
from sync.erasure.keys import Name, ban_keys, lift_keys
from sync.matching.normalise import normalise


class NotErasedError(InputError):
    """Запрета на этого человека нет: его сведения хаб и так примет."""

    code = "law.not_erased"


class UnclearIdentityError(InputError):
    """Нужен верный СНИЛС либо фамилия, имя и дата рождения."""

    code = "law.identity_unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is to be let in again, as the paper names them."""

    last_name: str
    first_name: str
    middle_name: str = ""
    birth_date: str = ""
    snils: str = ""


async def lift(
    session: WriteSession,
    identity: Identity,
    *,
    basis: str,
    document: str,
    actor: str,
    sealer: Sealer,
    today: date,
) -> int:
    """Let an erased person be stated again; gives by how many keys they are known.

    Raises UnclearIdentityError, NotErasedError, and InputError for a basis that the rule KEEPING does
    not name or a paper without a number.
    """
    await refuse_unknown_basis(session, basis, today)
    if not document.strip():
        raise InputError("Назовите документ, по которому запрет снят.", code="law.no_document")
    name, born, snils = _known(identity, sealer, today)
    held = await session.raw.fetchval(HELD, ban_keys(name, born, snils, sealer))
    if not held:
        raise NotErasedError
    keys = lift_keys(name, born, snils, sealer)
    await session.raw.executemany(LIFT, [(key, basis, document, actor) for key in keys])
    return len(keys)


HELD: Final = "select exists (select from erased_key where hash = any ($1))"
LIFT: Final = """
insert into lifted_ban (hash, basis, document, actor) values ($1, $2, $3, $4)
on conflict (hash) do update set basis = excluded.basis, document = excluded.document,
    actor = excluded.actor, at = now()
"""


def _known(
    identity: Identity, sealer: Sealer, today: date
) -> tuple[Name, date | None, bytes | None]:
    """Read an identity as a row of a file is read."""
    cells = {
        "last_name": identity.last_name, "first_name": identity.first_name,
        "middle_name": identity.middle_name, "birth_date": identity.birth_date,
        "snils": identity.snils,
    }  # fmt: skip
    facts = normalise(pd.DataFrame([cells], dtype=object), today=today).frame
    [(last, first, middle, born)] = rows_of(
        facts, "last_key", "first_key", "middle_key", "birth_date"
    )
    [snils] = sealer.hash_many(value or None for value in facts["snils"])
    day = born if isinstance(born, date) and not pd.isna(born) else None
    if snils is None and not (last and first and day):
        raise UnclearIdentityError
    return (last, first, middle), day, snils
