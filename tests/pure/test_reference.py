"""The reference files agree with one another and with the rules of counting."""

from datetime import date

from hub import reference


def codes(name: str) -> set[str]:
    return {row["code"] for row in reference.rows(name)}


def test_forms_whose_mentee_is_a_pedagogue_count_for_young_specialists() -> None:
    pedagogical = {row["code"] for row in reference.rows("mentoring_form") if row["pedagogical"]}

    expected = {
        "TEACHER_TEACHER",
        "HEAD_TEACHER",
        "UNI_TEACHER_YOUNG_TEACHER",
        "SOCIAL_PARTNER_TEACHER",
    }
    assert expected == pedagogical


def test_heads_and_unknown_positions_are_not_pedagogical() -> None:
    others = {row["code"] for row in reference.rows("position") if not row["pedagogical"]}

    assert {"HEAD", "DEPUTY_HEAD", "OTHER", "UNKNOWN"} == others


def test_every_indicator_has_a_rule_and_every_rule_an_indicator() -> None:
    assert codes("indicator") | {"COUNTING", "BRAKE", "CADENCE", "DELIVERIES"} == codes(
        "indicator_rule"
    )


def test_positions_that_rules_name_exist() -> None:
    named = {
        position
        for row in reference.rows("indicator_rule")
        for key, positions in row["parameters"].items()
        if key.endswith("positions")
        for position in positions
    }

    assert {"TEACHER"} == named
    assert named <= codes("position")


def test_the_bounds_of_counting_stand_in_one_rule() -> None:
    (counting,) = [row for row in reference.rows("indicator_rule") if row["code"] == "COUNTING"]

    bounds = {key: value for key, value in counting["parameters"].items() if isinstance(value, int)}
    expected = {
        "gap_days": 31,
        "lapse_month": 8,
        "lapse_day": 31,
        "group_mentees": 2,
        "small_cell": 5,
    }
    assert expected == bounds
    assert (date.min, date.max) == (counting["starts"], counting["ends"])


def test_every_rule_and_indicator_names_its_source() -> None:
    sources = [row["parameters"]["source"] for row in reference.rows("indicator_rule")]
    sources += [row["source"] for row in reference.rows("indicator")]

    assert all(sources)
