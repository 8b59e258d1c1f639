"""Names of people: parts in their order, clean for display and folded for comparison."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sync.matching.lexicon import first_names, fold_yo, word_set, words
from sync.matching.normalise.folding import (
    fold_first,
    fold_last,
    fold_middle,
    is_patronymic,
    title,
    turkic,
)
from sync.matching.normalise.letters import clean_text
from sync.matching.normalise.outcome import Found, Outcome

_INITIALS = re.compile(r"^[а-яё]$|^[а-яё]\.(?:-?[а-яё]\.?)?$|^[а-яё]\.[а-яё]\.?$", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_NUMBERING = re.compile(r"^\s*\d+\s*[.)]\s*")
_SPLIT = re.compile(r"[\s,;/]+")
_AFTER_INITIALS = re.compile(r"(?<=[А-Яа-яё]\.)(?=[А-ЯЁа-яё]{2,})")
_JOINED_INITIALS = re.compile(r"\b([А-ЯЁ])\s*\.\s*([А-ЯЁ])\b")
_LETTER = re.compile(r"[А-Яа-яЁё]")
_SURNAME = re.compile(r"(ов|ев|ин|ын|ова|ева|ина|ына|ая|ский|цкий|ой|ых|их|ко|ук|юк|ян)$")
_FEMALE_SURNAME = re.compile(r"(ова|ева|ина|ына|ская|цкая|ая)$")
_MALE_SURNAME = re.compile(r"(ов|ев|ин|ын|ский|цкий|ой|ый)$")
_PATRONYMIC_MIN = 5
_SETTLES_WITHIN = 4  # a placed name placed again stays; odd ones need a second look
NAME_CELLS = (
    "last_name",
    "first_name",
    "middle_name",
    "full_name",
    "previous_last_name",
    "gender",
)
FILLS = (
    "last_name",
    "first_name",
    "middle_name",
    "previous_last_name",
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "sex",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The parts of one person's name; an initial is one letter, an unknown part is empty."""

    last: str = ""
    first: str = ""
    middle: str = ""
    previous: str = ""


def normalise_name(cells: tuple[str, ...], _today: date) -> Outcome:
    """Give the columns of FILLS for (last, first, middle, full, previous, gender)."""
    last, first, middle, full, previous, gender = cells
    name = arrange(last, first, middle, full)
    former = title(_bare(previous)) or title(name.previous)
    shown = (title(name.last), title(name.first), title(name.middle), former)
    keys = (fold_last(name.last), fold_first(name.first), fold_middle(name.middle))
    stated, guessed = stated_sex(gender), sex_of(name)
    issues: tuple[Found, ...] = ()
    if stated and guessed and stated != guessed and is_patronymic(fold_yo(name.middle)):
        issues = (("gender", "gender.contradiction"),)
    if not name.last and not name.first:
        issues = (*issues, ("last_name", "name.missing"))
    return Outcome(values=(*shown, *keys, fold_last(former), stated or guessed), issues=issues)


def arrange(last: str, first: str, middle: str, full: str) -> Name:
    """Give the parts in their places, whatever columns and order they stood in."""
    name = _arrange(last, first, middle, full)
    for _ in range(_SETTLES_WITHIN):
        settled = replace(_arrange(name.last, name.first, name.middle, ""), previous=name.previous)
        if settled == name:
            break
        name = settled
    return name


def _arrange(last: str, first: str, middle: str, full: str) -> Name:
    parts = [_bare(part) for part in (last, first, middle)]
    if not any(parts):
        return parse_full(full)
    whole = last if not (parts[1] or parts[2]) else ""
    if whole and len(_tokens(whole)) > 1:
        return parse_full(whole)
    return _repair(parts, _former(last))


def _repair(parts: list[str], former: str) -> Name:
    """Undo swapped columns and split two parts that stand in one."""
    last, first, middle = parts
    if not middle and " " in first:
        head, _, tail = first.partition(" ")
        first, middle = (head, tail) if _ends_name(tail) else (first, middle)
    if not middle and not first.isalpha() and _INITIALS.match(first.replace(" ", "")):
        first, middle = _letters(first)
    if is_patronymic(fold_yo(first)) and not is_patronymic(fold_yo(middle)):
        first, middle = middle, first
    if _is_first(last) and not _is_first(first) and _SURNAME.search(fold_yo(first)):
        last, first = first, last
    return Name(last=last, first=_initial(first), middle=_initial(middle), previous=former)


