"""A person who is about to be taken out, with a word planted in everything that is kept of them."""

import subprocess
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from hub.binaries import find_binaries
from hub.database import Database
from hub.law.requests import open_request, subject_of
from hub.law.rules import RequestKind
from hub.records import FileKind, Place, Rejected
from hub.seal import Sealer
from hub.settings import Addresses
from sync.erasure.erasing import Keeper
from tests.conftest import server_choice, superuser
from tests.rooms.sync.drawn import snils_of
from tests.rooms.sync.world import FIRST, SECOND, TODAY, Handed, card, handed, pair, rows

MARKER = "Зюзюмаркин"
NAME = f"{MARKER} Ипполит Саввич"
BORN = "05.03.1979"
NUMBER = snils_of(87_654_302)
PHONE = "+7 927 555-31-07"
MAIL = "zyuzya@school.example"
OTHER = "Барсоватов Лев Фомич"
NAMESAKE = f"{MARKER} Аристарх Львович"
DAY, LATER = date(2025, 9, 15), date(2025, 11, 20)
# What must be found nowhere: names, number, telephone, address, birth date of the one person.
TRACES = (
    "Ипполит",
    "ипполит",
    "Саввич",
    "555-31-07",
    "9275553107",
    MAIL,
    "05.03.1979",
    "1979-03-05",
    "".join(sign for sign in NUMBER if sign.isdigit()),
)


def files() -> Sequence[Handed]:
    """Make what schools give of the person: lists, bases of both sides, rows that are refused."""
    staff = card(NAME, BORN, snils=NUMBER, phone=PHONE, email=MAIL, position="учитель физики")
    staff |= {"hire_date": "01.09.2024", "teaching_experience": "1", "category": "первая"}
    elsewhere = card(NAME, BORN, position="учитель", employment_type="внешнее совместительство")
    broken = card(NAME, "31.02.1979", position="учитель")
    refused = Rejected(
        place=Place(file="x.csv", sheet="Лист1", row=9),
        code="row.unknown_organisation",
        message="Непонятно, чья строка.",
        payload={"full_name": NAME, "phone": PHONE},
    )
    mentors = [
        pair(NAME, OTHER, mentor_birth_date=BORN, joined_at="01.10.2025", program="Опора"),
        pair(NAME, "Козодоев Пётр Ильич", mentor_birth_date=BORN, joined_at="01.10.2025"),
    ]
    return (
        handed(FileKind.STAFF, FIRST, DAY, [staff, card(OTHER, "01.02.1999", position="учитель")]),
        handed(FileKind.STAFF, SECOND, DAY, [elsewhere, broken]),
        handed(FileKind.MENTOR_BASE, FIRST, DAY, mentors),
        handed(
            FileKind.MENTEE_BASE, FIRST, DAY, [pair(NAME, OTHER, mentee_birth_date="01.02.1999")]
        ),
        Handed(name=f"{MARKER} Ипполит.csv", items=(refused,)),
    )


async def person_of(hub: Database, first_name: str = "Ипполит") -> UUID:
    """Give the one person who bears the name."""
    [(found,)] = await rows(hub, "select id from person where first_name = $1", first_name)
    assert isinstance(found, UUID)
    return found


def keeper_of(hub: Database, sealer: Sealer, today: date = TODAY) -> Keeper:
    return Keeper(database=hub, sealer=sealer, today=today, actor="test")


async def demanded(
    hub: Database, person: UUID, kind: RequestKind = RequestKind.UNLAWFUL, on: date = TODAY
) -> UUID:
    """Enter a request of the person."""
    async with hub.writing() as session:
        subject = await subject_of(session, person)
        return await open_request(session, subject, kind, received_on=on, actor="test")


def dumped(admin_url: str, addresses: Addresses) -> str:
    """Dump a whole database as the superuser, bytes spelled as text besides."""
    program = find_binaries(server_choice()).program("pg_dump")
    dump = [program, superuser(admin_url, addresses)]
    done = subprocess.run(dump, capture_output=True, check=True, text=True)
    return done.stdout


def traces_in(text: str) -> list[str]:
    """Name what of the person stands in a text, plainly or spelled as hexadecimal."""
    return [one for one in TRACES if one in text or one.encode().hex() in text]
