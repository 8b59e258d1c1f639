"""Which column of a sheet holds which field: headers, neighbours, values and the kind of the table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.table_file.fields import (
    Guess,
    Whose,
    dictionary,
    is_refused,
    normalise_header,
    read_levels,
)
from connectors.table_file.header import Header
from connectors.table_file.kind import recognise_kind
from connectors.table_file.suggesting import suggestions
from hub.records import FileKind, HeaderColumn

BASES = {FileKind.MENTOR_BASE: ("mentor", "mentee"), FileKind.MENTEE_BASE: ("mentee", "mentor")}
# What several columns may state together; of any other field the first column is kept.
JOINED = frozenset(
    {"phone", "email", "contacts", "position", "subject", "note", "competences", "achievements"}
    | {"interests", "result", "main_request", "mentee_full_name", "mentor_full_name", "order_ref"}
    | {"category", "case_url"}
)
NAME_PARTS = ("last_name", "first_name", "middle_name")
# A field named with a role even where it is the row's own person who has it.
_NAMED_BY_ROLE = frozenset({"full_name", "organization", *NAME_PARTS})
_SURE = 0.85

_FLAG = re.compile(r"^(?:да|нет|есть|имеется|[-+–—vхx✓✔*01]|является|не является)$", re.IGNORECASE)
_PERSON = re.compile(r"^[А-ЯЁ][а-яё-]+(?:\s+[А-ЯЁ]|$)|^[А-ЯЁ-]{2,}\s+[А-ЯЁ]")
_DIGITS = re.compile(r"^\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a sheet's columns hold.

    `sources` gives the columns of each field, `unmapped` the headers that no field took,
    `listed` every column in its order, `repairs` what was done, in words.
    """

    kind: FileKind | None
    sources: Mapping[str, tuple[int, ...]]
    unmapped: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    listed: tuple[HeaderColumn, ...] = ()
    guesses: tuple[Guess | None, ...] = field(default=(), repr=False)


def resolve(
    header: Header,
    sample: Sequence[Sequence[str]],
    words: Sequence[str],
    *,
    kind: FileKind | None = None,
    profile: Mapping[str, str] | None = None,
) -> Columns:
    """Decide which columns hold which fields.

    `sample` are some rows below the header, `words` what the sheet calls itself. A `profile` that
    a person confirmed (header -> field, an empty field leaves the column out) is not questioned.
    """
    values = [[row[index] for row in sample if index < len(row)] for index in range(_width(header))]
    table = _Table(header=header, values=values, told=told_fields(profile))
    guesses = table.guesses(kind)
    if kind is None:
        kind = recognise_kind(_fields(guesses), table.filled(guesses), words)
        guesses = table.guesses(kind)
    if kind is not None:
        guesses = _of_kind(guesses, kind)
    return _gathered(table, guesses, kind)


def _width(header: Header) -> int:
    return len(header.columns)


def described(header: Header, sample: Sequence[Sequence[str]]) -> tuple[HeaderColumn, ...]:
    """List columns of which nothing was understood, with what they might hold."""
    return tuple(
        HeaderColumn(
            header=name,
            suggested=suggestions(name, [row[at] for row in sample if at < len(row)]),
        )
        for at, name in enumerate(header.names)
        if name
    )


def told_fields(profile: Mapping[str, str] | None) -> dict[str, str]:
    """Give the fields that a person named, by headers in normal form; what is refused stays out."""
    return {
        normalise_header(name): field
        for name, field in (profile or {}).items()
        if not is_refused(name)
    }


