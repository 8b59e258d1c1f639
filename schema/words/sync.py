"""The closed choices of runs and holds."""

from enum import StrEnum

from schema.compiler import declare


@declare.choice(
    "Что читает обмен.",
    {
        "FULL": "Всё заново: полный список закрывает тех, кого в нём нет.",
        "CHANGES": "Изменённое с прошлого раза.",
    },
)
class SyncMode(StrEnum):
    """Whether a run reads everything or what changed."""

    FULL = "FULL"
    CHANGES = "CHANGES"


@declare.choice(
    "Состояние обмена.",
    {
        "QUEUED": "Ждёт очереди.",
        "RUNNING": "Идёт.",
        "WAITING": "Применён, кроме задержанного: ждёт решения.",
        "SUCCEEDED": "Завершён.",
        "PARTIAL": "Завершён, часть строк не взята.",
        "FAILED": "Не удался.",
        "CANCELLED": "Остановлен по просьбе.",
        "UNDONE": "Отменён.",
    },
)
class SyncState(StrEnum):
    """Where a run stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    UNDONE = "UNDONE"


@declare.choice(
    "Кому чинить неудавшийся обмен.",
    {
        "CONFIG": "Оператору: исправить настройки источника.",
        "TRANSIENT": "Никому: источник недоступен, обмен повторится.",
        "SYSTEM": "Разработчику: ошибка хаба или источника.",
    },
)
class SyncFailure(StrEnum):
    """Who repairs a failed run."""

    CONFIG = "CONFIG"
    TRANSIENT = "TRANSIENT"
    SYSTEM = "SYSTEM"


@declare.choice(
    "Состояние задержанного.",
    {
        "PLACED": "Ждёт решения.",
        "RELEASED": "Отпущено.",
        "MOOT": "Больше нечего держать: пришли новые сведения.",
    },
)
class HoldState(StrEnum):
    """Whether a hold still waits."""

    PLACED = "PLACED"
    RELEASED = "RELEASED"
    MOOT = "MOOT"


@declare.choice(
    "Насколько важна строка журнала.",
    {
        "INFO": "Так и должно быть.",
        "WARNING": "Стоит посмотреть.",
        "ERROR": "Не удалось.",
    },
)
class SyncLevel(StrEnum):
    """How much a line of the log matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
