"""Territories, organisations and who answers to whom, as rows."""

from datetime import date
from uuid import UUID

from tests.door.rows import (
    ALWAYS,
    CLOSED,
    FOREVER,
    NORTH,
    NORTH_DISTRICT,
    PARTNER,
    PAST,
    RECENT,
    REGION,
    ROOT,
    SCHOOLS,
    SETTLEMENT,
    SOUTH,
    SOUTH_DISTRICT,
    Region,
    Row,
    key_of,
    uid,
)


def add_territories(region: Region) -> None:
    """Add a region of two districts."""
    for key, code, name, level, parent in (
        (REGION, "36000000", "Тестовая область", "REGION", None),
        (NORTH_DISTRICT, "36600000", "Северный район", "DISTRICT", REGION),
        (SOUTH_DISTRICT, "36700000", "Южный район", "DISTRICT", REGION),
        (SETTLEMENT, "36600100", "Ёлкино", "SETTLEMENT", NORTH_DISTRICT),
    ):
        tile = None if level == "REGION" else int(code[2:4]) % 7
        region.add(
            "territory", id=key, oktmo=code, name=name, level=level, parent_id=parent,
            tile_column=tile, tile_row=tile, sort_key=key_of(name),
        )  # fmt: skip


def add_organisations(region: Region) -> None:
    """Add two departments, their schools, a partner and a closed school."""
    _organisation(region, ROOT, "MINISTRY", "Министерство", REGION)
    _organisation(region, NORTH, "AUTHORITY", "Северное управление", NORTH_DISTRICT)
    _organisation(region, SOUTH, "AUTHORITY", "Южное управление", SOUTH_DISTRICT)
    for number, authority in SCHOOLS.items():
        territory = {3: NORTH_DISTRICT, 4: SETTLEMENT, 7: NORTH_DISTRICT}.get(
            number, SOUTH_DISTRICT
        )
        parent = uid("organisation", 3) if number == 4 else None
        kind = "KINDERGARTEN" if number == 6 else "SCHOOL"
        key = uid("organisation", number)
        _organisation(region, key, kind, f"Школа № {number}", territory, parent=parent)
        region.add(
            "organisation_identifier", organisation_id=key, system="INN", value=f"63{number}"
        )
        region.add("organisation_identifier", organisation_id=key, system="AIS", value=f"a{number}")
        _subordinate(region, key, authority, "PRIMARY", PAST, FOREVER)
    _organisation(region, PARTNER, "PARTNER", "Завод «Проба»", None)
    _subordinate(region, NORTH, ROOT, "PRIMARY", ALWAYS, FOREVER)
    _subordinate(region, SOUTH, ROOT, "PRIMARY", ALWAYS, FOREVER)
    _subordinate(region, PARTNER, ROOT, "PRIMARY", ALWAYS, FOREVER)
    # A school of the south that the north guides in method sees the same rows in both scopes.
    _subordinate(region, uid("organisation", 5), NORTH, "METHODICAL", RECENT, FOREVER)
    _organisation_places(region)


def _organisation(
    region: Region, key: UUID, kind: str, name: str, territory: UUID | None,
    *, parent: UUID | None = None,
) -> None:  # fmt: skip
    region.add(
        "organisation", id=key, kind=kind, full_name=f"МБОУ {name}", short_name=name,
        number=name.rpartition(" ")[2] if "№" in name else "", locality="",
        territory_id=territory, parent_id=parent, parent_kind="BRANCH" if parent else None,
        legal_entity_id=parent or key, status="CLOSED" if key == CLOSED else "ACTIVE",
        starts=PAST if parent else ALWAYS, ends=RECENT if key == CLOSED else FOREVER,
        sort_key=key_of(name),
    )  # fmt: skip


def _subordinate(
    region: Region, key: UUID, authority: UUID, kind: str, starts: date, ends: date
) -> None:
    region.add(
        "subordination", organisation_id=key, authority_id=authority, kind=kind, starts=starts,
        ends=ends,
    )  # fmt: skip


def _organisation_places(region: Region) -> None:
    seen: dict[tuple[UUID, UUID], Row] = {}
    for row in region.tables["organisation"]:
        for authority in (row["id"], ROOT):
            seen[authority, row["id"]] = _place(authority, row["id"], ALWAYS, FOREVER)
    for row in region.tables["subordination"]:
        pair = (row["authority_id"], row["organisation_id"])
        ends = RECENT if row["organisation_id"] == CLOSED else row["ends"]
        if row["authority_id"] != ROOT:
            seen[pair] = _place(*pair, row["starts"], ends)
    region.tables["organisation_place"] = list(seen.values())


def _place(authority: UUID, organisation: UUID, starts: date, ends: date) -> Row:
    return {
        "authority_id": authority, "organisation_id": organisation, "starts": starts, "ends": ends,
    }  # fmt: skip
