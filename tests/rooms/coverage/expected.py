"""What the evaluator's answer looks like: columns of a row, members of a gap."""

from dataclasses import replace

from hub.coverage import COUNTS, Gap
from hub.coverage.measures import has_rows, has_total
from tests.rooms.coverage.asking import Row, shape
from tests.rooms.coverage.evaluator import Asked, Evaluator, Member
from tests.rooms.coverage.world import World


def expected(evaluator: Evaluator, asked: Asked, key: str | None) -> Row:
    """Give the columns of a row, or of the whole, as JSON would."""
    asked_shape = shape(asked)
    meant = has_total if key is None else has_rows
    found: Row = {}
    for name, measure in COUNTS.items():
        sets = evaluator.counted.whole if key is None else evaluator.counted.rows[name]
        size = len(sets[name] if key is None else sets.get(key, ()))
        found[name] = size if meant(measure, asked_shape) else None
    if not evaluator.world.enrolled.get(asked.year):
        found["approved_organisations"] = None
    by_form = asked.group_by == "FORM" and key is not None
    for metric in ("MENTORS", "MENTEES", "PAIRS"):
        stated = None if by_form else evaluator.stated(metric, key)
        asserted, unnamed = stated or (None, None)
        found[f"asserted_{metric.lower()}"] = asserted
        found[f"unnamed_{metric.lower()}"] = unnamed
    for people in ("mentors", "mentees"):
        found[f"duplicates_{people}"] = evaluator.fewer(people, key)
    active, reported = found["active_organisations"], found["reported_organisations"]
    found["completeness"] = reported / active if active else None
    fresh = None if by_form else evaluator.fresh(key)
    found["data_as_of"] = fresh and fresh.isoformat()
    found["target"] = evaluator.plan(key)
    found["gap"] = evaluator.gap(key)
    return found


def missing(world: World, asked: Asked) -> dict[Gap, set[Member]]:
    """Give who and what the period leaves without mentoring."""
    host, employer = (
        Evaluator(world, replace(asked, attribution=side)).counted.whole
        for side in ("HOST", "EMPLOYER")
    )
    return {
        Gap.YOUNG_SPECIALIST_WITHOUT_MENTOR: host["young_specialists_uncovered"],
        Gap.ORGANISATION_WITHOUT_MENTORING: (
            host["active_organisations"] - host["organisations_with_mentoring"]
        ),
        Gap.IDLE_MENTOR: host["mentors_registered"] - host["mentors"] - employer["mentors"],
        Gap.OPEN_REQUEST: host["requested"] - host["answered"],
    }
