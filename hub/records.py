"""Values that travel between sources, the matcher and the store: what a source said, and where.

A *source record* is one person as one source states them. Connectors yield batches of raw rows;
`sync` turns each row into records (a row of a base of mentors states the mentor and mentions the
mentees) and claims (who mentors whom).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

import pandas as pd

OrganisationId = NewType("OrganisationId", UUID)
PersonId = NewType("PersonId", UUID)
MentorshipId = NewType("MentorshipId", UUID)
ChangesetId = NewType("ChangesetId", int)
RecordId = NewType("RecordId", int)


class FileKind(StrEnum):
    """What a table lists; decides how its rows become records and claims."""

    STAFF = "STAFF"
    PUPILS = "PUPILS"
    MENTOR_BASE = "MENTOR_BASE"
    MENTEE_BASE = "MENTEE_BASE"


class RecordKind(StrEnum):
    """What a source record states about its person."""

    STAFF = "STAFF"
    PUPIL = "PUPIL"
    MENTOR = "MENTOR"
    MENTEE = "MENTEE"
    MENTION = "MENTION"


class Completeness(StrEnum):
    """Whether absence from a list means anything; only FULL ends what it does not name."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a source a value stands, as a person would look for it (row 1 is the first line)."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row or a file that was not taken in: where, which code of docs/errors.md, and the repair."""

    place: Place
    code: str
    message: str
    payload: Mapping[str, str] = field(default_factory=dict)
    would_be: "WouldBe | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldBe:
    """What a refused row or table would have been, had it been taken."""

    kind: FileKind
    stated_as_of: date
    completeness: Completeness = Completeness.PARTIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationMention:
    """How a source names an organisation; whatever it did not state is empty."""

    name: str = ""
    ogrn: str = ""
    inn: str = ""
    code: str = ""
    municipality: str = ""


class FigureMetric(StrEnum):
    """What a number without names counts."""

    PAIRS = "PAIRS"
    MENTORS = "MENTORS"
    MENTEES = "MENTEES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number without names that a source asserts, for example a line «Всего пар: 12»."""

    metric: FigureMetric
    value: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderColumn:
    """A column as its header names it, and as what field it was read; empty where it is not kept.

    `is_told` where a person said so, else `confidence` is how sure its words are (0-1);
    `suggested` are fields that an unread column might hold.
    """

    header: str
    field: str = ""
    is_told: bool = False
    confidence: float = 0.0
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Up to 10,000 rows of one table as the source wrote them.

    `frame` has a column of strings for each recognised field (the names of
    `connectors/table_file/fields.json`: last_name, birth_date, mentor_full_name, ...; an empty
    string where nothing stands) plus `sheet` (string) and `row` (integer, 1-based), the place of
    the row in its file. `unmapped` are headers that no field took: their cells are not kept.
    `columns` are all columns of the table in their order, where the source has a header.
    """

    kind: FileKind
    frame: pd.DataFrame
    file: str
    organisation: OrganisationMention
    stated_as_of: date | None = None
    academic_year: int | None = None
    figures: tuple[Figure, ...] = ()
    unmapped: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    columns: tuple[HeaderColumn, ...] = ()
