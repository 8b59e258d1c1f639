"""What sources, their runs and holds must hold, over plain rows."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    page,
    related,
    things,
    unscoped,
    written,
)
from tests.door.evaluator_evidence import sees_evidence
from tests.door.tables import Row

UNFINISHED = {"QUEUED", "RUNNING"}


def watches(world: World) -> bool:
    return world.viewer.role.value in {"OPERATOR", "REGIONAL_CENTRE"}


def sources(world: World, _: Row, arguments: Arguments) -> object:
    every = world.tables["source"]
    found = every if watches(world) else []
    return page("Source", found, every, arguments, lambda row: (row["code"], str(row["id"])))


def sync_runs(world: World, _: Row, arguments: Arguments) -> object:
    chosen, every = arguments.get("filter") or {}, world.tables["sync_run"]
    code = chosen.get("sourceCode")
    source = world.one("source", code=code) if code else None
    found = [
        row
        for row in every
        if watches(world)
        and all(chosen.get(name) in {None, row[name]} for name in ("state", "mode", "failure"))
        and (not code or (source is not None and row["source_id"] == source["id"]))
    ]
    return page(
        "SyncRun",
        found,
        every,
        arguments,
        lambda row: (row["requested_at"], str(row["id"])),
        descending=True,
    )


def run_of(*, finished: bool) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        runs = [
            run
            for run in world.all("sync_run", source_id=row["id"])
            if (run["state"] not in UNFINISHED) is finished
        ]
        newest = max(runs, key=lambda run: (run["requested_at"], run["id"]), default=None)
        return Thing("SyncRun", newest) if newest else None

    return find


def events(world: World, row: Row, arguments: Arguments) -> object:
    found = world.all("sync_run_event", run_id=row["id"])
    every = world.tables["sync_run_event"]
    return page("SyncRunEvent", found, every, arguments, lambda each: (each["id"], 0))


def holds(world: World, _: Row, arguments: Arguments) -> object:
    state, every = (arguments.get("filter") or {}).get("state"), world.tables["hold"]
    found = [row for row in every if sees_evidence(world, row) and state in {None, row["state"]}]
    return page(
        "Hold",
        found,
        every,
        arguments,
        lambda row: (row["placed_at"], str(row["id"])),
        descending=True,
    )


def counted(column: str) -> Resolve:
    def find(_: World, row: Row, __: Arguments) -> object:
        told = json.loads(row[column])
        return things("NamedCount", [{"name": name, "count": told[name]} for name in sorted(told)])

    return find


def ranks(_: World, row: Row, __: Arguments) -> object:
    told = json.loads(row["ranks"])
    return things("SourceRank", [{"field": name, "rank": told[name]} for name in sorted(told)])


def key(_: World, row: Row, __: Arguments) -> object:
    return str(row["id"])


def source_title(world: World, row: Row, _: Arguments) -> object:
    source = world.one("source", id=row["source_id"])
    return source["title"] if source else None


def file_count(world: World, row: Row, _: Arguments) -> object:
    return len(world.all("source_file", source_id=row["id"]))


def last_taken_at(world: World, row: Row, _: Arguments) -> object:
    taken = [file["taken_at"] for file in world.all("source_file", source_id=row["id"])]
    return written(max(taken)) if taken else None


def silent_since(world: World, row: Row, _: Arguments) -> object:
    return written(_due(row)) if is_silent(world, row, {}) and row["heard_on"] else None


def is_silent(world: World, row: Row, _: Arguments) -> object:
    if row["every_days"] is None:
        return False
    return row["heard_on"] is None or _due(row) < world.today


def reminder(world: World, row: Row, _: Arguments) -> object:
    if not is_silent(world, row, {}):
        return None
    told = ": сведений ещё не было."
    if row["heard_on"]:
        told = (
            f": последние сведения получены {row['heard_on']:%d.%m.%Y}, новые ожидались к"
            f" {_due(row):%d.%m.%Y}."
        )
    rest = " Проверьте выгрузку и связь: без новых сведений показатели охвата устаревают."
    return row["title"] + told + rest


def _due(row: Row) -> date:
    due: date = row["heard_on"] + timedelta(days=row["every_days"])
    return due


SYNC: Mapping[tuple[str, str], Resolve] = {
    ("Query", "sources"): sources,
    ("Query", "syncRuns"): sync_runs,
    ("Query", "holds"): holds,
    ("Source", "isSilent"): is_silent,
    ("Source", "silentSince"): silent_since,
    ("Source", "reminder"): reminder,
    ("Source", "ranks"): ranks,
    ("Source", "fileCount"): file_count,
    ("Source", "lastTakenAt"): last_taken_at,
    ("Source", "lastRun"): run_of(finished=True),
    ("Source", "runningRun"): run_of(finished=False),
    ("SyncRun", "key"): key,
    ("SyncRun", "counts"): counted("counts"),
    ("SyncRun", "events"): events,
    ("SyncRun", "source"): unscoped("Source", "source", "source_id"),
    ("SyncRun", "changeset"): unscoped("Changeset", "changeset", "changeset_id"),
    ("SyncRunEvent", "counts"): counted("counts"),
    ("Hold", "key"): key,
    ("Hold", "recordKind"): lambda _, row, __: row["kind"],
    ("Hold", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Hold", "sourceTitle"): source_title,
}
SYNC_INPUTS: Mapping[str, list[object]] = {
    "SyncRunFilter.sourceCode": ["KADRY", "SCHOOL_FILES", "NOBODY"],
}
