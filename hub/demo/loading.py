"""The demo's region into a hub: its register first, then its files, as an operator would."""

from collections.abc import Sequence
from datetime import date

from hub.database import Database
from hub.demo.files import DemoFile
from hub.demo.registry import Registry
from hub.seal import Sealer
from sync import changeset
from sync.intake import Accepted, Given, Progress, accept
from sync.registry import changing, write_rows

ACTOR = "demo"


async def load_registry(database: Database, registry: Registry) -> None:
    """Write territories, organisations, who answers to whom, plans and population figures.

    Writing the same register again changes nothing.
    """
    async with database.writing() as session:
        number = await changeset.begin(session, "REGISTRY", actor=ACTOR)
        async with changing(session, root_id=registry.ministry_id):
            await write_rows(session, "territory", registry.territories, key=("id",))
            await write_rows(session, "organisation", registry.organisations, key=("id",))
            await write_rows(
                session, "organisation_identifier", registry.identifiers, key=("system", "value")
            )
            await session.raw.execute("delete from subordination; delete from succession")
            await write_rows(session, "subordination", registry.subordinations, key=())
            await write_rows(session, "succession", registry.successions, key=())
            await write_rows(
                session,
                "organisation_enrolment",
                registry.enrolments,
                key=("organisation_id", "academic_year"),
            )
            await write_rows(
                session,
                "indicator_target",
                registry.targets,
                key=("indicator_code", "organisation_id", "territory_id", "year"),
            )
            await write_rows(
                session,
                "population_figure",
                registry.population,
                key=("territory_id", "age_from", "age_to", "as_of", "basis"),
            )
        await changeset.finish(session, number, changeset.Difference())


async def load_files(
    database: Database,
    files: Sequence[DemoFile],
    *,
    sealer: Sealer,
    today: date,
    progress: Progress,
) -> Accepted:
    """Accept the region's files in one changeset."""
    given = [
        Given(
            path=file.path,
            kind=file.kind,
            period=file.academic_year,
            stated_as_of=file.stated_as_of,
            completeness=file.completeness,
        )
        for file in files
    ]
    return await accept(database, given, sealer=sealer, actor=ACTOR, today=today, progress=progress)
