"""A pushed card: what stands of it once everything said of it is laid in the order of versions.

Pure: entries in, the stretches of the card's stay in organisations out. A partner says only what
changed, and its messages overtake one another, so a card is never written in place: it is folded
anew from all that was said, and any order of arrival gives the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

NAMES = ("full_name", "last_name", "mentor_last_name")  # a card without one names nobody


class Operation(StrEnum):
    """What is said of a card."""

    UPSERT = "UPSERT"  # it is there, and what is given of it holds from now on
    DELETE = "DELETE"  # its system keeps it no longer; what it said before holds for its time
    WITHDRAW = "WITHDRAW"  # it never should have been given: nothing said before counts


class Waiting(StrEnum):
    """Why a card, or something said of it, is kept and not yet taken further."""

    ORGANISATION = "push.unknown_organisation"
    PLACE = "push.no_organisation"
    NAME = "push.no_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something said of a card: an absent field is unchanged, a null one is cleared.

    `names_organisation` without an `organisation_id` is one that the register does not know.
    """

    version: datetime
    operation: Operation
    digest: bytes
    fields: Mapping[str, str | None]
    names_organisation: bool = False
    organisation_id: UUID | None = None

    @property
    def is_placeless(self) -> bool:
        """Tell what names an organisation that nobody knows."""
        return self.names_organisation and self.organisation_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A card as it stood last in an organisation, and from when to when it was stated there."""

    organisation_id: UUID
    fields: Mapping[str, str]
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What follows from all that was said: where it stood, whether it ended, why it waits."""

    stretches: tuple[Stretch, ...] = ()
    deleted: datetime | None = None
    waiting: frozenset[Waiting] = frozenset()

    @property
    def fields(self) -> Mapping[str, str]:
        """Give what holds of the card now; nothing where it stands nowhere."""
        return self.stretches[-1].fields if self.stretches else {}

    def differs(self, other: "Card") -> list[str]:
        """Name the fields in which two states of a card differ, its organisation included."""
        names = {*self.fields, *other.fields}
        found = sorted(one for one in names if self.fields.get(one) != other.fields.get(one))
        if self.place != other.place:
            found.append("organisation")
        if (self.deleted is None) is not (other.deleted is None):
            found.append("deleted")
        return found

    @property
    def stays(self) -> tuple[Stretch, ...]:
        """Give one stretch for each organisation: of a stay that was broken off, as it ended."""
        found: dict[UUID, Stretch] = {}
        for stretch in self.stretches:
            earlier = found.get(stretch.organisation_id, stretch)
            found[stretch.organisation_id] = replace(stretch, first=earlier.first)
        return tuple(found.values())

    def deleted_at(self, stay: Stretch) -> datetime | None:
        """Say when the card was deleted where it stood last."""
        return self.deleted if stay.organisation_id == self.place else None

    @property
    def place(self) -> UUID | None:
        """Name the organisation where the card stands now, if any."""
        return self.stretches[-1].organisation_id if self.stretches else None


def fold(entries: Iterable[Entry]) -> Card:
    """Lay what was said in the order of versions; of two of one version the digest decides."""
    laying = _Laying()
    for entry in sorted(entries, key=lambda one: (one.version, one.digest)):
        laying.lay(entry)
    return laying.card()


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Give the region's day of an instant."""
    return instant.astimezone(zone).date()


class _Laying:
    """A card while entry after entry is laid upon it."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.place: UUID | None = None
        self.stretches: list[Stretch] = []
        self.deleted: datetime | None = None
        self.waiting: set[Waiting] = set()

    def lay(self, entry: Entry) -> None:
        match entry.operation:
            case Operation.WITHDRAW:
                self.__init__()  # type: ignore[misc]  # the card begins anew
            case Operation.DELETE:
                self.deleted = entry.version
            case Operation.UPSERT if entry.is_placeless:
                self.waiting.add(Waiting.ORGANISATION)
            case Operation.UPSERT:
                self._state(entry)

    def _state(self, entry: Entry) -> None:
        self.deleted = None
        self.place = entry.organisation_id or self.place
        for name, value in entry.fields.items():
            if value is None:
                self.fields.pop(name, None)
            else:
                self.fields[name] = value
        if self.place is not None and any(self.fields.get(name) for name in NAMES):
            self._stretch(self.place, entry.version)

    def _stretch(self, place: UUID, version: datetime) -> None:
        standing = self.stretches[-1] if self.stretches else None
        if standing is not None and standing.organisation_id == place:
            self.stretches[-1] = replace(standing, fields=dict(self.fields), last=version)
            return
        self.stretches.append(
            Stretch(organisation_id=place, fields=dict(self.fields), first=version, last=version)
        )

    def card(self) -> Card:
        if self.fields and not self.stretches:
            self.waiting.add(Waiting.PLACE if self.place is None else Waiting.NAME)
        return Card(
            stretches=tuple(self.stretches),
            deleted=self.deleted if self.stretches else None,
            waiting=frozenset(self.waiting),
        )
