"""How people write a form of mentoring, and which form they mean."""

import pytest

from sync.mentoring.forms import form_code

SPELLINGS = [
    ("учитель – учитель", "TEACHER_TEACHER"),
    ("Учитель-учитель", "TEACHER_TEACHER"),
    ("УЧИТЕЛЬ — УЧИТЕЛЬ", "TEACHER_TEACHER"),
    ("«педагог - педагог»", "TEACHER_TEACHER"),
    ("педагог → молодой специалист", "TEACHER_TEACHER"),
    ("опытный учитель - молодой специалист", "TEACHER_TEACHER"),
    ("преподаватель/преподаватель", "TEACHER_TEACHER"),
    ("воспитатель-воспитатель", "TEACHER_TEACHER"),
    ("Форма: учитель-учитель.", "TEACHER_TEACHER"),
    ("учитель - ученик", "TEACHER_PUPIL"),
    ("Педагог – обучающийся", "TEACHER_PUPIL"),
    ("преподаватель-студент", "TEACHER_PUPIL"),
    ("ученик – ученик", "STUDENT_STUDENT"),
    ("обучающийся-обучающийся", "STUDENT_STUDENT"),
    ("студент-студент", "STUDENT_STUDENT"),
    ("студент – ученик", "UNI_STUDENT_PUPIL"),
    ("студент - школьник", "UNI_STUDENT_PUPIL"),
    ("работодатель – ученик", "EMPLOYER_PUPIL"),
    ("Работодатель-обучающийся", "EMPLOYER_PUPIL"),
    ("работодатель – студент", "EMPLOYER_STUDENT"),
    ("работодатель - студент педагогического вуза", "EMPLOYER_PED_STUDENT"),
    ("руководитель образовательной организации – учитель", "HEAD_TEACHER"),
    ("директор - педагог", "HEAD_TEACHER"),
    ("социальный партнёр – учитель", "SOCIAL_PARTNER_TEACHER"),
    ("педагог вуза - молодой педагог", "UNI_TEACHER_YOUNG_TEACHER"),
    ("преподаватель колледжа-учитель", "UNI_TEACHER_YOUNG_TEACHER"),
    ("шефство", "OTHER"),
    ("дистанционная", "OTHER"),
]


@pytest.mark.parametrize(("text", "code"), SPELLINGS)
def test_a_spelling_names_its_form(text: str, code: str) -> None:
    assert code == form_code(text)


@pytest.mark.parametrize("text", ["", "   ", "—", "-", "…", "12"])
def test_an_empty_cell_names_none(text: str) -> None:
    assert form_code(text) is None
