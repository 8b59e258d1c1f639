"""`review`: questions of who is whom at the command line, answers to them, and taking them back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.cli.review_documents import HISTORY, PRECISION, QUESTION, QUEUE, SAMPLE
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession
    from sync.changeset import Difference
    from sync.people.saying import By

app = typer.Typer(
    help="Разбор совпадений: кто с кем один человек.", no_args_is_help=True, rich_markup_mode=None
)
COMMAND: Final = "hub review"
ANSWERS: Final = {"same": "SAME", "different": "DIFFERENT", "not-enough": "NOT_ENOUGH"}
Limit = Annotated[int, typer.Option(help="Сколько показать, не больше ста.", min=1, max=100)]
Reason = Annotated[str, typer.Option(help="Почему; без личных данных.")]
Json = Any  # a decoded answer


@app.command("list")
def list_questions(limit: Limit = 20, output: Output = OutputFormat.TABLE) -> None:
    """Показать очередь: первым то, что изменит больше людей и чисел."""
    found = _ask(QUEUE, {"first": limit})
    summary = found["reviewSummary"]
    words = {
        "TO_ANSWER": f"Ждут ответа: {summary['open']}, отложено: {summary['setAside']}.",
        "NOTHING_FOUND": f"Спрашивать не о чем; отложено: {summary['setAside']}.",
        "NOT_SEARCHED_YET": f"Ещё не искали: не сравнено записей — {summary['notCompared']}.",
    }
    say(words[summary["state"]])
    titles = {
        "id": "Номер",
        "first": "Одна запись",
        "second": "Другая запись",
        "organisation": "Кому",
        "probability": "Вероятность",
        "reasons": "Почему",
        "affects": "Что изменит",
        "holder": "Кто смотрит",
    }
    print_rows([_line(one) for one in found["reviewQueue"]["nodes"]], output, titles=titles)


@app.command()
def show(
    question: Annotated[str, typer.Argument(help="Номер вопроса из review list.")],
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать вопрос: обе записи и что говорит каждое поле, в битах."""
    from hub.errors import InputError

    found = _ask(QUESTION, {"id": question})["question"]
    if found is None:
        raise InputError("Такого вопроса нет.", code="review.question_unknown")
    for side in ("firstRecord", "secondRecord"):
        say(_named(found[side]))
    say(f"Вероятность {found['probability']}. Спрошено, потому что: {', '.join(found['reasons'])}.")
    titles = {"field": "Поле", "says": "Что видно", "bits": "Биты"}
    print_rows(found["explanation"], output, titles=titles)


@app.command()
def answer(
    question: Annotated[str, typer.Argument(help="Номер вопроса или пары для разметки.")],
    said: Annotated[str, typer.Argument(help="same, different или not-enough.")],
    reason: Reason = "",
) -> None:
    """Ответить на вопрос и сразу пересчитать людей по ответу."""
    from sync.review import verdicts

    if said not in ANSWERS:
        raise typer.BadParameter("Ответ — same, different или not-enough.")
    number = _number(question, "question")
    verdict, changed = _say(
        lambda session, by: verdicts.answer(
            session, number, verdicts.Answer(ANSWERS[said]), by=by, reason=reason
        )
    )
    say(f"✓ Записано: verdict-{verdict}. {_told(changed)}")


@app.command()
def retract(
    verdict: Annotated[str, typer.Argument(help="Номер решения из review history.")],
    reason: Reason = "",
) -> None:
    """Отменить решение и сразу пересчитать людей."""
    from sync.review import verdicts

    number = _number(verdict, "verdict")
    _, changed = _say(lambda session, by: verdicts.retract(session, number, by=by, reason=reason))
    say(f"✓ Отменено. {_told(changed)}")


@app.command()
def history(limit: Limit = 20, output: Output = OutputFormat.TABLE) -> None:
    """Показать решения, последние первыми: кто, когда, почему, действует ли."""
    titles = {
        "id": "Номер",
        "kind": "Решение",
        "action": "Как дано",
        "givenAt": "Когда",
        "givenBy": "Кем",
        "reason": "Почему",
        "isStanding": "Действует",
        "isObeyed": "Применено",
    }
    found = _ask(HISTORY, {"first": limit})["verdicts"]["nodes"]
    print_rows(found, output, titles=titles)


