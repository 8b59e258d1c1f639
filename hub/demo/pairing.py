"""What a case or a draw says of a mentorship before any base lists it."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

NOBODY = -1
NOT_SHOWN = -1

# (code, wordings that bases use)
FORM_WORDINGS: dict[str, tuple[str, ...]] = {
    "STUDENT_STUDENT": ("ученик – ученик", "Ученик-ученик", "обучающийся – обучающийся"),
    "TEACHER_TEACHER": (
        "учитель – учитель",
        "Учитель-учитель",
        "педагог – педагог",
        "педагог-педагог",
    ),
    "UNI_STUDENT_PUPIL": ("студент – ученик", "Студент-ученик"),
    "EMPLOYER_PUPIL": ("работодатель – ученик", "Работодатель-ученик"),
    "EMPLOYER_STUDENT": ("работодатель – студент", "Работодатель-студент"),
    "TEACHER_PUPIL": ("учитель – ученик", "Учитель-ученик", "педагог – обучающийся"),
    "HEAD_TEACHER": ("руководитель ОО – педагог", "руководитель – педагог"),
    "EMPLOYER_PED_STUDENT": (
        "работодатель – студент педколледжа",
        "работодатель – студент педвуза",
    ),
    "UNI_TEACHER_YOUNG_TEACHER": ("педагог вуза – молодой педагог",),
    "SOCIAL_PARTNER_TEACHER": ("социальный партнёр – педагог", "социальный партнер-педагог"),
    "OTHER": ("иная",),
}
PEDAGOGICAL_FORMS = frozenset(
    {"TEACHER_TEACHER", "HEAD_TEACHER", "UNI_TEACHER_YOUNG_TEACHER", "SOCIAL_PARTNER_TEACHER"}
)


class Side(Enum):
    """Whose base lists the mentorship."""

    BOTH = auto()
    MENTORS = auto()
    MENTEES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A row-to-be of the bases of an organisation in each of some academic years.

    An empty form or programme is not stated; `joined` empty: the base gives no date; `left` is
    stated in the last year only. `mentor` NOBODY: a mentee still without one; no mentees: a
    mentor still without a pair. `workplace` is the organisation named as the mentor's.
    """

    organisation: int
    mentor: int
    mentees: tuple[int, ...]
    form: str
    years: tuple[int, ...]
    joined: date | None
    left: date | None = None
    programme: str = ""
    workplace: int = NOT_SHOWN
    side: Side = Side.BOTH
