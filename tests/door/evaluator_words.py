"""What the review must answer: queues, verdicts, pins, samples and explanations, over plain rows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.access import Purpose
from sync.matching.model import HAND_MODEL
from sync.matching.scales import FIELDS
from sync.matching.wording import FIELD_WORDS, LEVEL_WORDS
from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    find_alias,
    key_in,
    page,
    related,
    things,
    visible,
)
from tests.door.evaluator_evidence import described, sees_evidence
from tests.door.tables import Row

Order = tuple[Any, Any]  # a sort key of any type, and an id


def said_last(world: World, question: Row) -> str | None:
    """Give what was said last of a question and still holds."""
    now = tuple(
        (world.one("record", id=question[side]) or {}).get("current_version_id")
        for side in ("record_a", "record_b")
    )
    found = [
        verdict
        for verdict in world.all("verdict", question_id=question["id"])
        if verdict["retracted_at"] is None
        and (verdict["kind"] != "NOT_ENOUGH" or (verdict["version_a"], verdict["version_b"]) == now)
    ]
    return max(found, key=by_time)["kind"] if found else None


def by_time(row: Row) -> Order:
    return (row["given_at"], str(row["id"]))


def state(world: World, question: Row, _: Arguments = {}) -> str:  # noqa: B006 - never changed
    said = said_last(world, question)
    if said is None:
        return "OPEN"
    return "SET_ASIDE" if said == "NOT_ENOUGH" else "ANSWERED"


def waits(world: World, question: Row) -> bool:
    return question["state"] == "OPEN" and said_last(world, question) is None


def lease_of(world: World, question: Row) -> Row | None:
    held = world.one("question_lease", question_id=question["id"])
    return held if held and held["until"] > datetime.now(UTC) else None


def lease(world: World, question: Row, _: Arguments) -> object:
    held = lease_of(world, question)
    return Thing("QuestionLease", held) if held else None


def question(world: World, _: Row, arguments: Arguments) -> object:
    found = world.one("question", id=key_in(arguments["id"]))
    return Thing("Question", found) if found and sees_evidence(world, found) else None


def queue(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    unit = key_in(chosen["organisation"]) if chosen.get("organisation") else None
    found = [
        row
        for row in world.tables["question"]
        if sees_evidence(world, row)
        and waits(world, row)
        and unit in {None, row["organisation_id"]}
        and chosen.get("kind") in {None, row["kind"]}
        and (not chosen.get("affects") or chosen["affects"] in row["affects"])
        and chosen.get("available") in {None, not taken_by_another(world, row)}
    ]
    every = world.tables["question"]
    order = lambda row: (row["priority"], str(row["id"]))  # noqa: E731 - a key of two columns
    return page("Question", found, every, arguments, order, descending=True)


def taken_by_another(world: World, row: Row) -> bool:
    held = lease_of(world, row)
    return held is not None and held["client_id"] != world.viewer.client_id


def summary(world: World, _: Row, __: Arguments) -> object:
    questions = [row for row in world.tables["question"] if sees_evidence(world, row)]
    verdicts = [row for row in world.tables["verdict"] if sees_evidence(world, row)]
    records = [row for row in world.tables["record"] if sees_evidence(world, row)]
    waiting = sum(waits(world, row) for row in questions)
    behind = sum(row["current_version_id"] != row["projected_version_id"] for row in records)
    nothing = "NOT_SEARCHED_YET" if behind else "NOTHING_FOUND"
    return Thing(
        "ReviewSummary",
        {
            "state": "TO_ANSWER" if waiting else nothing,
            "open": waiting,
            "set_aside": sum(
                row["state"] == "OPEN" and state(world, row) == "SET_ASIDE" for row in questions
            ),
            "not_compared": behind,
            "words_waiting": sum(not is_obeyed(world, row, {}) for row in verdicts),
        },
    )


def probability(_: World, row: Row, __: Arguments) -> object:
    return round(1 / (1 + 2 ** (-row["score"] / 100)), 4)


def parts_of(pattern: int) -> Iterator[Row]:
    yield {"field": FIELD_WORDS["prior"], "says": "", "bits": HAND_MODEL.prior / 100}
    for name, weights in HAND_MODEL.weights.items():
        shift, bits = FIELDS[name]
        level = pattern >> shift & (1 << bits) - 1
        says = LEVEL_WORDS[name][level]
        yield {"field": FIELD_WORDS[name], "says": says, "bits": weights[level] / 100}
    for one in HAND_MODEL.interactions:
        stands = (
            pattern >> FIELDS[name][0] & (1 << FIELDS[name][1]) - 1 == level
            for name, level in one.levels.items()
        )
        if all(stands):
            field = FIELD_WORDS["interactions"]
            yield {"field": field, "says": "", "bits": one.centibits / 100}


def fields(_: World, row: Row, __: Arguments) -> object:
    return things("FieldExplained", list(parts_of(row["pattern"])))


def explanation(world: World, row: Row, _: Arguments) -> object:
    edge = world.one("edge", record_a=row["record_a"], record_b=row["record_b"])
    sides = [world.one("record", id=row[side]) or {} for side in ("record_a", "record_b")]
    seen = edge and all(sees_evidence(world, record) for record in sides)
    return things("FieldExplained", list(parts_of(edge["pattern"])) if edge and seen else [])


def a_record(column: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.one("record", id=row[column])
        if found is None or not sees_evidence(world, found):
            return None
        return Thing("SourceRecord", described(world, found, found["current_version_id"]))

    return find


def facts(world: World, row: Row, _: Arguments) -> object:
    found = world.one("record_facts", record_id=row["id"])
    return Thing("StatedFacts", found) if found and sees_evidence(world, found) else None


def hidden(purpose: Purpose, column: str, instead: object) -> Resolve:
    def show(world: World, row: Row, _: Arguments) -> object:
        value = row[column] if purpose in world.viewer.purposes else instead
        return value.isoformat() if hasattr(value, "isoformat") else value

    return show


def hidden_facts(world: World, _: Row, __: Arguments) -> object:
    hides = {
        "birthDate": Purpose.BIRTH_DATES,
        "phones": Purpose.CONTACTS,
        "emails": Purpose.CONTACTS,
    }
    return sorted(name for name, purpose in hides.items() if purpose not in world.viewer.purposes)


def verdicts(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    unit = key_in(chosen["organisation"]) if chosen.get("organisation") else None
    person = key_in(chosen["person"]) if chosen.get("person") else None
    shown = person is None or world.sees("Person", {"id": person})
    found = [
        row
        for row in world.tables["verdict"]
        if sees_evidence(world, row)
        and unit in {None, row["organisation_id"]}
        and all(chosen.get(name) in {None, row[name]} for name in ("kind", "action"))
        and chosen.get("standing") in {None, row["retracted_at"] is None}
        and shown
        and (person is None or person in people_of(world, row))
    ]
    return page("Verdict", found, world.tables["verdict"], arguments, by_time, descending=True)


def records_of(world: World, verdict: Row, *sides: str) -> set[int]:
    pairs = world.all("verdict_pair", verdict_id=verdict["id"])
    return {pair[side] for pair in pairs for side in sides}


def people_of(world: World, verdict: Row) -> set[object]:
    records = records_of(world, verdict, "record_a", "record_b")
    return {link["person_id"] for number in records for link in world.all("link", record_id=number)}


def side(column: str) -> Resolve:
    def find(world: World, verdict: Row, _: Arguments) -> object:
        numbers = records_of(world, verdict, column)
        found = [
            described(world, row, row["current_version_id"])
            for row in sorted(world.tables["record"], key=lambda row: row["id"])
            if row["id"] in numbers and sees_evidence(world, row)
        ]
        return things("SourceRecord", found)

    return find


def borne_by(world: World, verdict: Row, _: Arguments) -> object:
    found = [world.one("person", id=key) for key in people_of(world, verdict)]
    shown = [row for row in found if row and world.sees("Person", row)]
    return things("Person", sorted(shown, key=lambda row: (row["sort_key"], str(row["id"]))))


def given_by(world: World, row: Row, _: Arguments) -> object:
    client = world.one("client", id=row["client_id"]) if row["client_id"] else None
    return client["name"] if client else row["actor"]


def retracted_by(world: World, row: Row, _: Arguments) -> object:
    clients = {str(each["id"]): each["name"] for each in world.tables["client"]}
    return clients.get(row["retracted_by"], row["retracted_by"])


def is_obeyed(_: World, row: Row, __: Arguments) -> bool:
    undone = row["retracted_at"] is None or row["retraction_changeset_id"] is not None
    return row["changeset_id"] is not None and undone


def explain(world: World, _: Row, arguments: Arguments) -> object:
    key = find_alias(world, "person", key_in(arguments["id"]))
    found = world.one("person", id=key)
    if found is None or not world.sees("Person", found):
        return None
    return Thing("PersonExplanation", found)


def pairs(world: World, row: Row, _: Arguments) -> object:
    held = {link["record_id"] for link in world.all("link", person_id=row["id"])}
    seen = {number for number in held if sees_evidence(world, world.one("record", id=number) or {})}
    found = [edge for edge in world.tables["edge"] if {edge["record_a"], edge["record_b"]} <= seen]
    found.sort(key=lambda edge: (-edge["score"], edge["record_a"], edge["record_b"]))
    return things("PairExplained", found)


def said_of(world: World, row: Row, _: Arguments) -> object:
    found = [
        verdict
        for verdict in world.tables["verdict"]
        if sees_evidence(world, verdict) and row["id"] in people_of(world, verdict)
    ]
    return things("Verdict", sorted(found, key=by_time, reverse=True))


def said_about(world: World, row: Row, _: Arguments) -> object:
    found = [v for v in world.all("verdict", question_id=row["id"]) if sees_evidence(world, v)]
    return things("Verdict", sorted(found, key=by_time, reverse=True))


def pins(world: World, row: Row, _: Arguments) -> object:
    held = {link["record_id"] for link in world.all("link", person_id=row["id"])}
    found = [
        pin
        for pin in world.tables["pin"]
        if pin["record_id"] in held
        and sees_evidence(world, world.one("record", id=pin["record_id"]) or {})
    ]
    return things("Pin", sorted(found, key=by_time, reverse=True))


def pinned_value(world: World, row: Row, _: Arguments) -> object:
    if row["field"] == "birth_date" and Purpose.BIRTH_DATES not in world.viewer.purposes:
        return row["value"][:4]
    return row["value"]


def lineage(world: World, row: Row, _: Arguments) -> object:
    found = world.all("person_lineage", person_id=row["id"])
    return things("PersonLineage", sorted(found, key=lambda each: each["id"]))


def sample(world: World, _: Row, arguments: Arguments) -> object:
    labelled = {v["question_id"] for v in world.tables["verdict"] if v["retracted_at"] is None}
    found = [
        row
        for row in world.tables["sampled_pair"]
        if sees_evidence(world, row) and row["id"] not in labelled
    ]
    every = world.tables["sampled_pair"]
    return page("BlindPair", found, every, arguments, lambda row: (str(row["id"]), ""))


def precision(world: World, _: Row, arguments: Arguments) -> object:
    blind = arguments.get("blind")
    said = [
        row
        for row in world.tables["verdict"]
        if row["pattern"] is not None
        and row["retracted_at"] is None
        and sees_evidence(world, row)
        and blind in {None, row["action"] == "LABEL"}
    ]
    found = [measured(pattern, said) for pattern in {row["pattern"] for row in said}]
    order = lambda row: (row["bits"], row["id"])  # noqa: E731 - a key of two columns
    return page("PatternPrecision", found, patterns(world), arguments, order)


def measured(pattern: int, said: list[Row]) -> Row:
    of_pattern = [row for row in said if row["pattern"] == pattern]
    kinds = Counter(row["kind"] for row in of_pattern)
    certain = kinds["MUST_LINK"] + kinds["CANNOT_LINK"]
    return {
        "id": pattern,
        "pattern": pattern,
        "bits": max(row["score"] for row in of_pattern) / 100,
        "answers": len(of_pattern),
        "same": kinds["MUST_LINK"],
        "different": kinds["CANNOT_LINK"],
        "not_enough": kinds["NOT_ENOUGH"],
        "precision": round(kinds["MUST_LINK"] / certain, 4) if certain else None,
    }


def patterns(world: World) -> list[Row]:
    """Give every pattern at which a cursor may stand."""
    said = [row for row in world.tables["verdict"] if row["pattern"] is not None]
    return [measured(pattern, said) for pattern in {row["pattern"] for row in said}]


WORDS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "question"): question,
    ("Query", "reviewQueue"): queue,
    ("Query", "reviewSummary"): summary,
    ("Query", "reviewSample"): sample,
    ("Query", "reviewPrecision"): precision,
    ("Query", "verdicts"): verdicts,
    ("Query", "personExplain"): explain,
    ("Question", "state"): state,
    ("Question", "probability"): probability,
    ("Question", "explanation"): explanation,
    ("Question", "lease"): lease,
    ("Question", "verdicts"): said_about,
    ("QuestionLease", "holder"): lambda world, row, __: (
        world.one("client", id=row["client_id"]) or {}
    )["name"],
    ("QuestionLease", "isMine"): lambda world, row, __: row["client_id"] == world.viewer.client_id,
    ("SourceRecord", "key"): lambda _, row, __: str(row["id"]),
    ("SourceRecord", "facts"): facts,
    ("StatedFacts", "birthDate"): hidden(Purpose.BIRTH_DATES, "birth_date", None),
    ("StatedFacts", "phones"): hidden(Purpose.CONTACTS, "phones", []),
    ("StatedFacts", "emails"): hidden(Purpose.CONTACTS, "emails", []),
    ("StatedFacts", "hasSnils"): lambda _, row, __: row["snils_hash"] is not None,
    ("StatedFacts", "maskedFields"): hidden_facts,
    ("Verdict", "id"): lambda _, row, __: f"verdict-{row['id']}",
    ("Verdict", "givenBy"): given_by,
    ("Verdict", "isStanding"): lambda _, row, __: row["retracted_at"] is None,
    ("Verdict", "isObeyed"): is_obeyed,
    ("Verdict", "retractedBy"): retracted_by,
    ("Verdict", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Verdict", "firstRecords"): side("record_a"),
    ("Verdict", "secondRecords"): side("record_b"),
    ("Verdict", "people"): borne_by,
    ("Verdict", "changesetKey"): lambda _, row, __: (
        None if row["changeset_id"] is None else str(row["changeset_id"])
    ),
    ("PersonExplanation", "person"): lambda world, row, __: visible(world, "Person", row),
    ("PersonExplanation", "version"): lambda _, row, __: row["changeset_id"],
    ("PersonExplanation", "pairs"): pairs,
    ("PersonExplanation", "verdicts"): said_of,
    ("PersonExplanation", "pins"): pins,
    ("PersonExplanation", "lineage"): lineage,
    ("PairExplained", "firstRecord"): a_record("record_a"),
    ("PairExplained", "secondRecord"): a_record("record_b"),
    ("PairExplained", "bits"): lambda _, row, __: row["score"] / 100,
    ("PairExplained", "probability"): probability,
    ("PairExplained", "fields"): fields,
    ("Pin", "id"): lambda _, row, __: f"pin-{row['id']}",
    ("Pin", "value"): pinned_value,
    ("Pin", "givenBy"): given_by,
    ("Pin", "isStanding"): lambda _, row, __: row["retracted_at"] is None,
    ("Pin", "isObeyed"): is_obeyed,
    ("Pin", "record"): a_record("record_id"),
    ("PersonLineage", "otherId"): lambda _, row, __: f"person-{row['other_id']}",
    ("BlindPair", "id"): lambda _, row, __: f"question-{row['id']}",
    ("BlindPair", "firstRecord"): a_record("record_a"),
    ("BlindPair", "secondRecord"): a_record("record_b"),
    ("PatternPrecision", "pattern"): lambda _, row, __: str(row["pattern"]),
    ("PatternPrecision", "fields"): fields,
}
