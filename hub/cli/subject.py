"""`subject`: what people demand of whoever keeps their data, and what follows from it."""

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from hub.cli.consent import Basis, Day, keeping, number_of, today
from hub.cli.erased import COMMAND, as_keeper, keys, lift, replay
from hub.cli.granting import choice, in_transaction
from hub.cli.law_documents import ACTS, PAIRS, REPORT, REQUESTS
from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from uuid import UUID

    from hub.database import WriteSession

Answer = TypeVar("Answer")
Json = Any  # a decoded answer
TITLES: Final = {
    "id": "Номер",
    "kind": "Чего требует",
    "state": "Где",
    "receivedOn": "Получено",
    "dueOn": "Срок",
    "isOverdue": "Пропущен",
    "basis": "Основание хранить",
    "keptUntil": "До",
    "closedOn": "Закрыто",
    "organisation": "Кто отвечает",
}
ACT_TITLES: Final = {
    "number": "Акт",
    "subjectId": "Субъект",
    "reason": "Причина",
    "categories": "Категории",
    "counts": "Строк",
    "receivedOn": "Потребовано",
    "destroyedAt": "Уничтожено",
    "keepUntil": "Хранить до",
}
Request = Annotated[str, typer.Argument(help="Номер обращения: request-…")]
app = typer.Typer(
    help="Обращения субъектов: сведения, исправление, отзыв, уничтожение.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def show(
    state: Annotated[str, typer.Option(help="OPEN, KEPT, BLOCKED, DONE или REFUSED.")] = "",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать обращения: первым то, чей срок ближе."""
    variables = {"first": 100, "state": state.upper() or None}
    found = _ask(REQUESTS, variables, "Requests")["subjectRequests"]["nodes"]
    rows = [{**one, "organisation": (one["organisation"] or {}).get("shortName")} for one in found]
    print_rows(rows, output, titles=TITLES)


@app.command("open")
def open_one(
    person: Annotated[str, typer.Argument(help="О ком: person-…")],
    kind: Annotated[
        str,
        typer.Argument(help="ACCESS, CORRECTION, WITHDRAWAL, STOP, UNLAWFUL или GOAL_REACHED."),
    ],
    received: Day = None,
    basis: Basis = "",
    until: Day = None,
) -> None:
    """Принять обращение; срок считается по производственному календарю."""
    from hub.law.requests import open_request, subject_of
    from hub.law.rules import RequestKind

    wanted, number = choice(RequestKind, kind, "KIND"), number_of(person, "person")
    day, kept = received.date() if received else today(), keeping(basis, until)

    async def act(session: "WriteSession") -> "UUID":
        subject = await subject_of(session, number)
        return await open_request(
            session, subject, wanted, received_on=day, actor=COMMAND, keeping=kept
        )

    print(f"request-{in_transaction(act, change=f'subject open {wanted}')}")


@app.command()
def extend(request: Request) -> None:
    """Продлить срок на дни, которые даёт закон; один раз."""
    from hub.law import requests

    number = number_of(request, "request")
    in_transaction(lambda session: requests.extend(session, number), change="subject extend")
    say("✓ Срок продлён.")


@app.command()
def close(
    request: Request,
    outcome: Annotated[str, typer.Argument(help="DONE — исполнено, REFUSED — отклонено.")],
) -> None:
    """Закрыть обращение, по которому ничего не уничтожают."""
    from hub.law import requests

    number = number_of(request, "request")
    wanted, day = choice(requests.RequestState, outcome, "OUTCOME"), today()
    in_transaction(
        lambda session: requests.close(session, number, wanted, on=day), change="subject close"
    )
    say("✓ Обращение закрыто.")


@app.command()
def report(person: Annotated[str, typer.Argument(help="О ком: person-…")]) -> None:
    """Выдать субъекту всё, что о нём хранится: откуда взято и кто это видел; JSON."""
    found = _ask(REPORT, {"id": person, "person": person}, "SubjectReport")
    if found["person"] is None:
        from hub.law.requests import UnknownSubjectError

        raise UnknownSubjectError
    found["refusedRows"] = _refused(number_of(found["person"]["id"], "person"))
    json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _refused(person: "UUID") -> list[Json]:
    """Read the refused rows that name the person; that it was read is audited."""
    from dataclasses import asdict

    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.erasure.disclosing import refused_rows

    sealer = Sealer.from_file(Settings().keys)
    rows = in_transaction(
        lambda session: refused_rows(session, person, sealer), change=f"subject report {person}"
    )
    return [{**asdict(row), "taken_at": row.taken_at.isoformat()} for row in rows]


@app.command()
def due() -> None:
    """Сделать то, чему пришёл срок: заблокировать и уничтожить; работник делает это сам."""
    from sync.erasure.erasing import do_due

    done = as_keeper(do_due)
    say(f"✓ Заблокировано: {done.blocked}, уничтожено: {done.destroyed}.")


@app.command()
def destroy(request: Request) -> None:
    """Уничтожить сведения сейчас, не дожидаясь срока; печатает номер акта."""
    from sync.erasure import erasing

    number = number_of(request, "request")
    act = as_keeper(lambda keeper: erasing.destroy(keeper, number))
    print(act)
    say(f"✓ Уничтожено, акт № {act}.")


@app.command()
def restore(request: Request) -> None:
    """Вернуть заблокированные сведения: отзыв был ошибкой."""
    from sync.erasure import erasing

    number = number_of(request, "request")
    print(f"person-{as_keeper(lambda keeper: erasing.restore(keeper, number))}")


@app.command()
def acts(output: Output = OutputFormat.TABLE) -> None:
    """Показать акты об уничтожении, новые первыми."""
    rows = [
        {**one, "counts": {line["name"]: line["count"] for line in one["counts"]}}
        for one in _ask(ACTS, {"first": 100}, "Acts")["destructionActs"]["nodes"]
    ]
    print_rows(rows, output, titles=ACT_TITLES)


for command in (keys, replay, lift):
    app.command()(command)


@app.command()
def pseudonymised(
    key: Annotated[
        Path,
        typer.Option("--key", help="Файл ключа псевдонимов; не ключи хаба, хранится отдельно."),
    ],
    output: Output = OutputFormat.CSV,
) -> None:
    """Выгрузить, кто с кем в паре, без имён: псевдонимы под отдельным ключом, возраст десятилетием."""
    from hub.law.pseudonyms import Pseudonyms, pseudonymised
    from hub.settings import Settings

    settings = Settings()
    names = Pseudonyms.from_file(key, hubs=settings.keys)
    rows = list(pseudonymised(_mentorships(), names, on=today()))
    in_transaction(_nothing, change=f"subject pseudonymised {len(rows)}")
    print_rows(rows, output, titles=dict.fromkeys(rows[0] if rows else (), ""))


def _mentorships() -> Iterable[Json]:
    """Walk every mentorship, page by page."""
    after, more = None, True
    while more:
        page = _ask(PAIRS, {"after": after}, "Pseudonymised")["mentorships"]
        yield from page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]


async def _nothing(_: "WriteSession") -> None:
    return None


def _ask(document: str, variables: Mapping[str, object], name: str) -> Json:
    from hub.cli.asking import asked

    return asyncio.run(asked(document, variables, name=name))
