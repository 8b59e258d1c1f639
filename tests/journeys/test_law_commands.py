"""The commands of docs/personal-data.md, from a consent to an older copy that is cleaned."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.root import app
from hub.database import open_database
from hub.errors import ConfigError
from hub.settings import Addresses
from tests.journeys.conftest import variables_of

pytestmark = pytest.mark.usefixtures("keyed")
Run = Callable[..., str]
SOMEBODY = """
select p.id::text, p.last_name from person p
where p.birth_date is not null and exists (select from participation_fact f where f.mentor_id = p.id)
  and exists (select from contact c where c.person_id = p.id) order by p.id limit 1"""


@pytest.fixture
def run(module_loaded: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process over the module's region; give what it printed."""
    for name, value in variables_of(module_loaded, tmp_path).items():
        monkeypatch.setenv(name, value)

    def ran(*words: str) -> str:
        done = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert 0 == done.exit_code, done.output
        return done.stdout

    return ran


async def read(addresses: Addresses, query: str, *arguments: object) -> list[tuple[object, ...]]:
    async with open_database(addresses.worker) as database, database.reading() as session:
        return [tuple(row) for row in await session.raw.fetch(query, *arguments)]


def test_somebody_is_told_all_that_is_held_and_then_goes_with_an_act(
    run: Run, module_loaded: Addresses, tmp_path: Path
) -> None:
    [(number, last_name)] = asyncio.run(read(module_loaded, SOMEBODY))
    person = f"person-{number}"
    consent = run(
        "consent", "add", person, "--purpose", "PROCESSING", "--document", "С-1",
        "--signed", "2026-09-01",
    ).strip()  # fmt: skip
    correction = run("subject", "open", person, "CORRECTION").strip()
    report = json.loads(run("subject", "report", person))
    again = json.loads(run("subject", "report", person))
    run("subject", "close", correction, "DONE")
    request = run("consent", "withdraw", consent).strip().splitlines()[-1]
    run("subject", "due")
    blocked = json.loads(run("subject", "list", "--state", "BLOCKED", "-o", "json"))
    act = run("subject", "destroy", request).strip().splitlines()[0]
    acts = json.loads(run("subject", "acts", "-o", "json"))
    pairs, again_pairs, others = (
        list(
            csv.DictReader(
                io.StringIO(run("subject", "pseudonymised", "--key", str(tmp_path / name)))
            )
        )
        for name in ("apart", "apart", "another")
    )
    keys = tmp_path / "erased.txt"
    keys.write_text(run("subject", "keys"), encoding="ascii")
    replayed = run("subject", "replay", str(keys))

    assert last_name == report["person"]["lastName"]
    assert report["person"]["records"]
    assert isinstance(report["refusedRows"], list)
    assert ["IN_FORCE"] == [one["state"] for one in report["consents"]["nodes"]]
    assert ["CORRECTION"] == [one["kind"] for one in report["subjectRequests"]["nodes"]]
    saw = [one for one in again["auditEvents"]["nodes"] if one["action"] == "READ"]
    assert {"BIRTH_DATES", "CONTACTS"} <= set(saw[0]["fieldClasses"])
    assert [request] == [one["id"] for one in blocked]
    assert (int(act), person) == (acts[0]["number"], acts[0]["subjectId"])
    assert "" == replayed
    assert pairs == again_pairs
    assert {
        "mentorship",
        "person",
        "role",
        "form",
        "academicYear",
        "confirmation",
        "ageBand",
    } == set(pairs[0])
    assert not {row["person"] for row in pairs} & {row["person"] for row in others}
    assert {"MENTOR", "MENTEE"} <= {row["role"] for row in pairs}
    assert any(re.fullmatch(r"\d0-\d9", row["ageBand"]) for row in pairs)
    with pytest.raises(ConfigError):
        run("subject", "pseudonymised", "--key", str(tmp_path / "keys"))
    who = report["person"]
    run(
        "subject", "lift", "--basis", "employment", "--document", "Договор 12",
        "--last-name", who["lastName"], "--first-name", who["firstName"],
        "--middle-name", who["middleName"], "--birth-date", who["birthDate"], "--snils", "",
    )  # fmt: skip
    assert any(line.startswith("+") for line in run("subject", "keys").splitlines())
    left = "select count(*) from person where id::text = $1"
    assert [(0,)] == asyncio.run(read(module_loaded, left, number))
