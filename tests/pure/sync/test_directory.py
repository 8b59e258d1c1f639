"""Which organisation a mention means, and when nobody can say."""

from datetime import date
from uuid import UUID

from hub.records import OrganisationMention
from sync.directory import Directory, Organisation
from sync.matching.normalise import organisation_key

LYCEUM, BRANCH, NAMESAKE_A, NAMESAKE_B = (UUID(int=number) for number in range(1, 5))
CLOSED, HEIR, PARTED, PART_A, PART_B, PLANT = (UUID(int=number) for number in range(5, 11))
NAMES = {
    LYCEUM: "МАОУ «Лицей № 7»",
    BRANCH: "Берёзовский филиал",
    NAMESAKE_A: "МБОУ СОШ № 3",
    NAMESAKE_B: "МБОУ СОШ № 3",
    CLOSED: "МБОУ СОШ № 4",
    HEIR: "МБОУ СОШ № 5",
    PARTED: "МБОУ СОШ № 8",
    PART_A: "МБОУ СОШ № 9",
    PART_B: "МБОУ СОШ № 10",
    PLANT: "ООО «Маяк»",
}
MERGED_ON = date(2025, 9, 1)
BEFORE, AFTER = date(2025, 8, 31), date(2025, 9, 1)


def directory() -> Directory:
    by_name: dict[str, tuple[UUID, ...]] = {}
    by_key: dict[str, tuple[UUID, ...]] = {}
    for owner, name in NAMES.items():
        folded = name.casefold().replace("ё", "е").replace("«", "").replace("»", "")
        key = organisation_key(name).name_key
        by_name[folded] = (*by_name.get(folded, ()), owner)
        by_key[key] = (*by_key.get(key, ()), owner)
    return Directory(
        organisations={owner: organisation(owner) for owner in NAMES},
        by_identifier={("INN", "7700000001"): LYCEUM, ("OGRN", "1020000000005"): CLOSED},
        by_name=by_name,
        by_key=by_key,
        branches={LYCEUM: (BRANCH,)},
        successor={CLOSED: (HEIR, MERGED_ON)},
        root_id=LYCEUM,
    )


def organisation(owner: UUID) -> Organisation:
    return Organisation(
        id=owner,
        kind="PARTNER" if owner == PLANT else "SCHOOL",
        short_name=NAMES[owner],
        parent_id=LYCEUM if owner == BRANCH else None,
        territory_id=None,
        ends=date.max,
    )


def test_an_identifier_names_an_organisation_whatever_its_name() -> None:
    mention = OrganisationMention(name="Какая-то школа", inn="7700000001")

    assert LYCEUM == directory().resolve(mention, on=AFTER)


def test_a_branch_answers_under_its_parents_identifiers() -> None:
    mention = OrganisationMention(name="БЕРЕЗОВСКИЙ филиал", inn="7700000001")

    assert BRANCH == directory().resolve(mention, on=AFTER)


def test_a_name_is_found_without_quotes_case_and_yo() -> None:
    mention = OrganisationMention(name="маоу  лицей № 7")

    assert LYCEUM == directory().resolve(mention, on=AFTER)


def test_a_name_written_another_way_is_found_by_type_and_number() -> None:
    assert LYCEUM == directory().resolve_name("Лицей №7", on=AFTER)


def test_a_name_that_two_bear_names_nobody() -> None:
    known = directory()

    assert known.resolve(OrganisationMention(name="МБОУ СОШ № 3"), on=AFTER) is None
    assert known.resolve_name("Школа № 3", on=AFTER) is None


def test_an_unknown_or_empty_name_names_nobody() -> None:
    known = directory()

    assert known.resolve_name("МБОУ СОШ № 77", on=AFTER) is None
    assert known.resolve(OrganisationMention(), on=AFTER) is None


def test_an_unknown_identifier_leaves_the_name_to_speak() -> None:
    mention = OrganisationMention(name="МБОУ СОШ № 5", inn="7799999999")

    assert HEIR == directory().resolve(mention, on=AFTER)


def test_the_sole_successor_answers_from_its_day_on() -> None:
    known, mention = directory(), OrganisationMention(ogrn="1020000000005")

    assert CLOSED == known.resolve(mention, on=BEFORE)
    assert HEIR == known.resolve(mention, on=AFTER)
    assert HEIR == known.resolve_name("МБОУ СОШ № 4", on=AFTER)


def test_a_school_that_was_parted_has_no_heir() -> None:
    assert PARTED == directory().resolve_name("МБОУ СОШ № 8", on=AFTER)


def test_partners_are_external_and_schools_are_not() -> None:
    known = directory()

    assert known.is_external(PLANT)
    assert not known.is_external(HEIR)
