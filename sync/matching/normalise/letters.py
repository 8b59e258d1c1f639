"""Letters of a name: one alphabet, one kind of dash, no ornaments."""

import re
import unicodedata
from functools import lru_cache

from sync.matching.lexicon import first_names, fold_yo, letters

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\ufeff\u2060]")
_SPACES = re.compile(r"\s+")
_DASHES = re.compile(r"(?:\s*[-‐‑‒–—―−]\s*)+")
_CYRILLIC = re.compile(r"[А-Яа-яЁёІі]")
_LATIN = re.compile(r"[A-Za-zËë]")
_WORD = re.compile(r"[^\s.,;()]+")
_IA_READINGS = ("я", "ия", "ья")


@lru_cache(maxsize=200_000)
def clean_text(text: str) -> str:
    """Give the text in Cyrillic where it was meant so, with single spaces and plain hyphens."""
    composed = unicodedata.normalize("NFKC", text)
    composed = _SPACES.sub(" ", _INVISIBLE.sub("", composed)).strip()
    composed = _DASHES.sub("-", composed)
    if composed.isascii() and not _LATIN.search(composed):
        return composed
    russian_around = any(_is_cyrillic(word) for word in _WORD.findall(composed))
    return _WORD.sub(lambda word: _in_cyrillic(word[0], russian_around=russian_around), composed)


def _is_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word)) and not _LATIN.search(word)


def _in_cyrillic(word: str, *, russian_around: bool) -> str:
    if _is_cyrillic(word) and word.isalpha():
        return word
    look_alikes = letters("look_alikes")
    mixed = bool(_CYRILLIC.search(word))
    if not mixed and not _LATIN.search(word):
        return word
    drawn = all(not _LATIN.match(sign) or sign in look_alikes for sign in word)
    if mixed or (drawn and (russian_around or not _reads_as_name(word))):
        return "".join(_drawn(sign, look_alikes) for sign in word)
    return _spelled(word)


def _drawn(sign: str, look_alikes: dict[str, str]) -> str:
    """Give the Cyrillic letter that looks the same; a Latin letter with none is spelled."""
    if sign in look_alikes:
        return look_alikes[sign]
    spelled = letters("transliteration").get(sign.lower(), sign)
    return spelled.upper() if sign.isupper() else spelled


def _reads_as_name(word: str) -> bool:
    return fold_yo(_spelled(word)) in first_names().canonical


@lru_cache(maxsize=50_000)
def _spelled(word: str) -> str:
    """Give a Latin word in Russian letters; a known first name decides between readings."""
    readings = _readings(word.lower())
    known = first_names().canonical
    best = next((reading for reading in readings if fold_yo(reading) in known), readings[0])
    return best.capitalize() if word[:1].isupper() else best


def _readings(word: str) -> list[str]:
    """Give possible spellings, the plain one first: «ia» and a leading «e» are ambiguous."""
    found = [_transliterated(word, ia) for ia in _IA_READINGS]
    if word.startswith("e"):
        found += ["э" + reading[1:] for reading in found]
    if "y" in word:
        found += [_transliterated(word.replace("y", "i"), ia) for ia in _IA_READINGS]
    return found


def _transliterated(word: str, ia: str) -> str:
    spelled = letters("transliteration")
    russian, at = "", 0
    while at < len(word):
        size = next((n for n in (4, 3, 2, 1) if word[at : at + n] in spelled), 1)
        piece = word[at : at + size]
        russian += ia if piece == "ia" else spelled.get(piece, piece)
        at += size
    return _tidy(russian)


def _tidy(russian: str) -> str:
    """Mend what letter by letter reversal gets wrong at the end of words."""
    for wrong, right in (("ыя", "ия"), ("оы", "ой"), ("еы", "ей"), ("аы", "ай"), ("скы", "ский")):
        if russian.endswith(wrong):
            return russian.removesuffix(wrong) + right
    return russian
