"""What every connector keeps to, whatever it reads: the same points over each of them."""

import re
from pathlib import Path

import pytest

from connectors.client.failure import SourceConfigError
from connectors.protocol import Checkpoint, Connector, Discovering
from hub.records import Rejected
from tests.door.cards_in_a_folder import Cards
from tests.door.specimens import SPECIMENS, Heard, Serve, Specimen

CHECKOUT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(params=sorted(SPECIMENS))
def specimen(request: pytest.FixtureRequest, tmp_path: Path, serve: Serve) -> Specimen:
    return SPECIMENS[request.param](tmp_path, serve)


def heard(connector: Connector, cursor: str | None = None) -> Heard:
    return Heard(items=list(connector.fetch(cursor)))


def refusals(read: Heard) -> list[tuple[str, int | None, str]]:
    rejected = [item for item in read.items if isinstance(item, Rejected)]
    return sorted((one.code, one.place.row, one.message) for one in rejected)


def cursors(read: Heard) -> list[str]:
    return [item.cursor for item in read.items if isinstance(item, Checkpoint)]


def test_a_source_that_is_there_passes_its_check(specimen: Specimen) -> None:
    assert specimen.connector.check().ok


def test_a_source_that_is_not_there_fails_its_check_with_a_remedy(specimen: Specimen) -> None:
    found = specimen.absent.check()

    assert not found.ok
    assert found.message.endswith(".")


def test_a_full_read_twice_is_equal(specimen: Specimen) -> None:
    first, second = heard(specimen.connector), heard(specimen.connector)

    assert len(first.rows(specimen.key)) > 0
    assert first.rows(specimen.key) == second.rows(specimen.key)
    assert cursors(first) == cursors(second)


def test_a_read_goes_on_from_each_place_without_a_gap(specimen: Specimen) -> None:
    whole = heard(specimen.connector)

    for number, item in enumerate(whole.items):
        if isinstance(item, Checkpoint):
            before = Heard(items=whole.items[:number]).rows(specimen.key)
            rest = heard(specimen.connector, item.cursor).rows(specimen.key)

            assert {**before, **rest} == whole.rows(specimen.key)


def test_increments_sum_to_a_full_read(specimen: Specimen) -> None:
    first = heard(specimen.connector)
    changed = specimen.changed()

    increment = heard(changed, cursors(first)[-1])

    summed = {**first.rows(specimen.key), **increment.rows(specimen.key)}
    assert summed == heard(changed).rows(specimen.key)
    assert summed != first.rows(specimen.key)


def test_nothing_new_gives_no_rows_and_does_not_stall(specimen: Specimen) -> None:
    last = cursors(heard(specimen.connector))[-1]

    again = heard(specimen.connector, last)

    assert {} == again.rows(specimen.key)


def test_a_place_that_nobody_wrote_is_refused(specimen: Specimen) -> None:
    with pytest.raises(SourceConfigError) as caught:
        heard(specimen.connector, "не место")

    assert "source.cursor" == caught.value.reason


def test_what_is_refused_is_refused_alike_each_time(specimen: Specimen) -> None:
    first, second = heard(specimen.refusing), heard(specimen.refusing)

    assert refusals(first) == refusals(second)


def test_a_shipped_connector_says_what_there_is_to_describe(specimen: Specimen) -> None:
    if isinstance(specimen.connector, Cards):
        return  # the how-to leaves it out

    assert isinstance(specimen.connector, Discovering)
    assert any(found.fields for found in specimen.connector.discover())


@pytest.mark.parametrize("shown", ["cards_in_a_folder.py", "specimens.py"])
def test_the_how_to_shows_the_code_that_is_tested(shown: str) -> None:
    page = (CHECKOUT / "docs/how-to/connector.md").read_text(encoding="utf-8")
    code = (CHECKOUT / "tests/door" / shown).read_text(encoding="utf-8")

    assert any(block in code for block in BLOCK.findall(page))


def test_no_name_reaches_a_log(
    specimen: Specimen, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    rows = [
        *heard(specimen.connector).rows(specimen.key).values(),
        *heard(specimen.refusing).rows(specimen.key).values(),
    ]

    told = "".join((*capfd.readouterr(), caplog.text))
    names = {row.get("last_name") or row.get("mentor_full_name", "") for row in rows} - {""}
    assert [] == [name for name in names if name in told]
    assert names