def parse_full(text: str) -> Name:
    """Give the parts of a name written in one cell, by the suffix of the patronymic."""
    former = _former(text)
    tokens = _tokens(text)
    names = [token for token in tokens if not _INITIALS.match(token)]
    initials = "".join(_only_letters(token) for token in tokens if _INITIALS.match(token))
    if initials and names:
        if len(names) > 1 and _ends_name(names[-1]):
            return Name(last=" ".join(names[:-1]), first=initials[:1], middle=names[-1])
        if len(names) > 1:
            return Name(last=names[0], first=names[1], middle=initials[:1], previous=former)
        return Name(last=names[0], first=initials[:1], middle=initials[1:2], previous=former)
    return _place(names, former)


def _place(names: list[str], former: str) -> Name:
    names = _join_turkic(names)
    at = _patronymic_at(names)
    if len(names) <= 1:
        return Name(last="".join(names), previous=former)
    if at is None:
        return _place_two(names, former)
    middle = names[at]
    if at == len(names) - 1:
        if at == 1 and _is_first(names[0]):
            if sex_of(Name(first=names[0])) != sex_of(Name(middle=middle)):  # Анна Гуревич
                return Name(last=middle, first=names[0], previous=former)
            return Name(first=names[0], middle=middle, previous=former)
        last = _join_double(names[: at - 1]) if at > 1 else names[0]
        return Name(
            last=last, first=names[at - 1] if at > 1 else "", middle=middle, previous=former
        )
    before, after = names[:at], names[at + 1 :]
    return Name(last=_join_double(after), first=" ".join(before), middle=middle, previous=former)


def _place_two(names: list[str], former: str) -> Name:
    """Place parts among which no patronymic is seen: surname first unless it is a first name."""
    last, first, middle = _ordered(names)
    return Name(last=last, first=first, middle=middle, previous=former)


def _ordered(names: list[str]) -> tuple[str, str, str]:
    match names:
        case [one, two] if _is_first(one) and not _is_first(two):
            return two, one, ""
        case [one, two, three] if _is_first(one) and not _is_first(two) and not _is_first(three):
            return three, one, two  # Анна Петравва Ли
        case [one, two, three] if _is_fathers(three, after=two):
            return one, two, three  # Алиева Айсун Гасан
        case [one, two, three] if not _is_first(two) and _is_first(three):
            return _join_double([one, two]), three, ""
    last, first, *rest = names
    return last, first, " ".join(rest)


def _is_fathers(given: str, *, after: str) -> bool:
    """Tell whether a man's name follows what is no surname: the father's, without «кызы»."""
    return first_names().sex.get(fold_yo(given)) == "MALE" and not _SURNAME.search(fold_yo(after))


def _patronymic_at(names: list[str]) -> int | None:
    """Find the patronymic: the last part if it looks so, else an inner one."""
    found = [at for at, token in enumerate(names) if at and is_patronymic(fold_yo(token))]
    if not found:
        return None
    return found[-1] if found[-1] == len(names) - 1 else found[0]


def _join_double(names: list[str]) -> str:
    particles = word_set("names", "particles")
    if names and fold_yo(names[0]) in particles:
        return " ".join(names)
    return "-".join(names)


def _join_turkic(names: list[str]) -> list[str]:
    """Attach «оглы» and «кызы» to the name before them."""
    joined: list[str] = []
    for token in names:
        folded = fold_yo(token)
        if joined and folded in turkic():
            joined[-1] = f"{joined[-1]} {folded}"
        else:
            head, tail = _split_turkic(token)
            joined.append(f"{head} {tail}" if tail else token)
    return joined


