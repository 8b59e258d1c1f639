"""The registry while it is being made."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from hub.demo.draw import Draw
from hub.demo.identifiers import inn, ogrn
from hub.demo.places import Places, folded, made_id
from hub.demo.registry import (
    IdentifierRow,
    OrganisationRow,
    SubordinationRow,
)
from hub.demo.schools import Name

SCHOOL_KINDS = ("SCHOOL", "KINDERGARTEN", "COLLEGE", "ADDITIONAL")


@dataclass(slots=True)
class Draft:
    """The registry while it is being made."""

    draw: Draw
    places: Places
    year: int
    organisations: list[OrganisationRow] = field(default_factory=list)
    identifiers: list[IdentifierRow] = field(default_factory=list)
    subordinations: list[SubordinationRow] = field(default_factory=list)
    taken: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, kind: str, name: Name, territory_id: UUID | None) -> OrganisationRow:
        """Add an organisation with its identifiers; answer its row."""
        number = len(self.organisations)
        row_id = made_id(self.draw, "organisation", number)
        row = OrganisationRow(
            id=row_id,
            kind=kind,
            full_name=name.full,
            short_name=name.short,
            legal_form=name.legal_form,
            type=name.type,
            number=name.number,
            locality=name.locality,
            territory_id=territory_id,
            legal_entity_id=row_id,
            sort_key=folded(name.short),
        )
        self.organisations.append(row)
        for system, value in (("INN", inn(number)), ("OGRN", ogrn(number, 2002 + number % 12))):
            self.identifiers.append(
                IdentifierRow(organisation_id=row_id, system=system, value=value)
            )
        if kind in SCHOOL_KINDS:
            code = IdentifierRow(
                organisation_id=row_id, system="AIS_KADRY", value=str(1000 + number)
            )
            self.identifiers.append(code)
        return row

    def subordinate(self, row: OrganisationRow, authority_id: UUID, kind: str = "PRIMARY") -> None:
        """Put an organisation under an authority, from ever and for ever."""
        self.subordinations.append(
            SubordinationRow(organisation_id=row.id, authority_id=authority_id, kind=kind)
        )

    def change(self, row: OrganisationRow, **values: object) -> OrganisationRow:
        """Replace values of an organisation that stands already."""
        changed = replace(row, **values)  # type: ignore[arg-type]  # names are checked by replace
        self.organisations[self.organisations.index(row)] = changed
        return changed
