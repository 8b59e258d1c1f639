"""In which encoding a text file is written: the headers it gives when decoded are the judge."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import chardet

from connectors.table_file.dialect import Dialect, find_dialect
from connectors.table_file.failure import UnreadableTableError

SAMPLE_BYTES = 256 * 1024
MOST_RUNS = 5_000
PROBE = 20_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE = ("cp1251", "cp866", "koi8-r", "mac-cyrillic")
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ")
_SIGNS = frozenset("№«»–—„“”’‘…°§\u00a0")
_CASE_BREAK = re.compile("[а-яё][А-ЯЁ]")
# Letters by how often they stand in Russian text: the wrong single-byte table makes them rare.
_COMMON = frozenset("оеаинтсрвлкм")
_CHARDET_SAYS = 0.05
_LEAST_PLAUSIBLE = 0.35
_NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How to read a text file: its encoding and dialect, and how many headers that gives."""

    name: str
    dialect: Dialect
    headers: int


def detect(path: Path) -> Encoding:
    """Find the encoding and the dialect of a text file.

    The order of evidence: a byte order mark, strict UTF-8, then the decoding that gives most known
    headers, then the one that reads most like Russian. Raises UnreadableTableError for binary data
    and for text that no decoding makes readable.
    """
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return _judged(sample, name)
    if name := _utf16_without_mark(sample):
        return _judged(sample, name)
    if _is_utf8(sample):
        return _judged(sample, "utf-8")
    return _best_guess(sample)


def encoding_of_text(sample: bytes, declared: str = "") -> str:
    """Find the encoding of text that is no table; what it declares of itself is a second opinion.

    Gives UTF-8 where no reading is likelier than another.
    """
    marked = (name for bom, name in _BOMS if sample.startswith(bom))
    if name := next(marked, "") or _utf16_without_mark(sample):
        return name
    if _is_utf8(sample):
        return "utf-8"
    readings = [(_likeness(sample, name, declared), name) for name in ("utf-8", *_SINGLE_BYTE)]
    return max(readings, key=lambda reading: reading[0])[1]


def _likeness(sample: bytes, name: str, declared: str) -> float:
    text = _decode(sample, name)
    if text.count("\ufffd") > len(text) // 100:
        return 0.0
    return plausibility(text) + (_CHARDET_SAYS if codecs.lookup(name).name == declared else 0)


def _judged(sample: bytes, name: str) -> Encoding:
    text = _decode(sample, name)
    if _is_binary(text):
        raise _no_table()
    dialect, headers = find_dialect(text)
    return Encoding(name=name, dialect=dialect, headers=headers)


def _decode(sample: bytes, name: str) -> str:
    return codecs.getincrementaldecoder(name)(errors="replace").decode(sample)


def _is_binary(text: str) -> bool:
    probe = text[:PROBE]
    return len(_CONTROL.findall(probe)) > 4 + len(probe) // 200


def _no_table() -> UnreadableTableError:
    return UnreadableTableError(
        "Это не таблица: внутри двоичные данные. Сохраните таблицу как .xlsx и загрузите снова.",
        code="file.not_a_table",
    )


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str:
    """Tell UTF-16 by where the high bytes of Russian and Latin letters stand."""
    if len(sample) < len("фио") * 2:
        return ""
    even, odd = Counter(sample[0::2]), Counter(sample[1::2])
    half = max(len(sample) // 2, 1)
    high_odd = (odd[0] + odd[4]) / half
    high_even = (even[0] + even[4]) / half
    if max(high_odd, high_even) < _NEARLY_ALL:
        return ""
    return "utf-16-le" if high_odd >= high_even else "utf-16-be"


def _best_guess(sample: bytes) -> Encoding:
    second_opinion = (chardet.detect(sample[:PROBE])["encoding"] or "").lower()
    readings = [_read(sample, name, second_opinion) for name in ("utf-8", *_SINGLE_BYTE)]
    best = max(readings, key=lambda reading: (reading.headers, reading.likeness))
    if _is_binary(best.text):
        raise _no_table()
    if not best.headers and best.likeness < _LEAST_PLAUSIBLE:
        raise UnreadableTableError(
            "Не удалось понять кодировку файла: русских слов в нём не видно. "
            "Сохраните таблицу как .xlsx или «CSV UTF-8» и загрузите снова.",
            code="file.encoding",
        )
    return Encoding(name=best.name, dialect=best.dialect, headers=best.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    name: str
    text: str
    dialect: Dialect
    headers: int
    likeness: float


def _read(sample: bytes, name: str, second_opinion: str) -> _Reading:
    text = _decode(sample, name)
    dialect, headers = find_dialect(text)
    likeness = plausibility(text) + (_CHARDET_SAYS if _same(name, second_opinion) else 0)
    if text.count("\ufffd") > len(text) // 100:
        headers, likeness = 0, 0.0
    return _Reading(name=name, text=text, dialect=dialect, headers=headers, likeness=likeness)


def _same(name: str, other: str) -> bool:
    aliases = {"cp1251": "windows-1251", "cp866": "ibm866", "mac-cyrillic": "maccyrillic"}
    return other in {name, aliases.get(name, name)}


def plausibility(text: str) -> float:
    """Say from 0 to 1 how much a text reads like Russian: its letters, their case, its signs."""
    runs = _BEYOND_ASCII.findall(text[:SAMPLE_BYTES])[:MOST_RUNS]
    counts = Counter("".join(runs))
    letters = sum(counts[letter] for letter in _RUSSIAN)
    if not letters:
        return 0.0
    foreign = sum(number for sign, number in counts.items() if sign not in _RUSSIAN | _SIGNS)
    common = sum(counts[letter] + counts[letter.upper()] for letter in _COMMON)
    breaks = sum(len(_CASE_BREAK.findall(run)) for run in runs)
    return max(0.0, common / (letters + 3 * foreign) - breaks / letters)
