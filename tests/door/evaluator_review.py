"""What the lists of rejections, questions, sources and changes must hold, over plain rows."""

from collections.abc import Mapping

from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    key_in,
    page,
    related,
    unscoped,
    written,
)
from tests.door.evaluator_evidence import described, sees_evidence
from tests.door.evaluator_sync import counted, watches
from tests.door.evaluator_words import state
from tests.door.tables import Row


def rejections(world: World, _: Row, arguments: Arguments) -> object:
    return page(
        "Rejection",
        wanted(world, "rejection", "code", arguments),
        world.tables["rejection"],
        arguments,
        lambda row: (str(row["source_file_id"]), -row["id"]),
        descending=True,
    )


def questions(world: World, _: Row, arguments: Arguments) -> object:
    return page(
        "Question",
        questions_wanted(world, arguments),
        world.tables["question"],
        arguments,
        lambda row: (row["score"], str(row["id"])),
        descending=True,
    )


def questions_wanted(world: World, arguments: Arguments) -> list[Row]:
    asked = (arguments.get("filter") or {}).get("state")
    found = wanted(world, "question", "", arguments)
    return [row for row in found if asked in {None, state(world, row)}]


def wanted(world: World, table: str, column: str, arguments: Arguments) -> list[Row]:
    chosen = arguments.get("filter") or {}
    unit = key_in(chosen["organisation"]) if chosen.get("organisation") else None
    return [
        row
        for row in world.tables[table]
        if sees_evidence(world, row)
        and unit in {None, row["organisation_id"]}
        and (not column or chosen.get(column) in {None, row[column]})
    ]


def of_file(column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        file = world.one("source_file", id=row["source_file_id"])
        assert file is not None
        return written(file[column])

    return find


def record(column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.one("record", id=row[column])
        if found is None or not sees_evidence(world, found):
            return None
        return Thing("SourceRecord", described(world, found, found["current_version_id"]))

    return find


def changesets(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    every = world.tables["changeset"]
    found = [
        row
        for row in every
        if watches(world)
        and all(chosen.get(name) in {None, row[name]} for name in ("kind", "state"))
    ]
    return page(
        "Changeset",
        found,
        every,
        arguments,
        lambda row: (row["created_at"], row["id"]),
        descending=True,
    )


def origin(world: World, row: Row, _: Arguments) -> object:
    sources = {one["id"]: one["title"] for one in world.tables["source"]}
    runs = [one for one in world.tables["sync_run"] if one["changeset_id"] == row["id"]]
    read = [sources[one["source_id"]] for one in runs]
    pushed = [
        one["name"]
        for one in world.tables["client"]
        if row["kind"] == "PUSH" and str(one["id"]) == row["actor"]
    ]
    taken = [one["name"] for one in world.tables["source_file"] if one["changeset_id"] == row["id"]]
    return next((min(some) for some in (read, pushed, taken) if some), None)


REVIEW: Mapping[tuple[str, str], Resolve] = {
    ("Query", "rejections"): rejections,
    ("Query", "questions"): questions,
    ("Query", "changesets"): changesets,
    ("Changeset", "key"): lambda _, row, __: str(row["id"]),
    ("Changeset", "counts"): counted("summary"),
    ("Changeset", "origin"): origin,
    ("Changeset", "undoes"): unscoped("Changeset", "changeset", "undoes"),
    ("Rejection", "key"): lambda _, row, __: str(row["id"]),
    ("Rejection", "fileName"): of_file("name"),
    ("Rejection", "takenAt"): of_file("taken_at"),
    ("Rejection", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Question", "id"): lambda _, row, __: f"question-{row['id']}",
    ("Question", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Question", "firstRecord"): record("record_a"),
    ("Question", "secondRecord"): record("record_b"),
    ("Question", "firstPerson"): related("Person", "person", "person_a"),
    ("Question", "secondPerson"): related("Person", "person", "person_b"),
}
