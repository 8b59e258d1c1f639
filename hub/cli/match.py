"""`match`: who is who in a file of records, how well that agrees with the truth, and why."""

import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.errors import InputError
from hub.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.engines.file_run import Done
    from sync.engines.notices import Notice
    from sync.matching.model import Model

MEASURES: Final = {"measure": "Мера", "precision": "Точность", "recall": "Полнота", "f1": "F1"}
CONFUSED: Final = {"kind": "Вид", "pairs": "Пар", "merged": "Слито", "share": "Доля"}
REASONS: Final = {"field": "Поле", "says": "Что видно", "bits": "Бит"}
CALIBRATION: Final = {
    "source": "Источник",
    "expected": "Обещано",
    "pairs": "Пар",
    "found": "Оказалось",
}
app = typer.Typer(help="Сличение записей файла: кто есть кто.", rich_markup_mode=None)

RecordsFile = Annotated[Path, typer.Argument(help="Записи: parquet или csv.", exists=True)]
ModelFile = Annotated[
    Path | None, typer.Option("--model", help="Обученная модель, файл json.", exists=True)
]
ClustersFile = Annotated[Path, typer.Option(help="Куда записать rec_id и cluster_id.")]
SavedModel = Annotated[Path | None, typer.Option(help="Куда записать обученную модель.")]
QuestionsFile = Annotated[
    Path | None, typer.Option(help="Куда записать пары, о которых надо спросить человека.")
]


@app.command()
def file(
    records: RecordsFile,
    out: ClustersFile,
    model: ModelFile = None,
    train: Annotated[
        bool | None,
        typer.Option(
            "--train/--no-train",
            help="Обучить модель на этом файле (так и без флагов) или нет.",
        ),
    ] = None,
    save_model: SavedModel = None,
    questions: QuestionsFile = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Свести записи файла в людей."""
    from sync.engines.file_run import Job, run

    if model and train:
        raise InputError(
            "--model и --train вместе не имеют смысла: выберите готовую модель или обучение.",
            code="match.options",
        )
    started = time.perf_counter()
    done = run(
        Job(
            records=records,
            out=out,
            model=_model(model) if model else None,
            train=model is None and train is not False,
            save_model=save_model,
            questions=questions,
        ),
        today=_today(),
    )
    _tell(done, time.perf_counter() - started, output)


@app.command()
def spark(
    records: Annotated[Path, typer.Argument(help="Записи: parquet или папка с ним.", exists=True)],
    out: ClustersFile,
    model: ModelFile = None,
    save_model: SavedModel = None,
    questions: QuestionsFile = None,
    master: Annotated[
        str | None,
        typer.Option(help="Мастер Spark, например local[*]; без него решает spark-submit."),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option(help="Папка для таблиц, видная всем узлам; иначе временная на этой машине."),
    ] = None,
) -> None:
    """Свести записи файла в людей на Spark: те же пары и те же оценки, что у `match file`."""
    from sync.engines.file_run import Job, run
    from sync.engines.spark.engine import SparkEngine
    from sync.engines.spark.session import session_of

    job = Job(
        records=records,
        out=out,
        model=_model(model) if model else None,
        train=model is None,
        save_model=save_model,
        questions=questions,
    )
    started = time.perf_counter()
    with ExitStack() as stack:
        folder = tables or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        session = stack.enter_context(session_of(master))
        done = run(job, today=_today(), engine=SparkEngine(session=session, tables=folder))
    _tell(done, time.perf_counter() - started, OutputFormat.TABLE)


@app.command()
def evaluate(
    clusters: Annotated[
        Path, typer.Option(help="Найденные люди: rec_id, cluster_id.", exists=True)
    ],
    truth: Annotated[Path, typer.Option(help="Истина: rec_id, person_id.", exists=True)],
    hard: Annotated[
        Path | None, typer.Option(help="Трудные пары: person_a, person_b, kind.", exists=True)
    ] = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Сравнить найденных людей с истиной."""
    from sync.engines.judging import judge

    judged = judge(clusters, truth, hard)
    _tell_notices(judged.notices)
    rows = [*judged.measures, *judged.confused] if output is OutputFormat.JSON else judged.measures
    print_rows(rows, output, titles=MEASURES)
    if judged.confused and output is OutputFormat.TABLE:
        print_rows(judged.confused, output, titles=CONFUSED)


@app.command()
def explain(
    one: Annotated[str, typer.Argument(help="rec_id, либо сама запись: JSON.")],
    other: Annotated[str, typer.Argument(help="rec_id, либо сама запись: JSON.")],
    records: Annotated[
        Path | None, typer.Option(help="Файл, в котором искать rec_id.", exists=True)
    ] = None,
    model: ModelFile = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Сказать, сколько бит даёт каждое поле двух записей и что с ними решено."""
    from sync.engines.explaining import explain_pair
    from sync.matching.model import HAND_MODEL

    pair = explain_pair(
        one, other, records=records, model=_model(model) if model else HAND_MODEL, today=_today()
    )
    rows = [
        {"field": reason.field, "says": reason.says, "bits": f"{reason.bits:+.2f}"}
        for reason in pair.reasons
    ]
    print_rows(rows, output, titles=REASONS)
    say(
        f"Всего {pair.bits:+.2f} бит, то есть одно лицо с вероятностью {pair.probability:.1%} "
        f"по одним весам. {pair.verdict}"
    )


@app.command()
def labelled(
    out: Annotated[Path, typer.Option(help="Папка для records.csv, truth.csv, hard.csv.")],
    records: Annotated[int, typer.Option(help="Сколько примерно записей.")] = 100_000,
    setting: Annotated[
        str, typer.Option(help="Какими быть записям: usual, doubled, sparse или other.")
    ] = "usual",
    seed: Annotated[int, typer.Option(help="Зерно: те же данные на любой машине.")] = 1,
) -> None:
    """Записать размеченные данные: выдуманные люди, их карточки и кто есть кто."""
    from hub.demo.labelled.files import SETTINGS, write_labelled
    from hub.demo.labelled.files import labelled as made

    if setting not in SETTINGS:
        raise InputError(f"Есть наборы: {', '.join(SETTINGS)}.", code="match.options")
    found = made(records, setting=setting, seed=seed)
    write_labelled(out, found)
    say(f"✓ Записей: {len(found.cards)}, трудных пар людей: {len(found.hard)}; папка {out}.")


def _today() -> date:
    from hub.settings import Settings

    return today_in(Settings().zone)


def _model(path: Path) -> "Model":
    from hub.files import text_of
    from sync.matching.artefact import read_model

    return read_model(text_of(path))


def _tell(done: "Done", seconds: float, output: OutputFormat) -> None:
    _tell_notices(done.notices)
    if done.calibration:
        print_rows(done.calibration, output, titles=CALIBRATION)
    say(
        f"✓ Записей: {done.records}, людей: {done.people}, сравнено пар: {done.pairs}, "
        f"вопросов: {done.questions}; модель {done.model}; {seconds:.1f} с."
    )


def _tell_notices(notices: "Iterable[Notice]") -> None:
    for notice in notices:
        say(f"! {notice.text}: {notice.count} ({notice.cause})")
