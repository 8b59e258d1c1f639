"""A session of Spark: of this machine, or of the cluster that spark-submit names."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.errors import ConfigError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BATCH_ROWS: Final = 200_000  # a batch normalises each distinct text once: the larger the better
EVERYWHERE: Final = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
    "spark.sql.session.timeZone": "UTC",
}
HERE: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_CHECKOUT = Path(__file__).resolve().parents[3]


@contextmanager
def session_of(master: str | None = None) -> Iterator["SparkSession"]:
    """Open a session and stop it at the end; raise ConfigError where Spark or Java is missing.

    `master` is for this machine (`local[*]`); without one the settings of spark-submit hold, and the
    workers need this checkout and its requirements. A session that is open already is lent.
    """
    _insist_on_java()
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(
            "Spark не установлен: выполните python -m pip install -r requirements-spark.txt.",
            code="match.no_spark",
        ) from error
    if active := SparkSession.getActiveSession():
        yield active
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("mentoring-hub-match")
    settings = EVERYWHERE
    if master:
        builder = builder.master(master)
        settings = EVERYWHERE | HERE | {"spark.executorEnv.PYTHONPATH": str(_CHECKOUT)}
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def _insist_on_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise ConfigError(
            "Для Spark нужна Java 17 или новее: установите её или назовите JAVA_HOME.",
            code="match.no_spark",
        )
