"""What a cell «Форма наставничества» means: the code of a form, or nothing where it is empty."""

import re
from functools import lru_cache

_SPACES = re.compile(r"[\s\u00a0]+")
_DASHES = re.compile(r"\s*(?:[-‐-―/]|→)\s*")
TEACHER = r"(?:учител|педагог|преподавател|воспитател)\w*"
YOUNG = r"(?:молод\w+ (?:специалист|педагог|учител)\w*)"
PUPIL = r"(?:учени[кц]|учащ|обучающ|школьник|ребен|воспитанник)\w*"
EMPLOYER = r"(?:работодател|предприяти|наниматель)\w*"
# Tried in order: the narrower wording stands first.
PATTERNS = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (rf"{EMPLOYER}-студент\w* пед", "EMPLOYER_PED_STUDENT"),
        (rf"{EMPLOYER}-студент", "EMPLOYER_STUDENT"),
        (rf"{EMPLOYER}-{PUPIL}", "EMPLOYER_PUPIL"),
        (
            rf"{TEACHER} (?:вуза|колледжа|вуза,? колледжа)\S*-(?:{YOUNG}|{TEACHER})",
            "UNI_TEACHER_YOUNG_TEACHER",
        ),
        (rf"социальн\w+ партнер\w*-(?:{TEACHER}|{YOUNG})", "SOCIAL_PARTNER_TEACHER"),
        (
            rf"(?:руководител|директор)\w*(?: оо| образовательной организации)?-(?:{TEACHER}|{YOUNG})",
            "HEAD_TEACHER",
        ),
        (rf"{TEACHER}(?: \w+)?-(?:{TEACHER}|{YOUNG})", "TEACHER_TEACHER"),
        (rf"{TEACHER}-(?:{PUPIL}|студент)", "TEACHER_PUPIL"),
        (rf"студент\w*-{PUPIL}", "UNI_STUDENT_PUPIL"),
        (r"студент\w*-студент", "STUDENT_STUDENT"),
        (rf"{PUPIL}-{PUPIL}", "STUDENT_STUDENT"),
    )
)


@lru_cache(maxsize=10_000)
def form_code(text: str) -> str | None:
    """Name the form of mentoring that a text means; OTHER where it names none we know."""
    folded = _SPACES.sub(" ", text.casefold().replace("ё", "е")).strip(" .,;:«»\"'()")
    folded = _DASHES.sub("-", folded)
    if not any(sign.isalpha() for sign in folded):
        return None
    for pattern, code in PATTERNS:
        if pattern.search(folded):
            return code
    return "OTHER"