def _fields(guesses: Sequence[Guess | None]) -> list[str]:
    return [guess.field for guess in guesses if guess is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    header: Header
    values: Sequence[Sequence[str]]
    told: Mapping[str, str]

    def guesses(self, kind: FileKind | None) -> list[Guess | None]:
        """Read the headers from left to right; those of several meanings last."""
        plain = [self._plain(index) for index in range(len(self.header.columns))]
        guesses = list(plain)
        for index, guess in enumerate(plain):
            if guess is not None and (rules := self._rules(index)):
                chosen = self._in_context(index, rules, guesses, kind)
                guesses[index] = replace(guess, field=chosen) if chosen else None
        return [guess if guess and guess.field else None for guess in guesses]

    def is_told(self, index: int) -> bool:
        """Say whether a person named the column's field."""
        return self._joined(index) in self.told

    def _joined(self, index: int) -> str:
        return normalise_header(" ".join(self.header.columns[index]))

    def _plain(self, index: int) -> Guess | None:
        if self.is_told(index):
            return Guess(field=self.told[self._joined(index)], confidence=1.0)
        levels = self.header.columns[index]
        if any(map(is_refused, levels)) or is_refused(" ".join(levels)):
            return None
        return read_levels(levels)

    def _rules(self, index: int) -> tuple[tuple[str, str], ...]:
        levels = self.header.columns[index]
        if self.is_told(index):
            return ()
        rules = dictionary().contextual
        joined = self._joined(index)
        if joined in rules or joined in dictionary().field_of:
            return rules.get(joined, ())
        return rules.get(normalise_header(levels[-1]), ())

    def _in_context(
        self,
        index: int,
        rules: Sequence[tuple[str, str]],
        guesses: Sequence[Guess | None],
        kind: FileKind | None,
    ) -> str:
        others = [guess for at, guess in enumerate(guesses) if at != index]
        before = next((guess.field for guess in reversed(guesses[:index]) if guess), "")
        context = _Context(
            fields=frozenset(_fields(others)), before=before, values=self.values[index], kind=kind
        )
        return next(field for condition, field in rules if context.holds(condition))

    def filled(self, guesses: Sequence[Guess | None]) -> dict[str, float]:
        """Give the share of the sample's rows in which each field is filled."""
        return {
            guess.field: sum(map(bool, column)) / max(len(column), 1)
            for guess, column in zip(guesses, self.values, strict=True)
            if guess is not None
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What surrounds a header of several meanings; conditions are those of fields.json."""

    fields: frozenset[str]
    before: str
    values: Sequence[str]
    kind: FileKind | None

    def holds(self, condition: str) -> bool:
        """Say whether a condition of fields.json holds."""
        word, _, rest = condition.partition(" ")
        match word:
            case "in":
                return self._is_in(rest)
            case "after":
                return self.before.startswith(rest)
            case "values":
                return self._values_are(rest)
            case "no":
                return not any(name.endswith((f"{rest}", f"_{rest}")) for name in self.fields)
            case _:
                return True

    def _is_in(self, place: str) -> bool:
        if place == "base":
            named = any(name.startswith(("mentor_", "mentee_")) for name in self.fields)
            return self.kind in BASES or named
        return self.kind is not None and self.kind.value.lower() == place

    def _values_are(self, what: str) -> bool:
        filled = [value for value in self.values if value]
        shapes = {
            "flags": lambda value: bool(_FLAG.match(value)),
            "names": lambda value: bool(_PERSON.match(value)),
            "numbers": lambda value: bool(_DIGITS.match(value)),
            "inn of organisation": lambda value: len(value) == 10,  # noqa: PLR2004  # digits of an ИНН
            "inn of person": lambda value: len(value) == 12,  # noqa: PLR2004  # digits of an ИНН
        }
        return bool(filled) and all(map(shapes[what], filled))


def _of_kind(guesses: Sequence[Guess | None], kind: FileKind) -> list[Guess | None]:
    """Name fields as the kind of the table does: its own person's plainly, the other's by role."""
    if kind in BASES:
        return _of_base(guesses, *BASES[kind])
    foreign = Whose.STAFF if kind is FileKind.PUPILS else Whose.PUPIL
    return [None if guess and guess.whose is foreign else guess for guess in guesses]


def _of_base(guesses: Sequence[Guess | None], own: str, other: str) -> list[Guess | None]:
    present = frozenset(_fields(guesses))
    own_named = present & {f"{own}_full_name", f"{own}_last_name"}
    other_named = present & {f"{other}_full_name", f"{other}_last_name"}
    plain_role = other if own_named and not other_named else own
    renamed = {"full_name": f"{plain_role}_full_name"}
    renamed |= {part: f"{plain_role}_{part}" for part in NAME_PARTS}
    if own_named and other_named:
        renamed = dict.fromkeys(renamed, "")
    for name in present:
        bare = name.removeprefix(f"{own}_")
        if bare != name and bare not in _NAMED_BY_ROLE:
            renamed[name] = bare
    return [
        replace(guess, field=renamed.get(guess.field, guess.field)) if guess else None
        for guess in guesses
    ]


def _gathered(table: _Table, guesses: Sequence[Guess | None], kind: FileKind | None) -> Columns:
    """Collect the columns of each field; name in words what is left out."""
    sources: dict[str, tuple[int, ...]] = {}
    unmapped: list[str] = []
    repairs: list[str] = []
    for index, (name, guess) in enumerate(zip(table.header.names, guesses, strict=True)):
        if guess is None or not guess.field:
            repairs += _left_out(name, table.header.columns[index])
            unmapped += [name] if name else []
        elif guess.field in sources and guess.field not in JOINED:
            unmapped.append(name)
            first = table.header.names[sources[guess.field][0]]
            repairs.append(f"Столбец «{name}» не взят: то же уже есть в столбце «{first}»")
        else:
            sources[guess.field] = (*sources.get(guess.field, ()), index)
            if guess.confidence < _SURE:
                repairs.append(f"Столбец «{name}» прочитан с поправкой опечатки")
    return Columns(
        kind=kind,
        sources=sources,
        unmapped=tuple(unmapped),
        repairs=tuple(repairs),
        listed=tuple(_listed(table, sources, guesses)),
        guesses=tuple(guesses),
    )


def _listed(
    table: _Table, sources: Mapping[str, tuple[int, ...]], guesses: Sequence[Guess | None]
) -> Iterator[HeaderColumn]:
    """Say of each column what it was read as, and what an unread one might hold."""
    fields = {index: field for field, indexes in sources.items() for index in indexes}
    for index, (name, guess) in enumerate(zip(table.header.names, guesses, strict=True)):
        is_open = name and index not in fields and not table.is_told(index)
        might = suggestions(name, table.values[index]) if is_open and not is_refused(name) else ()
        yield HeaderColumn(
            header=name,
            field=fields.get(index, ""),
            is_told=table.is_told(index),
            confidence=round(guess.confidence, 2) if guess and index in fields else 0.0,
            suggested=tuple(field for field in might if field not in sources),
        )


def _left_out(name: str, levels: Sequence[str]) -> list[str]:
    if any(map(is_refused, levels)) or is_refused(name):
        return [f"Столбец «{name}» не сохраняется: такие сведения хабу не нужны"]
    return []
