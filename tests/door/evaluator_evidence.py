"""What stands behind a person: records and where each value comes from, over plain rows."""

from collections.abc import Mapping

from hub.access import Purpose, Role
from tests.door.evaluator import Arguments, Resolve, World, short_name, things
from tests.door.tables import Row


def records(world: World, row: Row, _: Arguments) -> object:
    linked = [each["record_id"] for each in world.all("link", person_id=row["id"])]
    found = [
        described(world, each, each["current_version_id"])
        for each in sorted(world.tables["record"], key=lambda each: each["id"])
        if each["id"] in linked and sees_evidence(world, each)
    ]
    return things("SourceRecord", found)


def sees_evidence(world: World, record: Row) -> bool:
    """Tell whether a record, or what is said of two, is seen; a partner sees nobody who withdrew."""
    if not world.sees("Organisation", {"id": record["organisation_id"]}):
        return False
    if world.viewer.role is not Role.PARTNER_SYSTEM:
        return True
    numbers = [record[name] for name in ("record_a", "record_b") if name in record]
    if "external_id" in record:
        numbers.append(record["id"])
    linked = [row["person_id"] for number in numbers for row in world.all("link", record_id=number)]
    return all(map(world.may_transfer, linked))


def described(world: World, record: Row, version_id: int | None) -> Row:
    source = world.one("source", id=record["source_id"]) or {}
    version = world.one("record_version", id=version_id) or {}
    file = world.one("source_file", id=version.get("source_file_id")) or {}
    return {
        **record,
        "source_code": source.get("code"),
        "source_title": source.get("title"),
        "file_name": file.get("name"),
        "sheet": version.get("sheet"),
        "row": version.get("row"),
        "stated_id": version.get("stated_id"),
    }


def provenance(world: World, row: Row, _: Arguments) -> object:
    found = sorted(world.all("person_field", person_id=row["id"]), key=lambda each: each["field"])
    return things("FieldProvenance", [with_place(world, each) for each in found])


def with_place(world: World, chosen: Row) -> Row:
    nothing = dict.fromkeys(
        ("source_code", "source_title", "file_name", "sheet", "row", "stated_id")
    )
    record = world.one("record", id=chosen["record_id"])
    if record is None or not sees_evidence(world, record):
        return {**nothing, **chosen}
    place = described(world, record, chosen["record_version_id"])
    return {**{name: place[name] for name in nothing}, **chosen}


def provenance_value(world: World, row: Row, _: Arguments) -> object:
    if row["field"] == "birth_date" and Purpose.BIRTH_DATES not in world.viewer.purposes:
        return row["value"][:4]
    return row["value"]


EVIDENCE: Mapping[tuple[str, str], Resolve] = {
    ("Person", "provenance"): provenance,
    ("Person", "records"): records,
    ("SourceRecord", "organisationName"): short_name,
    ("FieldProvenance", "value"): provenance_value,
}
