"""The schools that carry the cases: a branch, a closed one, one that changed its department."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from hub.demo.draft import Draft
from hub.demo.places import folded
from hub.demo.registry import (
    OrganisationRow,
    SubordinationRow,
    SuccessionRow,
)

# Schools that carry the cases; every region has them, whatever its size.
PLANTED = (
    "FIRST",  # of the first department
    "SECOND",  # of the second
    "SUCCESSOR",  # goes on for the closed one
    "CLOSED",
    "BRANCH",  # of FIRST
    "TWO_AUTHORITIES",  # the first department is primary, the second methodical
    "OUTSIDE",  # no department
    "MESSY",  # where questions are to be expected
    "TRANSFERRED",  # changed its department
    "NAMESAKE",  # the number and type of MESSY, in another village of the district
)


def plant(
    draft: Draft,
    planted: Mapping[str, int],
    departments: list[OrganisationRow],
    ministry: OrganisationRow,
) -> tuple[SuccessionRow, ...]:
    """Make the planted schools what their codes say."""
    rows = {code: draft.organisations[place] for code, place in planted.items()}
    closing = date(draft.year - 1, 9, 1)
    draft.change(rows["CLOSED"], status="CLOSED", ends=closing)
    _make_branch(draft, rows["BRANCH"], rows["FIRST"])
    draft.subordinate(rows["TWO_AUTHORITIES"], departments[1].id, "METHODICAL")
    _without_primary(draft, rows["OUTSIDE"])
    draft.subordinate(rows["OUTSIDE"], ministry.id, "FOUNDER")
    _transfer(draft, rows["TRANSFERRED"], departments[4].id)
    _make_namesake(draft, rows["NAMESAKE"], rows["MESSY"])
    return (
        SuccessionRow(
            from_id=rows["CLOSED"].id, to_id=rows["SUCCESSOR"].id, kind="MERGE", on_date=closing
        ),
    )


def _make_branch(draft: Draft, branch: OrganisationRow, parent: OrganisationRow) -> None:
    """A branch has its parent's ИНН and ОГРН, so only the parent's stand in the registry."""
    named = f"Филиал {parent.short_name} в {branch.locality}"
    draft.change(
        branch,
        short_name=named,
        full_name=f"{named} — обособленное структурное подразделение",
        legal_form=parent.legal_form,
        type=parent.type,
        number=parent.number,
        parent_id=parent.id,
        parent_kind="BRANCH",
        legal_entity_id=parent.id,
        sort_key=folded(named),
    )
    draft.identifiers[:] = [
        row
        for row in draft.identifiers
        if row.organisation_id != branch.id or row.system == "AIS_KADRY"
    ]


def _without_primary(draft: Draft, row: OrganisationRow) -> None:
    draft.subordinations[:] = [
        held
        for held in draft.subordinations
        if held.organisation_id != row.id or held.kind == "FOUNDER"
    ]


def _transfer(draft: Draft, row: OrganisationRow, to: UUID) -> None:
    """Move a school to another department on 1 September two years ago."""
    day = date(draft.year - 2, 9, 1)
    for place, held in enumerate(draft.subordinations):
        if held.organisation_id == row.id and held.kind == "PRIMARY":
            draft.subordinations[place] = replace(held, ends=day)
    later = SubordinationRow(organisation_id=row.id, authority_id=to, kind="PRIMARY", starts=day)
    draft.subordinations.append(later)


def _make_namesake(draft: Draft, row: OrganisationRow, model: OrganisationRow) -> None:
    """Give the number and the type of another school of the district; only the village differs."""
    settlements = draft.places.settlements[3]
    free = next(
        name
        for name in settlements
        if name != model.locality and (model.type, model.number, name) not in draft.taken
    )
    draft.taken.add((model.type, model.number, free))
    short = model.short_name.replace(model.locality, free)
    draft.change(
        row,
        short_name=short,
        full_name=model.full_name.replace(model.locality, free),
        legal_form=model.legal_form,
        type=model.type,
        number=model.number,
        locality=free,
        sort_key=folded(short),
    )
