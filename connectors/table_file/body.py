"""What the odd rows of a table are: blank, a section, a total, a signature, a repeated header."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from connectors.table_file.fields import normalise_header
from connectors.table_file.header import is_numbering
from connectors.table_file.titles import organisation_name

_TOTAL = re.compile(
    r"^\W*(?:итого|всего|в том числе|из них|количество|общее количество|число)\b", re.IGNORECASE
)
_FOOTER = re.compile(
    r"^\W*(?:директор|руководитель|заведующ\w+|зам\.?\s|заместитель|исполнитель|исп\.|м\.?\s?п\.?(?:$|\s)"
    r"|дата заполнения|дата\s*:|подпись|\(подпись|ответственн\w+|куратор|главный бухгалтер|делопроизводитель"
    r"|специалист по кадрам|согласовано|утвержда|примечани\w*\s*:|сноск\w+|тел\.|\*|_{3,}|«_+»|составил)",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"^(?P<name>(?:\d{1,2}|[IVX]{1,4})\s*[-–]?\s*[«\"]?[А-ЯЁа-яё]?[»\"]?)\s*(?:класс\w*)?$|^класс\s*:?\s*(?P<after>\d{1,2}.{0,4})$",
    re.IGNORECASE,
)
_UNDERSCORES = re.compile(r"_{3,}")
# A signature has its post, a line and a name; a row of a table is fuller than that.
SIGNATURE_CELLS = 3
LONGEST_NAME = 5  # words


class RowKind(StrEnum):
    """What a row that does not look like the others is."""

    DATA = "DATA"
    BLANK = "BLANK"
    SECTION = "SECTION"
    TOTAL = "TOTAL"
    FOOTER = "FOOTER"
    REPEATED = "REPEATED"
    NAMELESS = "NAMELESS"


def kind_of(cells: Sequence[str], headers: Sequence[str], *, name: str, others: int) -> RowKind:
    """Say what a row is.

    `cells` are all its cells, `headers` those of the table, `name` what its name column holds and
    `others` how many fields besides the name and the row's number are filled.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return RowKind.BLANK
    checks: tuple[tuple[RowKind, Callable[[], bool]], ...] = (
        (RowKind.REPEATED, lambda: is_numbering(cells) or _repeats(cells, headers)),
        (RowKind.TOTAL, lambda: _is_total(filled, others=others)),
        (RowKind.FOOTER, lambda: _is_footer(filled, name=name, others=others)),
        (RowKind.SECTION, lambda: len(set(filled)) == 1 and _is_section(filled[0], name=name)),
        (RowKind.DATA, lambda: bool(name)),
        (RowKind.NAMELESS, lambda: others > 0),
    )
    return next((kind for kind, holds in checks if holds()), RowKind.BLANK)


def _is_total(filled: Sequence[str], *, others: int) -> bool:
    return any(map(_TOTAL.match, filled[:2])) and others <= SIGNATURE_CELLS


def _repeats(cells: Sequence[str], headers: Sequence[str]) -> bool:
    """Say whether a row is the header again, as at the top of each printed page."""
    same = [
        bool(cell) and normalise_header(cell) in normalise_header(header)
        for cell, header in zip(cells, headers, strict=False)
    ]
    return sum(same) > 1 and sum(same) == sum(map(bool, cells))


def _is_footer(filled: Sequence[str], *, name: str, others: int) -> bool:
    if any(map(_UNDERSCORES.search, filled)):
        return True
    first = filled[0]
    signed = bool(_FOOTER.match(first)) or bool(_FOOTER.match(name))
    return signed and others <= 1 and len(filled) <= SIGNATURE_CELLS


def _is_section(text: str, *, name: str) -> bool:
    """Tell a heading across the row from a person of whom only the name is known."""
    if text != name:
        return not text.isdecimal() or bool(_CLASS.match(text))
    return bool(organisation_name(text) or section_class(text)) or not looks_like_name(text)


def looks_like_name(text: str) -> bool:
    """Say whether a text is two to five words, each written as in a name."""
    words = text.replace(".", ". ").split()
    return 1 < len(words) <= LONGEST_NAME and all(
        word[0].isupper() or word in _PATRONYMIC_ENDS for word in words
    )


_PATRONYMIC_ENDS = frozenset({"оглы", "кызы", "оглу", "угли", "гызы"})


def section_class(text: str) -> str:
    """Give the class that a section row names: «9 «А» класс»; empty if it names none."""
    found = _CLASS.match(text.strip())
    return (found["name"] or found["after"] or "").strip() if found else ""


_SUSPECT = re.compile(
    _FOOTER.pattern
    + "|"
    + _TOTAL.pattern
    + r"|_{3,}|^[\d\s.]+$|^ф\.?\s*и\.?\s*о\b|^фамилия\b|^наставн|^наставля",
    re.IGNORECASE,
)


def is_suspect(name: str) -> bool:
    """Say whether what stands in the name column may be no name, so that the row wants a look."""
    return _SUSPECT.match(name) is not None
