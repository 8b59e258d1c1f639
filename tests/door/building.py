"""The whole test region: every room's rows, in an order in which they can be written."""

from tests.door.rows import Region
from tests.door.rows_coverage import add_counted
from tests.door.rows_evidence import add_changesets, add_questions, add_rejections, add_sources
from tests.door.rows_law import add_law
from tests.door.rows_mentoring import add_aliases, add_mentorships, add_programmes
from tests.door.rows_people import add_people, add_places
from tests.door.rows_review import add_review
from tests.door.rows_sync import add_runs
from tests.door.rows_units import add_organisations, add_territories


def build() -> Region:
    """Draw the region."""
    region = Region()
    add_changesets(region)
    add_territories(region)
    add_organisations(region)
    add_sources(region)
    add_people(region)
    add_places(region)
    add_programmes(region)
    add_mentorships(region)
    add_aliases(region)
    add_rejections(region)
    add_questions(region)
    add_review(region)
    add_counted(region)
    add_runs(region)
    add_law(region)
    return region
