"""What the registers of consents and of requests must answer, over plain rows."""

from collections.abc import Mapping

from hub.access import Purpose
from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    key_in,
    page,
    related,
    visible,
)
from tests.door.evaluator_evidence import sees_evidence
from tests.door.evaluator_sync import counted, watches
from tests.door.tables import Row


def person_row(world: World, row: Row) -> Row | None:
    link = world.one("link", record_id=row["record_id"])
    return world.one("person", id=link["person_id"]) if link else None


def person(world: World, row: Row, _: Arguments) -> Thing | None:
    return visible(world, "Person", person_row(world, row))


def state(world: World, row: Row, _: Arguments = {}) -> str:  # noqa: B006 - never changed
    if row["withdrawn_on"] is not None and row["withdrawn_on"] <= world.today:
        return "WITHDRAWN"
    if row["ends"] <= world.today:
        return "EXPIRED"
    if row["signed_on"] > world.today:
        return "NOT_YET"
    lapsed = row["lapses_on"] is not None and row["lapses_on"] <= world.today
    return "LAPSED" if lapsed else "IN_FORCE"


def is_of(world: World, row: Row, chosen: Arguments) -> bool:
    if chosen.get("person") is None:
        return True
    wanted = key_in(chosen["person"])
    link = world.one("link", record_id=row["record_id"])
    seen = world.sees("Person", {"id": wanted})
    return seen and link is not None and link["person_id"] == wanted


def fits(row: Row, chosen: Arguments, *names: str) -> bool:
    return all(chosen.get(name) in {None, row[name]} for name in names)


def consents(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    every = world.tables["consent"]
    found = [
        row
        for row in every
        if sees_evidence(world, world.one("record", id=row["record_id"]) or {})
        and is_of(world, row, chosen)
        and fits(row, chosen, "purpose")
        and chosen.get("state") in {None, state(world, row)}
    ]
    return page(
        "Consent",
        found,
        every,
        arguments,
        lambda row: (row["signed_on"], str(row["id"])),
        descending=True,
    )


def is_overdue(world: World, row: Row, _: Arguments = {}) -> bool:  # noqa: B006 - never changed
    return bool(row["state"] in {"OPEN", "BLOCKED"} and row["due_on"] < world.today)


def requests(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    every = world.tables["subject_request"]
    found = [
        row
        for row in every
        if sees_evidence(world, row)
        and is_of(world, row, chosen)
        and fits(row, chosen, "kind", "state")
        and chosen.get("overdue") in {None, is_overdue(world, row)}
    ]
    return page(
        "SubjectRequest", found, every, arguments, lambda row: (row["due_on"], str(row["id"]))
    )


def source(world: World, row: Row, _: Arguments) -> object:
    found = [
        rule
        for rule in world.all("law_rule", code=row["kind"])
        if rule["starts"] <= row["received_on"] < rule["ends"]
    ]
    return max(found, key=lambda rule: rule["version"])["source"] if found else None


def acts(world: World, _: Row, arguments: Arguments) -> object:
    every = [{**row, "id": row["number"]} for row in world.tables["destruction_act"]]
    found = every if watches(world) else []
    return page(
        "DestructionAct",
        found,
        every,
        arguments,
        lambda row: (row["number"], row["number"]),
        descending=True,
    )


def signer(world: World, row: Row, _: Arguments) -> object:
    if row["signer_sealed"] is None or Purpose.CONTACTS not in world.viewer.purposes:
        return None
    return world.sealer.open(row["signer_sealed"])


LAW: Mapping[tuple[str, str], Resolve] = {
    ("Query", "consents"): consents,
    ("Query", "subjectRequests"): requests,
    ("Query", "destructionActs"): acts,
    ("Consent", "id"): lambda _, row, __: f"consent-{row['id']}",
    ("Consent", "state"): state,
    ("Consent", "signer"): signer,
    ("Consent", "person"): person,
    ("Consent", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("SubjectRequest", "id"): lambda _, row, __: f"request-{row['id']}",
    ("SubjectRequest", "isOverdue"): is_overdue,
    ("SubjectRequest", "source"): source,
    ("SubjectRequest", "person"): person,
    ("SubjectRequest", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("DestructionAct", "subjectId"): lambda _, row, __: f"person-{row['subject_id']}",
    ("DestructionAct", "counts"): counted("counts"),
}
