"""What records state, compared pairs, words of people and who looks at what, as rows."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from sync.matching.scales import FIELDS
from sync.matching.wording import LEVEL_WORDS
from tests.door.rows import NORTH, ROOT, SCHOOLS, SOUTH, Region, uid

START = datetime(2026, 2, 1, 8, tzinfo=UTC)
KINDS, ACTIONS = ("MUST_LINK", "CANNOT_LINK", "NOT_ENOUGH"), ("ANSWER", "LABEL", "SPLIT", "MERGE")
AFFECTS = ("MENTORS", "MENTEES", "PAIRS", "YOUNG_SPECIALISTS")
UNITS = (*(uid("organisation", number) for number in SCHOOLS), NORTH, SOUTH, ROOT)


def drawn_pattern(draw: Random) -> int:
    return sum(
        draw.choice(sorted(LEVEL_WORDS[name])) << shift for name, (shift, _) in FIELDS.items()
    )


def add_review(region: Region) -> None:
    """Add everything that the review reads."""
    draw = Random(11)  # noqa: S311 - test data, no secret
    _add_facts(region, draw)
    _add_edges(region, draw)
    for number in range(3):
        region.add("client", id=uid("client", number), kind="PERSON", name=f"Разбирающий {number}")
    _add_verdicts(region, draw)
    _add_others(region, draw)


def _add_facts(region: Region, draw: Random) -> None:
    """Say what records state; some are landed and not compared yet."""
    for record in region.tables["record"]:
        number = record["id"]
        if number % 13 == 0:
            continue
        region.add(
            "record_facts", record_id=number, last_name=f"Записев {number}", first_name="Т.",
            middle_name="", previous_last_name="Прежнев" if number % 5 == 0 else "",
            last_key="записев", first_key="т", middle_key="", previous_last_key="",
            birth_date=date(1980, 1, 1 + number % 28) if number % 3 else None,
            birth_year=1980 if number % 3 else None, sex=draw.choice(("MALE", None)),
            snils_hash=b"h" if number % 2 else None, snils_sealed=None,
            phones=[f"+7900{number}"] if number % 4 else [], emails=[], contact_owner="SELF",
            organisation_id=record["organisation_id"], affiliation_organisation_id=None,
            affiliation_text="ООО «Маяк»" if number % 7 == 0 else "", role="STAFF",
            position_code="TEACHER", position_text="учитель", subjects=["физика"],
            employment_kind="MAIN", hired_on=None, dismissed_on=None, teaching_since=None,
            young_specialist_flag=None, category="", grade=None, letter="",
        )  # fmt: skip


def _add_edges(region: Region, draw: Random) -> None:
    asked = {(row["record_a"], row["record_b"]) for row in region.tables["question"]}
    persons: dict[object, list[int]] = {}
    for link in region.tables["link"]:
        persons.setdefault(link["person_id"], []).append(link["record_id"])
    inside = {(held[0], held[1]) for held in persons.values() if len(held) > 1}
    for one, other in sorted({*sorted(asked)[::2], *inside}):
        region.add(
            "edge", record_a=one, record_b=other, pattern=drawn_pattern(draw),
            score=draw.randrange(-300, 3000), decision=draw.choice(("LINK", "ASK", "WEAK")),
            changeset_id=1,
        )  # fmt: skip


def _add_verdicts(region: Region, draw: Random) -> None:
    """Add words about questions and about people, standing, taken back and waiting."""
    questions = region.tables["question"]
    patterns = [drawn_pattern(draw) for _ in range(3)]
    for number in range(30):
        asked = questions[number % len(questions)] if number % 3 else None
        one, other = (
            (asked["record_a"], asked["record_b"]) if asked else (2 * number + 1, 2 * number + 2)
        )
        given = START + timedelta(hours=number // 2)
        taken_back = given + timedelta(days=1) if number % 4 == 0 else None
        waits = number % 5 == 0
        region.add(
            "verdict", id=uid("verdict", number), kind=KINDS[number % 3 - number % 2],
            action=ACTIONS[number % 4], covers=False,
            question_id=asked["id"] if asked else None,
            organisation_id=asked["organisation_id"] if asked else UNITS[number % len(UNITS)],
            reason="видел документы" if number % 2 else "",
            client_id=uid("client", number % 3) if number % 3 else None, actor="hub review",
            given_at=given, pattern=patterns[number % 3] if number % 7 else None,
            score=(number % 3) * 100, version_a=one if number % 2 else None,
            version_b=other if number % 2 else None, changeset_id=None if waits else 1,
            retracted_at=taken_back,
            retracted_by=(str(uid("client", 1)) if number % 8 else "hub review")
            if taken_back else None,
            retraction_reason="ошибка" if taken_back else None,
            retraction_changeset_id=None if waits or not taken_back else 2,
        )  # fmt: skip
        region.add("verdict_pair", verdict_id=uid("verdict", number), record_a=one, record_b=other)


def _add_others(region: Region, draw: Random) -> None:
    for number, asked in enumerate(region.tables["question"][::3]):
        region.add(
            "question_lease", question_id=asked["id"], client_id=uid("client", number % 3),
            until=datetime(2080 if number % 2 else 2020, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    for number in range(12):
        region.add(
            "sampled_pair", id=uid("sample", number), record_a=number + 1, record_b=number + 20,
            organisation_id=UNITS[number % len(UNITS)], pattern=drawn_pattern(draw), score=100,
            decision="LINK",
        )  # fmt: skip
    for number in range(20):
        field, value = draw.choice(
            (("last_name", "Закреплёнов"), ("birth_date", "1980-02-03"), ("snils", None))
        )
        region.add(
            "pin", id=uid("pin", number), record_id=number + 1, field=field, value=value,
            reason="паспорт" if number % 2 else "",
            client_id=uid("client", 0) if number % 3 else None, actor="hub review",
            given_at=START + timedelta(hours=number // 2), changeset_id=1 if number % 4 else None,
            retracted_at=START + timedelta(days=9) if number % 5 == 0 else None,
            retracted_by="hub review" if number % 5 == 0 else None,
            retraction_changeset_id=2 if number % 10 == 0 else None,
        )  # fmt: skip
        region.add(
            "person_lineage", id=number + 1, person_id=uid("person", number),
            other_id=uid("former", number % 3), kind=("MERGED", "SPLIT")[number % 2],
            changeset_id=1, at=START + timedelta(days=number),
        )  # fmt: skip
