"""The closed choices of mentoring, and what its lists and types tell alike."""

from enum import StrEnum

from schema.compiler import declare


@declare.choice(
    "Пара или группа.",
    {
        "PAIR": "Один наставляемый.",
        "GROUP": "Двое и более наставляемых.",
    },
)
class MentorshipKind(StrEnum):
    """How many mentees a mentorship has."""

    PAIR = "PAIR"
    GROUP = "GROUP"


@declare.choice(
    "Состояние наставничества. Решает не оно, а даты.",
    {
        "PROPOSED": "Предложено, ещё не началось.",
        "ACTIVE": "Идёт.",
        "COMPLETED": "Завершено.",
        "CANCELLED": "Отменено.",
    },
)
class MentorshipStatus(StrEnum):
    """Where a mentorship stands."""

    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


@declare.choice(
    "Кто подтверждает наставничество.",
    {
        "ONE_SIDED": "Сказала одна сторона.",
        "BOTH_SIDES": "Сказали база наставников и база наставляемых.",
        "MULTI_SOURCE": "Сказали несколько источников.",
        "DISPUTED": "Источники называют разных наставников.",
    },
)
class Confirmation(StrEnum):
    """How many sides say that a mentorship is."""

    ONE_SIDED = "ONE_SIDED"
    BOTH_SIDES = "BOTH_SIDES"
    MULTI_SOURCE = "MULTI_SOURCE"
    DISPUTED = "DISPUTED"


@declare.choice(
    "Роль участника.",
    {
        "MENTOR": "Наставник.",
        "CO_MENTOR": "Второй наставник.",
        "MENTEE": "Наставляемый.",
    },
)
class MemberRole(StrEnum):
    """A person's part in a mentorship."""

    MENTOR = "MENTOR"
    CO_MENTOR = "CO_MENTOR"
    MENTEE = "MENTEE"


@declare.choice(
    "Чем участник связан с учреждением.",
    {
        "EMPLOYMENT": "Работает.",
        "ENROLMENT": "Учится.",
        "PARTNER": "Представляет партнёра.",
        "TEXT": "Известно только со слов источника.",
    },
)
class AffiliationKind(StrEnum):
    """What ties a member to an organisation."""

    EMPLOYMENT = "EMPLOYMENT"
    ENROLMENT = "ENROLMENT"
    PARTNER = "PARTNER"
    TEXT = "TEXT"


@declare.choice(
    "Состояние программы.",
    {
        "DRAFT": "Черновик.",
        "APPROVED": "Утверждена.",
        "RUNNING": "Идёт.",
        "FINISHED": "Завершена.",
        "CANCELLED": "Отменена.",
    },
)
class ProgrammeStatus(StrEnum):
    """Where a programme stands."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


SEEN_PROGRAMME = (
    "(exists (select from programme_organisation po"
    " join organisation_place sp on sp.organisation_id = po.organisation_id"
    " where po.programme_id = {t}.id and sp.authority_id = {scope}"
    " and sp.starts <= {today} and sp.ends > {today})"
    " or exists (select from mentorship pm"
    " join mentorship_place sp on sp.mentorship_id = pm.id"
    " where pm.programme_id = {t}.id and sp.authority_id = {scope}))"
)
# A status is told from the days: what is stored says only whether it was proposed or cancelled.
STATUS = (
    "case when {t}.status in ('PROPOSED', 'CANCELLED') then {t}.status"
    " when {t}.ends <= {today} then 'COMPLETED' when {t}.starts > {today} then 'PROPOSED'"
    " else 'ACTIVE' end"
)
