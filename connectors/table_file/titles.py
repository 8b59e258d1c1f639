"""What the lines around a table say: whose it is, as of when, for which year, and bare figures."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hub.records import Figure, FigureMetric, OrganisationMention, Place

LONGEST_LINE = 1_000

_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_NUMERIC = r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4}|\d{2})\b"
_ISO = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"
_WORDY = r"«?(?P<day>\d{1,2})»?\s+(?P<month>[а-яё]{3,8})\s+(?P<year>\d{4})"
_AS_OF = tuple(
    re.compile(
        rf"\b(?:по\s+состоянию\s+на|на|дата\s+\w+|сформирован\w*)\s*:?\s*{form}", re.IGNORECASE
    )
    for form in (_NUMERIC, _ISO, _WORDY)
)
_YEARS = re.compile(
    r"\b(20\d\d)\s*[/\\–—-]\s*((?:20)?\d\d)\b(?P<said>\s*(?:-?\s*г*\.?\s*)?(?:уч|у\.\s?г))?",
    re.IGNORECASE,
)

_ABBREVIATED = (
    r"(?:(?:СПб\s)?(?:[А-ЯЁ]{0,6}(?:ДОУ|БОУ|АОУ|КОУ|ПОУ|ООУ|УДО|ОБУ|ОАУ|ОУ)|АНОО?"
    r"|(?:М|Г|ФГ|ОГ|КГ|Н|Ч)(?:Б|А|К)У)(?:\s(?:ДО|ВО|СПО|ДПО))?)"
)
_WRITTEN_OUT = (
    r"(?:(?:муниципальн|государственн|частн|федеральн|областн|краев|автономн)\w+\s+"
    r"(?:[а-яё]+\s+){0,6}(?:учрежден|организаци)\w+)"
)
_TYPED = (
    r"(?:(?:СОШ|ООШ|НОШ|ДЮСШ|ЦДО|ДДТ)|"
    r"(?:[А-ЯЁа-яё-]+\s+){0,3}?(?:гимнази|лице[йяю]|школ|колледж|техникум|училищ|детск\w+\s+сад|"
    r"центр\w*\s+(?:образовани|дополнительн|творчеств)|дом\w*\s+творчеств|прогимнази)\w*)"
)
_ORGANISATION = re.compile(
    rf"(?:\b{_ABBREVIATED}\b|(?i:\b{_WRITTEN_OUT}))|\b(?:СОШ|ООШ|НОШ)\b", re.UNICODE
)
_TYPED_ORGANISATION = re.compile(
    rf"^\s*{_TYPED}\s*(?:№|N|\d|имени|им\.|«|\"|с\.|п\.)", re.IGNORECASE
)
# A branch is not its parent: «филиал «Сказка» МБОУ СОШ № 4».
_BRANCH = re.compile(r"\b(?:филиал\w*|структурн\w+\s+подразделени\w+|СП)\b.{0,80}$", re.IGNORECASE)
_LABELLED = re.compile(
    r"^(?:(?:полное |краткое |сокращенное )?наименование (?:оо|организации|учреждения|школы|"
    r"образовательной организации|образовательного учреждения)|образовательная организация|"
    r"образовательное учреждение|организация|учреждение|школа|оо|оу)\s*:\s*(?P<name>.+)$",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"\s*(?:[,;(]\s*)?(?:\b(?:на\s+\d|на\s+20\d\d|по\s+состоянию|за\s+20\d\d|за\s+\d|в\s+20\d\d|ИНН|ОГРН|КПП|тел\.|"
    r"20\d\d\s*[/–—-]|по\s+программ|в\s+рамках|участвующ|являющ).*|_{2,}.*)$",
    re.IGNORECASE,
)
_INN = re.compile(r"\bИНН(?:\s*/\s*КПП)?[\s:№-]*(\d{10}|\d{12})\b", re.IGNORECASE)
_OGRN = re.compile(r"\bОГРН[\s:№-]*(\d{13})\b", re.IGNORECASE)
_CODE = re.compile(
    r"\b(?:код|id)\s+(?:оо|организации|школы|учреждения|в\s+аис[^:]*)\s*[:№-]*\s*(\d{1,9})\b",
    re.IGNORECASE,
)
_MUNICIPALITY = re.compile(
    r"(?i:муниципалитет|муниципальное образование|район|территория|мо)\s*:\s*(?P<labelled>[^,;\n]+)|"
    r"\b(?P<named>(?:г\.\s?о\.|городско\w+ округ\w*)\s*[А-ЯЁ][\w-]+|"
    r"[А-ЯЁ][а-яё-]+(?:ий|ой|ый|ого|ом)\s+(?:[а-яё]+\s+){0,2}(?:район|округ)\w*)",
)
_LABELLED_PLACE = re.compile(
    r"^(?:муниципалитет|муниципальное образование|район|территория)\b", re.IGNORECASE
)

_TOTAL = re.compile(r"\b(?:всего|итого|количеств\w*|число|кол-во|общее)\b", re.IGNORECASE)
_METRICS = (
    (
        FigureMetric.PAIRS,
        r"(?:наставническ\w+\s+)?пар(?:ы|а)?\b(?:\s*\(групп\w*\))?(?:\s+наставничества)?",
    ),
    (FigureMetric.MENTEES, r"наставляем\w+"),
    (FigureMetric.MENTORS, r"(?:педагог\w*[ -])?наставник(?:ов|и|а)?\b"),
)
_BETWEEN = (
    r"(?:\s*\([^)]*\))?(?:\s*,?\s*(?:чел(?:овек)?|ед|шт)\.?)?\s*(?:[:=–—-]|всего|составляет)*\s*"
)
_FIGURES = tuple(
    (metric, re.compile(rf"{word}{_BETWEEN}(\d{{1,6}})(?![\d./-]|\s*(?:г\b|год))", re.IGNORECASE))
    for metric, word in _METRICS
)
_FIGURES_BEFORE = tuple(
    (
        metric,
        re.compile(
            rf"(?:всего|итого|число|количество)\s*[:–—-]?\s*(\d{{1,6}})\s+{word}", re.IGNORECASE
        ),
    )
    for metric, word in _METRICS
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacts:
    """What the lines above (and below) a table say about all of it."""

    organisation: OrganisationMention
    stated_as_of: date | None
    academic_year: int | None


def facts_of(lines: Sequence[str]) -> TitleFacts:
    """Read the facts of the title lines, the topmost first."""
    lines = [line[:LONGEST_LINE] for line in lines]
    return TitleFacts(
        organisation=organisation_of(lines),
        stated_as_of=next(filter(None, map(as_of, lines)), None),
        academic_year=next(filter(None, map(academic_year, lines)), None),
    )


def as_of(line: str) -> date | None:
    """Give the date on which a line says its table stands: «по состоянию на 01.09.2026»."""
    for pattern in _AS_OF:
        if found := pattern.search(line):
            return _date_of(found)
    return None


def _date_of(found: re.Match[str]) -> date | None:
    month = found["month"]
    number = int(month) if month.isdecimal() else _month_number(month.lower())
    year = int(found["year"])
    try:
        return date(year if year > 99 else 2000 + year, number, int(found["day"]))  # noqa: PLR2004  # two digits
    except ValueError:
        return None


def _month_number(word: str) -> int:
    return next(
        (number for number, stem in enumerate(_MONTHS, start=1) if word.startswith(stem)), 0
    )


def academic_year(line: str) -> int | None:
    """Give the year in which the academic year of a line starts: «2021-2022 уч. г.» is 2021."""
    for found in _YEARS.finditer(line):
        first, second = int(found[1]), int(found[2]) % 100
        if second == (first + 1) % 100:
            return first
    return None


def organisation_of(lines: Sequence[str]) -> OrganisationMention:
    """Give what the lines say of the organisation whose table it is; empty where they do not."""
    text = "\n".join(lines)
    return OrganisationMention(
        name=_name_in(lines),
        ogrn=_first(_OGRN, text),
        inn=_first(_INN, text),
        code=_first(_CODE, text),
        municipality=_municipality_in(lines),
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _name_in(lines: Sequence[str]) -> str:
    for line in lines:
        if found := _LABELLED.match(line):
            return _cut(found["name"])
    return next(filter(None, map(organisation_name, lines)), "")


def organisation_name(line: str) -> str:
    """Give the name of a school as a line writes it, without what stands before and after it."""
    found = _ORGANISATION.search(line)
    if found:
        branch = _BRANCH.search(line[: found.start()])
        return _cut(line[branch.start() if branch else found.start() :])
    return _cut(line) if _TYPED_ORGANISATION.match(line) else ""


def _cut(name: str) -> str:
    name = _AFTER_NAME.sub("", " ".join(name.split())).strip(" ,;:-–—")
    for opening, closing in (("«", "»"), ("(", ")")):
        if name.endswith(closing) and name.count(opening) < name.count(closing):
            name = name[: -len(closing)]
    return name.strip(" ,;:-–—")


def _municipality_in(lines: Iterable[str]) -> str:
    for line in lines:
        if _LABELLED.match(line) and not _LABELLED_PLACE.match(line):
            continue
        if found := _MUNICIPALITY.search(line):
            return (found["labelled"] or found["named"]).strip(" .,;")
    return ""


def figures_of(line: str, place: Place) -> tuple[Figure, ...]:
    """Give the numbers without names that a line asserts: «Всего наставнических пар: 12»."""
    line = line[:LONGEST_LINE]
    if not _TOTAL.search(line):
        return ()
    values: dict[FigureMetric, int] = {}
    for metric, pattern in (*_FIGURES, *_FIGURES_BEFORE):
        if metric not in values and (found := pattern.search(line)):
            values[metric] = int(found[1])
    return tuple(
        Figure(metric=metric, value=value, place=place) for metric, value in values.items()
    )
