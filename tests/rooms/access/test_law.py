"""Consents, requests and their days: what the register takes, what it refuses, what follows."""

from datetime import date

import pytest

from hub.database import Database
from hub.errors import InputError
from hub.law.calendar import after_working_days, last_day, read_calendar
from hub.law.consents import (
    DocumentKind,
    DocumentTakenError,
    NotSeparateError,
    Paper,
    Relation,
    SignerError,
    UnknownConsentError,
    record_consent,
    withdraw_consent,
)
from hub.law.requests import (
    ClosedRequestError,
    Keeping,
    RequestState,
    close,
    extend,
    open_request,
    subject_of,
)
from hub.law.rules import ConsentPurpose, RequestKind
from hub.seal import Sealer
from tests.rooms.access.subjects import ADULT, CHILD, add_subjects, one

pytestmark = pytest.mark.anyio
DAY = date(2026, 4, 20)


def paper(document: str, **said: object) -> Paper:
    known = {
        "purpose": ConsentPurpose.PROCESSING,
        "relation": Relation.SELF,
        "signed_on": date(2025, 10, 1),
    }
    return Paper(document=document, **{**known, **said})  # type: ignore[arg-type]  # as each test says


@pytest.fixture
async def hub(database: Database) -> Database:
    await add_subjects(database)
    return database


async def test_days_off_and_moved_days_make_a_period_longer(database: Database) -> None:
    async with database.reading() as session:
        calendar = await read_calendar(session)

    assert date(2026, 5, 5) == after_working_days(date(2026, 4, 20), 10, calendar)
    assert date(2026, 1, 23) == after_working_days(date(2025, 12, 30), 10, calendar)
    assert date(2025, 11, 1) == after_working_days(date(2025, 10, 31), 1, calendar)
    assert date(2026, 12, 30) == last_day(date(2026, 12, 2), 30, calendar)


async def test_a_consent_is_a_paper_of_its_own_signed_by_who_may(
    hub: Database, sealer: Sealer
) -> None:
    refused = (
        (ADULT, paper("1", kind=DocumentKind.APPLICATION), NotSeparateError),
        (CHILD, paper("2"), SignerError),
        (ADULT, paper("3", relation=Relation.PARENT), SignerError),
    )
    for person, wrong, error in refused:
        with pytest.raises(error):
            async with hub.writing() as session:
                await record_consent(session, person, wrong, actor="test", sealer=sealer)

    bundled = paper("4", kind=DocumentKind.APPLICATION, signed_on=date(2025, 8, 31))
    mothers = paper("5", relation=Relation.PARENT, signer="Мать, паспорт 1234")
    async with hub.writing() as session:
        await record_consent(session, ADULT, bundled, actor="test", sealer=sealer)
        await record_consent(session, CHILD, mothers, actor="test", sealer=sealer)
        with pytest.raises(DocumentTakenError):
            await record_consent(session, CHILD, mothers, actor="test", sealer=sealer)

    lapses, sealed = await one(
        hub, "select lapses_on, signer_sealed from consent where document = '5'"
    )
    assert date(2034, 2, 28) < lapses <= date(2034, 3, 1)
    assert "Мать, паспорт 1234" == sealer.open(sealed)


async def test_a_withdrawal_opens_a_request_only_where_nothing_else_holds(
    hub: Database, sealer: Sealer
) -> None:
    async with hub.writing() as session:
        first, second, shown = [
            await record_consent(session, ADULT, one_paper, actor="test", sealer=sealer)
            for one_paper in (
                paper("1"), paper("2"), paper("3", purpose=ConsentPurpose.PUBLICATION),
            )
        ]  # fmt: skip
        nothing = [
            await withdraw_consent(session, consent, on=DAY, actor="test")
            for consent in (shown, first)
        ]
        request = await withdraw_consent(
            session, second, on=DAY, actor="test",
            keeping=Keeping(basis="EMPLOYMENT", until=date(2027, 1, 1)),
        )  # fmt: skip
        with pytest.raises(UnknownConsentError):
            await withdraw_consent(session, first, on=DAY, actor="test")

    assert [None, None] == nothing
    assert ("WITHDRAWAL", "KEPT", date(2026, 5, 20), "EMPLOYMENT") == await one(
        hub, "select kind, state, due_on, basis from subject_request where id = $1", request
    )
    waits = "select count(*) from jobs.pgqueuer where entrypoint = 'law.due'"
    assert (1,) == await one(hub, waits)


async def test_a_request_is_extended_once_and_closed_once(hub: Database) -> None:
    async with hub.writing() as session:
        subject = await subject_of(session, ADULT)
        access, correction = [
            await open_request(session, subject, kind, received_on=DAY, actor="test")
            for kind in (RequestKind.ACCESS, RequestKind.CORRECTION)
        ]
        await extend(session, access)
        for request in (access, correction):
            with pytest.raises(ClosedRequestError):
                await extend(session, request)
        await close(session, correction, RequestState.DONE, on=DAY)
        with pytest.raises(ClosedRequestError):
            await close(session, correction, RequestState.REFUSED, on=DAY)
        unknown = Keeping(basis="HABIT", until=DAY)
        with pytest.raises(InputError):
            await open_request(
                session, subject, RequestKind.STOP, received_on=DAY, actor="test", keeping=unknown
            )

    query = "select due_on, state from subject_request where id = $1"
    assert (date(2026, 5, 13), "OPEN") == await one(hub, query, access)
    assert (date(2026, 4, 29), "DONE") == await one(hub, query, correction)
