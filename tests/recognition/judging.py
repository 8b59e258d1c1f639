"""How well the reader knew the corpus: columns, names, encodings, each miss with its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connectors.school_file import SchoolFile
from connectors.table_file.encoding import detect
from connectors.table_file.fields import normalise_header
from hub.records import Batch
from tests.recognition.corpus import Sample
from tests.recognition.dialects import DIALECTS


@dataclass(slots=True, kw_only=True)
class Judged:
    """What was right of how much; `misses` say in words what was not."""

    files: int = 0
    texts: int = 0
    encodings: int = 0
    columns: int = 0
    right: int = 0
    rows: int = 0
    wrong_names: int = 0
    refused_files: int = 0
    misses: list[str] = field(default_factory=list)


def judge(samples: Iterable[Sample]) -> Judged:
    """Read every file as a school's and compare it with what it truly holds."""
    judged = Judged()
    for sample in samples:
        judged.files += 1
        _judge_encoding(sample, judged)
        batches = [item for item in SchoolFile(sample.path).fetch() if isinstance(item, Batch)]
        _judge_columns(sample, batches, judged)
        _judge_names(sample, batches, judged)
    return judged


def _judge_encoding(sample: Sample, judged: Judged) -> None:
    if not sample.encoding:
        return
    judged.texts += 1
    found = detect(sample.path).name
    raw = sample.path.read_bytes()
    if raw.decode(found).lstrip("\ufeff") == raw.decode(sample.encoding).lstrip("\ufeff"):
        judged.encodings += 1
    else:
        judged.misses.append(f"{_named(sample)}: прочитан как {found}")


def _judge_columns(sample: Sample, batches: Sequence[Batch], judged: Judged) -> None:
    """A column is right where it was read as its field, in its place, or rightly left out."""
    judged.columns += len(sample.columns)
    if not batches or batches[0].kind is not DIALECTS[sample.dialect].kind:
        judged.refused_files += 1
        judged.misses.append(f"{_named(sample)}: не понят вид")
        return
    read = {normalise_header(one.header): one.field for one in batches[0].columns if one.header}
    for header, expected in sample.columns:
        found = read.get(normalise_header(header), "?")
        if found == expected:
            judged.right += 1
        else:
            judged.misses.append(f"{_named(sample)}: «{header}» — {found}, а не {expected}")


def _judge_names(sample: Sample, batches: Sequence[Batch], judged: Judged) -> None:
    """A name is wrong where what was taken silently is not what stands in the file."""
    expected = [dict(row) for row in sample.names]
    judged.rows += len(expected)
    fields = list(expected[0])
    read = [
        {name: str(row.get(name, "")) for name in fields}
        for batch in batches
        for row in batch.frame.to_dict("records")
    ]
    missed = sum(one != other for one, other in zip(expected, read, strict=False))
    missed += max(0, len(read) - len(expected))
    judged.wrong_names += missed
    if missed or (batches and len(read) != len(expected)):
        judged.misses.append(f"{_named(sample)}: имён неверно {missed}, строк {len(read)}")


def _named(sample: Sample) -> str:
    encoding = f" {sample.encoding}" if sample.encoding else ""
    return f"{sample.path.name} ({sample.dialect}, {sample.container}{encoding})"
