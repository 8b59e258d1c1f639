"""What is answered to each pushed item: who it is, what changed, and why it waits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from sync.evidence.parts import card_keys
from sync.push.card import Card, Waiting

Json = Any  # an answer, as it is kept
Fault = tuple[str, str, str]  # a code, what to do, the field
WAITING: Final = {
    Waiting.ORGANISATION: "Учреждение хабу неизвестно: запись хранится и пойдёт дальше сама, когда "
    "оно появится в реестре.",
    Waiting.PLACE: "Не названо учреждение: запись хранится до него.",
    Waiting.NAME: "Не названы фамилия и имя: запись хранится до них.",
}
WORDS: Final = {
    "last_name": "lastName",
    "first_name": "firstName",
    "middle_name": "middleName",
    "previous_last_name": "previousLastName",
    "birth_date": "birthDate",
    "hire_date": "hiredOn",
    "dismissal_date": "dismissedOn",
    "employment_type": "employment",
    "teaching_experience": "teachingExperience",
    "young_specialist": "youngSpecialist",
}


def field_name(field: str) -> str:
    """Give a field's name as the partner writes it."""
    return WORDS.get(field, field)


def refusal(card: str, errors: Sequence[Fault]) -> Json:
    """Answer an item that was not taken: each error with its code, its repair and its field."""
    return {
        "externalId": card,
        "status": "REFUSED",
        "changed": [],
        "review": [],
        "errors": [
            {"code": code, "message": message, "path": [name]} for code, message, name in errors
        ],
    }


async def answers(
    session: WriteSession,
    source_id: UUID,
    names: Sequence[str],
    after: Mapping[str, Card],
    before: Mapping[str, Card],
    *,
    also: Sequence[str] = (),
) -> Sequence[Json]:
    """Answer for each card as it stands now; `also` is what has changed besides its fields."""
    people, review = await _people(session.raw, source_id, after)
    return [
        _answer(
            name,
            after.get(name, Card()),
            [*also, *after.get(name, Card()).differs(before.get(name, Card()))],
            people,
            review,
        )
        for name in names
    ]


def _answer(
    name: str,
    card: Card,
    fields: Sequence[str],
    people: Mapping[str, UUID],
    review: Mapping[str, Sequence[str]],
) -> Json:
    changed = [field_name(one) for one in fields]
    waits = [WAITING[one] for one in sorted(card.waiting)]
    status = "APPLIED" if changed else "UNCHANGED"
    return {
        "externalId": name,
        "status": "HELD" if waits and not changed else status,
        "personId": str(people[name]) if name in people else None,
        "changed": changed,
        "review": [*waits, *review.get(name, ())],
        "errors": [],
    }


async def _people(
    connection: asyncpg.Connection, source_id: UUID, cards: Mapping[str, Card]
) -> tuple[Mapping[str, UUID], Mapping[str, Sequence[str]]]:
    standing = [(name, card.stretches[-1]) for name, card in cards.items() if card.stretches]
    keys = card_keys([name for name, _ in standing]) if standing else []
    rows = await connection.fetch(
        PEOPLE, source_id, keys, [stay.organisation_id for _, stay in standing]
    )
    by_key = dict(zip(keys, (name for name, _ in standing), strict=True))
    people: dict[str, UUID] = {}
    review: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        name = by_key[row["external_id"]]
        people[name] = row["person_id"]
        review[name] += row["reasons"] or []
        if row["is_held"]:
            review[name].append("Разом меняется слишком много карточек: ждёт решения человека.")
    return people, review


PEOPLE = """
select r.external_id, l.person_id,
       (select array_agg(distinct reason order by reason) from question q, unnest(q.reasons) reason
        where q.state = 'OPEN' and r.id in (q.record_a, q.record_b)) as reasons,
       exists (select from hold h where h.state = 'PLACED' and h.source_id = r.source_id
           and h.organisation_id = r.organisation_id and h.kind = r.kind) as is_held
from unnest($2::bytea[], $3::uuid[]) as asked (external_id, organisation_id)
join record r on r.source_id = $1 and r.is_card and r.external_id = asked.external_id
    and r.organisation_id = asked.organisation_id
join link l on l.record_id = r.id
"""
