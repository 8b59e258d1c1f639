"""By which numbers other systems know people and organisations, both ways: asked by and shown.

A person is known by their card: the record that keeps its number in its system wherever the person
goes. State identifiers name nobody here.
"""

from collections.abc import Callable, Sequence

from schema.compiler.bindings import Key, Reference, Rows
from schema.compiler.call import Call
from schema.scope.places import SEEN_STATED
from sync.intake import CARD_KINDS, card_identities

_CARDS = "record {t} join source {t}s on {t}s.id = {t}.source_id join link {t}l on {t}l.record_id = {t}.id"
# A card that stands before one that ended; one system before another by its code.
_CARD_ORDER = (
    Key("({t}.ended_on is not null)", "boolean"),
    Key("{t}s.code", "text"),
    Key("{t}.id", "bigint"),
)


_WIDTH = 16  # bytes of a card's identity
_EACH = ", ".join(
    f"substr({{number}}, {place * _WIDTH + 1}, {_WIDTH})" for place in range(len(CARD_KINDS))
)


def _identities(numbers: Sequence[str]) -> Sequence[bytes]:
    """Give each number's identities as a card of every kind, one after another."""
    of_kinds = [card_identities(numbers, kind) for kind in CARD_KINDS]
    return [b"".join(each) for each in zip(*of_kinds, strict=True)]


PERSON_REFERENCE = Reference(
    key="{t}l.person_id",
    rows=Rows(
        source=_CARDS,
        where=(
            "{t}.is_card",
            "{t}s.code = {p}.system",
            f"{{t}}.external_id in ({_EACH})",
        ),
        scope=(SEEN_STATED,),
        order=_CARD_ORDER,
    ),
    type="bytea",
    convert=_identities,
)
ORGANISATION_REFERENCE = Reference(
    key="{t}.organisation_id",
    rows=Rows(
        source="organisation_identifier {t}",
        where=("{t}.system = {p}.system", "{t}.value = {number}"),
        order=(Key("{t}.id", "bigint"),),
    ),
)


def person_card(shown: str, asked: str) -> Callable[[Call], str]:
    """Read a part of the number by which the person was asked for, else of the first card seen."""

    def sql(call: Call) -> str:
        seen = "" if call.viewer.region_wide else f" and {SEEN_STATED.replace('{t}', 'r')}"
        first = (
            f"(select {shown} from link l join record r on r.id = l.record_id and r.is_card"
            " join source s on s.id = r.source_id"
            " join record_version v on v.id = r.current_version_id"
            f" where l.person_id = {{t}}.id{seen}"
            " order by r.ended_on is not null, s.code, r.id limit 1)"
        )
        return _asked_or(call, asked, first)

    return sql


def organisation_number(shown: str, asked: str) -> Callable[[Call], str]:
    """Read a part of the number by which the organisation was asked for, else of its first."""

    def sql(call: Call) -> str:
        first = (
            f"(select {shown} from organisation_identifier i where i.organisation_id = {{t}}.id"
            " order by i.system, i.value limit 1)"
        )
        return _asked_or(call, asked, first)

    return sql


def _asked_or(call: Call, asked: str, first: str) -> str:
    own = call.fill(first)
    return f"coalesce({call.asked}.{asked}, {own})" if call.asked else own
