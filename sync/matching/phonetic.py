"""How a surname sounds, the same for both sexes and usual misspellings, and how frequent it is."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from sync.matching.lexicon import fold_yo, letters, table

_ENDINGS = (
    (re.compile(r"(ск|цк)(ая|ой|ий|ый|ого|ую)$"), r"\1"),
    (re.compile(r"(ов|ев|ин|ын)а$"), r"\1"),
    (re.compile(r"(?<=..)(ая|ый|ий|ой)$"), ""),
    (re.compile(r"ев$"), "ов"),
)
_SOUNDLESS = re.compile(r"[ьъ'’`]")
_DOUBLES = re.compile(r"(.)\1+")
_TAIL_VOWELS = re.compile(r"(?<=...)[аиу]$")


@lru_cache(maxsize=200_000)
def surname_sound(folded: str) -> str:
    """Give the phonetic key of one folded surname or half of one; an empty string for none."""
    sound = folded
    for ending, stem in _ENDINGS:
        sound = ending.sub(stem, sound)
    sound = _SOUNDLESS.sub("", sound)
    sound = sound.translate(_vowels()).translate(_voiceless())
    return _TAIL_VOWELS.sub("", _DOUBLES.sub(r"\1", sound))


@cache
def surname_frequencies() -> Mapping[str, int]:
    """Give how many of ten thousand people bear a surname, by its phonetic key; absent is rare."""
    found = table("surname_frequencies")["per_ten_thousand"]
    listed = found if isinstance(found, dict) else {}
    sounds: dict[str, int] = {}
    for surname, frequency in listed.items():
        sound = surname_sound(fold_yo(surname))
        sounds[sound] = max(sounds.get(sound, 0), int(frequency))
    return sounds


@lru_cache(maxsize=1)
def _vowels() -> dict[int, str]:
    return str.maketrans(letters("vowels"))


@lru_cache(maxsize=1)
def _voiceless() -> dict[int, str]:
    return str.maketrans(letters("voiceless"))
