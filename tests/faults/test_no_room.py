"""An export that finds no room: it says so, and no half file is left."""

import subprocess
import sys
import time

from tests.faults.conftest import Figures
from tests.faults.stand import CHECKOUT, Stand


def test_an_export_that_finds_no_room_says_so_and_leaves_no_half_file(
    stand: Stand, figures: Figures
) -> None:
    run_id = stand.ask()
    stand.worker()
    stand.settled(run_id)
    file = stand.folder / "mentors.csv"
    export = f"{sys.executable} -m hub export mentors --format csv-rfc4180 --to {file}"

    cut = subprocess.run(
        ["bash", "-c", f"ulimit -f 1; exec {export}"],
        cwd=CHECKOUT,
        env=stand.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    left = sorted(path.name for path in stand.folder.glob("mentors*"))
    begun = time.monotonic()
    again = subprocess.run(
        ["bash", "-c", export], cwd=CHECKOUT, env=stand.variables, capture_output=True, check=False
    )

    figures.say(stand.ledger(), time.monotonic() - begun)
    assert (1, True) == (cut.returncode, "file.unwritable" in cut.stderr), cut.stderr
    assert [] == left
    assert (0, True) == (again.returncode, file.stat().st_size > 1024)
