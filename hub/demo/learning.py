"""The model of the demo's own region: learned, tried and made active, as an operator would do it."""

from datetime import date

from hub.database import Database
from hub.seal import Sealer
from hub.terminal import say
from sync.matching.model import HAND_MODEL
from sync.modelling import activate, shadow, train
from sync.people.models import active_model

VERSION = "demo"


async def learn(database: Database, *, sealer: Sealer, today: date) -> None:
    """Learn from what is stored and match everybody by it; nothing where that was done before.

    Raises InputError where the region is too small to learn from.
    """
    async with database.reading() as session:
        active = await active_model(session.raw)
    if active != HAND_MODEL:
        return
    trained = await train(database, version=VERSION, today=today)
    tried = await shadow(database, VERSION, today=today)
    changed = await activate(database, VERSION, sealer=sealer, today=today, actor="demo")
    say(
        f"  модель обучена на записях: {trained.records}; вопросов появилось "
        f"{tried.questions_new}, исчезло {tried.questions_gone}; людей слито "
        f"{changed.people_merged}, разделено {changed.people_split}"
    )
