"""The closed choices of the review: what is asked, what is said, what a word changes."""

from enum import StrEnum

from schema.compiler import declare
from sync.review.verdicts import Answer

declare.choice(
    "Что человек говорит о двух записях.",
    {
        "SAME": "Один человек.",
        "DIFFERENT": "Разные люди.",
        "NOT_ENOUGH": "Сведений не хватает: вопрос отложен, пока запись не скажет другого.",
    },
    name="ReviewAnswer",
)(Answer)


@declare.choice(
    "Состояние вопроса.",
    {
        "OPEN": "Ждёт ответа.",
        "SET_ASIDE": "Отложен: сведений не хватило, а нового записи не сказали.",
        "ANSWERED": "Отвечен.",
    },
)
class QuestionState(StrEnum):
    """Whether a question still waits."""

    OPEN = "OPEN"
    SET_ASIDE = "SET_ASIDE"
    ANSWERED = "ANSWERED"


@declare.choice(
    "О чём вопрос.",
    {
        "MATCH": "Один ли человек стоит за двумя записями.",
        "CLUSTER": "К одному человеку отнесено больше восьми разных описаний: верно ли это.",
        "DISPUTE": "Одному наставляемому назвали двух наставников: не один ли это человек.",
    },
)
class QuestionKind(StrEnum):
    """What is asked."""

    MATCH = "MATCH"
    CLUSTER = "CLUSTER"
    DISPUTE = "DISPUTE"


@declare.choice(
    "Какое число изменит ответ «один человек».",
    {
        "MENTORS": "Сколько наставников.",
        "MENTEES": "Сколько наставляемых.",
        "PAIRS": "Сколько пар.",
        "YOUNG_SPECIALISTS": "Сколько молодых специалистов.",
    },
)
class ReviewEffect(StrEnum):
    """A figure that an answer moves."""

    MENTORS = "MENTORS"
    MENTEES = "MENTEES"
    PAIRS = "PAIRS"
    YOUNG_SPECIALISTS = "YOUNG_SPECIALISTS"


@declare.choice(
    "Что говорит решение.",
    {
        "MUST_LINK": "Эти записи — об одном человеке.",
        "CANNOT_LINK": "Эти записи — о разных людях.",
        "NOT_ENOUGH": "Сведений не хватает.",
    },
)
class VerdictKind(StrEnum):
    """What a verdict says."""

    MUST_LINK = "MUST_LINK"
    CANNOT_LINK = "CANNOT_LINK"
    NOT_ENOUGH = "NOT_ENOUGH"


@declare.choice(
    "Как решение дано.",
    {
        "ANSWER": "Ответом на вопрос.",
        "SPLIT": "Разделением человека или исключением записи.",
        "MERGE": "Объединением людей.",
        "LABEL": "Разметкой вслепую.",
        "ROW_KEY": "Ключом строки, вернувшейся в шаблоне школы.",
        "ERASURE": "Изъятием: записи, оставшиеся от человека без имени, — одна единица счёта.",
    },
)
class VerdictAction(StrEnum):
    """How a verdict came to be."""

    ANSWER = "ANSWER"
    SPLIT = "SPLIT"
    MERGE = "MERGE"
    LABEL = "LABEL"
    ROW_KEY = "ROW_KEY"
    ERASURE = "ERASURE"


@declare.choice(
    "Искали ли совпадения и нашлись ли.",
    {
        "NOT_SEARCHED_YET": "Ещё не искали: есть записи, которые не сравнены.",
        "NOTHING_FOUND": "Искали, спрашивать не о чем.",
        "TO_ANSWER": "Есть о чём спросить.",
    },
)
class SearchState(StrEnum):
    """Whether the matcher has looked, and whether it asks anything."""

    NOT_SEARCHED_YET = "NOT_SEARCHED_YET"
    NOTHING_FOUND = "NOTHING_FOUND"
    TO_ANSWER = "TO_ANSWER"


@declare.choice(
    "Что произошло с идентификатором человека.",
    {
        "MERGED": "Прежний идентификатор влился в этого человека.",
        "SPLIT": "Этот человек отделён от другого.",
    },
)
class LineageKind(StrEnum):
    """How a person came to be."""

    MERGED = "MERGED"
    SPLIT = "SPLIT"