def _split_turkic(token: str) -> tuple[str, str]:
    folded = fold_yo(token)
    if not folded.endswith(turkic()):
        return token, ""
    for suffix in turkic():
        stem = folded.removesuffix(suffix).removesuffix("-")
        if folded.endswith(suffix) and len(stem) > len(suffix) // 2 and stem != folded:
            hyphened = folded.endswith(f"-{suffix}")
            if hyphened or len(suffix) >= len("оглы"):
                return token[: len(stem)], suffix
    return token, ""


def _tokens(text: str) -> list[str]:
    """Give the words of a name without numbering, brackets and trailing notes."""
    bare = _BRACKETS.sub(" ", _NUMBERING.sub("", clean_text(text)))
    if "." in bare:
        bare = _JOINED_INITIALS.sub(r"\1.\2", _AFTER_INITIALS.sub(" ", bare))
    tokens = [
        token.strip("\"«»'`.:_*+-") if len(token) > len("И.О.") else token.strip("-")
        for token in _SPLIT.split(bare)
    ]
    tokens = [token for token in tokens if _LETTER.search(token)]
    return _without_notes(tokens)


def _without_notes(tokens: list[str]) -> list[str]:
    notes = word_set("names", "notes")
    kept: list[str] = []
    for token in tokens:
        folded = fold_yo(token).strip(".-")
        is_note = folded.replace(".", "").replace("/", "") in notes and not _INITIALS.match(token)
        if len(kept) > 1 and (
            is_note or (token.islower() and _is_mixed(tokens) and folded not in turkic())
        ):
            break
        if not is_note:
            kept.append(token)
    return kept


def _is_mixed(tokens: list[str]) -> bool:
    return any(token[:1].isupper() for token in tokens[:2])


def _former(text: str) -> str:
    """Give a former surname that stands in brackets: «Иванова (Петрова) Анна»."""
    found = _BRACKETS.search(clean_text(text))
    if not found:
        return ""
    inside = [word for word in _SPLIT.split(found[1]) if word]
    if not inside or fold_yo(inside[-1]) in word_set("names", "notes"):
        return ""
    surname = inside[-1]
    fits = surname[:1].isupper() and _SURNAME.search(fold_yo(surname)) and not _is_first(surname)
    return surname if fits else ""


@lru_cache(maxsize=200_000)
def _bare(part: str) -> str:
    """Give one column of a name cleaned; an empty marker is nothing."""
    if fold_yo(part).strip() in word_set("names", "empty"):
        return ""
    tokens = _join_turkic(_tokens(part))
    has_suffix = any(fold_yo(token).split()[-1] in turkic() for token in tokens)
    return " ".join(tokens) if has_suffix or len(tokens) > 1 else "".join(tokens)


def _initial(part: str) -> str:
    return _only_letters(part)[:1] if _INITIALS.match(part) else part


def _letters(part: str) -> tuple[str, str]:
    only = _only_letters(part)
    return only[:1], only[1:2]


def _only_letters(token: str) -> str:
    return re.sub(r"[^А-Яа-яЁё]", "", token)


def _is_first(part: str) -> bool:
    return fold_yo(part) in first_names().canonical


def _ends_name(part: str) -> bool:
    return is_patronymic(fold_yo(part)) or bool(_INITIALS.match(part))


def sex_of(name: Name) -> str | None:
    """Give MALE or FEMALE by the patronymic, else the first name, else the surname."""
    middle = fold_yo(name.middle)
    if is_patronymic(middle):
        female = words("names", "patronymic_female") + words("names", "turkic_female")
        return "FEMALE" if middle.endswith(female) else "MALE"
    if known := first_names().sex.get(fold_yo(name.first)):
        return known
    last = fold_yo(name.last)
    if _FEMALE_SURNAME.search(last):
        return "FEMALE"
    return "MALE" if _MALE_SURNAME.search(last) and len(last) > _PATRONYMIC_MIN else None


def stated_sex(gender: str) -> str | None:
    """Give MALE or FEMALE as a cell states it, or nothing."""
    folded = fold_yo(gender).strip(" .")
    if folded[:1] in ("м", "m") or folded == "1":
        return "MALE"
    return "FEMALE" if folded[:1] in ("ж", "f") or folded == "2" else None
