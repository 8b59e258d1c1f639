"""The matcher's tables, each read once from the JSON files beside the code."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@cache
def table(name: str) -> Mapping[str, object]:
    """Give the parsed `data/<name>.json`; treat it as read only."""
    text = files("sync.matching.data").joinpath(f"{name}.json").read_text(encoding="utf-8")
    parsed: Mapping[str, object] = json.loads(text)
    return parsed


@cache
def words(name: str, key: str) -> tuple[str, ...]:
    """Give the list of strings that stands under a key of a table."""
    found = table(name)[key]
    return tuple(str(word) for word in found) if isinstance(found, list) else ()


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """Give the words that stand under a key of a table, for asking whether a word is among them."""
    return frozenset(words(name, key))


@cache
def letters(key: str) -> dict[str, str]:
    """Give a letter map of `letters.json`."""
    found = table("letters")[key]
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


@cache
def rules(name: str, key: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Give the ordered (pattern, code) rules that stand under a key of a table."""
    found = table(name)[key]
    pairs = found if isinstance(found, list) else []
    return tuple((re.compile(pattern), code) for pattern, code in pairs)


def fold_yo(text: str) -> str:
    """Give the text in lower case with ё written as е."""
    return text.lower().replace("ё", "е")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstNames:
    """First names: which spellings are one name, whom a short form may stand for, how frequent."""

    canonical: Mapping[str, str]
    roots: Mapping[str, frozenset[str]]
    forms: Mapping[str, tuple[str, ...]]  # every spelling and short form of a root
    sex: Mapping[str, str]
    per_mille: Mapping[str, int]


@cache
def first_names() -> FirstNames:
    """Give the first names of `first_names.json`, all folded."""
    canonical: dict[str, str] = {}
    roots: dict[str, set[str]] = {}
    forms: dict[str, tuple[str, ...]] = {}
    sexes: dict[str, set[str]] = {}
    per_mille: dict[str, int] = {}
    for name, entry in table("first_names").items():
        if not isinstance(entry, dict):
            continue
        root = fold_yo(name)
        per_mille[root] = int(entry["per_mille"])
        sex = "MALE" if entry["sex"] == "M" else "FEMALE"
        spellings = [root, *map(fold_yo, entry["spellings"])]
        canonical |= dict.fromkeys(spellings, root)
        forms[root] = (*spellings, *map(fold_yo, entry["short"]))
        for form in forms[root]:
            roots.setdefault(form, set()).add(root)
            sexes.setdefault(form, set()).add(sex)
    return FirstNames(
        canonical=canonical,
        roots={form: frozenset(found) for form, found in roots.items()},
        forms=forms,
        sex={form: next(iter(found)) for form, found in sexes.items() if len(found) == 1},
        per_mille=per_mille,
    )
