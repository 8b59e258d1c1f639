"""Consents and requests entered over the API, each within its own scope."""

from typing import Any

import pytest

from hub.database import Database
from tests.day import region_day
from tests.door.over_http import Served
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
CONSENT = (
    "consent { id state purpose signer person { id } } request { id kind state } errors { code }"
)
REQUEST = "request { id kind state dueOn isExtended person { id } } errors { code }"


def do(hub: Served, who: str, mutation: str, asked: str, /, **given: Json) -> Json:
    kind = {
        "consentRecord": "ConsentRecordInput",
        "consentWithdraw": "ConsentWithdrawInput",
        "subjectRequestOpen": "SubjectRequestOpenInput",
        "subjectRequestExtend": "SubjectRequestExtendInput",
        "subjectRequestClose": "SubjectRequestCloseInput",
    }[mutation]
    text = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {asked} }} }}"
    return hub.ask(who, text, {"input": given})[mutation]


def codes(answer: Json) -> list[str]:
    return [one["code"] for one in answer["errors"]]


async def somebody(database: Database) -> str:
    """Give a person of the north whose first record stands in a school of the north."""
    async with database.reading() as session:
        found = await session.raw.fetchval(
            "select l.person_id from link l join record r on r.id = l.record_id"
            " join organisation_place p on p.organisation_id = r.organisation_id"
            " and p.authority_id = $1 join person_place pp on pp.person_id = l.person_id"
            " and pp.authority_id = $1 and pp.starts <= $2 and pp.ends > $2"
            " where r.id = (select min(o.record_id) from link o where o.person_id = l.person_id)"
            " order by l.person_id limit 1",
            NORTH,
            region_day(),
        )
    return f"person-{found}"


async def test_a_department_enters_a_consent_and_takes_it_back(
    hub: Served, module_database: Database
) -> None:
    person = await somebody(module_database)
    paper = {
        "person": person, "purpose": "PROCESSING", "relation": "REPRESENTATIVE",
        "document": "Д-1", "signedOn": "2025-10-01", "signer": "Представитель по доверенности",
    }  # fmt: skip

    foreign = do(hub, "south", "consentRecord", CONSENT, **paper)
    made = do(hub, "north", "consentRecord", CONSENT, **paper)
    twice = do(hub, "north", "consentRecord", CONSENT, **paper)
    partner = do(hub, "steward", "consentRecord", CONSENT, **paper)
    half = hub.answer(
        "north",
        "mutation ($input: ConsentWithdrawInput!) { consentWithdraw(input: $input) { errors { code } } }",
        {"input": {"id": made["consent"]["id"], "basis": "EMPLOYMENT"}},
    )
    others = do(hub, "south", "consentWithdraw", CONSENT, id=made["consent"]["id"])
    kept = do(
        hub, "north", "consentWithdraw", CONSENT, id=made["consent"]["id"], basis="EMPLOYMENT",
        keptUntil="2099-01-01",
    )  # fmt: skip

    assert ["law.subject_unknown"] == codes(foreign)
    assert ("IN_FORCE", {"id": person}, None) == (
        made["consent"]["state"], made["consent"]["person"], made["consent"]["signer"],
    )  # fmt: skip
    assert ["consent.document_taken"] == codes(twice)
    assert ["law.not_a_registrar"] == codes(partner)
    assert "BAD_USER_INPUT" == half["errors"][0]["extensions"]["code"]
    assert ["consent.unknown"] == codes(others)
    assert ("WITHDRAWN", "WITHDRAWAL", "KEPT") == (
        kept["consent"]["state"], kept["request"]["kind"], kept["request"]["state"],
    )  # fmt: skip


async def test_a_request_is_entered_extended_and_closed_within_the_scope(
    hub: Served, module_database: Database
) -> None:
    person = await somebody(module_database)

    made = do(hub, "north", "subjectRequestOpen", REQUEST, person=person, kind="ACCESS",
              receivedOn="2026-04-20")  # fmt: skip
    number = made["request"]["id"]
    foreign = do(hub, "south", "subjectRequestClose", REQUEST, id=number, outcome="DONE")
    longer = do(hub, "north", "subjectRequestExtend", REQUEST, id=number)
    closed = do(hub, "north", "subjectRequestClose", REQUEST, id=number, outcome="DONE")

    assert ("2026-05-05", {"id": person}) == (made["request"]["dueOn"], made["request"]["person"])
    assert ["law.request_unknown"] == codes(foreign)
    assert ("2026-05-13", True) == (longer["request"]["dueOn"], longer["request"]["isExtended"])
    assert "DONE" == closed["request"]["state"]