@app.command()
def sample(
    draw: Annotated[int, typer.Option(help="Сколько новых пар отобрать.", min=0, max=10_000)] = 0,
    each: Annotated[int, typer.Option(help="Не больше стольких одного рисунка.", min=1)] = 5,
    seed: Annotated[str, typer.Option(help="Семя отбора: с ним же отберётся то же.")] = "1",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать пары для разметки вслепую, без оценки; отвечают на них через review answer."""
    if draw:
        say(f"Отобрано пар: {asyncio.run(_draw(draw, each, seed))}.")
    rows = [
        {
            "id": one["id"],
            "first": _named(one["firstRecord"]),
            "second": _named(one["secondRecord"]),
        }
        for one in _ask(SAMPLE, {"first": 100})["reviewSample"]["nodes"]
    ]
    titles = {"id": "Номер", "first": "Одна запись", "second": "Другая запись"}
    print_rows(rows, output, titles=titles)


@app.command()
def precision(
    blind: Annotated[bool, typer.Option("--blind", help="Только разметка вслепую.")] = False,  # noqa: FBT002 - a flag
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать, насколько верны рисунки совпадений, по ответам людей."""
    titles = {
        "pattern": "Рисунок",
        "bits": "Биты",
        "answers": "Ответов",
        "same": "Один",
        "different": "Разные",
        "notEnough": "Не хватает",
        "precision": "Точность",
    }
    found = _ask(PRECISION, {"blind": True if blind else None})["reviewPrecision"]["nodes"]
    print_rows(found, output, titles=titles)


def _ask(document: str, variables: Mapping[str, object]) -> Json:
    from hub.cli.asking import asked

    return asyncio.run(asked(document, variables, name="Review"))


def _line(question: Json) -> dict[str, object]:
    return {
        "id": question["id"],
        "first": _named(question["firstRecord"]),
        "second": _named(question["secondRecord"]),
        "organisation": (question["organisation"] or {}).get("shortName"),
        "probability": question["probability"],
        "reasons": ", ".join(question["reasons"]),
        "affects": ", ".join(question["affects"]),
        "holder": (question["lease"] or {}).get("holder"),
    }


def _named(record: Json) -> str:
    """Say a record in one line: whom it names, born when, in what place, from where."""
    if record is None:
        return "вне вашей области"
    facts = record["facts"] or {}
    names = [facts.get(part) for part in ("lastName", "firstName", "middleName")]
    parts = [
        " ".join(name for name in names if name),
        facts.get("birthDate") or facts.get("birthYear"),
        record["organisationName"],
        record["sourceTitle"],
    ]
    return ", ".join(str(part) for part in parts if part)


def _number(text: str, prefix: str) -> UUID:
    from hub.errors import InputError

    try:
        return UUID(text.removeprefix(f"{prefix}-"))
    except ValueError as error:
        raise InputError(
            f"Это не номер: он выглядит как {prefix}-…", code="input.invalid"
        ) from error


def _say(
    act: "Callable[[WriteSession, By], Awaitable[UUID]]",
) -> "tuple[UUID, list[Difference]]":
    return asyncio.run(_said(act))


async def _said(
    act: "Callable[[WriteSession, By], Awaitable[UUID]]",
) -> "tuple[UUID, list[Difference]]":
    """Write a word and obey whatever waits; gives the word and what changed."""
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.people.saying import By
    from sync.projecting import obey_waiting

    settings = Settings()
    by = By(actor=COMMAND, today=today_in(settings.zone))
    async with open_database(addresses.find(settings).worker) as database:
        async with database.writing() as session:
            word = await act(session, by)
        sealer = Sealer.from_file(settings.keys)
        return word, await obey_waiting(database, sealer=sealer, today=by.today)


def _told(changed: "list[Difference]") -> str:
    people = sum(one.people for one in changed)
    mentorships = sum(one.mentorships for one in changed)
    return f"Изменено людей: {people}, наставничеств: {mentorships}."


async def _draw(size: int, each: int, seed: str) -> int:
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from sync.review.sampling import draw

    settings = Settings()
    async with (
        open_database(addresses.find(settings).worker, pool_size=1) as database,
        database.writing() as session,
    ):
        return await draw(session, size, each=each, seed=seed, today=today_in(settings.zone))
