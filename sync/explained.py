"""What a score is made of, as a table: the front room for whoever explains a pair of records."""

from collections.abc import Iterator
from dataclasses import dataclass

from sync.matching.model import Model
from sync.matching.scales import FIELDS
from sync.matching.wording import FIELD_WORDS, LEVEL_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is added where `pattern & mask` is `value`: so many centibits, in words."""

    mask: int
    value: int
    field: str
    says: str
    centibits: int


def parts(model: Model) -> Iterator[Part]:
    """Give every part that a score of the model may have; of any pattern those that hold add up."""
    yield Part(mask=0, value=0, field=FIELD_WORDS["prior"], says="", centibits=model.prior)
    for field, weights in model.weights.items():
        shift, bits = FIELDS[field]
        for level, centibits in enumerate(weights):
            if says := LEVEL_WORDS[field].get(level):
                mask, value = ((1 << bits) - 1) << shift, level << shift
                said = FIELD_WORDS[field]
                yield Part(mask=mask, value=value, field=said, says=says, centibits=centibits)
    for interaction in model.interactions:
        places = [(FIELDS[field], level) for field, level in interaction.levels.items()]
        yield Part(
            mask=sum(((1 << bits) - 1) << shift for (shift, bits), _ in places),
            value=sum(level << shift for (shift, _), level in places),
            field=FIELD_WORDS["interactions"],
            says="",
            centibits=interaction.centibits,
        )
