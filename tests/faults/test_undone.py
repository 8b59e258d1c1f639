"""Over drawn regions: what is undone was never taken, and an undone undoing was never done."""

import time
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import ChangesetId
from hub.seal import Sealer
from sync.changes.undoing import Desired, undo
from tests.faults.conftest import Figures
from tests.faults.stand import Ledger
from tests.rooms.sync.canonical import differences
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.test_undoing import held, region
from tests.rooms.sync.world import Handed, take

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", [3])
async def test_an_undone_file_of_a_drawn_region_was_never_taken(
    admin_url: str, sealer: Sealer, tmp_path: Path, figures: Figures, seed: int
) -> None:
    files = draw_files(seed)
    wrong = files[seed % len(files)]
    async with fresh_hub(admin_url) as hub, fresh_hub(admin_url) as without:
        for file in files:
            number = await taken(hub, file, sealer, tmp_path)
            if file is wrong:
                undone = number
            else:
                await taken(without, file, sealer, tmp_path)
        before = await held(hub)
        begun = time.monotonic()

        undoing = await undo(hub, Desired(changeset_id=undone, actor="test"), region(sealer))
        seconds = time.monotonic() - begun
        after = differences(await held(without), await held(hub))
        await undo(hub, Desired(changeset_id=undoing.changeset_id, actor="test"), region(sealer))

        figures.say(Ledger(acknowledged=len(files), lost=len(after), doubled=0), seconds)
        assert [] == after
        assert [] == differences(before, await held(hub))


async def taken(hub: Database, file: Handed, sealer: Sealer, folder: Path) -> ChangesetId:
    return (await take(hub, [file], sealer=sealer, folder=folder)).changeset_id
