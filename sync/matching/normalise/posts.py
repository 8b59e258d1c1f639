"""Posts: position codes, subjects, kinds of employment, categories, yes and no."""

import re
from datetime import date

from sync.matching.lexicon import fold_yo, rules, word_set
from sync.matching.normalise.letters import clean_text
from sync.matching.normalise.outcome import Outcome

_SPACES = re.compile(r"\s+")
_LIST = re.compile(r"[,;/\n]+")
_TEACHES = re.compile(r"учит|препод|педагог|уч\.")
_YES = re.compile(r"^(да|д|\+|v|✓|✔|☑|есть|имеется|является|1|true|yes|мс|молод\w*.*|истина)$")
_NO = re.compile(r"^(нет|н|-|–|—|0|false|no|не имеет|не является|ложь|отсутствует)$")


def normalise_position(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give (position code, position text, subjects) of the cells (position, subject)."""
    position, subject = (_SPACES.sub(" ", clean_text(cell)).strip() for cell in cells)
    if fold_yo(position) in word_set("names", "empty"):
        position = ""
    return Outcome(values=(position_code(position), position, _subjects(position, subject)))


def position_code(text: str) -> str:
    """Give the code of docs/architecture.md for a position; UNKNOWN where nothing stands."""
    folded = fold_yo(text)
    if not folded:
        return "UNKNOWN"
    main = min(_LIST.split(folded), key=_rank, default=folded)
    return _first(main, "positions") or _first(folded, "positions") or "OTHER"


def _rank(part: str) -> int:
    """Order the parts of «учитель (физика), зам. директора»: the pedagogical post speaks first."""
    return 0 if _first(part, "positions") in _pedagogical() else 1


def _pedagogical() -> frozenset[str]:
    return frozenset(code for _, code in rules("positions", "positions")) - {
        "OTHER",
        "HEAD",
        "DEPUTY_HEAD",
    }


def _first(folded: str, key: str) -> str:
    return next((code for pattern, code in rules("positions", key) if pattern.search(folded)), "")


def _subjects(position: str, subject: str) -> list[str]:
    """Give the subjects that the subject cell names, else those within the position."""
    folded = fold_yo(subject)
    if folded and folded not in word_set("names", "empty"):
        return _known_subjects(folded) or [part for p in _LIST.split(folded) if (part := p.strip())]
    folded = fold_yo(position)
    return _known_subjects(folded) if _TEACHES.search(folded) else []


def _known_subjects(folded: str) -> list[str]:
    found = [
        (match.start(), name)
        for pattern, name in rules("positions", "subjects")
        if (match := pattern.search(folded))
    ]
    names = [name for _, name in sorted(found)]
    if "физическая культура" in names and "культур" in folded:
        names = [name for name in names if name != "физика" or re.search(r"физик", folded)]
    return list(dict.fromkeys(names))


def normalise_employment(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give the kind of employment of the cells (employment_type, position)."""
    stated, position = (fold_yo(cell) for cell in cells)
    kind = _first(stated, "employment") if stated else ""
    if not kind and "совм" in position:
        kind = _first(position, "employment")
    return Outcome(values=(kind or "UNKNOWN",))


def normalise_category(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give the qualification category; «б/к» is a value, an empty cell is not."""
    folded = fold_yo(cells[0]).strip()
    return Outcome(values=(_first(folded, "categories") if folded else "",))


def normalise_young(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give what the source itself says about a young specialist: yes, no or nothing."""
    folded = fold_yo(cells[0]).strip(" .")
    return Outcome(values=(parse_boolean(folded),))


def parse_boolean(folded: str) -> bool | None:
    """Give yes or no of a folded cell, or nothing."""
    if _YES.match(folded) or folded.startswith("да"):
        return True
    return False if _NO.match(folded) else None
